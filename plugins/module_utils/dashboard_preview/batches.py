# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks for the metrics of all widgets at once, before the widgets are read one by one.

Pure: the source makes the calls. An expression refers to what is asked with it, so a widget that computes asks alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from itertools import batched
from typing import Any, Final, NamedTuple

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import (
    UNREADABLE,
    Source,
    SourceError,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.queries import merge_results
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.read import first_queries
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import TimeRange

# The most that one GetMetricData takes: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
MAX_QUERIES: Final = 500
Request = dict[str, Any]
Mapped = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]


class Key(NamedTuple):
    """A metric that is asked for: where, of which time, and what."""

    region: str | None
    span: TimeRange
    request: str


class Batched:
    """A source that knows the answers to some queries, and asks another for all else."""

    def __init__(self, source: Source, answers: dict[Key, dict[str, Any]]) -> None:
        self._source = source
        self._answers = answers
        self.alarms = source.alarms
        self.log_rows = source.log_rows
        self.units = source.units

    def metric_data(self, region: str | None, queries: list[Request], span: TimeRange) -> list[dict[str, Any]]:
        """Return the MetricDataResults of GetMetricData."""
        known = [self._answers.get(_key(region, span, query)) for query in queries]
        found = [{**answer, "Id": query["Id"]} for query, answer in zip(queries, known, strict=True) if answer]
        return found if len(found) == len(queries) else self._source.metric_data(region, queries, span)


def ask_ahead(
    widgets: list[dict[str, Any]], span: TimeRange, now: datetime, source: Source, mapped: Mapped = map
) -> Batched:
    """Ask for the plain metrics of the widgets, up to 500 in a call.

    What a call is refused for is told by the widget that has it: each asks again for what it misses.

    :param mapped: as `map`, or that of an executor, which makes the calls side by side.
    """

    def ask(batch: tuple[tuple[str | None, TimeRange], tuple[Request, ...]]) -> dict[Key, dict[str, Any]]:
        (region, time), requests = batch
        numbered = [request | {"Id": f"q{number}"} for number, request in enumerate(requests)]
        try:
            results = {result["Id"]: result for result in merge_results(source.metric_data(region, numbered, time))}
        except SourceError:
            return {}
        return {_key(region, time, request): results[request["Id"]] for request in numbered if request["Id"] in results}

    answers: dict[Key, dict[str, Any]] = {}
    for answered in mapped(ask, _batches(widgets, span, now)):
        answers |= answered
    return Batched(source, answers)


def _batches(
    widgets: list[dict[str, Any]], span: TimeRange, now: datetime
) -> Iterator[tuple[tuple[str | None, TimeRange], tuple[Request, ...]]]:
    asked: dict[tuple[str | None, TimeRange], dict[Key, Request]] = {}
    for widget in widgets:
        with suppress(*UNREADABLE):  # the widget itself will tell of it
            time, queries = first_queries(widget, span, now)
            if any(query.metric.expression for query in queries):
                continue
            for query in queries:
                requests = asked.setdefault((query.region, time), {})
                requests[_key(query.region, time, query.request)] = query.request
    for where, requests in asked.items():
        for batch in batched(requests.values(), MAX_QUERIES):
            yield where, batch


def _key(region: str | None, span: TimeRange, request: Request) -> Key:
    told = {name: value for name, value in request.items() if name != "Id"}
    return Key(region, span, json.dumps(told, sort_keys=True, default=str))
