# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes the state of the process that imports it, in the way that the environment names."""

from __future__ import annotations

import builtins
import codecs
import decimal
import gc
import locale
import logging
import os
import resource
import signal
import socket
import sys
import tempfile
import threading
import time
import warnings


def _locale() -> None:
    locale.setlocale(locale.LC_ALL, "C")


def _environment() -> None:
    os.environ["EFFECT"] = "environment"


def _hook() -> None:
    sys.excepthook = lambda *_error: None


EFFECTS = {
    "signal": lambda: signal.signal(signal.SIGUSR1, signal.SIG_IGN),
    "timeout": lambda: socket.setdefaulttimeout(7),
    "umask": lambda: os.umask(0o077),
    "environment": _environment,
    "put environment": lambda: os.putenv("EFFECT", "put"),
    "logging": lambda: logging.basicConfig(level=logging.DEBUG),
    "logger": lambda: logging.getLogger("equal.effect").setLevel(logging.DEBUG),
    "warnings": lambda: warnings.simplefilter("error"),
    "path": lambda: sys.path.insert(0, "/effect"),
    "hook": _hook,
    "thread hook": lambda: setattr(threading, "excepthook", print),
    "locale": _locale,
    "thread": lambda: threading.Thread(target=time.sleep, args=(1.5,), daemon=True).start(),
    "open file": lambda: setattr(sys, "kept_open", open(os.devnull)),
    "folder": lambda: os.chdir("/usr"),
    "recursion": lambda: sys.setrecursionlimit(2000),
    "switches": lambda: sys.setswitchinterval(0.1),
    "garbage": gc.disable,
    "limit": lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
    "priority": lambda: os.nice(1),
    "temporary": lambda: setattr(tempfile, "tempdir", "/var/tmp"),
    "decimal": lambda: setattr(decimal.getcontext(), "prec", 5),
    "decimal for all": lambda: setattr(decimal.DefaultContext, "prec", 5),
    "codec": lambda: codecs.register_error("equal", lambda _error: ("?", 1)),
    "builtin": lambda: setattr(builtins, "effect", True),
    "attribute of sys": lambda: setattr(sys, "effect", True),
    "module": lambda: sys.modules.update(effect_module=sys),
    "digits": lambda: sys.set_int_max_str_digits(1000),
    "alarm": lambda: signal.setitimer(signal.ITIMER_REAL, 500),
    "alarm mask": lambda: signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2]),
    "child": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "session": lambda: os.fork() or os._exit(0),
    "exit": lambda: sys.exit(3),
    "exit at once": lambda: os._exit(3),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "error": lambda: int("error"),
    "import error": lambda: __import__("no_such_library"),
    "interrupt": lambda: signal.raise_signal(signal.SIGINT),
}
EFFECT = os.environ.get("WITH_EFFECT", "")
if EFFECT:
    EFFECTS[EFFECT]()
