# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was read for a widget.

Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from typing import Any, Final, NamedTuple, Protocol

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import TimeRange

# CloudWatch's own colours, in their order.
PALETTE: Final = (
    "#1f77b4",
    "#ff7f0e",
    "#2ca02c",
    "#d62728",
    "#9467bd",
    "#8c564b",
    "#e377c2",
    "#7f7f7f",
    "#bcbd22",
    "#17becf",
)
COLOR: Final = re.compile(r"#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})")


# What reading or drawing raises of a value that a body may have, for CloudWatch takes it, and that says nothing to us.
UNREADABLE: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def unreadable(error: Exception) -> str:
    """Say why a widget can't be shown."""
    kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
    return f"it can't be shown as it is written: {kind}{error}"


def mapping(properties: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return what is under these names, one in the other, or nothing where that is no mapping."""
    found: Any = properties
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


class SourceError(Exception):
    """AWS refused or failed a call; the text is AWS's own."""


class Source(Protocol):
    """Answers what widgets ask; each call raises SourceError when AWS refuses or fails it."""

    def metric_data(self, region: str | None, queries: list[dict[str, Any]], span: TimeRange) -> list[dict[str, Any]]:
        """Return the MetricDataResults of GetMetricData, of all pages in turn."""

    def units(self, region: str | None, metrics: list[dict[str, Any]], span: TimeRange) -> list[str]:
        """Return AWS's name for the unit of each metric; nothing where that is not known, or there are several."""

    def alarms(self, region: str | None, names: list[str]) -> list[dict[str, Any]]:
        """Return those of the alarms that exist."""

    def log_rows(self, region: str | None, request: dict[str, Any], span: TimeRange) -> list[list[dict[str, str]]]:
        """Return the results of a query of CloudWatch Logs Insights."""


class Point(NamedTuple):
    """A datapoint: the beginning of its period, and its value."""

    time: datetime
    value: float


@dataclass(frozen=True)
class Series:
    """A line of a chart, with its points in the order of time."""

    label: str
    points: list[Point]
    color: str
    right: bool = False
    unit: str = ""

    @property
    def numbers(self) -> list[Point]:
        """The points without those of NaN or infinity, which are gaps of a line."""
        return [point for point in self.points if isfinite(point.value)]

    @property
    def latest(self) -> float | None:
        """The value of the most recent period that has one."""
        return self.numbers[-1].value if self.numbers else None


class Value(NamedTuple):
    """A bar, or a slice of a pie."""

    label: str
    value: float
    color: str


class Table(NamedTuple):
    """The result of a query of logs."""

    columns: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Content:
    """What a widget shows.

    :param properties: those of the widget, or what an alarm makes of them.
    """

    properties: dict[str, Any]
    span: TimeRange
    series: list[Series] = field(default_factory=list)
    alarms: list[dict[str, Any]] = field(default_factory=list)
    table: Table | None = None
    problems: list[str] = field(default_factory=list)


def own_color(text: Any, default: str) -> str:
    """Return the colour in six digits, or the default for what is no colour such as `#1f77b4` or `#aaa`."""
    digits = text.removeprefix("#") if isinstance(text, str) and COLOR.fullmatch(text) else ""
    if not digits:
        return default
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def palette(index: int) -> str:
    """Return the colour of what has none of its own."""
    return PALETTE[index % len(PALETTE)]
