# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of ansible-playbook on the connection `warm` in which one process is killed, and what is left afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRET = "-".join(("correct", "horse", "battery"))
PLAYBOOK = """
- hosts: all
  gather_facts: false
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}", ansible_connection: taskmanager.aws.warm}
  tasks:
    - ansible.builtin.ping: {data: "{{ secret }}"}
      no_log: true
    - ansible.builtin.command: {argv: [sleep, "0.3"], stdin: "{{ secret }}"}
      no_log: true
    - ansible.builtin.command: sleep 0.3
    - ansible.builtin.command: {argv: [sleep, "{{ last }}"], stdin: "{{ secret }}"}
      no_log: true
"""
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
VICTIMS = ("ansible-playbook", "worker", "server", "module")
# from before the first module, while the interpreter starts, to the middle of the last one; in seconds
MOMENTS = (0.5, 0.65, 0.8, 0.9, 1.0, 1.15, 1.3, 1.5, 1.8, 2.5)


class Processes:
    """The processes of a run, each with its parent."""

    def __init__(self, main: int, folder: Path) -> None:
        self.parents: dict[int, int] = {}
        self.warm: set[int] = set()  # interpreters, and the shells that started them
        marker = b"_TASKMANAGER_AWS_WARM="
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                self.parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                environment = (entry / "environ").read_bytes()
                if marker in environment and f"{folder}/".encode() in environment:
                    self.warm.add(int(entry.name))
            except (OSError, IndexError):
                continue
        self.main = main

    def _is_python(self, pid: int) -> bool:
        try:
            return "python" in os.readlink(f"/proc/{pid}/exe").rpartition("/")[2]
        except OSError:
            return False

    def victims(self, kind: str) -> list[int]:
        """The processes of a kind that there are at the moment."""
        pythons = {pid for pid in self.warm if self._is_python(pid)}
        servers = {pid for pid in pythons if self.parents[pid] not in pythons}
        watchers = {pid for pid in pythons if self.parents[pid] in servers}
        found = {
            "ansible-playbook": {self.main},
            "worker": {pid for pid, parent in self.parents.items() if parent == self.main and pid not in self.warm},
            "server": servers,
            "module": {pid for pid in pythons if self.parents[pid] in watchers},
        }
        return sorted(found[kind])


def _heed_sigint() -> None:
    """Undo what a shell does to the commands that it runs in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def kill(folder: Path, victim: str, number: signal.Signals, moment: float) -> list[str]:
    """Run the playbook, kill a process of it at a moment or as soon as there is one, wait for the end, and look.

    Returns what is left though it should not be: processes, sockets and files with the secret.
    """
    (folder / "playbook.yml").write_text(PLAYBOOK)
    # the whole run ends when Ansible is killed, and not before; it ends by itself when another process is
    ends_with_it = victim in {"ansible-playbook", "worker"}
    (folder / "variables.yml").write_text(f"secret: {SECRET}\nlast: {600 if ends_with_it else 3}\n")
    temporary = folder / "temporary"
    temporary.mkdir()
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        "ANSIBLE_LOCAL_TEMP": str(temporary),
        "ANSIBLE_REMOTE_TEMP": str(temporary),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    command = [
        str(Path(sys.executable).with_name("ansible-playbook")),
        "-i",
        "here,",
        "-e",
        "@variables.yml",
        "playbook.yml",
    ]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_heed_sigint,
    ) as run:
        began = time.monotonic()
        _wait(lambda: time.monotonic() - began >= moment, moment + 1)
        found: list[int] = []

        def look() -> bool:
            found[:] = Processes(run.pid, folder).victims(victim)
            return bool(found) or run.poll() is not None

        _wait(look, 10)
        for pid in found:
            os.kill(pid, number)
        _wait(lambda: run.poll() is not None, 20)
        run.kill()
    _wait(lambda: not list(_processes(folder)), 15)
    return [*([] if found else [f"no {victim} at {moment} s"]), *_processes(folder), *_files(temporary)]


def _wait(met: Callable[[], object], seconds: float) -> None:
    """Wait until a condition is met, or for so long."""
    deadline = time.monotonic() + seconds
    while not met() and time.monotonic() < deadline:
        time.sleep(0.02)


def _processes(folder: Path) -> Iterator[str]:
    """Processes of a run in a folder: they have it in their environment."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"{folder}/".encode() in (entry / "environ").read_bytes():
                yield f"process {entry.name}: {(entry / 'cmdline').read_bytes().decode()}"
        except OSError:
            continue


def _files(folder: Path) -> Iterator[str]:
    for path in folder.glob("**/*"):
        if path.is_socket() and "warm" in path.parts:
            yield f"socket {path}"
        elif path.is_file() and SECRET.encode() in path.read_bytes():
            yield f"secret in {path}"
