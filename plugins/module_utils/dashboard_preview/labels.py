# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fills in what is dynamic in a label. AWS does so itself; emulators leave it as it is written.

Pure. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/graph-dynamic-labels.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import Point
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.numbers import NOTHING, shown
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import local

DYNAMIC: Final = re.compile(r"\$\{(?:([A-Z_]+)|PROP\('([^']*)'\))\}")
UNITS: Final = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1)))
Pick = Callable[[list[Point]], Point]
Live = Callable[[list[Point], datetime], str]
PICKS: Final[Mapping[str, Pick]] = {
    "FIRST": lambda points: points[0],
    "LAST": lambda points: points[-1],
    "MIN": lambda points: min(points, key=lambda point: point.value),
    "MAX": lambda points: max(points, key=lambda point: point.value),
}


def duration(length: timedelta) -> str:
    """Return the length in its two largest units: `2d 3h`, `5m`."""
    rest, parts = abs(length), []
    for name, unit in UNITS:
        count, rest = divmod(rest, unit)
        parts += [f"{count}{name}"] if count else []
    return " ".join(parts[:2]) or "0m"


def _of_one(name: str, pick: Pick) -> dict[str, Live]:
    return {
        name: lambda points, _now: shown(pick(points).value),
        f"{name}_TIME": lambda points, _now: local(pick(points).time, UTC).removesuffix(":00"),
        f"{name}_TIME_RELATIVE": lambda points, now: duration(now - pick(points).time),
    }


def _of_two(first: str, second: str) -> dict[str, Live]:
    one, two = PICKS[first], PICKS[second]
    return {
        f"{first}_{second}_RANGE": lambda points, _now: shown(abs(two(points).value - one(points).value)),
        f"{first}_{second}_TIME_RANGE": lambda points, _now: duration(two(points).time - one(points).time),
    }


LIVE: Final[Mapping[str, Live]] = {
    "AVG": lambda points, _now: shown(sum(point.value for point in points) / len(points)),
    "SUM": lambda points, _now: shown(sum(point.value for point in points)),
    "DATAPOINT_COUNT": lambda points, _now: str(len(points)),
    **{name: live for each in PICKS.items() for name, live in _of_one(*each).items()},
    **_of_two("FIRST", "LAST"),
    **_of_two("MIN", "MAX"),
}


def fill(label: str, points: list[Point], properties: Mapping[str, str], now: datetime) -> str:
    """Return the label with its dynamic parts filled in; what is not known stays as it is written.

    :param points: in the order of time.
    :param properties: what `PROP` may name, such as `MetricName` or `Dim.FunctionName`; `LABEL` is the default label.
    :param now: what relative times are counted from.
    """

    numbers = [point for point in points if isfinite(point.value)]

    def value(match: re.Match[str]) -> str:
        name, wanted = match.groups()
        if name in LIVE:
            return LIVE[name](numbers, now) if numbers else NOTHING
        return properties.get(wanted or name, match[0])

    return DYNAMIC.sub(value, label)


def metric_properties(request: Mapping[str, Any], region: str | None, default: str) -> dict[str, str]:
    """Return the properties of the metric that a MetricDataQuery asks for."""
    found = {"LABEL": default, "Region": region, "AccountId": request.get("AccountId")}
    if asked := request.get("MetricStat"):
        metric = asked["Metric"]
        found |= {name: metric[name] for name in ("MetricName", "Namespace")}
        found |= {"Stat": asked["Stat"], "Period": asked["Period"]}
        found |= {f"Dim.{dimension['Name']}": dimension["Value"] for dimension in metric["Dimensions"]}
    return {name: str(value) for name, value in found.items() if value is not None}
