# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The graphs over time, as figures of plotly.js.

Pure.
"""

from __future__ import annotations

from datetime import timezone
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.annotations import shapes
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.axes import ends, time_axis, value_axis
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import Content, Series
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.layout import Figure, layout, plain
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.room import Room
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import local, read_zone

# Up to here, points are marked: a line of one point would not be seen.
MARKED_POINTS: Final = 12


def time_series(content: Content, room: Room) -> Figure:
    """Return lines, or stacked areas, over the time range."""
    zone = read_zone(content.properties.get("timezone"))
    axes = ends(content, zone)
    look = layout(
        xaxis=time_axis(content, axes, zone, room),
        yaxis=value_axis(content, "left", axes.left, room),
        shapes=shapes(content.properties, axes, zone),
        hovermode="x unified",
    )
    if any(series.right for series in content.series):
        look["yaxis2"] = value_axis(content, "right", axes.right, room) | {
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
            "tickmode": "auto",
        }
    stacked = bool(content.properties.get("stacked"))
    return {"data": [_line(series, zone, stacked) for series in content.series], "layout": look}


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
