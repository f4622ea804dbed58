# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A program, its arguments and its results are read by nobody but the program."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from ansible_collections.taskmanager.aws.plugins.plugin_utils._warm.client import Interpreter
from waiting import in_memory, interpreter, payload_program, wait_until

SECRET = "-".join(("correct", "horse", "battery"))

# What somebody else's program can read: its descriptors, all of /proc, all files under some folders, and what a socket
# says. It is told the secret's bytes turned over, so as not to find itself.
SEARCH = r"""
import glob, os, socket, sys
word = bytes(int(c) ^ 255 for c in sys.argv[1].split("."))
folders = sys.argv[2:]
found, read = [], 0
def look(what, read_all):
    global read
    try:
        content = read_all()
    except (OSError, ValueError) as error:
        return
    read += 1
    if word in content:
        found.append(what)
def whole(descriptor):
    os.lseek(descriptor, 0, 0)
    return b"".join(iter(lambda: os.read(descriptor, 1 << 20), b""))
for descriptor in range(3):
    look(f"descriptor {descriptor}", lambda: whole(descriptor))
for descriptor in os.listdir("/proc/self/fd"):
    look(f"reopened {descriptor}", lambda: whole(os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_NONBLOCK)))
for process in glob.glob("/proc/[0-9]*"):
    for name in ("cmdline", "environ", "maps", "mem", "fd/0", "fd/1", "fd/2", "fd/3", "fd/4", "fd/5", "fd/6", "stack"):
        if process != f"/proc/{os.getpid()}":
            look(f"{process}/{name}", lambda: whole(os.open(f"{process}/{name}", os.O_RDONLY | os.O_NONBLOCK)))
for folder in folders:
    for top, _folders, files in os.walk(folder):
        for name in files:
            path = os.path.join(top, name)
            if os.path.isfile(path):
                look(path, lambda: open(path, "rb").read())
            else:
                def say():
                    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
                        client.settimeout(1)
                        client.connect(path)
                        return client.recv(65536)
                look(path, say)
print(os.getuid(), read, found)
"""


def program(folders: list[Path], uid: int) -> str:
    """A program with a secret that runs the search in a child that is somebody else, as a database's module may."""
    return f"""
import os, subprocess, sys
secret = {SECRET!r}
print(secret[::-1], flush=True)
word = ".".join(str(byte ^ 255) for byte in secret.encode())
done = subprocess.run(
    ["/usr/bin/python3", "-c", {SEARCH!r}, word, *{[str(folder) for folder in folders]!r}],
    close_fds=False, preexec_fn=lambda: os.setuid({uid}), stdout=subprocess.PIPE, text=True, cwd="/",
)
print(done.stdout)
"""


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a child as somebody else")


@pytest.fixture
def warm(tmp_path: Path) -> Interpreter:
    """An interpreter that waits."""
    return interpreter(tmp_path)


@as_root
@pytest.mark.parametrize("payload", [False, True], ids=["plain", "with a payload"])
def test_another_user_finds_nothing(tmp_path: Path, warm: Interpreter, payload: bool) -> None:
    """A child of the program, run as nobody: not in a descriptor, a file, /proc or a socket."""
    nobody = pwd.getpwnam("nobody").pw_uid
    temporary = Path(tempfile.gettempdir())
    text = program([tmp_path, Path("/dev/shm"), *temporary.glob("ansible*"), *temporary.glob("tmp*")], nobody)  # noqa: S108
    result = warm.run((payload_program({"ansible/__init__.py": ""}, text) if payload else text).encode())
    uid, read, found = result.stdout.decode().splitlines()[1].split(" ", 2)
    assert (int(uid), found) == (nobody, "[]"), result
    assert int(read) > 10  # it did look


def test_the_search_finds_what_is_there(tmp_path: Path, warm: Interpreter) -> None:
    """The same search, as oneself: else the test above would say nothing."""
    (tmp_path / "note").write_text(SECRET)
    result = warm.run(program([tmp_path], os.geteuid()).encode())
    assert str(tmp_path / "note") in result.stdout.decode(), result


def test_a_child_has_no_descriptor_but_the_three(warm: Interpreter) -> None:
    """Not even one that was told to inherit all."""
    lists = "import os, subprocess\nprint(subprocess.check_output('echo /proc/self/fd/*', shell=True, close_fds=False))"
    for text in (lists, payload_program({"ansible/__init__.py": ""}, lists)):
        listed = warm.run(text.encode()).stdout.decode().split("b'")[1].split("\\n")[0].split()
        # the shell's own number of the folder that it lists is not there any more when it prints it
        assert listed[:3] == ["/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2"]
        assert len(listed) <= 4


def test_what_was_read_is_not_there_any_more(warm: Interpreter) -> None:
    """The program's own stdin is a pipe that is empty."""
    reads = "import os, stat\nprint(stat.S_ISFIFO(os.fstat(0).st_mode), os.read(0, 1))"
    assert warm.run(reads.encode()).stdout == b"True b''\n"


def test_arguments_never_reach_the_process_that_waits(tmp_path: Path, warm: Interpreter) -> None:
    """It is told the payload alone; its memory holds nothing of the arguments of a program that has run."""
    text = payload_program({"ansible/__init__.py": "", "ansible/code.py": "x = 'in the payload'"}, f"x = {SECRET!r}")
    assert warm.run(text.encode()).status == 0
    found = in_memory(tmp_path, [SECRET.encode(), b"in the payload"])
    assert found[SECRET.encode()] == 0
    assert found[b"in the payload"] > 0  # where it looked


@as_root
def test_another_user_is_not_answered() -> None:
    """Even one who gets at the socket, as after a chmod of the folders."""
    with tempfile.TemporaryDirectory() as base:
        warm = interpreter(Path(base))
        warm.run(b"pass")
        for path in (Path(base), *Path(base).glob("**/*")):
            path.chmod(0o777)
        ask = f"""
import os, socket
os.setuid({pwd.getpwnam("nobody").pw_uid})
client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
client.connect({str(warm.folder / "socket")!r})
try:
    socket.send_fds(client, [b'{{"session": 0, "group": 0, "payload": false}}'], [0, 1, 2])
    print(client.recv(64))
except OSError as error:
    print(error)
"""
        done = subprocess.run(["/usr/bin/python3", "-c", ask], capture_output=True, text=True, check=True)
        assert done.stdout in {"b''\n", "[Errno 32] Broken pipe\n", "[Errno 104] Connection reset by peer\n"}
        assert warm.run(b"print(1)").stdout == b"1\n"


def test_a_socket_of_another_process_is_not_believed(warm: Interpreter) -> None:
    """A file in the socket's place that nobody listens at gives way to an interpreter."""
    warm.folder.mkdir(parents=True)
    place = os.open(warm.folder, os.O_PATH)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stale:
        stale.bind(f"/proc/self/fd/{place}/socket")  # its own path may be too long
    os.close(place)
    assert warm.run(b"print(1)").stdout == b"1\n"


def test_folders_are_private(tmp_path: Path, warm: Interpreter) -> None:
    """Nobody else can see what is in them."""
    warm.run(b"pass")
    wait_until(lambda: list(tmp_path.glob("interpreters/*/socket")), "a socket")
    assert {folder.stat().st_mode & 0o777 for folder in tmp_path.glob("interpreters/**/") if folder != tmp_path} == {
        0o700
    }
