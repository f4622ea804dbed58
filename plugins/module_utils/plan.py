# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to change from settings that are there to settings that are wanted.

Pure: no Ansible, no AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Plan:
    """The settings that differ, before and after; what does not exist has none."""

    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def changed(self) -> bool:
        return self.before != self.after


def compare(current: Mapping[str, Any] | None, desired: Mapping[str, Any] | None) -> Plan:
    """Compare settings by their names, where None is what does not exist."""
    before, after = dict(current or {}), dict(desired or {})
    same = {key for key in before.keys() & after.keys() if before[key] == after[key]}
    return Plan(_without(before, same), _without(after, same))


def _without(settings: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in settings.items() if key not in keys}
