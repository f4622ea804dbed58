# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Horizontal and vertical annotations, as shapes of plotly.js and as steps of a gauge.

Pure.
"""

from __future__ import annotations

from datetime import datetime, timezone
from html import escape
from operator import itemgetter
from typing import Any, Final, NamedTuple

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import mapping, own_color
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import local, read_iso

DEFAULT_COLOR: Final = "#d62728"
OPACITY: Final = 0.15
# From this share of the time range on, a label is on the left of its line.
LATE: Final = 0.75
Shape = dict[str, Any]


class Axes(NamedTuple):
    """The ends of the axes."""

    time: tuple[str, str]
    left: tuple[float, float]
    right: tuple[float, float]


def shapes(properties: dict[str, Any], axes: Axes, zone: timezone) -> list[Shape]:
    """Return the lines and areas of all visible annotations."""
    return _horizontal(properties, axes) + _vertical(properties, axes, zone)


def _horizontal(properties: dict[str, Any], axes: Axes) -> list[Shape]:
    drawn: list[Shape] = []
    label = {"textposition": "start", "yanchor": "bottom", "xanchor": "left"}
    for lines in _visible(properties, "horizontal"):
        ends = axes.right if _side(lines) == "right" else axes.left
        reference = {"yref": "y2" if _side(lines) == "right" else "y", "xref": "paper", "x0": 0, "x1": 1}
        levels = [line["value"] for line in lines]
        drawn += _area(lines, _filled(levels, lines[0].get("fill"), ends), reference, "y")
        drawn += [_line(lines[0], line["value"], reference, "y") | _label(_text(line), label) for line in lines]
    return drawn


def _vertical(properties: dict[str, Any], axes: Axes, zone: timezone) -> list[Shape]:
    drawn: list[Shape] = []
    reference = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1}
    marks: list[tuple[str, str, Shape]] = []
    for lines in _visible(properties, "vertical"):
        times = [local(read_iso(line["value"]), zone) for line in lines]
        drawn += _area(lines, _filled(times, lines[0].get("fill"), axes.time), reference, "x")
        seen = [(time, line) for time, line in zip(times, lines, strict=True) if axes.time[0] <= time <= axes.time[1]]
        marks += [(time, _text(line), _line(lines[0], time, reference, "x")) for time, line in seen]
    for number, (time, text, shape) in enumerate(sorted(marks, key=itemgetter(0))):
        label = {"textposition": "end", "yanchor": "top", "xanchor": _label_side(time, axes)}
        # each other label a line lower, so that neighbours do not touch
        drawn.append(shape | _label("<br>" * (number % 2) + text if text else "", label))
    return drawn


def horizontal_levels(properties: dict[str, Any], side: str) -> list[float]:
    """Return the values of the visible horizontal annotations of an axis, for which the graph has to have room."""
    return [line["value"] for lines in _visible(properties, "horizontal") if _side(lines) == side for line in lines]


def steps(properties: dict[str, Any], low: float, high: float) -> list[dict[str, Any]]:
    """Return the coloured parts of a gauge from low to high."""
    drawn = []
    for lines in _visible(properties, "horizontal"):
        filled = _filled([line["value"] for line in lines], lines[0].get("fill"), (low, high))
        if filled:
            drawn.append({"range": list(filled), "color": _color(lines[0])})
    return drawn


def _visible(properties: dict[str, Any], kind: str) -> list[list[dict[str, Any]]]:
    """Return each annotation as its one line, or the two of a band."""
    entries = mapping(properties, "annotations").get(kind) or []
    lines = [entry if isinstance(entry, list) else [entry] for entry in entries]
    return [band for band in lines if band[0].get("visible", True)]


def _side(lines: list[dict[str, Any]]) -> str:
    return str(lines[0].get("yAxis", "left"))


def _filled(values: list[Any], fill: str | None, ends: tuple[Any, Any]) -> tuple[Any, Any] | None:
    """Return from where to where to fill; None for a line alone. A band is always filled."""
    if len(values) == 2:
        return min(values), max(values)
    if fill in ("above", "after"):
        return values[0], ends[1]
    if fill in ("below", "before"):
        return ends[0], values[0]
    return None


def _area(lines: list[dict[str, Any]], filled: tuple[Any, Any] | None, reference: Shape, axis: str) -> list[Shape]:
    if filled is None:
        return []
    ends = {f"{axis}0": filled[0], f"{axis}1": filled[1]}
    look = {"fillcolor": _color(lines[0]), "opacity": OPACITY, "line": {"width": 0}, "layer": "below"}
    return [{"type": "rect"} | reference | ends | look]


def _label_side(time: str, axes: Axes) -> str:
    """Return which end of a label is at the line: a label that begins near the right edge would be cut."""
    start, end, at = (datetime.fromisoformat(each) for each in (*axes.time, time))
    return "right" if (at - start) / (end - start) > LATE else "left"


def _line(first: dict[str, Any], value: Any, reference: Shape, axis: str) -> Shape:
    ends = {f"{axis}0": value, f"{axis}1": value}
    return {"type": "line", **reference, **ends, "line": {"color": _color(first), "width": 1.5}}


def _text(line: dict[str, Any]) -> str:
    return escape(str(line.get("label") or ""), quote=False)


def _label(text: str, place: dict[str, str]) -> Shape:
    return {"label": {"text": text, "textangle": 0, "font": {"size": 10}} | place} if text else {}


def _color(line: dict[str, Any]) -> str:
    return own_color(line.get("color"), DEFAULT_COLOR)
