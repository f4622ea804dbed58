# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Alarms: whether they watch what they should, and could go off.

Pure: no Ansible, no AWS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.taskmanager.aws.plugins.module_utils.alarm.options import given_settings
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
    asked_for, found = given_settings(wanted), _settings(current)
    watched, to_watch = _watched(found), _watched(asked_for)
    if to_watch and watched != to_watch:
        yield f"it watches {watched}, not {to_watch}"
    for option, name in (("threshold", "threshold"), ("threshold_metric_id", "band")):
        if option in asked_for and found.get(option) != asked_for[option]:
            yield f"its {name} is {found.get(option)}, not {wanted[option]}"
    if not current["actions_enabled"]:
        yield "its actions are switched off"
    # Where no data is good data, as with a metric that only comes with a failure, none for ever is what one hopes for.
    if current["state_value"] == "INSUFFICIENT_DATA" and current.get("treat_missing_data") != "notBreaching":
        yield f"INSUFFICIENT_DATA: nothing came of {watched}; are its names right? A new metric takes up to 15 minutes"


def _settings(current: Alarm) -> dict[str, Any]:
    """The settings of an alarm as cloudwatch_metric_alarm_info tells it, which lists the dimensions of its metric."""
    dimensions = {each["name"]: each["value"] for each in current.get("dimensions") or []}
    return given_settings({**current, "dimensions": dimensions})


def _watched(settings: Mapping[str, Any]) -> str:
    """What an alarm watches, in words."""
    if queries := settings.get("metrics"):
        return "; ".join(f"{query['id']} = {_query(query)}" for query in queries)
    dimensions = _told(settings.get("dimensions", {}))
    return " ".join(filter(None, [settings.get("namespace"), settings.get("metric_name"), dimensions]))


def _query(query: Mapping[str, Any]) -> str:
    if "expression" in query:
        return str(query["expression"])
    stat = query["metric_stat"]
    dimensions = {each["name"]: each["value"] for each in stat["metric"].get("dimensions", [])}
    told = [stat["stat"], stat["metric"]["namespace"], stat["metric"]["metric_name"], _told(dimensions)]
    return " ".join(filter(None, told))


def _told(dimensions: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(dimensions.items()))
