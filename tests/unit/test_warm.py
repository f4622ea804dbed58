# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection `warm`: what its interpreter runs, and what becomes of it when either side goes away."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible_collections.taskmanager.aws.plugins.connection import warm

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOK = """
- hosts: all
  gather_facts: false
  tasks:
    - {name: First, ansible.builtin.ping: }
    - {name: Second, ansible.builtin.ping: }
    - {name: Third, ansible.builtin.command: printenv WORD, environment: {WORD: hello}}
    - {name: Fourth, ansible.builtin.command: /bin/false, failed_when: false}
"""


def gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def wait_gone(pid: int, seconds: float = 10) -> None:
    """Wait until a process has ended."""
    deadline = time.monotonic() + seconds
    while not gone(pid):
        assert time.monotonic() < deadline, f"{pid} still runs"
        time.sleep(0.02)


@pytest.fixture
def owner() -> Iterator[subprocess.Popen[bytes]]:
    """The process that a server belongs to."""
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        yield process
        process.kill()


@pytest.fixture
def server(owner: subprocess.Popen[bytes], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server that listens at tmp_path/socket."""
    command = [sys.executable, str(warm.SERVER), str(tmp_path / "socket"), str(owner.pid), "sqs", "no-such-service"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.read(1) == b"."
        yield process
        process.kill()


def connected(tmp_path: Path) -> socket.socket:
    """A client of the server."""
    client = socket.socket(socket.AF_UNIX)
    client.connect(str(tmp_path / "socket"))
    return client


def run(tmp_path: Path, program: str) -> tuple[int, bytes, bytes]:
    """Run a program in the warm interpreter."""
    with connected(tmp_path) as client:
        return warm.run(client, program.encode())


@pytest.mark.parametrize(
    ("command", "python"),
    [
        ("/bin/sh -c '/usr/bin/python3 && sleep 0'", "/usr/bin/python3"),
        ("/bin/sh -c /usr/bin/python3", "/usr/bin/python3"),
        ("/bin/sh -c '\"/with space/python\" && sleep 0'", "/with space/python"),
        ("/bin/sh -c 'WORD=hello /usr/bin/python3 && sleep 0'", None),
        ("/bin/sh -c '/usr/bin/python3 /tmp/module.py && sleep 0'", None),
        ("/bin/sh -c 'python3 && sleep 0'", None),
        ("/bin/sh -c '/usr/bin/python3 && rm x'", None),
        ("/bin/sh -c ''", None),
        ("sudo -n /bin/sh -c '/usr/bin/python3'", None),
    ],
)
def test_only_a_plain_start_of_an_interpreter_is_taken_over(command: str, python: str | None) -> None:
    """What the command sets, or runs besides, would be lost."""
    assert warm.interpreter_of(command) == python


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("print('out')", (0, b"out\n", b"")),
        ("import os; os.system('echo from a child')", (0, b"from a child\n", b"")),
        ("import sys; print('err', file=sys.stderr); sys.exit(3)", (3, b"", b"err\n")),
        ("import sys; sys.exit('why')", (1, b"", b"why\n")),
        ("import sys; sys.exit()", (0, b"", b"")),
        ("import sys; print(repr(sys.stdin.read()), __name__, sys.path[0] == '')", (0, b"'' __main__ True\n", b"")),
        ("import os; os.kill(os.getpid(), 9)", (-9, b"", b"")),
        ("print('é' * 100000)", (0, "é".encode() * 100000 + b"\n", b"")),
    ],
)
def test_a_program_runs_as_from_stdin(tmp_path: Path, program: str, expected: tuple[int, bytes, bytes]) -> None:
    """Its status, stdout and stderr are those of `python < program`."""
    assert run(tmp_path, program) == expected


@pytest.mark.usefixtures("server")
def test_an_exception_is_told(tmp_path: Path) -> None:
    """As the interpreter would: a traceback and status 1."""
    status, out, err = run(tmp_path, "1 / 0")
    assert (status, out) == (1, b"")
    assert b"ZeroDivisionError" in err


@pytest.mark.usefixtures("server")
def test_libraries_are_loaded_but_nothing_of_ansible(tmp_path: Path) -> None:
    """A module's own code, and Ansible's, has to come with the module."""
    program = "import sys; print('boto3' in sys.modules, [m for m in sys.modules if m.startswith('ansible')])"
    assert run(tmp_path, program) == (0, b"True []\n", b"")


def run_zipped(tmp_path: Path, name: str, source: str) -> bytes:
    """What a module says that a program brings along in a zip file of its own, and whether its code tells that file."""
    program = f"""
import sys, tempfile, zipfile
package = tempfile.mkdtemp(dir={str(tmp_path)!r}) + "/payload.zip"
with zipfile.ZipFile(package, "w") as file:
    file.writestr("{name}.py", {source!r})
sys.path.insert(0, package)
import {name}
print({name}.say(), {name}.say.__code__.co_filename == package + "/{name}.py")
"""
    status, out, err = run(tmp_path, program)
    assert status == 0, err
    return out


@pytest.mark.usefixtures("server")
def test_code_of_zip_files_is_compiled_once(tmp_path: Path) -> None:
    """And goes by what is written in the file: an edited module is never the one of before."""
    one, two = "def say(): return 1", "def say(): return 2"
    said = [run_zipped(tmp_path, *module) for module in (("a", one), ("a", two), ("b", one), ("a", one))]
    assert said == [b"1 True\n", b"2 True\n", b"1 True\n", b"1 True\n"]
    cache = tmp_path / "socket.compiled"
    assert len(list(cache.iterdir())) == 3
    assert cache.stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("server")
def test_a_folder_of_compiled_code_that_is_gone_fails_nothing(tmp_path: Path) -> None:
    """What is kept is for speed alone."""
    (tmp_path / "socket.compiled").rmdir()
    assert run_zipped(tmp_path, "a", "def say(): return 1") == b"1 True\n"


@pytest.mark.usefixtures("server")
def test_programs_do_not_meet(tmp_path: Path) -> None:
    """Neither by what they change nor by their random numbers."""
    program = "import random, os; print(os.environ.get('WORD'), random.random()); os.environ['WORD'] = 'x'"
    first, second = (run(tmp_path, program)[1].split() for _ in range(2))
    assert first[0] == second[0] == b"None"
    assert first[1] != second[1]


def test_a_server_that_dies_fails_the_task(tmp_path: Path, server: subprocess.Popen[bytes]) -> None:
    """The status of the module is unknown then, and is not made up."""
    listening = connected(tmp_path)
    server.kill()
    server.wait()
    with listening, pytest.raises(AnsibleConnectionFailure):
        warm.run(listening, b"print(1)")


@pytest.mark.usefixtures("server")
def test_a_handler_that_dies_fails_the_task(tmp_path: Path) -> None:
    """What the module said until then is in the error."""
    program = "import os, sys; print('so far', file=sys.stderr, flush=True); os.kill(os.getppid(), 9)"
    with pytest.raises(AnsibleConnectionFailure, match=r"ended while it ran a module\. so far"):
        run(tmp_path, program)


def test_a_server_ends_with_its_owner(owner: subprocess.Popen[bytes], server: subprocess.Popen[bytes]) -> None:
    """Nothing is left when ansible-playbook was killed."""
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    assert server.wait(timeout=10) == 0


@pytest.mark.usefixtures("server")
def test_a_program_ends_with_its_client(tmp_path: Path) -> None:
    """As a child of the client's would at Ctrl-C."""
    note = tmp_path / "pid"
    program = tmp_path / "program.py"
    program.write_text(f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid()) + '.'); time.sleep(600)")
    client = connected(tmp_path)
    with program.open() as source, (tmp_path / "out").open("w") as out:
        socket.send_fds(client, [b"run"], [source.fileno(), out.fileno(), out.fileno()])
        deadline = time.monotonic() + 10
        while not (note.exists() and note.read_text().endswith(".")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    client.close()
    wait_gone(int(note.read_text()[:-1]))


def playbook(tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the playbook on the connection."""
    (tmp_path / "playbook.yml").write_text(PLAYBOOK)
    variables = "ansible_connection=taskmanager.aws.warm ansible_python_interpreter={{ansible_playbook_python}}"
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "here,", "-e", variables, *options]
    return subprocess.run(
        [*command, str(tmp_path / "playbook.yml")],
        env=os.environ | {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_playbook_runs_on_it(tmp_path: Path) -> None:
    """Modules with nothing set run in the warm interpreter; one with an environment does not, and has it."""
    done = playbook(tmp_path, "-vvv")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("WARM EXEC") == 3
    assert "stdout: hello" in done.stdout
    assert "rc: 1" in done.stdout


def test_without_it_a_playbook_runs_all_the_same(tmp_path: Path) -> None:
    """A server that does not start in time is warned of once."""
    done = playbook(tmp_path, "-vvv", "-e", '{"ansible_warm_start_timeout": 0}')
    assert done.returncode == 0, done.stdout
    said = done.stdout + done.stderr
    assert said.count("No warm interpreter") == 1
    assert "WARM EXEC" not in said
