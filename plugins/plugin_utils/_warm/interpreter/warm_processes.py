# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a process and of all that it has started."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time


def end_with_descendants(pid: int, seconds: float) -> None:
    """Ask a process, its descendants and the rest of its session to end, and kill what is left after some seconds.

    A session counts that this process leads, which stays itself.
    """
    victims = {}
    for each in _descendants(pid) | _session():
        with contextlib.suppress(OSError):
            victims[each] = os.pidfd_open(each)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for descriptor in victims.values():
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(descriptor, number)
        if _wait(list(victims.values()), seconds):
            break


def _wait(processes: list[int], seconds: float) -> bool:
    """Whether processes end in time."""
    deadline = time.monotonic() + seconds
    for descriptor in processes:
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        if not waiting.poll(max(0, deadline - time.monotonic()) * 1000):
            return False
    return True


def _processes() -> dict[int, tuple[int, int]]:
    """All processes, each with its parent and its session."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                _state, parent, _group, session = file.read().rpartition(")")[2].split()[:4]
                found[int(name)] = int(parent), int(session)
    return found


def _descendants(pid: int) -> set[int]:
    processes = _processes()
    found = {pid}
    while new := {each for each, (parent, _session) in processes.items() if parent in found} - found:
        found |= new
    return found


def _session() -> set[int]:
    own = os.getpid()
    return {each for each, (_parent, session) in _processes().items() if session == own} - {own}
