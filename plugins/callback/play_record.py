# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records what each play changed, for a later play of the same run to read."""

from __future__ import annotations

DOCUMENTATION = """
name: play_record
type: notification
version_added: 0.1.0
short_description: Record how long each play took and how much it changed
description:
  - Writes a JSON list with one object for each finished play, in order; its keys are C(name), C(seconds), C(changed).
  - The file is up to date when the next play starts, so that a play can read what those before it did.
requirements:
  - enable in configuration
author:
  - taskmanager.aws contributors
options:
  path:
    description: The file to write.
    type: path
    required: true
    env:
      - name: TASKMANAGER_PLAY_RECORD
"""

import json
import time
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """Counts changed tasks as ansible-playbook's recap does."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "taskmanager.aws.play_record"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._plays: list[dict[str, Any]] = []
        self._started = 0.0

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._finish()
        self._plays.append({"name": play.get_name(), "seconds": 0.0, "changed": 0})
        self._started = time.monotonic()

    def v2_runner_on_ok(self, result: Any) -> None:
        self._plays[-1]["changed"] += bool(result.is_changed())

    def v2_playbook_on_stats(self, stats: Any) -> None:
        del stats
        self._finish()

    def _finish(self) -> None:
        if self._plays:
            self._plays[-1]["seconds"] = round(time.monotonic() - self._started, 1)
        path = Path(self.get_option("path"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self._plays, indent=2) + "\n")
