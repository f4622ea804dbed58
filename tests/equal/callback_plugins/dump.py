# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes each result as a line of JSON to the file that the environment names in DUMP."""

from __future__ import annotations

DOCUMENTATION = """
name: dump
type: aggregate
short_description: Write each result as a line of JSON
description: Writes each result as a line of JSON to the file that the environment names in DUMP.
"""

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase


def _part(result: Any, name: str) -> Any:
    """A part of a task's result, which had an underscore before ansible-core 2.19."""
    return getattr(result, name) if hasattr(type(result), name) else getattr(result, f"_{name}")


class CallbackModule(CallbackBase):
    """Dumps results."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "dump"

    def _write(self, kind: str, host: str, task: str, result: Any) -> None:
        line = json.dumps({"kind": kind, "host": host, "task": task, "result": result}, default=repr)
        with open(os.environ["DUMP"], "a", encoding="utf-8") as file:
            file.write(line + "\n")

    def _dump(self, kind: str, result: Any) -> None:
        host, task = _part(result, "host"), _part(result, "task")
        self._write(kind, host.get_name(), task.get_name(), _part(result, "result"))

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task was done."""
        self._dump("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task failed."""
        self._dump("ignored" if ignore_errors else "failed", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        """A task was skipped."""
        self._dump("skipped", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A host was not reached."""
        self._dump("unreachable", result)

    def v2_runner_retry(self, result: Any) -> None:
        """A task is tried again."""
        self._dump("retry", result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        """An item of a loop was done."""
        self._dump("item ok", result)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        """An item of a loop failed."""
        self._dump("item failed", result)

    def v2_runner_item_on_skipped(self, result: Any) -> None:
        """An item of a loop was skipped."""
        self._dump("item skipped", result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """The playbook has ended."""
        for host in stats.processed:
            self._write("stats", host, "", stats.summarize(host))
