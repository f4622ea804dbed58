# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The axes of a graph over time: where they end, and how they are labelled.

Pure.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from math import isfinite
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.annotations import (
    Axes,
    horizontal_levels,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import Content, Series, mapping
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.layout import (
    NUMBERS,
    TICKS,
    plain,
    shortened,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.room import Room
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import (
    DAY,
    local,
    shown_zone,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.units import symbol

PADDING: Final = 0.08
WEEK: Final = 7 * DAY
MOST_TICKS: Final = 6
# What is no unit to a reader.
COUNTS: Final = ("Count", "None")
SEVERAL_UNITS: Final = "Various units"


def time_axis(content: Content, axes: Axes, zone: timezone, room: Room) -> dict[str, Any]:
    """Return the axis of the time."""
    title = "" if zone == UTC else shown_zone(zone)
    axis: dict[str, Any] = {
        "type": "date",
        "nticks": room.ticks,
        "range": list(axes.time),
        "tickformat": _time_format(content.span.end - content.span.start),
        "tickangle": 0,
        "automargin": True,
        "fixedrange": True,
    } | TICKS
    return axis | ({"title": {"text": title, "standoff": 4}} if title else {})


def _time_format(length: timedelta) -> str:
    """Return how times are written; the date is on a line of its own, and there once a day."""
    if length <= DAY:
        return "%H:%M"
    return "%H:%M\n%m-%d" if length <= WEEK else "%m-%d"


def value_axis(content: Content, side: str, limits: tuple[float, float], room: Room) -> dict[str, Any]:
    """Return an axis of values, on the left or the right."""
    title = _title(content, side, room.letters_upward)
    return (
        {
            "range": list(limits),
            "title": {"text": plain(title), "standoff": 6},
            "automargin": True,
            "fixedrange": True,
            "nticks": min(room.height, MOST_TICKS),
            "zeroline": False,
        }
        | NUMBERS
        | TICKS
    )


def _title(content: Content, side: str, letters: int) -> str:
    """Return the label that the widget gives the axis, or the unit of its metrics; in so many letters."""
    axis = mapping(content.properties, "yAxis", side)
    if axis.get("label") or axis.get("showUnits") is False:
        return shortened(str(axis.get("label") or ""), letters)
    series = [series for series in content.series if series.right == (side == "right")]
    units = {"" if one.unit in COUNTS else one.unit for one in series if one.unit}
    unit = SEVERAL_UNITS if len(units) > 1 else "".join(units)
    return shortened(unit if len(unit) <= letters else symbol(unit), letters)


def ends(content: Content, zone: timezone) -> Axes:
    """Return where the axes end."""
    left = [series for series in content.series if not series.right]
    right = [series for series in content.series if series.right]
    return Axes(
        time=(local(content.span.start, zone), local(content.span.end, zone)),
        left=_limits(content, "left", left),
        right=_limits(content, "right", right),
    )


def _limits(content: Content, side: str, series: list[Series]) -> tuple[float, float]:
    """Return the ends of an axis: those given, or wide enough for each point and each annotation."""
    values = _tops(series) if content.properties.get("stacked") else [p.value for one in series for p in one.numbers]
    values += filter(isfinite, horizontal_levels(content.properties, side))
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = PADDING * (high - low) or PADDING * abs(high) or 1.0
    low_end = low - room if low < 0 else max(low - room, 0.0)
    axis = mapping(content.properties, "yAxis", side)
    return axis.get("min", low_end), axis.get("max", high + room)


def _tops(series: list[Series]) -> list[float]:
    """Return the height of the stack at each time, and its foot."""
    heights: dict[datetime, float] = {}
    for one in series:
        for point in one.numbers:
            heights[point.time] = heights.get(point.time, 0.0) + point.value
    return [0.0, *heights.values()]
