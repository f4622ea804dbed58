# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The queries for GetMetricData that a metric widget needs, and the series that their results make.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.metrics import Metric, read_metrics
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import (
    Point,
    Series,
    own_color,
    palette,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.labels import (
    fill,
    metric_properties,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import TimeRange

DEFAULT_STAT: Final = "Average"
DEFAULT_PERIOD: Final = 300
MINUTE: Final = 60
HOUR: Final = 3600
# Periods that are no multiple of an hour are not kept for long: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html
FINE_PERIODS_KEPT: Final = 15 * 24 * HOUR
# The views that show one value for each metric.
COUNTS: Final = ("SampleCount", "n")
ONE_VALUE_VIEWS: Final = ("singleValue", "gauge", "bar", "pie")


@dataclass(frozen=True)
class Query:
    """A MetricDataQuery, where to ask it, and the row of the widget that it is for."""

    request: dict[str, Any]
    region: str | None
    metric: Metric


def spans_one_period(properties: dict[str, Any]) -> bool:
    """Whether the widget shows one value for the whole time range."""
    return bool(properties.get("setPeriodToTimeRange")) and properties.get("view") in ONE_VALUE_VIEWS


def range_period(span: TimeRange) -> int:
    """Return the period that is as long as the time range."""
    length = int((span.end - span.start).total_seconds())
    step = MINUTE if length <= FINE_PERIODS_KEPT else HOUR
    return -(-length // step) * step


def clock_period(span: TimeRange) -> int:
    """Return the shortest period that holds the time range where periods begin at multiples of their length."""
    first, last = int(span.start.timestamp()) // MINUTE, (int(span.end.timestamp()) - 1) // MINUTE
    minutes = next(length for length in count(last - first + 1) if first // length == last // length)
    return minutes * MINUTE


def widget_queries(properties: dict[str, Any], period: int | None = None) -> list[Query]:
    """Return the queries of a metric widget: those of its visible metrics, and what their expressions may need.

    :param period: for all queries, in place of their own.
    :raises MetricRowError: a row of `metrics` can't be read.
    """
    metrics = read_metrics(properties.get("metrics", []))
    computes = any(is_visible(metric) and metric.expression for metric in metrics)
    needed = [metric for metric in metrics if computes or is_visible(metric)]
    return [
        Query(_request(metric, properties, label, name, period), _option(metric, properties, "region"), metric)
        for metric, label, name in zip(needed, _labels(needed), _ids(needed), strict=True)
    ]


def is_visible(metric: Metric) -> bool:
    """Whether the widget draws the metric."""
    return metric.options.get("visible", True) is not False


def _request(
    metric: Metric, properties: dict[str, Any], label: str | None, name: str, period: int | None
) -> dict[str, Any]:
    period = period or _option(metric, properties, "period") or DEFAULT_PERIOD
    request: dict[str, Any] = {"Id": name, "ReturnData": is_visible(metric)}
    if label:
        request["Label"] = label
    if account := _option(metric, properties, "accountId"):
        request["AccountId"] = account
    if metric.expression:
        return request | {"Expression": metric.expression, "Period": period}
    stat = _option(metric, properties, "stat") or DEFAULT_STAT
    dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions.items()]
    described = {"Namespace": metric.namespace, "MetricName": metric.metric_name, "Dimensions": dimensions}
    return request | {"MetricStat": {"Metric": described, "Period": period, "Stat": stat}}


def _option(metric: Metric, properties: dict[str, Any], key: str) -> Any:
    return metric.options.get(key, properties.get(key))


def _ids(metrics: list[Metric]) -> Iterator[str]:
    taken = {metric.options.get("id") for metric in metrics}
    free = (name for number in count(1) if (name := f"m{number}") not in taken)
    return (metric.options.get("id") or next(free) for metric in metrics)


def _labels(metrics: list[Metric]) -> list[str | None]:
    """Return the given label of each metric, or what tells it from the others; None leaves it to AWS."""
    plain = [metric for metric in metrics if not metric.expression]
    return [
        metric.options.get("label") or (None if metric.expression else _difference(metric, plain)) for metric in metrics
    ]


def _difference(metric: Metric, others: list[Metric]) -> str:
    parts = [part for part, compared in zip(_parts(metric), _compared(others), strict=True) if len(compared) > 1]
    return " ".join(part for part in parts if part) or metric.metric_name


def _parts(metric: Metric) -> list[str]:
    values = " ".join(metric.dimensions.values())
    return [values, metric.metric_name, metric.options.get("stat", ""), metric.options.get("region", "")]


def _compared(metrics: Iterable[Metric]) -> list[set[str]]:
    return [set(column) for column in zip(*map(_parts, metrics), strict=True)]


def merge_results(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join what pages hold of one series; the last page's status is that of the whole."""
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    for result in results:
        key = (result["Id"], result.get("Label", ""))
        before = merged.get(key, {"Timestamps": [], "Values": []})
        points = {part: before[part] + result.get(part, []) for part in ("Timestamps", "Values")}
        merged[key] = result | points
    return list(merged.values())


def unit_of(stat: str, unit: str) -> str:
    """Return the unit of a statistic of a metric that has this unit: some statistics count, or are a share."""
    if stat in COUNTS or stat.startswith("TC("):
        return "Count"
    return "Percent" if stat.startswith("PR(") else unit


def read_results(
    queries: list[Query], results: list[dict[str, Any]], units: Mapping[str, str], now: datetime
) -> tuple[list[Series], list[str]]:
    """Return the series of the visible metrics in the order of the rows, and what AWS could not compute.

    :param units: of the queries, by their ids.
    :param now: what relative times in dynamic labels are counted from.
    """
    series: list[Series] = []
    problems: list[str] = []
    merged = merge_results(results)
    for query in queries:
        if not is_visible(query.metric):
            continue
        for result in merged:
            if result["Id"] == query.request["Id"]:
                unit = units.get(query.request["Id"], "")
                series.append(_series(query, result, palette(len(series)), unit, now))
                problems += _problems(result)
    return series, problems


def _series(query: Query, result: dict[str, Any], color: str, unit: str, now: datetime) -> Series:
    options = query.metric.options
    points = sorted(map(Point, result["Timestamps"], result["Values"]))
    properties = metric_properties(query.request, query.region, query.metric.metric_name)
    return Series(
        label=fill(result.get("Label") or result["Id"], points, properties, now),
        points=points,
        color=own_color(options.get("color"), color),
        right=options.get("yAxis") == "right",
        unit=unit,
    )


def _problems(result: dict[str, Any]) -> list[str]:
    status = result.get("StatusCode", "Complete")
    if status == "Complete":
        return []
    reasons = "; ".join(message["Value"] for message in result.get("Messages", [])) or "no reason given"
    return [f"{result.get('Label') or result['Id']}: the endpoint could not compute it: {reasons} ({status})"]
