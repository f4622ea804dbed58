# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection as a playbook has it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible.plugins.connection import local
from ansible_collections.taskmanager.aws.plugins.connection import warm

ROOT = Path(__file__).resolve().parents[3]
THREE = """
- hosts: all
  gather_facts: false
  tasks:
    - {name: First, ansible.builtin.ping: }
    - {name: Second, ansible.builtin.ping: }
    - {name: Third, ansible.builtin.command: printenv WORD, environment: {WORD: hello}}
"""
INVENTORY = """
all:
  hosts: {{{hosts}}}
  vars: {{ansible_connection: taskmanager.aws.warm, ansible_python_interpreter: {python}}}
"""


class Playbook:
    """A playbook in a folder with nothing else: no ansible.cfg, and one line that chooses the connection."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE")}
        self.environment |= {
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            "ANSIBLE_HOME": str(folder / "home"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "PAGER": "cat",
        }

    def run(self, play: str, *options: str, hosts: str = "here: ", python: str = sys.executable) -> tuple[int, str]:
        """Run a play: the exit status and what Ansible says."""
        (self.folder / "play.yml").write_text(play)
        return self.command("ansible-playbook", "play.yml", *options, hosts=hosts, python=python)

    def command(self, name: str, *options: str, hosts: str = "here: ", python: str = sys.executable) -> tuple[int, str]:
        """Run a command of Ansible: its exit status and what it says."""
        (self.folder / "hosts.yml").write_text(INVENTORY.format(hosts=hosts, python=python))
        done = subprocess.run(
            [str(Path(sys.executable).with_name(name)), "-i", "hosts.yml", *options],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def playbook(tmp_path: Path) -> Playbook:
    """A folder for a playbook."""
    return Playbook(tmp_path)


def test_one_line_suffices(playbook: Playbook) -> None:
    """Pipelining and tasks with an environment included."""
    status, said = playbook.run(THREE, "-vvv")
    assert status == 0, said
    assert said.count("WARM EXEC") == 3
    assert not re.search(r"<here> (PUT|EXEC)", said)
    assert "hello" in said
    assert "No interpreter" not in said


def test_modules_of_aws_share_what_they_import(playbook: Playbook) -> None:
    """And the models of services, one after the other, though nobody answers them."""
    calls = {"sts": "aws_caller_info", "ec2": "ec2_vpc_net_info", "s3": "s3_bucket_info", "kms": "kms_key_info"}
    tasks = "".join(
        f"    - amazon.aws.{module}: {{profile: '', endpoint_url: 'http://127.0.0.1:9'}}\n" for module in calls.values()
    )
    play = f"- hosts: all\n  gather_facts: false\n  ignore_errors: true\n  tasks:\n{tasks}"
    playbook.environment |= {"AWS_REGION": "eu-north-1", "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    playbook.environment |= {"AWS_MAX_ATTEMPTS": "1"}
    status, said = playbook.run(play, "-vvv")
    assert status == 0, said
    assert said.count("WARM EXEC") == len(calls)
    assert "WARM ALONE" not in said


def test_ad_hoc_commands_are_warm(playbook: Playbook) -> None:
    """Which run in a worker as well."""
    status, said = playbook.command("ansible", "all", "-m", "ansible.builtin.ping", "-vvv")
    assert status == 0, said
    assert said.count("WARM EXEC") == 1
    assert '"pong"' in said


def test_all_workers_have_one_interpreter(playbook: Playbook) -> None:
    """Whichever needs it first starts it, and the others wait."""
    hosts = ", ".join(f"h{number}: " for number in range(8))
    play = """
- hosts: all
  gather_facts: false
  strategy: free
  tasks:
    - ansible.builtin.ping:
    - ansible.builtin.shell: 'echo "started by $(tr "\\\\0" "\\\\n" < /proc/$PPID/environ | grep TASKMANAGER_AWS_WARM)"'
"""
    status, said = playbook.run(play, "-f", "8", "-vvv", hosts=hosts)
    assert status == 0, said
    assert said.count("WARM EXEC") == 16
    assert len(set(re.findall(r'"stdout": "started by (\S+)"', said))) == 1


def test_what_is_asked_for_is_done(playbook: Playbook) -> None:
    """Modules in files when pipelining is switched off."""
    status, said = playbook.run(THREE, "-vvv", "-e", "ansible_pipelining=false")
    assert status == 0, said
    assert "WARM EXEC" not in said
    assert said.count("<here> PUT") == 3


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user without a password")
def test_become_is_as_with_local(playbook: Playbook) -> None:
    """All options of it included."""
    play = """
- hosts: all
  gather_facts: false
  become: true
  become_method: ansible.builtin.su
  tasks:
    - ansible.builtin.command: id -u
"""
    results = []
    for connection in ("ansible.builtin.local", "taskmanager.aws.warm"):
        status, said = playbook.run(play, "-v", "-e", f"ansible_connection={connection}")
        results.append((status, re.findall(r'"stdout": "(.*?)"', said)))
    assert results[0] == results[1] == (0, ["0"])


def test_all_options_of_local_are_there() -> None:
    """Of the release that is installed."""
    ours = yaml.safe_load(warm.DOCUMENTATION)["options"]
    theirs = yaml.safe_load(local.DOCUMENTATION)["options"]
    assert theirs.keys() <= ours.keys()
    for name, option in theirs.items():
        for key in ("type", "default", "vars"):
            assert ours[name].get(key) == option.get(key), (name, key)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["-e", '{"ansible_warm_start_timeout": 0}'], "it did not start in 0 s"),
        (["-e", "ansible_python_interpreter=HERE/says"], "a reason of its own"),
    ],
)
def test_what_can_not_wait_is_warned_of_once(playbook: Playbook, options: list[str], reason: str) -> None:
    """And the play runs all the same."""
    for name, script in (
        ("python", "unset PYTHONPATH"),
        ("says", "test -z $_TASKMANAGER_AWS_WARM || { echo a reason of its own >&2; exit 3; }"),
    ):
        (playbook.folder / name).write_text(f"#!/bin/sh\n{script}\nexec {sys.executable}\n")
        (playbook.folder / name).chmod(0o755)
    status, said = playbook.run(THREE, *(option.replace("HERE", str(playbook.folder)) for option in options))
    assert status == 0, said
    assert " ".join(said.split()).count("No interpreter waits for modules, so each task starts one of its own:") == 1
    assert reason in " ".join(said.split())


@pytest.mark.parametrize("how", ["-e ansible_python_interpreter=HERE/python", "-e words=PYTHONPATH"])
def test_a_python_that_looks_elsewhere_is_as_with_local(playbook: Playbook, how: str) -> None:
    """It is said at -v, and is no warning of a task."""
    (playbook.folder / "python").write_text(f"#!/bin/sh\nunset PYTHONPATH\nexec {sys.executable}\n")
    (playbook.folder / "python").chmod(0o755)
    play = THREE.replace("WORD: hello", "WORD: hello, PYTHONPATH: /nowhere") if "PYTHONPATH" in how else THREE
    options = how.replace("HERE", str(playbook.folder)).split()
    status, said = playbook.run(play, *options)
    assert status == 0, said
    assert "No interpreter" not in said
    status, said = playbook.run(play, "-v", *options)
    assert " ".join(said.split()).count("No interpreter waits for modules") == 1


def test_where_it_is_not_supported_it_is_said_when_asked(playbook: Playbook) -> None:
    """As on macOS, or with a kernel without process file descriptors."""
    (playbook.folder / "sitecustomize.py").write_text("import os\nif hasattr(os, 'pidfd_open'): del os.pidfd_open\n")
    playbook.environment["PYTHONPATH"] = str(playbook.folder)
    status, said = playbook.run(THREE)
    assert status == 0, said
    assert "No interpreter" not in said
    status, said = playbook.run(THREE, "-v")
    assert " ".join(said.split()).count("No interpreter waits for modules") == 1


def test_a_long_path_and_many_descriptors_are_no_matter(playbook: Playbook) -> None:
    """A socket's path has 107 bytes, and select() takes 1,024 descriptors."""
    playbook.environment["ANSIBLE_LOCAL_TEMP"] = str(playbook.folder / ("long" * 40))
    play = (
        THREE
        + """
    - {name: Fourth, ansible.builtin.command: "echo {{ lookup('many') }}"}
"""
    )
    (playbook.folder / "lookup_plugins").mkdir()
    (playbook.folder / "lookup_plugins/many.py").write_text("""
import os, resource
from ansible.plugins.lookup import LookupBase
class LookupModule(LookupBase):
    def run(self, terms, variables=None, **options):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
        return [str(max(os.open("/dev/null", os.O_RDONLY) for _ in range(1500)))]
""")
    status, said = playbook.run(play, "-vvv")
    assert status == 0, said
    assert said.count("WARM EXEC") == 4
    assert "No interpreter" not in said
    assert int(re.findall(r'"stdout": "(\d+)"', said)[0]) > 1024


def test_a_secret_is_in_no_output(playbook: Playbook) -> None:
    """Not even at -vvvvv."""
    secret = "-".join(("correct", "horse", "battery"))
    (playbook.folder / "secret").write_text(secret)
    play = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.command: {argv: [echo, "{{ lookup('ansible.builtin.file', 'secret') }}"]}
      no_log: true
"""
    status, said = playbook.run(play, "-vvvvv")
    assert status == 0, said
    assert secret not in said
