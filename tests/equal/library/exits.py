# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ends in one of the many ways that there are, without a result unless that is asked for."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

from ansible.module_utils.basic import AnsibleModule


def killed(number: int) -> None:
    os.kill(os.getpid(), number)
    time.sleep(1)


def main() -> None:
    ways = {
        "number": sys.exit,
        "text": lambda _status: sys.exit("why it ends"),
        "tuple": lambda status: sys.exit((status, "tuple")),
        "nothing": lambda _status: None,
        "at once": os._exit,
        "abort": lambda _status: os.abort(),
        "signal": killed,
        "alarm": lambda _status: (signal.setitimer(signal.ITIMER_REAL, 0.1), time.sleep(5)),
        "parent": lambda _status: os.kill(os.getppid(), signal.SIGKILL),
        "exec": lambda status: os.execlp(
            "sh", "sh", "-c", f'echo \'{{"changed": false, "shell": true}}\'; exit {status}'
        ),
        "exec of itself": lambda _status: os.execv(
            sys.executable, [sys.executable, "-c", "print('{\"itself\": true}')"]
        ),
        "thread": lambda status: threading.Thread(target=sys.exit, args=[status]).start(),
        "fault": lambda _status: __import__("ctypes").string_at(0),
    }
    module = AnsibleModule({"way": {"choices": list(ways)}, "status": {"type": "int", "default": 0}})
    ways[module.params["way"]](module.params["status"])
    if module.params["way"] == "parent":
        module.exit_json(survived=True)


if __name__ == "__main__":
    main()
