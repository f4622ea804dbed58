# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables and legends, in HTML.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from html import escape
from itertools import groupby
from typing import Any, Final, NamedTuple

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


class _Clock(NamedTuple):
    """A time as it is written: `2026-11-23` and `08:00`."""

    day: str
    time: str


Days = list[tuple[str, list[_Clock]]]


def _line(tag: str, cells: list[str]) -> str:
    """Return a row of a table; all texts are escaped here."""
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"


def log_table(result: Table) -> str:
    """Return the result of a query of logs."""
    body = "".join(_line("td", row) for row in result.rows)
    head = _line("th", result.columns)
    return f'<div class="scroll"><table><thead>{head}</thead><tbody>{body}</tbody></table></div>'


def metric_table(content: Content) -> str:
    """Return the series with their summaries and, unless the widget hides them, their datapoints."""
    options = content.properties.get("table", {})
    summaries = [name for name in options.get("summaryColumns", SUMMARIES) if name in SUMMARIES]
    times = _times(content.series) if options.get("showTimeSeriesData", True) else []
    zone = read_zone(content.properties.get("timezone"))
    days = [(day, list(group)) for day, group in groupby((_clock(time, zone) for time in times), _day)]
    rows = [[series.label, *_summarise(series, summaries), *_cells(series, times)] for series in content.series]
    drawn = _vertical if options.get("layout") == "vertical" else _horizontal
    return f'<div class="scroll metric-table"><table>{drawn(summaries, days, rows)}</table></div>'


def _clock(time: datetime, zone: timezone) -> _Clock:
    day, clock = local(time, zone).split()
    return _Clock(day, clock.removesuffix(":00"))


def _day(clock: _Clock) -> str:
    return clock.day


def _horizontal(summaries: list[str], days: Days, rows: list[list[str]]) -> str:
    """Return the rows of a table with a line for each series; the day is once above its times."""
    names = ["Label", *summaries, *(clock.time for _, clocks in days for clock in clocks)]
    spans = "".join(f'<th class="day" colspan="{len(clocks)}">{day}</th>' for day, clocks in days)
    above = f'<tr><th colspan="{1 + len(summaries)}"></th>{spans}</tr>' if days else ""
    return f"<thead>{above}{_line('th', names)}</thead><tbody>{''.join(_line('td', row) for row in rows)}</tbody>"


def _vertical(summaries: list[str], days: Days, rows: list[list[str]]) -> str:
    """Return the rows of a table with a column for each series; the day is once over the lines of its times."""
    labels, *cells = (list(line) for line in zip(*rows, strict=True))
    lines = iter(cells)
    body = [_line("td", [name, *next(lines)]) for name in summaries]
    for day, clocks in days:
        body.append(f'<tr><th class="day" colspan="{1 + len(rows)}">{day}</th></tr>')
        body += [_line("td", [clock.time, *next(lines)]) for clock in clocks]
    return f"<thead>{_line('th', ['Label', *labels])}</thead><tbody>{''.join(body)}</tbody>"


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
