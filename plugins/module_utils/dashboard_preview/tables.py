# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables and legends, in HTML.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import (
    Content,
    Series,
    Table,
    Value,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.numbers import shown
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import local, read_zone

SUMMARIES: Final[dict[str, Callable[[list[float]], float]]] = {
    "MIN": min,
    "MAX": max,
    "SUM": sum,
    "AVG": lambda values: sum(values) / len(values),
}


def table(columns: list[str], rows: list[list[str]]) -> str:
    """Return a table; all texts are escaped here."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    lines = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def log_table(result: Table) -> str:
    """Return the result of a query of logs."""
    return table(result.columns, result.rows)


def metric_table(content: Content) -> str:
    """Return the series with their summaries and, unless the widget hides them, their datapoints."""
    options = content.properties.get("table", {})
    summaries = [name for name in options.get("summaryColumns", SUMMARIES) if name in SUMMARIES]
    times = _times(content.series) if options.get("showTimeSeriesData", True) else []
    zone = read_zone(content.properties.get("timezone"))
    columns = ["Label", *summaries, *(local(time, zone).removesuffix(":00") for time in times)]
    rows = [[series.label, *_summarise(series, summaries), *_cells(series, times)] for series in content.series]
    if options.get("layout") == "vertical":
        columns, *rows = [list(line) for line in zip(columns, *rows, strict=True)]
    return table(columns, rows)


def _times(all_series: list[Series]) -> list[datetime]:
    return sorted({point.time for series in all_series for point in series.points}, reverse=True)


def _summarise(series: Series, summaries: list[str]) -> list[str]:
    values = [point.value for point in series.numbers]
    return [shown(SUMMARIES[name](values) if values else None) for name in summaries]


def _cells(series: Series, times: list[datetime]) -> list[str]:
    values = {point.time: point.value for point in series.points}
    return [shown(values.get(time)) for time in times]


def legend(entries: list[Series] | list[Value], properties: dict[str, Any]) -> str:
    """Return the legend, where the widget wants one; that of single values has the values, too."""
    position = properties.get("legend", {}).get("position", "bottom")
    if position == "hidden":
        return ""
    return f'<ul class="legend">{"".join(map(_legend_entry, entries))}</ul>'


def _legend_entry(entry: Series | Value) -> str:
    text = escape(entry.label)
    value = f"<b>{shown(entry.value)}</b>" if isinstance(entry, Value) else ""
    return f'<li title="{text}"><i style="background:{entry.color}"></i>{text}{value}</li>'
