# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The latest value of each metric in big figures.

Pure. The style makes figures as big as fits: `--columns` and `--characters` tell it how many there are.
"""

from __future__ import annotations

from html import escape
from typing import Final

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import Content, Series
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.room import Room
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.units import Reading, reading

# The width of a cell to its height that looks best, and that with a line of the course below.
RATIO: Final = 2.2
RATIO_WITH_LINE: Final = 1.2
# The style hides lines where there is no room; with more numbers than that there seldom is.
MOST_LINES: Final = 8
SPARKLINE_WIDTH: Final = 100
SPARKLINE_HEIGHT: Final = 20
# A unit is written half as big as its value, and set off from it.
UNIT_SHARE: Final = 0.5
UNIT_GAP: Final = 0.4


def numbers(content: Content, room: Room) -> str:
    """Return the latest value of each series, with a line of its course when the widget asks for it."""
    properties = content.properties
    full, lined = bool(properties.get("singleValueFullPrecision")), bool(properties.get("sparkline"))
    readings = [reading(series.latest, series.unit, full) for series in content.series]
    cells = [_number(series, read, lined) for series, read in zip(content.series, readings, strict=True)]
    columns = room.columns(len(cells), RATIO_WITH_LINE if lined and len(cells) <= MOST_LINES else RATIO)
    classes = "numbers lined" if lined else "numbers"
    return f'<div class="{classes}" style="{fit(columns, readings)}">{"".join(cells)}</div>'


def fit(columns: int, readings: list[Reading]) -> str:
    """Return what the style has to know to make the figures as big as fits."""
    characters = max(
        len(read.value) + (len(read.unit) * UNIT_SHARE + UNIT_GAP if read.unit else 0) for read in readings
    )
    return f"--columns:{columns};--characters:{characters:g}"


def written(read: Reading) -> str:
    """Return a value and its unit."""
    unit = f'<span class="unit">{escape(read.unit)}</span>' if read.unit else ""
    return f'<div class="reading"><span class="value" title="{read.exact}">{read.value}</span>{unit}</div>'


def label(series: Series) -> str:
    """Return the label of a series beside its colour."""
    text = escape(series.label)
    return f'<div class="label" title="{text}"><i style="background:{series.color}"></i>{text}</div>'


def _number(series: Series, read: Reading, lined: bool) -> str:
    line = _sparkline(series) if lined and series.numbers else ""
    return f'<div class="number">{written(read)}{label(series)}{line}</div>'


def _sparkline(series: Series) -> str:
    course = series.numbers
    first, last = course[0].time, course[-1].time
    values = [point.value for point in course]
    length, height = (last - first).total_seconds() or 1, (max(values) - min(values)) or 1
    points = " ".join(
        f"{SPARKLINE_WIDTH * (point.time - first).total_seconds() / length:.1f},"
        f"{SPARKLINE_HEIGHT * (1 - (point.value - min(values)) / height):.1f}"
        for point in course
    )
    view = f"0 -1 {SPARKLINE_WIDTH} {SPARKLINE_HEIGHT + 2}"
    foot = f"{SPARKLINE_WIDTH},{SPARKLINE_HEIGHT + 1} 0,{SPARKLINE_HEIGHT + 1}"
    return (
        f'<svg class="sparkline" viewBox="{view}" preserveAspectRatio="none">'
        f'<polygon points="{points} {foot}" fill="{series.color}"/>'
        f'<polyline points="{points}" stroke="{series.color}"/></svg>'
    )
