# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a process has besides modules. An import should leave it alone: else all that is forked after would differ."""

from __future__ import annotations

import _locale
import builtins
import contextlib
import gc
import logging
import os
import resource
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any


def state() -> dict[str, Any]:
    """What the process is like, equal before and after an import that has no effect but modules."""
    umask = os.umask(0o077)
    os.umask(umask)
    return {
        "threads": os.listdir("/proc/self/task"),
        "descriptors": set(os.listdir("/proc/self/fd")),
        "folder": os.getcwd(),
        "umask": umask,
        "environment": dict(os.environ),
        "limits": [resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")],
        "priority": os.nice(0),
        "signal handlers": [signal.getsignal(number) for number in sorted(signal.valid_signals())],
        "signal mask": signal.pthread_sigmask(signal.SIG_BLOCK, []),
        "timers": signal.getitimer(signal.ITIMER_REAL),
        "locale": _locale.setlocale(_locale.LC_ALL),
        "garbage collection": (gc.isenabled(), gc.get_threshold()),
        "socket timeout": socket.getdefaulttimeout(),
        "recursion limit": sys.getrecursionlimit(),
        "switch interval": sys.getswitchinterval(),
        "temporary folder": tempfile.tempdir,
        "root logger": (logging.root.level, list(logging.root.handlers), logging.root.manager.disable),
        "streams": [id(stream) for stream in (sys.stdin, sys.stdout, sys.stderr)],
        "hooks": [sys.excepthook, sys.displayhook, sys.unraisablehook, sys.gettrace(), sys.getprofile()],
        "path": list(sys.path),
        "builtins": dict(vars(builtins)),
    }


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What is not as it was, by name."""
    return [name for name, value in before.items() if after[name] != value]


@contextlib.contextmanager
def silence() -> Iterator[Callable[[], bool]]:
    """Have stdout and stderr go nowhere; the function tells whether something was said."""
    heard = os.memfd_create("said")
    kept = [os.dup(1), os.dup(2)]
    said = False
    os.dup2(heard, 1)
    os.dup2(heard, 2)
    try:
        yield lambda: said
    finally:
        for stream in (sys.stdout, sys.stderr):
            if stream:
                stream.flush()
        said = os.fstat(heard).st_size > 0
        for number, descriptor in enumerate(kept, start=1):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.close(heard)
