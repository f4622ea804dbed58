# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts a process that outlives it."""

from __future__ import annotations

import os
import subprocess
import time

from ansible.module_utils.basic import AnsibleModule

NULL = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def inherits(_note: str) -> None:
    subprocess.Popen(["sh", "-c", "sleep 0.5; echo late >&2"], start_new_session=True)


def redirects(note: str) -> None:
    subprocess.Popen(["sh", "-c", f"sleep 0.5; echo late > {note}"], start_new_session=True, **NULL)


def forks_twice(note: str) -> None:
    if os.fork():
        os.wait()
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(null, descriptor)
    time.sleep(0.5)
    with open(note, "w") as file:
        file.write(f"{os.getppid() == 1} {os.getcwd()}\n")
    os._exit(0)


def forks(note: str) -> None:
    if os.fork() == 0:
        time.sleep(0.5)
        with open(note, "w") as file:
            file.write("from the fork\n")
        os._exit(0)


def main() -> None:
    ways = {"inherits": inherits, "redirects": redirects, "forks": forks, "forks twice": forks_twice}
    module = AnsibleModule({"way": {"choices": list(ways)}, "note": {"type": "path"}})
    ways[module.params["way"]](module.params["note"])
    module.exit_json(left=True)


if __name__ == "__main__":
    main()
