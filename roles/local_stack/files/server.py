#!/usr/bin/env python3
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start and stop a server; print `changed` or `unchanged`.

usage: server.py start FOLDER NAME COMMAND...
       server.py stop FOLDER NAME

FOLDER is the stack's, with FOLDER/NAME.pid and FOLDER/log/NAME.log. A server leads a session of its own, so that
stopping it also ends what it made. It is known by its recorded process id, and by marks, since a record gets lost.
"""

import os
import pwd
import signal
import subprocess
import sys
import time
from pathlib import Path

STOP_LIMIT = 20.0  # seconds until SIGKILL: MariaDB flushes its pages first
KILL_LIMIT = 5.0
# An argument or variable that no other process has. Functions have the emulator's environment.
MARKS = {
    "database": ("--defaults-file={folder}/my.cnf",),
    "emulator": ("{folder}/emulator", "STATE_DIR={folder}/tmp/state"),
}


class NotStoppedError(Exception):
    """A server that is still there."""


def started_at(pid: int) -> str:
    """The kernel's start time of a process (`proc(5)`, field 22), or `` when there is none that runs.

    Together with the pid it names a process for good: a pid alone is used again.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]


def recorded(pid_file: Path) -> set[int]:
    """The pid of the server that the file names; none when that process is gone, or the file says nothing of use."""
    try:
        pid, start = pid_file.read_text().split()
        return {int(pid)} if started_at(int(pid)) == start else set()
    except (FileNotFoundError, ValueError):
        return set()


def words(pid: int) -> set[bytes]:
    """The arguments and, as far as we may read it, the environment of a process."""
    found: set[bytes] = set()
    for name in ("cmdline", "environ"):
        try:
            found.update(Path(f"/proc/{pid}/{name}").read_bytes().split(b"\0"))
        except OSError:
            continue
    return found


def marked(folder: Path, name: str) -> set[int]:
    """The processes of a server that run, by its marks; without this one and those that wait for it."""
    wanted = {os.fsencode(mark.format(folder=folder)) for mark in MARKS[name]}
    found = {int(entry.name) for entry in Path("/proc").glob("[0-9]*") if words(int(entry.name)) & wanted}
    return {pid for pid in found if started_at(pid)} - callers()


def callers() -> set[int]:
    """This process and its ancestors."""
    found, pid = set(), os.getpid()
    while pid > 0:
        found.add(pid)
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            break
    return found


def start(folder: Path, name: str, command: list[str]) -> bool:
    """Start the command unless it runs; tell whether it was started."""
    pid_file = folder / f"{name}.pid"
    if recorded(pid_file):
        return False
    with (folder / f"log/{name}.log").open("ab") as log:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    pid_file.write_text(f"{server.pid} {started_at(server.pid)}\n")
    return True


def stop(folder: Path, name: str) -> bool:
    """End the server and what it made; tell whether there was anything.

    :raises NotStoppedError: it is still there, since it is somebody else's or can't be ended.
    """
    pid_file = folder / f"{name}.pid"
    servers = recorded(pid_file) | marked(folder, name)
    send(signal.SIGTERM, servers)
    wait_for_end(servers, STOP_LIMIT)
    left = members(servers) | marked(folder, name)
    send(signal.SIGKILL, left)
    wait_for_end(left, KILL_LIMIT)
    if left := {pid for pid in left if started_at(pid)}:
        raise NotStoppedError(f"does not end, even by SIGKILL: {', '.join(map(describe, sorted(left)))}")
    pid_file.unlink(missing_ok=True)
    return bool(servers)


def members(sessions: set[int]) -> set[int]:
    """The processes that run in these sessions, whose leaders may be gone."""
    found = {int(entry.name) for entry in Path("/proc").glob("[0-9]*")}
    return {pid for pid in found if session_of(pid) in sessions}


def session_of(pid: int) -> int:
    """The session of a process that runs (`proc(5)`, field 6), 0 when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    fields = stat.rpartition(")")[2].split()
    return 0 if fields[0] == "Z" else int(fields[3])


def send(number: signal.Signals, pids: set[int]) -> None:
    """Send a signal.

    :raises NotStoppedError: a process is somebody else's.
    """
    for pid in sorted(pids):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
        except PermissionError:
            raise NotStoppedError(f"not yours to end: {describe(pid)}; stop the stack as that user") from None


def wait_for_end(pids: set[int], seconds: float) -> None:
    """Wait until none of the processes runs, so long at the most."""
    deadline = time.monotonic() + seconds
    while any(map(started_at, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)


def describe(pid: int) -> str:
    """A process, for people."""
    try:
        uid = Path(f"/proc/{pid}").stat().st_uid
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return f"process {pid}"
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:
        user = str(uid)
    return f"process {pid} of user {user} ({command})"


def main() -> None:
    """Run the command line."""
    action, folder, name, *command = sys.argv[1:]
    try:
        if action == "start":
            changed = start(Path(folder), name, command)
        elif action == "stop":
            changed = stop(Path(folder), name)
        else:
            sys.exit(__doc__)
    except NotStoppedError as error:
        sys.exit(f"{name}: {error}")
    print("changed" if changed else "unchanged")


if __name__ == "__main__":
    main()
