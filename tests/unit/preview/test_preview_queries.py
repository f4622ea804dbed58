# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""cloudwatch_dashboard_preview: what is asked for a metric widget, and the series of the answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview import queries
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import (
    Content,
    Point,
    SourceError,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.read import read_widget
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import TimeRange
from kitchen_sink import ERRORS, MORE, NOW, REGION, SPAN, Answers, metric

LATENCY = ["Shop", "Latency"]
SUM = {"expression": "SUM(METRICS())", "id": "e1"}


def asked(*rows: Any, **properties: Any) -> list[dict[str, Any]]:
    return [query.request for query in queries.widget_queries({"metrics": list(rows), **properties})]


def statistics(*rows: Any, **properties: Any) -> list[tuple[str, int]]:
    found = [query["MetricStat"] for query in asked(*rows, **properties)]
    return [(query["Stat"], query["Period"]) for query in found]


def test_a_metric_becomes_a_query_in_full() -> None:
    assert asked(["Shop", "Errors", "Function", "take", {"id": "a", "accountId": "123456789012", "stat": "p99"}]) == [
        {
            "Id": "a",
            "ReturnData": True,
            "Label": "Errors",
            "AccountId": "123456789012",
            "MetricStat": {
                "Metric": {
                    "Namespace": "Shop",
                    "MetricName": "Errors",
                    "Dimensions": [{"Name": "Function", "Value": "take"}],
                },
                "Period": 300,
                "Stat": "p99",
            },
        }
    ]


@pytest.mark.parametrize(
    ("row", "properties", "effective"),
    [
        pytest.param(LATENCY, {}, ("Average", 300), id="defaults of CloudWatch"),
        pytest.param(LATENCY, {"stat": "Sum", "period": 60}, ("Sum", 60), id="the widget's"),
        pytest.param(
            [*LATENCY, {"stat": "p90", "period": 900}], {"stat": "Sum", "period": 60}, ("p90", 900), id="its own"
        ),
    ],
)
def test_stat_and_period_are_the_metrics_then_the_widgets(
    row: list[Any], properties: dict[str, Any], effective: tuple[str, int]
) -> None:
    assert statistics(row, **properties) == [effective]


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        pytest.param([LATENCY], ["Latency"], id="one"),
        pytest.param([ERRORS, LATENCY], ["take Errors", "Latency"], id="names differ"),
        pytest.param([ERRORS, MORE], ["take", "pay"], id="dimensions differ"),
        pytest.param([LATENCY, [*LATENCY, {"stat": "p99"}]], ["Latency", "p99"], id="statistics differ"),
        pytest.param([[*ERRORS, {"label": "mine"}], MORE], ["mine", "pay"], id="a given one"),
        pytest.param([LATENCY, [SUM]], ["Latency", None], id="AWS labels expressions"),
    ],
)
def test_labels_tell_metrics_apart(rows: list[Any], labels: list[str | None]) -> None:
    assert [query.get("Label") for query in asked(*rows)] == labels


def test_expressions_are_passed_on_with_their_period() -> None:
    search = "SEARCH('{Shop} Latency', 'Sum')"
    assert asked([{"expression": search, "label": "all"}], period=60) == [
        {"Id": "m1", "ReturnData": True, "Label": "all", "Expression": search, "Period": 60}
    ]


def test_ids_of_ours_are_none_that_are_given() -> None:
    assert [query["Id"] for query in asked(LATENCY, [*LATENCY, {"id": "m1"}], LATENCY)] == ["m2", "m1", "m3"]


def test_hidden_metrics_are_asked_only_for_expressions() -> None:
    hidden = [*LATENCY, {"visible": False}]
    assert [query["ReturnData"] for query in asked(ERRORS, hidden)] == [True]
    assert [query["ReturnData"] for query in asked(ERRORS, hidden, [SUM])] == [True, False, True]
    assert asked(hidden, [SUM | {"visible": False}]) == []


def test_the_region_is_the_metrics_then_the_widgets() -> None:
    rows = [LATENCY, [*LATENCY, {"region": "us-east-1"}]]
    found = queries.widget_queries({"metrics": rows, "region": REGION})
    assert [query.region for query in found] == [REGION, "us-east-1"]


@pytest.mark.parametrize(
    ("start", "end", "exact", "by_clock"),
    [
        pytest.param("06:00", "09:00", 10800, 10800, id="whole periods of the clock"),
        pytest.param("06:05", "09:05", 10800, 11100, id="across the clock's periods"),
    ],
)
def test_the_period_of_a_whole_range(start: str, end: str, exact: int, by_clock: int) -> None:
    span = TimeRange(*(datetime.fromisoformat(f"2026-11-23T{time}:00+00:00") for time in (start, end)))
    assert (queries.range_period(span), queries.clock_period(span)) == (exact, by_clock)
    assert span.start.timestamp() // by_clock == (span.end.timestamp() - 1) // by_clock


def test_a_range_longer_than_fine_periods_are_kept_has_a_period_of_whole_hours() -> None:
    assert queries.range_period(TimeRange(NOW - timedelta(days=20, minutes=7), NOW)) == (20 * 24 + 1) * 3600


class ByTheClock(Answers):
    """Periods begin at multiples of their length, as on an emulator; each has one datapoint."""

    def metric_data(self, _: str | None, queries: list[dict[str, Any]], span: TimeRange) -> list[dict[str, Any]]:
        period = queries[0]["MetricStat"]["Period"]
        first, last = (int(time.timestamp()) // period for time in (span.start, span.end - timedelta(seconds=1)))
        times = [datetime.fromtimestamp(number * period, UTC) for number in range(first, last + 1)]
        return [{"Id": "m1", "Label": "l", "Timestamps": times, "Values": [1.0] * len(times)}]


@pytest.mark.parametrize(
    ("properties", "points"),
    [({"setPeriodToTimeRange": True}, 1), ({"setPeriodToTimeRange": False}, 37), ({"view": "timeSeries"}, 37)],
)
def test_a_number_for_the_whole_range_is_one_datapoint_also_where_periods_follow_the_clock(
    properties: dict[str, Any], points: int
) -> None:
    span = TimeRange(SPAN.start + timedelta(minutes=7), SPAN.end + timedelta(minutes=7))
    widget = metric("n", LATENCY, **({"view": "singleValue", "region": REGION} | properties))
    (series,) = read_widget(widget, span, NOW, ByTheClock()).series
    assert len(series.points) == points


def results(*more: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"Id": "m1", "Label": "l", "StatusCode": "Complete", "Timestamps": [], "Values": []} | one for one in more]


def test_pages_are_joined_and_sorted_and_the_last_ones_status_counts() -> None:
    pages = results(
        {"Timestamps": [NOW], "Values": [3.0], "StatusCode": "PartialData"},
        {"Timestamps": [NOW - timedelta(hours=1)], "Values": [2.0]},
    )
    (series,), problems = queries.read_results(queries.widget_queries({"metrics": [LATENCY]}), pages, {}, NOW)
    assert series.points == [Point(NOW - timedelta(hours=1), 2.0), Point(NOW, 3.0)]
    assert (series.latest, problems) == (3.0, [])


@pytest.mark.parametrize("status", ["PartialData", "InternalError", "Forbidden"])
def test_an_incomplete_result_is_told_with_the_reason_of_aws(status: str) -> None:
    messages = [{"Code": "x", "Value": "Expressions not implemented"}]
    answer = results({"StatusCode": status, "Messages": messages})
    _, problems = queries.read_results(queries.widget_queries({"metrics": [LATENCY]}), answer, {}, NOW)
    assert problems == [f"l: the endpoint could not compute it: Expressions not implemented ({status})"]


@pytest.mark.parametrize(
    ("stat", "unit"),
    [
        ("Average", "Milliseconds"),
        ("TM(10%:90%)", "Milliseconds"),
        ("SampleCount", "Count"),
        ("n", "Count"),
        ("TC(2:)", "Count"),
        ("PR(:300)", "Percent"),
    ],
)
def test_a_series_has_the_unit_of_its_statistic(stat: str, unit: str) -> None:
    row = [*LATENCY, {"stat": stat, "id": "m1"}]
    content = read_widget(metric("m", row, [{"expression": "m1 * 2"}], region=REGION), SPAN, NOW, Answers())
    assert [series.unit for series in content.series] == [unit, ""]


def test_a_search_makes_a_series_of_each_result_in_its_own_colour() -> None:
    found = results({"Label": "a"}, {"Label": "b"})
    series, _ = queries.read_results(queries.widget_queries({"metrics": [[SUM | {"id": "m1"}]]}), found, {}, NOW)
    assert [(one.label, one.color) for one in series] == [("a", "#1f77b4"), ("b", "#ff7f0e")]


def test_a_refused_expression_does_not_take_the_metrics_with_it() -> None:
    widget = metric("m", [*LATENCY, {"id": "m1"}], [{"expression": "REFUSE(m1)"}], region=REGION)
    content = read_widget(widget, SPAN, NOW, Answers())
    assert [series.label for series in content.series] == ["Latency"]
    assert content.problems == ["GetMetricData: Invalid expression REFUSE"]


def test_what_is_refused_as_a_whole_is_told_in_the_widget() -> None:
    widget = metric("m", [{"expression": "REFUSE(m1)"}], region=REGION)
    content = read_widget(widget, SPAN, NOW, Answers())
    assert (content.series, content.problems) == ([], ["GetMetricData: Invalid expression REFUSE"])


class Denied(Answers):
    def metric_data(self, *_: Any) -> list[dict[str, Any]]:
        raise SourceError("GetMetricData: not authorized")


def test_one_widget_that_cannot_be_read_does_not_stop_the_others() -> None:
    contents = [
        read_widget(widget, SPAN, NOW, Denied())
        for widget in (metric("m", LATENCY), {"type": "text", "properties": {}})
    ]
    assert contents == [
        Content(metric("m", LATENCY)["properties"], SPAN, problems=["GetMetricData: not authorized"]),
        Content({}, SPAN),
    ]
