#!/usr/bin/env python3
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start and stop a server by its recorded process id; print `changed` or `unchanged`.

usage: server.py start PID_FILE LOG_FILE COMMAND...
       server.py stop PID_FILE

A server leads a session of its own, so that stopping it also ends the processes that it made.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

STOP_LIMIT = 20.0  # seconds until SIGKILL: MariaDB flushes its pages first


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


def recorded(pid_file: Path) -> int:
    """The pid of the server that the file names, 0 when that process is gone."""
    try:
        pid, start = pid_file.read_text().split()
    except FileNotFoundError:
        return 0
    return int(pid) if started_at(int(pid)) == start else 0


def group_alive(pid: int) -> bool:
    """Whether any process of the session's group is left."""
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True


def start(pid_file: Path, log_file: Path, command: list[str]) -> bool:
    """Start the command unless it runs; tell whether it was started."""
    if recorded(pid_file):
        return False
    with log_file.open("ab") as log:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    pid_file.write_text(f"{server.pid} {started_at(server.pid)}\n")
    return True


def stop(pid_file: Path) -> bool:
    """End the server and its children; tell whether there was one."""
    pid = recorded(pid_file)
    pid_file.unlink(missing_ok=True)
    if not pid:
        return False
    deadline = time.monotonic() + STOP_LIMIT
    os.kill(pid, signal.SIGTERM)
    while started_at(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    if group_alive(pid):
        os.killpg(pid, signal.SIGKILL)
    return True


def main() -> None:
    """Run the command line."""
    action, pid_file, *rest = sys.argv[1:]
    if action == "start":
        changed = start(Path(pid_file), Path(rest[0]), rest[1:])
    elif action == "stop":
        changed = stop(Path(pid_file))
    else:
        sys.exit(__doc__)
    print("changed" if changed else "unchanged")


if __name__ == "__main__":
    main()
