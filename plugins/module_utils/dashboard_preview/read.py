# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what a widget shows from a source of answers.

Pure: the source makes the calls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview import alarms, logs
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import (
    UNREADABLE,
    Content,
    Source,
    SourceError,
    mapping,
    unreadable,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.queries import (
    Query,
    clock_period,
    range_period,
    read_results,
    spans_one_period,
    unit_of,
    widget_queries,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import TimeRange, read_range

Results = list[dict[str, Any]]


def read_widget(widget: dict[str, Any], span: TimeRange, now: datetime, source: Source) -> Content:
    """Return what the widget shows; what can't be read is among its problems."""
    content = Content(widget["properties"], span)
    read = READERS.get(widget["type"])
    if read is None:
        return content
    try:
        content = _at_its_time(content, now)
        return read(content, source, now)
    except (SourceError, ValueError) as error:
        return replace(content, problems=[str(error)])
    except UNREADABLE as error:
        return replace(content, problems=[unreadable(error)])


def first_queries(widget: dict[str, Any], span: TimeRange, now: datetime) -> tuple[TimeRange, list[Query]]:
    """Return what a widget asks GetMetricData first, and of which time; nothing when it asks for something else before.

    :raises ValueError: the widget can't be read.
    """
    content = _at_its_time(Content(widget["properties"], span), now)
    if widget["type"] != "metric" or mapping(content.properties, "annotations").get("alarms"):
        return content.span, []
    return content.span, widget_queries(content.properties, _first_period(content))


def _at_its_time(content: Content, now: datetime) -> Content:
    if not content.properties.get("start"):
        return content
    return replace(content, span=read_range(now, content.properties))


def _read_metrics(content: Content, source: Source, now: datetime) -> Content:
    arns = mapping(content.properties, "annotations").get("alarms")
    if arns:
        read = _read_alarms(replace(content, properties={"alarms": arns}), source, now)
        if read.problems:
            return replace(content, problems=read.problems)
        content = replace(content, properties=alarms.graph(read.alarms[0], content.properties))
    period = _first_period(content)
    results, problems = _ask(content, source, period)
    # Where periods begin at multiples of their length, as on emulators, the whole time range comes in parts.
    if period and any(len(result.get("Values", [])) > 1 for result in results):
        period = clock_period(content.span)
        results, problems = _ask(content, source, period)
    queries = widget_queries(content.properties, period)
    series, incomplete = read_results(queries, results, _units(queries, results, content.span, source), now)
    return replace(content, series=series, problems=problems + incomplete)


def _first_period(content: Content) -> int | None:
    """Return the period of a widget that shows one value for the whole time range; None leaves it to the rows."""
    return range_period(content.span) if spans_one_period(content.properties) else None


def _units(queries: list[Query], results: Results, span: TimeRange, source: Source) -> dict[str, str]:
    """Return the unit of each query for a metric that has datapoints, by its id."""
    found = {result["Id"] for result in results if result.get("Values")}
    asked = [query for query in queries if query.request["Id"] in found and "MetricStat" in query.request]
    units: dict[str, str] = {}
    for region, group in groupby(sorted(asked, key=_region), key=_region):
        stats = {query.request["Id"]: query.request["MetricStat"] for query in group}
        metrics = [stat["Metric"] for stat in stats.values()]
        read = source.units(region or None, metrics, span)
        units |= {name: unit_of(stat["Stat"], unit) for (name, stat), unit in zip(stats.items(), read, strict=True)}
    return units


def _ask(content: Content, source: Source, period: int | None) -> tuple[Results, list[str]]:
    results: Results = []
    problems: list[str] = []
    queries = sorted(widget_queries(content.properties, period), key=_region)
    for region, asked in groupby(queries, key=_region):
        answer, refused = _ask_region(region or None, list(asked), content.span, source)
        results += answer
        problems += refused
    return results, problems


def _region(query: Query) -> str:
    return query.region or ""


def _ask_region(region: str | None, queries: list[Query], span: TimeRange, source: Source) -> tuple[Results, list[str]]:
    """Ask all at once; when that is refused, ask again without the expressions, which may be the reason."""
    try:
        return source.metric_data(region, [query.request for query in queries], span), []
    except SourceError as error:
        plain = [query.request for query in queries if not query.metric.expression]
        if not plain or len(plain) == len(queries):
            raise
        return source.metric_data(region, plain, span), [str(error)]


def _read_alarms(content: Content, source: Source, _now: datetime) -> Content:
    wanted = {arn: alarms.read_arn(arn) for arn in content.properties.get("alarms", [])}
    found: dict[str, dict[str, Any]] = {}
    for region in dict.fromkeys(alarm.region for alarm in wanted.values()):
        names = [alarm.name for alarm in wanted.values() if alarm.region == region]
        found |= {alarm["AlarmArn"]: alarm for alarm in source.alarms(region, names)}
    shown = alarms.select([found[arn] for arn in wanted if arn in found], content.properties)
    problems = [f"no alarm {arn} is there for these credentials" for arn in wanted if arn not in found]
    return replace(content, alarms=shown, problems=problems)


def _read_logs(content: Content, source: Source, _now: datetime) -> Content:
    language = content.properties.get("queryLanguage", logs.LANGUAGE)
    if language != logs.LANGUAGE:
        raise ValueError(f"a query in the language {language} is not drawn here: open the dashboard in the console")
    request = logs.read_query(content.properties.get("query", ""))
    rows = source.log_rows(content.properties.get("region"), request, content.span)
    return replace(content, table=logs.read_rows(rows))


READERS: Final[dict[str, Callable[[Content, Source, datetime], Content]]] = {
    "metric": _read_metrics,
    "alarm": _read_alarms,
    "log": _read_logs,
}
