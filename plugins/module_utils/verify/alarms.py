# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Alarms: whether they watch what they should, and could go off.

Pure: no Ansible, no AWS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.taskmanager.aws.plugins.module_utils.verify.check import (
    NONE,
    Answer,
    Check,
    Unknown,
    asked,
    first,
)

CONVERGE = "run site.yml with the tag cloudwatch"
Alarm = Mapping[str, Any]


def alarm_checks(wanted: Alarm, alarms: Answer, unknown: Unknown) -> Iterator[Check]:
    """The check of a metric alarm, as the role cloudwatch takes it, unless what it watches is not there."""
    if unknown(wanted):
        return

    def faults(found: list[Alarm]) -> list[str]:
        current = first(alarm for alarm in found if alarm["alarm_name"] == wanted["name"])
        return list(_faults(wanted, current)) if current else [NONE]

    yield asked(f"alarm {wanted['name']} can go off", alarms, "metric_alarms", faults, CONVERGE)


def _faults(wanted: Alarm, current: Alarm) -> Iterator[str]:
    watched = _metric(
        current.get("namespace"),
        current.get("metric_name"),
        {each["name"]: each["value"] for each in current.get("dimensions", [])},
    )
    asked_for = _metric(wanted.get("namespace"), wanted.get("metric_name"), wanted.get("dimensions") or {})
    if watched != asked_for:
        yield f"it watches {watched}, not {asked_for}"
    if float(current["threshold"]) != float(wanted["threshold"]):
        yield f"its threshold is {current['threshold']}, not {wanted['threshold']}"
    if not current["actions_enabled"]:
        yield "its actions are switched off"
    # Where no data is good data, as with a metric that only comes with a failure, none for ever is what one hopes for.
    if current["state_value"] == "INSUFFICIENT_DATA" and current.get("treat_missing_data") != "notBreaching":
        yield f"INSUFFICIENT_DATA: nothing came of {watched}; are its names right? A new metric takes up to 15 minutes"


def _metric(namespace: str | None, name: str | None, dimensions: Mapping[str, Any]) -> str:
    told = ", ".join(f"{key}={value}" for key, value in sorted(dimensions.items()))
    return " ".join(filter(None, [namespace, name, told]))
