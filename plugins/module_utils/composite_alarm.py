# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a CloudWatch composite alarm is.

Pure: no Ansible, no AWS. An alarm is the dictionary of CloudWatch's API (CompositeAlarm).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
    """Everything that is converged on a composite alarm. The order of actions means nothing: they are sorted."""

    alarm_rule: str
    description: str
    actions_enabled: bool
    alarm_actions: list[str]
    ok_actions: list[str]
    insufficient_data_actions: list[str]


def given_settings(params: Mapping[str, Any]) -> Settings:
    """Return the settings that the module's options state."""
    return Settings(
        alarm_rule=params["alarm_rule"].strip(),
        description=params["description"],
        actions_enabled=params["actions_enabled"],
        alarm_actions=sorted(params["alarm_actions"]),
        ok_actions=sorted(params["ok_actions"]),
        insufficient_data_actions=sorted(params["insufficient_data_actions"]),
    )


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
