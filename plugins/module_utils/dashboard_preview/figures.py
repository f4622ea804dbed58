# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The charts, as figures of plotly.js.

Pure. Colours of text, grid and background are the page's, so that they follow light and dark.
"""

from __future__ import annotations

from datetime import UTC, datetime, timezone
from html import escape
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.annotations import (
    Axes,
    horizontal_levels,
    shapes,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import (
    Content,
    Series,
    Value,
    mapping,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.numbers import shown
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import (
    DAY,
    local,
    read_zone,
    shown_zone,
)

Figure = dict[str, Any]
TRANSPARENT: Final = "rgba(0,0,0,0)"
# Up to here, points are marked: a line of one point would not be seen.
MARKED_POINTS: Final = 40
PADDING: Final = 0.08


def time_series(content: Content) -> Figure:
    """Return lines, or stacked areas, over the time range."""
    zone = read_zone(content.properties.get("timezone"))
    axes = _axes(content, zone)
    layout = _layout(
        xaxis=_time_axis(content, axes, zone),
        yaxis=_value_axis(content, "left", axes.left),
        shapes=shapes(content.properties, axes, zone),
        hovermode="x unified",
    )
    if any(series.right for series in content.series):
        layout["yaxis2"] = _value_axis(content, "right", axes.right) | {
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
            "tickmode": "auto",
        }
    stacked = bool(content.properties.get("stacked"))
    return {"data": [_line(series, zone, stacked) for series in content.series], "layout": layout}


def bar(values: list[Value]) -> Figure:
    """Return a horizontal bar for each value, the first on top."""
    data = {
        "type": "bar",
        "orientation": "h",
        "y": [plain(value.label) for value in values],
        "x": [value.value for value in values],
        "marker": {"color": [value.color for value in values]},
        "text": [shown(value.value) for value in values],
        "textposition": "auto",
        "hoverinfo": "x+y",
    }
    layout = _layout(
        xaxis={"automargin": True, "fixedrange": True, "rangemode": "tozero"},
        yaxis={"automargin": True, "fixedrange": True, "type": "category", "autorange": "reversed"},
        bargap=0.35,
    )
    return {"data": [data], "layout": layout}


def pie(values: list[Value], properties: dict[str, Any]) -> Figure:
    """Return a pie with a slice for each value."""
    labelled = mapping(properties, "labels").get("visible", True)
    data = {
        "type": "pie",
        "labels": [plain(value.label) for value in values],
        "values": [value.value for value in values],
        "marker": {"colors": [value.color for value in values]},
        "text": [shown(value.value) for value in values],
        "textinfo": "text+percent" if labelled else "none",
        "hoverinfo": "label+text+percent",
        "sort": False,
    }
    return {"data": [data], "layout": _layout()}


def plain(text: str) -> str:
    """Return text that plotly shows as it is; it reads some HTML."""
    return escape(text, quote=False)


def _layout(**extra: Any) -> dict[str, Any]:
    return {
        "autosize": True,
        "showlegend": False,
        "paper_bgcolor": TRANSPARENT,
        "plot_bgcolor": TRANSPARENT,
        "margin": {"l": 12, "r": 12, "t": 8, "b": 8},
        "font": {"size": 11},
        "dragmode": False,
    } | extra


def _line(series: Series, zone: timezone, stacked: bool) -> dict[str, Any]:
    line: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines+markers" if len(series.points) <= MARKED_POINTS else "lines",
        "name": plain(series.label),
        "x": [local(point.time, zone) for point in series.points],
        "y": [point.value for point in series.points],
        "yaxis": "y2" if series.right else "y",
        "line": {"color": series.color, "width": 1.75},
        "marker": {"color": series.color, "size": 4 if len(series.points) > 1 else 7},
    }
    return line | ({"stackgroup": line["yaxis"]} if stacked else {})


def _time_axis(content: Content, axes: Axes, zone: timezone) -> dict[str, Any]:
    days = content.span.end - content.span.start > DAY
    return {
        "type": "date",
        "range": list(axes.time),
        "tickformat": "%m-%d %H:%M" if days else "%H:%M",
        "nticks": 8,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": TRANSPARENT,
        "title": {"text": "" if zone == UTC else shown_zone(zone), "standoff": 4},
        "automargin": True,
        "fixedrange": True,
    }


def _value_axis(content: Content, side: str, limits: tuple[float, float]) -> dict[str, Any]:
    label = str(mapping(content.properties, "yAxis", side).get("label", ""))
    return {
        "range": list(limits),
        "title": {"text": plain(label), "standoff": 4},
        "automargin": True,
        "fixedrange": True,
        "nticks": 6,
        "zeroline": False,
    }


def _axes(content: Content, zone: timezone) -> Axes:
    left = [series for series in content.series if not series.right]
    right = [series for series in content.series if series.right]
    return Axes(
        time=(local(content.span.start, zone), local(content.span.end, zone)),
        left=_limits(content, "left", left),
        right=_limits(content, "right", right),
    )


def _limits(content: Content, side: str, series: list[Series]) -> tuple[float, float]:
    """Return the ends of an axis: those given, or wide enough for each point and each annotation."""
    values = _tops(series) if content.properties.get("stacked") else [p.value for one in series for p in one.points]
    values += horizontal_levels(content.properties, side)
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = PADDING * (high - low) or PADDING * abs(high) or 1.0
    low_end = low - room if low < 0 else max(low - room, 0.0)
    axis = mapping(content.properties, "yAxis", side)
    return axis.get("min", low_end), axis.get("max", high + room)


def _tops(series: list[Series]) -> list[float]:
    """Return the height of the stack at each time, and its foot."""
    heights: dict[datetime, float] = {}
    for one in series:
        for point in one.points:
            heights[point.time] = heights.get(point.time, 0.0) + point.value
    return [0.0, *heights.values()]
