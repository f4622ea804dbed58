# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that was killed leaves a temporary folder, and the next one removes it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from ansible_collections.taskmanager.aws.plugins.callback.clear_temporary import clear

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOK = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks: [ansible.builtin.command: "sleep {{ seconds }}"]
"""


def gone() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_what_is_of_a_process_that_has_gone_is_removed_and_nothing_else(tmp_path: Path) -> None:
    pid = gone()
    left = [f"ansible-local-{pid}abcd_123", f"ansible-local-{pid}12345678"]
    others = [f"ansible-local-{os.getpid()}abcd_123", f"ansible-local-{pid}", "ansible-local-abcdefgh", "notes", "1"]
    for name in left + others:
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("")
    clear(tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(others)


def run(folder: Path, seconds: int) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-e", f"seconds={seconds}", "playbook.yml"]
    environment = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_HOME": str(folder)}
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)


def test_the_run_after_a_killed_one_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "playbook.yml").write_text(PLAYBOOK)
    temporary = tmp_path / "tmp"
    killed = run(tmp_path, 60)
    deadline = time.monotonic() + 30
    while not list(temporary.glob("ansible-local-*")):
        assert time.monotonic() < deadline, "the run has a temporary folder"
        time.sleep(0.05)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert list(temporary.glob("ansible-local-*")) != []
    assert run(tmp_path, 0).wait() == 0
    assert list(temporary.iterdir()) == []
