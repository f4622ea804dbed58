# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls the module `sqs_redrive` until everything is moved, and shows after each call how far it is."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display


class ActionModule(ActionBase):
    """A module can't show anything before it ends, so this one does a few seconds' work in each call."""

    def run(self, tmp: None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the task and return the result of the last call."""
        super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        while True:
            result: dict[str, Any] = self._execute_module(module_args=arguments, task_vars=task_vars)
            if "moved" in result and not self._task.check_mode:
                left = f"{result['moved']} of {result['to_move']} messages moved"
                Display().display(f"{result['dead_letter_queue']}: {left}")
            if result.get("finished", True):
                return result
            arguments["resume"] = {name: result[name] for name in ("moved", "to_move")}
