# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports what changes the process, and tells its state."""

from __future__ import annotations

import codecs
import decimal
import gc
import logging
import os
import resource
import signal
import socket
import sys
import tempfile
import threading
import warnings

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.has_effects import EFFECT


def has_codec() -> bool:
    try:
        codecs.lookup_error("equal")
    except LookupError:
        return False
    return True


def descriptors() -> list[str]:
    paths = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
    return [os.readlink(path).partition(":")[0] for path in paths if os.path.lexists(path)]


def main() -> None:
    module = AnsibleModule({})
    opened = descriptors()  # before others are opened
    umask = os.umask(0)
    module.exit_json(
        effect=EFFECT,
        signals=[str(signal.getsignal(number)) for number in sorted(signal.valid_signals())],
        blocked=str(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        timer=signal.getitimer(signal.ITIMER_REAL)[0] > 0,
        timeout=socket.getdefaulttimeout(),
        umask=umask,
        environment=os.popen("env | grep EFFECT").read(),
        logging=[logging.root.level, len(logging.root.handlers), sorted(logging.root.manager.loggerDict)],
        warnings=[each[0] for each in warnings.filters],
        path=[each for each in sys.path if "payload" not in each],
        hooks=[sys.excepthook is sys.__excepthook__, threading.excepthook is print],
        threads=[each.name for each in threading.enumerate()],
        descriptors=opened,
        folder=os.getcwd(),
        interpreter=[sys.getrecursionlimit(), sys.getswitchinterval(), gc.isenabled(), hasattr(sys, "effect")],
        limit=resource.getrlimit(resource.RLIMIT_CORE),
        priority=os.nice(0),
        temporary=tempfile.gettempdir(),
        decimal=[decimal.getcontext().prec, decimal.DefaultContext.prec],
        codec=has_codec(),
        builtin="effect" in dir(__builtins__),
        module="effect_module" in sys.modules,
        digits=getattr(sys, "get_int_max_str_digits", int)(),
    )


if __name__ == "__main__":
    main()
