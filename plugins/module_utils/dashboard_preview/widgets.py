# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A widget as HTML, with at most one chart for plotly.js.

Pure. Whatever comes from the body or from AWS is escaped where it is put into HTML.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.metrics import read_metrics
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview import (
    figures,
    gauges,
    logs,
    markdown,
    single_values,
    slices,
    tables,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.alarms import condition
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import (
    UNREADABLE,
    Content,
    Value,
    mapping,
    unreadable,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.layout import Figure
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.problems import box
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.room import Room

# What can't be drawn: what the console would show, and why it isn't here.
NOT_DRAWN: Final = {
    "explorer": "The console finds the resources by their tags and properties, and graphs the metrics of each.",
    "custom": "The console calls a Lambda function, and shows the HTML that it returns.",
    "chart": "The console asks this query in PromQL, or one of another language, and draws the answer.",
}
INSIGHT_RULE: Final = "The console draws the contributors that a rule of Contributor Insights finds."
NO_DATA: Final = '<p class="nothing">No data in this time range</p>'


@dataclass(frozen=True)
class Drawing:
    """The inside of a widget.

    :param figure: what plotly.js draws into the element of the class `chart`.
    :param absent: why such a widget is not drawn in a preview.
    """

    html: str
    figure: Figure | None = None
    absent: str = ""


@dataclass(frozen=True)
class Drawn:
    """A widget on the page."""

    html: str
    figure: Figure | None
    title: str
    problems: list[str]
    absent: str = ""


def draw(index: int, widget: dict[str, Any], content: Content) -> Drawn:
    """Draw a widget of a body that is checked, and in it what could not be read."""
    problems = list(content.problems)
    title = str(content.properties.get("title", ""))
    try:
        title = _title(content)
        drawing = _inside(widget["type"], content, Room(int(widget["width"]), int(widget["height"])))
    except UNREADABLE as error:  # its fault alone: the others are drawn
        drawing = Drawing("")
        problems.append(unreadable(error))
    html = _section(index, widget, title, drawing, problems)
    return Drawn(html, drawing.figure, title, problems, drawing.absent)


def _section(index: int, widget: dict[str, Any], title: str, drawing: Drawing, problems: list[str]) -> str:
    x, y, width, height = (int(widget[key]) for key in ("x", "y", "width", "height"))
    properties = widget["properties"]
    classes = f"widget {escape(widget['type'])} legend-{_legend_position(properties)}"
    if properties.get("background") == "transparent":
        classes += " transparent"
    heading = f'<h2 title="{escape(title)}">{escape(title)}</h2>' if title else ""
    return (
        f'<section class="{classes}" id="widget-{index}" data-type="{escape(widget["type"])}"'
        f' data-x="{x}" data-y="{y}" data-width="{width}" data-height="{height}"'
        f' style="grid-column:{x + 1}/span {width};grid-row:{y + 1}/span {height}">'
        f'<div class="card">{heading}{box(problems)}<div class="inside">{drawing.html}</div></div></section>'
    )


def _legend_position(properties: dict[str, Any]) -> str:
    return "right" if mapping(properties, "legend").get("position") == "right" else "bottom"


def _title(content: Content) -> str:
    """Return the title, or as the console does the names of the metrics."""
    properties = content.properties
    if "title" in properties or "metrics" not in properties:
        return str(properties.get("title", ""))
    names = (metric.metric_name for metric in read_metrics(properties["metrics"]))
    return ", ".join(dict.fromkeys(filter(None, names)))


def _inside(kind: str, content: Content, room: Room) -> Drawing:
    if reason := INSIGHT_RULE if "insightRule" in content.properties else NOT_DRAWN.get(kind):
        return Drawing(f'<p class="nothing">Not drawn in a preview. {reason}</p>', absent=reason)
    if kind == "text":
        html = markdown.to_html(str(content.properties.get("markdown", "")))
        return Drawing(f'<div class="markdown">{html}</div>')
    if kind == "alarm":
        return Drawing(_alarms(content.alarms))
    return _log(content, room) if kind == "log" else _metric(content, room)


def _alarms(alarms: list[dict[str, Any]]) -> str:
    tiles = "".join(
        f'<li class="tile {escape(alarm["StateValue"])}" title="{escape(condition(alarm))}">'
        f"<b>{escape(alarm['StateValue'].replace('_', ' '))}</b> {escape(alarm['AlarmName'])}</li>"
        for alarm in alarms
    )
    return f'<ul class="alarms">{tiles}</ul>' if alarms else '<p class="nothing">No alarms to show</p>'


def _metric(content: Content, room: Room) -> Drawing:
    view = content.properties.get("view", "timeSeries")
    if not content.series:
        return Drawing("" if content.problems else NO_DATA)
    if view == "singleValue":
        return Drawing(single_values.numbers(content, room))
    if view == "table":
        return Drawing(tables.metric_table(content))
    if not any(series.numbers for series in content.series):
        return Drawing(NO_DATA + tables.legend(content.series, content.properties))
    if view == "gauge":
        return Drawing(gauges.gauges(content, room))
    latest = [(series, series.latest) for series in content.series]
    values = [Value(series.label, value, series.color) for series, value in latest if value is not None]
    return _chart(view, content, values, room)


def _log(content: Content, room: Room) -> Drawing:
    table, view = content.table, content.properties.get("view", "table")
    if table is None:
        return Drawing("")
    if not table.rows:
        return Drawing('<p class="nothing">The query found nothing in this time range</p>')
    if view == "table":
        return Drawing(tables.log_table(table))
    series, values = logs.table_series(table), logs.table_values(table)
    if not (series if view == "timeSeries" else values):
        needed = "a column of times and one of numbers" if view == "timeSeries" else "a column of numbers"
        hint = f'<p class="nothing">For the view {escape(view)} the query has to return {needed}</p>'
        return Drawing(hint + tables.log_table(table))
    shown = replace(content, series=series)
    return _chart(view, shown, values, room)


def _chart(view: str, content: Content, values: list[Value], room: Room) -> Drawing:
    """Draw what is left of the views: lines, bars or a ring, with a legend."""
    chart = '<div class="chart"></div>'
    if view == "bar":
        return Drawing(chart, slices.bar(values, room, upright=content.table is not None))
    if view == "pie":
        return Drawing(chart + tables.legend(values, content.properties), slices.ring(values, content.properties))
    return Drawing(chart + tables.legend(content.series, content.properties), figures.time_series(content, room))
