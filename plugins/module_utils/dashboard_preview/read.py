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
        if widget["properties"].get("start"):
            content = replace(content, span=read_range(now, widget["properties"]))
        return read(content, source)
    except (SourceError, ValueError) as error:
        return replace(content, problems=[str(error)])
    except UNREADABLE as error:
        return replace(content, problems=[unreadable(error)])


def _read_metrics(content: Content, source: Source) -> Content:
    arns = mapping(content.properties, "annotations").get("alarms")
    if arns:
        read = _read_alarms(replace(content, properties={"alarms": arns}), source)
        if read.problems:
            return replace(content, problems=read.problems)
        content = replace(content, properties=alarms.graph(read.alarms[0], content.properties))
    ask = _ask_for_one_period if spans_one_period(content.properties) else _ask
    results, problems = ask(content, source)
    series, incomplete = read_results(widget_queries(content.properties), results)
    return replace(content, series=series, problems=problems + incomplete)


def _ask_for_one_period(content: Content, source: Source) -> tuple[Results, list[str]]:
    """Ask for one datapoint that holds the whole time range.

    Where periods begin at multiples of their length, as on emulators, the first answer is in parts.
    """
    results, problems = _ask(content, source, range_period(content.span))
    if any(len(result.get("Values", [])) > 1 for result in results):
        return _ask(content, source, clock_period(content.span))
    return results, problems


def _ask(content: Content, source: Source, period: int | None = None) -> tuple[Results, list[str]]:
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


def _read_alarms(content: Content, source: Source) -> Content:
    wanted = {arn: alarms.read_arn(arn) for arn in content.properties.get("alarms", [])}
    found: dict[str, dict[str, Any]] = {}
    for region in dict.fromkeys(alarm.region for alarm in wanted.values()):
        names = [alarm.name for alarm in wanted.values() if alarm.region == region]
        found |= {alarm["AlarmArn"]: alarm for alarm in source.alarms(region, names)}
    shown = alarms.select([found[arn] for arn in wanted if arn in found], content.properties)
    problems = [f"no alarm {arn} is there for these credentials" for arn in wanted if arn not in found]
    return replace(content, alarms=shown, problems=problems)


def _read_logs(content: Content, source: Source) -> Content:
    language = content.properties.get("queryLanguage", logs.LANGUAGE)
    if language != logs.LANGUAGE:
        raise ValueError(f"a query in the language {language} is not drawn here: open the dashboard in the console")
    request = logs.read_query(content.properties.get("query", ""))
    rows = source.log_rows(content.properties.get("region"), request, content.span)
    return replace(content, table=logs.read_rows(rows))


READERS: Final[dict[str, Callable[[Content, Source], Content]]] = {
    "metric": _read_metrics,
    "alarm": _read_alarms,
    "log": _read_logs,
}
