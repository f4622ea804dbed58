# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Interpreters that wait, and the same interpreters started anew: for tests to ask both the same."""

from __future__ import annotations

import base64
import io
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from ansible_collections.taskmanager.aws.plugins.connection.warm import KILL_ITSELF
from ansible_collections.taskmanager.aws.plugins.plugin_utils._warm.client import Command, Interpreter
from ansible_collections.taskmanager.aws.plugins.plugin_utils._warm.streams import Result

# this one, the system's, and what pyenv has
PYTHONS = sorted(
    {sys.executable, "/usr/bin/python3"}
    | {
        str(path)
        for path in Path.home().glob(".pyenv/versions/3.*/bin/python3")
        if int(path.parts[-3].split(".")[1]) >= 9
    }
)


def line(python: str) -> str:
    """What Ansible has the shell do to start an interpreter."""
    return f"/bin/sh -c '{python} && sleep 0'"


def interpreter(base: Path, python: str = sys.executable) -> Interpreter:
    """An interpreter that waits from its first program on, and ends with this process."""
    base.mkdir(exist_ok=True)
    return Interpreter(Command("/bin/sh", line(python), None), base, 30)


def anew(program: str, python: str = sys.executable) -> Result:
    """What becomes of a program as `local` runs it."""
    done = subprocess.run(line(python), shell=True, input=program.encode(), capture_output=True, check=False)  # noqa: S602
    return Result(done.returncode, done.stdout, done.stderr)


def waited(interpreter: Interpreter, program: str) -> Result:
    """What becomes of a program as `warm` runs it: that a signal has ended it, the connection has a shell tell."""
    result = interpreter.run(program.encode())
    if result.status >= 0:
        return result
    killed = anew((KILL_ITSELF % (-result.status, -result.status)).decode())
    return Result(killed.status, result.stdout + killed.stdout, result.stderr + killed.stderr)


def payload_program(files: dict[str, str], main: str) -> str:
    """A program as AnsiballZ makes it: files in a zip file, which is put first in sys.path, and what is done then."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, source in files.items():
            archive.writestr(path, source)
    return f"""#!python
_ANSIBALLZ_WRAPPER = True
def _ansiballz_main(zip_data):
    import base64, os, shutil, sys, tempfile
    sys.path = [entry for entry in sys.path if entry]
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "ansible_test_payload.zip")
    with open(path, "wb") as file:
        file.write(base64.b64decode(zip_data))
    sys.path.insert(0, path)
    try:
        exec({main!r}, dict(globals(), path=path))
    finally:
        shutil.rmtree(folder)
if __name__ == "__main__":
    _ansiballz_main(
zip_data='{base64.b64encode(packed.getvalue()).decode()}',
)
"""


def wait_until(met: Callable[[], object], what: str, seconds: float = 15) -> None:
    """Wait until a condition is met."""
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, f"after {seconds} s still not: {what}"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def waiting(base: Path) -> list[int]:
    """The processes of interpreters that wait in a folder, by the environment that they were started in."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"{base}/".encode() in entry.read_bytes():
                found.append(int(entry.parts[2]))
        except OSError:
            continue
    return found


def in_memory(base: Path, words: list[bytes]) -> dict[bytes, int]:
    """How often words are in the memory of the interpreter that waits in a folder."""
    server = min(pid for pid in waiting(base) if "python" in os.readlink(f"/proc/{pid}/exe"))
    found = dict.fromkeys(words, 0)
    with open(f"/proc/{server}/mem", "rb", buffering=0) as content:
        for line in Path(f"/proc/{server}/maps").read_text().splitlines():
            span, rights, *_rest = line.split()
            if rights.startswith("rw"):
                start, end = (int(number, 16) for number in span.split("-"))
                content.seek(start)
                block = content.read(end - start)
                found = {word: count + block.count(word) for word, count in found.items()}
    return found
