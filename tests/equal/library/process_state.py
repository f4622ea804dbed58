# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells all of its process's state that a program could see."""

from __future__ import annotations

import locale
import os
import resource
import signal
import socket
import sys
import threading

from ansible.module_utils.basic import AnsibleModule

VARYING = {"_", "DUMP"}


def status() -> dict[str, str]:
    with open("/proc/self/status") as file:
        lines = dict(line.split(":", 1) for line in file)
    return {name: lines[name].strip() for name in ("Name", "Umask", "Threads", "SigBlk", "SigIgn", "SigCgt", "Groups")}


def descriptors() -> dict[str, str]:
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except OSError:  # the one of the list
            continue
        found[name] = target.partition(":")[0]
    return found


def terminal() -> str:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR))
    except OSError as error:
        return str(error)
    return "there is one"


def main() -> None:
    module = AnsibleModule({})
    umask = os.umask(0)
    os.umask(umask)
    streams = (sys.stdin, sys.stdout, sys.stderr)
    limits = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    module.exit_json(
        folder=os.getcwd(),
        umask=umask,
        leads_session=os.getsid(0) == os.getpid(),
        leads_group=os.getpgrp() == os.getpid(),
        parent_in_session=os.getsid(os.getppid()) == os.getsid(0),
        parent_in_group=os.getpgid(os.getppid()) == os.getpgrp(),
        environment={name: value for name, value in os.environ.items() if name not in VARYING},
        limits={name: resource.getrlimit(getattr(resource, name)) for name in limits},
        handlers=[str(signal.getsignal(number)) for number in sorted(signal.valid_signals())],
        blocked=str(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        timer=signal.getitimer(signal.ITIMER_REAL),
        locale=[locale.getlocale(), locale.setlocale(locale.LC_ALL), sys.getfilesystemencoding()],
        streams=[[each.encoding, each.errors, each.line_buffering, each.seekable(), each.name] for each in streams],
        terminal=terminal(),
        status=status(),
        descriptors=descriptors(),
        threads=[each.name for each in threading.enumerate()],
        timeout=socket.getdefaulttimeout(),
        priority=os.nice(0),
        users=[os.getresuid(), os.getresgid()],
        switch_interval=sys.getswitchinterval(),
    )


if __name__ == "__main__":
    main()
