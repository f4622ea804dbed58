# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gauges, in SVG: half a ring for each metric, filled up to its latest value.

Pure.
"""

from __future__ import annotations

from html import escape
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.annotations import steps
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import (
    Content,
    Series,
    mapping,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.numbers import shown
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.room import Room
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.single_values import (
    fit,
    label,
    written,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.units import Reading, reading

# The width of a cell to its height that looks best.
RATIO: Final = 1.5
LOW: Final = 0.0
HIGH: Final = 100.0
# Arcs from left to right; each is 100 long, so that a share of it is a percentage.
ARC: Final = 'd="M9 51A41 41 0 0 1 91 51" pathLength="100"'
OUTER_ARC: Final = 'd="M2 51A48 48 0 0 1 98 51" pathLength="100"'


def gauges(content: Content, room: Room) -> str:
    """Return a gauge for each series."""
    axis = mapping(content.properties, "yAxis", "left")
    low, high = float(axis.get("min", LOW)), float(axis.get("max", HIGH))
    readings = [reading(series.latest, series.unit) for series in content.series]
    levels = "".join(_level(step, low, high) for step in steps(content.properties, low, high))
    cells = [_gauge(series, read, (low, high), levels) for series, read in zip(content.series, readings, strict=True)]
    style = fit(room.columns(len(cells), RATIO), readings)
    return f'<div class="numbers gauges" style="{style}">{"".join(cells)}</div>'


def _gauge(series: Series, read: Reading, ends: tuple[float, float], levels: str) -> str:
    share = 0.0 if series.latest is None else _share(series.latest, *ends)
    filled = f'<path class="filled" {ARC} stroke="{series.color}" stroke-dasharray="{share:.2f} 200"/>' if share else ""
    return (
        '<div class="number gauge"><div class="dial">'
        f'<svg viewBox="0 0 100 52" preserveAspectRatio="xMidYMax"><path class="track" {ARC}/>{filled}{levels}</svg>'
        f'{written(read)}</div><div class="ends"><span>{shown(ends[0])}</span><span>{shown(ends[1])}</span></div>'
        f"{label(series)}</div>"
    )


def _level(step: dict[str, Any], low: float, high: float) -> str:
    """Return the arc of a coloured part, outside the ring."""
    start, end = (_share(value, low, high) for value in step["range"])
    return (
        f'<path class="level" {OUTER_ARC} stroke="{escape(step["color"])}"'
        f' stroke-dasharray="0 {start:.2f} {end - start:.2f} 200"/>'
    )


def _share(value: float, low: float, high: float) -> float:
    """Return how far a value is from low to high, from 0 to 100."""
    return min(max(100 * (value - low) / ((high - low) or 1), 0.0), 100.0)
