# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module that takes a step each time, until there is nothing to wait for; shows the progress."""

from __future__ import annotations

import time
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.taskmanager.aws.plugins.module_utils.rds_iam_authentication import WAIT_DELAY, WAIT_TIMEOUT

display = Display()


class WaitingAction(ActionBase):
    """The waiting part of a module that returns `waiting_for`, and takes `wait_timeout` and `wait_delay`."""

    def run(self, _tmp: None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module until the change is in force; in check mode once."""
        host = (task_vars or {})["inventory_hostname"]
        only_look = self._task.check_mode
        started = time.monotonic()
        change: dict[str, Any] = {}
        while True:
            result = self._execute_module(task_vars=task_vars)
            if result.get("changed") and not change:
                change = {"changed": True} | {key: result[key] for key in ("diff",) if key in result}
            result |= change or {"changed": False}
            if result.get("failed") or only_look or not result["waiting_for"]:
                return result
            # asked for once; from here on the module only looks
            self._task.check_mode = bool(change)
            limit = int(self._task.args.get("wait_timeout", WAIT_TIMEOUT))  # the module has checked it
            seconds = round(time.monotonic() - started)
            if seconds >= limit:
                asked = "The change is under way" if change else "Nothing was changed"
                message = f"wait_timeout: after {limit} s, {result['waiting_for']}. {asked}; run again to wait further"
                return result | {"failed": True, "msg": message}
            display.display(f"waiting: [{host}]: {result['waiting_for']} ({seconds} of {limit} s)")
            time.sleep(int(self._task.args.get("wait_delay", WAIT_DELAY)))
