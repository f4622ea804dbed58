# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What compares values: bars and rings, as figures of plotly.js.

Pure. Colours of text, grid and background are the page's, so that they follow light and dark.
"""

from __future__ import annotations

from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import Value, mapping
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.layout import (
    NUMBERS,
    TICKS,
    Figure,
    layout,
    plain,
    shortened,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.numbers import shown
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.room import Room

MOST_TICKS: Final = 5
HOLE: Final = 0.55
# A slice with a smaller share has no room for its figures.
SMALLEST_LABELLED: Final = 0.04


def bar(values: list[Value], room: Room, upright: bool) -> Figure:
    """Return a bar for each value, from left to right or from top to bottom; the pointer shows the whole label."""
    names, amounts = ("x", "y") if upright else ("y", "x")
    places = list(range(len(values)))
    data = {
        "type": "bar",
        "orientation": "v" if upright else "h",
        names: places,
        amounts: [value.value for value in values],
        "marker": {"color": [value.color for value in values]},
        "text": [shown(value.value) for value in values],
        "textposition": "auto",
        "textangle": 0,
        "hovertext": [f"{plain(value.label)}: {shown(value.value)}" for value in values],
        "hoverinfo": "text",
    }
    labels = [plain(shortened(value.label, room.letters_of_a_bar)) for value in values]
    scale = {"rangemode": "tozero", "nticks": min(room.height if upright else room.ticks, MOST_TICKS), "tickangle": 0}
    named = {"tickmode": "array", "tickvals": places, "ticktext": labels, "showgrid": False}
    common = {"automargin": True, "fixedrange": True} | TICKS
    axes = {
        f"{amounts}axis": common | scale | NUMBERS,
        f"{names}axis": common | named | ({} if upright else {"autorange": "reversed"}),
    }
    return {"data": [data], "layout": layout(**axes, bargap=0.35)}


def ring(values: list[Value], properties: dict[str, Any]) -> Figure:
    """Return a ring with a slice for each value."""
    labelled = mapping(properties, "labels").get("visible", True)
    total = sum(value.value for value in values)
    data = {
        "type": "pie",
        "hole": HOLE,
        "labels": list(range(len(values))),  # plotly adds up slices of one label
        "values": [value.value for value in values],
        "marker": {"colors": [value.color for value in values], "line": {"width": 1.5}},
        "text": [_share(value.value, total) for value in values],
        "textinfo": "text" if labelled else "none",
        "textposition": "inside",
        "insidetextorientation": "horizontal",
        "hovertext": [f"{plain(value.label)}: {shown(value.value)}" for value in values],
        "hoverinfo": "text+percent",
        "sort": False,
        "direction": "clockwise",
    }
    return {"data": [data], "layout": layout()}


def _share(value: float, total: float) -> str:
    share = value / total if total else 0.0
    return f"{100 * share:.3g}%" if share >= SMALLEST_LABELLED else ""
