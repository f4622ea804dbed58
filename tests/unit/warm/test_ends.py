# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ends with what: programs, interpreters that wait, tasks, and the run of Ansible that they belong to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.taskmanager.aws.plugins.plugin_utils._warm.client import Interpreter, NotWarmError
from waiting import interpreter, is_gone, payload_program, wait_until, waiting

# a program that starts another one, in a session of its own, and tells both pids
LONG = """
import os, subprocess, time
child = subprocess.Popen(["sleep", "600"], start_new_session=True)
with open({note!r} + ".new", "w") as file:
    file.write(f"{{os.getpid()}} {{child.pid}}")
os.rename({note!r} + ".new", {note!r})
time.sleep(600)
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + LONG
OWNER = """
import sys
sys.path[:0] = {path!r}
from pathlib import Path
from waiting import interpreter
print(interpreter(Path({base!r})).run(sys.stdin.buffer.read()), flush=True)
"""


@pytest.fixture
def warm(tmp_path: Path) -> Interpreter:
    """An interpreter that waits."""
    return interpreter(tmp_path)


class Owner:
    """A process of its own that has a program run."""

    def __init__(self, base: Path, program: str) -> None:
        self.base = base
        self.process = subprocess.Popen(
            [sys.executable, "-c", OWNER.format(path=sys.path, base=str(base))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self.process.stdin
        self.process.stdin.write(program.encode())
        self.process.stdin.close()

    def pids(self, note: Path) -> list[int]:
        """The processes of the program, once it runs."""
        wait_until(note.exists, "the program runs")
        return [int(pid) for pid in note.read_text().split()]


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """Where a program says that it runs."""
    return tmp_path / "note"


@pytest.fixture
def owner(tmp_path: Path, note: Path) -> Iterator[Owner]:
    """A process that has a long program run."""
    made = Owner(tmp_path / "base", LONG.format(note=str(note)))
    yield made
    made.process.kill()
    made.process.wait()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_all_ends_with_the_owner(owner: Owner, note: Path, number: signal.Signals) -> None:
    """The program, what it has started, the interpreter, and the files of it."""
    pids = owner.pids(note)
    owner.process.send_signal(number)
    wait_until(lambda: all(is_gone(pid) for pid in pids), "the program and its child end")
    wait_until(lambda: not waiting(owner.base), "the interpreter ends")
    assert not list(owner.base.glob("**/socket"))


def test_a_program_that_does_not_want_to_end_is_killed(tmp_path: Path, note: Path) -> None:
    """After it was asked, and some seconds."""
    owner = Owner(tmp_path / "base", STUBBORN.format(note=str(note)))
    pids = owner.pids(note)
    owner.process.kill()
    owner.process.wait()
    wait_until(lambda: all(is_gone(pid) for pid in pids), "the program and its child end")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_program_outlives_the_interpreter_that_waited(warm: Interpreter, note: Path, number: signal.Signals) -> None:
    """It has a process that watches it; the next program has another interpreter."""
    results = []
    text = f"""
import os, time
note = {str(note)!r}
open(note, "w").close()
while os.path.exists(note):
    time.sleep(0.05)
print(1)
"""
    thread = threading.Thread(target=lambda: results.append(warm.run(text.encode())))
    thread.start()
    wait_until(note.exists, "the program runs")
    server = min(pid for pid in waiting(warm.folder.parents[1]) if "python" in os.readlink(f"/proc/{pid}/exe"))
    os.kill(server, number)
    wait_until(lambda: is_gone(server), "the interpreter ends")
    assert warm.run(b"print(2)").stdout == b"2\n"
    note.unlink()
    thread.join()
    assert results[0] == (0, b"1\n", b"")


@pytest.mark.parametrize("number", [9, 15, 2, 11, 13])
def test_a_program_that_a_signal_ends_says_so(warm: Interpreter, number: int) -> None:
    """And the next one runs."""
    text = f"import os, signal; signal.signal({number}, signal.SIG_DFL); os.kill(os.getpid(), {number})"
    if number == 9:
        text = "import os; os.kill(os.getpid(), 9)"
    assert warm.run(text.encode()).status == -number
    assert warm.run(b"print(1)").stdout == b"1\n"


def test_what_a_program_leaves_running_is_left(warm: Interpreter, note: Path) -> None:
    """When it ends by itself: as a module that starts a service does."""
    text = f"""
import subprocess
child = subprocess.Popen(["sleep", "600"], stdin=-3, stdout=-3, stderr=-3)
open({str(note)!r}, "w").write(str(child.pid))
"""
    assert warm.run(text.encode()).status == 0
    pid = int(note.read_text())
    assert not is_gone(pid)
    os.kill(pid, signal.SIGKILL)


def test_a_task_that_hangs_up_ends_its_program(warm: Interpreter, note: Path) -> None:
    """As when its time is over."""

    class TimeIsOverError(BaseException):
        """What the alarm of a task raises."""

    def alarm(*_signal: object) -> None:
        raise TimeIsOverError

    before = signal.signal(signal.SIGALRM, alarm)
    signal.setitimer(signal.ITIMER_REAL, 1)
    try:
        with pytest.raises(TimeIsOverError):
            warm.run(LONG.format(note=str(note)).encode())
    finally:
        signal.signal(signal.SIGALRM, before)
    pids = [int(pid) for pid in note.read_text().split()]
    wait_until(lambda: all(is_gone(pid) for pid in pids), "the program and its child end")


def test_the_start_of_an_interpreter_takes_no_time_of_a_task(tmp_path: Path) -> None:
    """Its alarm is put off until the program runs."""
    python = tmp_path / "slow"
    python.write_text(f"#!/bin/sh\nsleep 1\nexec {sys.executable}\n")
    python.chmod(0o755)
    slow = interpreter(tmp_path / "base", str(python))
    before = signal.signal(signal.SIGALRM, lambda *_signal: pytest.fail("the task's time is over"))
    signal.setitimer(signal.ITIMER_REAL, 0.8)
    try:
        assert slow.run(b"print(1)").stdout == b"1\n"
        left, _interval = signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert 0 < left <= 0.8


def test_an_interpreter_whose_owner_has_ended_before_it_looks_ends(tmp_path: Path, note: Path) -> None:
    """It is told of its owner by a descriptor, which is that of this process whatever has its pid now."""
    python = tmp_path / "slow"
    python.write_text(f"#!/bin/sh\necho > {note}\nsleep 1\nexec {sys.executable}\n")
    python.chmod(0o755)
    text = OWNER.format(path=sys.path, base=str(tmp_path / "base"))
    text = text.replace(
        f"interpreter(Path({str(tmp_path / 'base')!r}))",
        f"interpreter(Path({str(tmp_path / 'base')!r}), {str(python)!r})",
    )
    with subprocess.Popen([sys.executable, "-c", text], stdin=subprocess.PIPE) as process:
        process.stdin.close()  # type: ignore[union-attr]
        wait_until(note.exists, "the interpreter is being started")
        process.kill()
    wait_until(lambda: not waiting(tmp_path / "base"), "the interpreter ends")


def util(where: str, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The files of a payload with code that is run by an import: of the module_util itself, or of a library of it."""
    if where == "library":
        (tmp_path / "libraries").mkdir()
        (tmp_path / "libraries/library_of_ours.py").write_text(source)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "libraries"))
        source = "import library_of_ours"
    packages = {"ansible/__init__.py": "", "ansible/module_utils/__init__.py": ""}
    return {**packages, "ansible/module_utils/lasting.py": source}


@pytest.mark.parametrize("where", ["module_util", "library"])
def test_an_import_that_ends_the_process_ends_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """And not the next one."""
    files = util(where, "import os\nos._exit(7)", tmp_path, monkeypatch)
    warm = interpreter(tmp_path / "base")
    assert warm.run(payload_program(files, "import ansible.module_utils.lasting").encode()).status == 7
    assert warm.run(payload_program(files, "print(1)").encode()).stdout == b"1\n"


@pytest.mark.parametrize("where", ["module_util", "library"])
@pytest.mark.parametrize(
    "effect",
    [
        "import threading, time; threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
        "import os; os.chdir('/')",
        "import os; os.umask(0o123)",
        "import os; os.environ['WORD'] = 'x'",
        "import signal; signal.signal(signal.SIGUSR1, signal.SIG_IGN)",
        "import socket; socket.setdefaulttimeout(3)",
        "import sys; sys.path.insert(0, '/nowhere')",
        "import sys; sys.excepthook = print",
        "import sys; sys.setrecursionlimit(999)",
        "kept = open('/dev/null')",
        "import builtins; builtins.word = 1",
        "import locale; locale.setlocale(locale.LC_ALL, 'C')",
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))",
        "print('said')",
    ],
)
def test_an_import_that_changes_the_process_is_not_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, effect: str
) -> None:
    """It is made by each program that asks for it, and by no other."""
    files = util(where, effect, tmp_path, monkeypatch)
    warm = interpreter(tmp_path / "base")
    look = """
import os, sys, signal, socket, threading, builtins, _locale, resource
print(os.getcwd(), os.umask(0), os.environ.get("WORD"), signal.getsignal(signal.SIGUSR1), socket.getdefaulttimeout(),
      "/nowhere" in sys.path, sys.excepthook, sys.getrecursionlimit(), hasattr(builtins, "word"),
      threading.active_count(), len(os.listdir("/proc/self/fd")), _locale.setlocale(_locale.LC_ALL),
      resource.getrlimit(resource.RLIMIT_NOFILE))
"""
    before = warm.run(look.encode())
    changed = warm.run(payload_program(files, f"import ansible.module_utils.lasting\n{look}").encode())
    after = warm.run(look.encode())
    assert before == after
    assert changed.status == 0
    assert changed.stdout != before.stdout
    assert warm.refusal.startswith(b"impure: ") == (where == "library")


def test_too_many_interpreters_are_not_started(tmp_path: Path) -> None:
    """Each takes memory; a run with so many environments gains nothing."""
    for number in range(8):
        (tmp_path / "interpreters" / str(number)).mkdir(parents=True)
    with pytest.raises(NotWarmError):
        interpreter(tmp_path).run(b"pass")
