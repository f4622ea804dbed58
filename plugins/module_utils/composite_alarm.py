# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a CloudWatch composite alarm is.

Pure: no Ansible, no AWS. An alarm is the dictionary of CloudWatch's API (CompositeAlarm).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

# PutCompositeAlarm replaces the whole alarm, so what has no option is sent back as it is.
KEPT: Final = (
    "ActionsSuppressor",
    "ActionsSuppressorWaitPeriod",
    "ActionsSuppressorExtensionPeriod",
    "ActionConfiguration",
)


@dataclass(frozen=True)
class Settings:
    """Everything that is converged on a composite alarm; a new one has these values. Actions are sorted, since their
    order means nothing.
    """

    alarm_rule: str
    description: str = ""
    actions_enabled: bool = True
    alarm_actions: list[str] = field(default_factory=list)
    ok_actions: list[str] = field(default_factory=list)
    insufficient_data_actions: list[str] = field(default_factory=list)


def desired_settings(params: Mapping[str, Any], current: Settings | None) -> Settings:
    """Return the settings that the alarm is to have, where None is one that does not exist.

    An option that is None leaves its setting as it is.
    """
    names = [each.name for each in fields(Settings)]
    given = {name: _normal(params[name]) for name in names if params[name] is not None}
    return replace(current or Settings(given["alarm_rule"]), **given)


def _normal(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(value)
    return value.strip() if isinstance(value, str) else value


def settings_of(alarm: Mapping[str, Any]) -> Settings:
    """Read the settings of an alarm."""
    return Settings(
        alarm_rule=alarm["AlarmRule"].strip(),
        description=alarm.get("AlarmDescription", ""),
        actions_enabled=alarm["ActionsEnabled"],
        alarm_actions=sorted(alarm.get("AlarmActions", [])),
        ok_actions=sorted(alarm.get("OKActions", [])),
        insufficient_data_actions=sorted(alarm.get("InsufficientDataActions", [])),
    )


def request_of(name: str, settings: Settings, current: Mapping[str, Any] | None) -> dict[str, Any]:
    """Write the settings as a request of PutCompositeAlarm that keeps what `current` has besides."""
    kept = {key: current[key] for key in KEPT if key in current} if current else {}
    return kept | {
        "AlarmName": name,
        "AlarmRule": settings.alarm_rule,
        "AlarmDescription": settings.description,
        "ActionsEnabled": settings.actions_enabled,
        "AlarmActions": settings.alarm_actions,
        "OKActions": settings.ok_actions,
        "InsufficientDataActions": settings.insufficient_data_actions,
    }
