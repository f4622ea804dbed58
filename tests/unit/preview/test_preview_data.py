# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""cloudwatch_dashboard_preview: time ranges, numbers, logs and alarms."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview import alarms, logs, time_range
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import (
    Table,
    own_color,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.numbers import shown
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.read import read_widget
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import TimeRange
from kitchen_sink import NOW, REGION, SPAN, Answers, alarm, arn, metric

LATENCY = ["Shop", "Latency"]


def test_a_widget_keeps_a_time_range_of_its_own() -> None:
    widget = metric("m", LATENCY, region=REGION, start="-PT1H")
    assert read_widget(widget, SPAN, NOW, Answers()).span == TimeRange(NOW - timedelta(hours=1), NOW)


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("-PT5M", timedelta(minutes=5)),
        ("-PT8H", timedelta(hours=8)),
        ("-P1DT2H", timedelta(days=1, hours=2)),
        ("-P2W", timedelta(weeks=2)),
        ("-P3M", timedelta(days=90)),
        ("P0D", timedelta()),
        ("2026-11-23T06:00:00.000Z", timedelta(hours=3)),
        ("2026-11-23T08:00:00+02:00", timedelta(hours=3)),
        ("2026-11-23T06:00:00", timedelta(hours=3)),
    ],
)
def test_times_are_relative_to_now_or_of_iso_8601(text: str, ago: timedelta) -> None:
    assert time_range.read_time("start", text, NOW) == NOW - ago


@pytest.mark.parametrize("text", ["yesterday", "-P", "-PT", "-P3X", "0001-01-01T00:00:00+05:00", ""])
def test_what_is_no_time_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(time_range.TimeRangeError, match=f"start {re.escape(repr(text))} is no time: write -PT3H"):
        time_range.read_time("start", text, NOW)


@pytest.mark.parametrize("text", ["-P9999999M", "-P99999999999999D", f"-PT{'9' * 5000}S"])
def test_a_duration_longer_than_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(time_range.TimeRangeError, match="is longer ago than any time: give a later one"):
        time_range.read_time("start", text, NOW)


def test_the_first_source_with_a_start_gives_the_range() -> None:
    body = {"start": "-PT1H"}
    assert time_range.read_range(NOW, {"start": None, "end": None}, body).start == NOW - timedelta(hours=1)
    assert time_range.read_range(NOW, {"start": "-PT2H"}, body) == TimeRange(NOW - timedelta(hours=2), NOW)
    assert time_range.read_range(NOW, {}, {}) == SPAN


def test_a_range_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(time_range.TimeRangeError, match="is not before end"):
        time_range.read_range(NOW, {"start": "-PT1H", "end": "-PT2H"})


def test_now_is_rounded_up_so_that_the_newest_datapoint_is_before_it() -> None:
    assert time_range.next_minute(datetime(2026, 11, 23, 8, 59, 30, 5, UTC)) == NOW


@pytest.mark.parametrize(
    ("text", "name"), [("+0130", "UTC+01:30"), ("-0500", "UTC-05:00"), (None, "UTC"), ("+0000", "UTC")]
)
def test_time_zones(text: str | None, name: str) -> None:
    assert time_range.shown_zone(time_range.read_zone(text)) == name


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (20.0, "20"),
        (0.0, "0"),
        (1234.5, "1,234.5"),
        (100.0, "100"),
        (12.345, "12.35"),
        (-3.2, "-3.2"),
        (0.00123, "0.0012"),
        (3210000.0, "3.21M"),
        (2147483648.0, "2.15G"),
        (5e12, "5T"),
        (7e15, "7e+15"),
        (None, "--"),
    ],
)
def test_numbers_are_short_and_exact_enough(number: float | None, text: str) -> None:
    assert shown(number) == text


@pytest.mark.parametrize(
    ("color", "drawn"), [("#aaa", "#aaaaaa"), ("#1F77B4", "#1F77B4"), ("red;x:url(y)", "#000000"), (None, "#000000")]
)
def test_only_colours_are_taken_as_colours(color: str | None, drawn: str) -> None:
    assert own_color(color, "#000000") == drawn


@pytest.mark.parametrize(
    ("query", "request_"),
    [
        pytest.param(
            "SOURCE '/a' | SOURCE \"/b\" |filter x\n| stats count(*)",
            {"logGroupNames": ["/a", "/b"], "queryString": "filter x\n| stats count(*)"},
            id="two groups",
        ),
        pytest.param("fields @message", {"queryString": "fields @message"}, id="none"),
        pytest.param(
            "SOURCE logGroups(namePrefix: ['/a']) | fields x",
            {"queryString": "SOURCE logGroups(namePrefix: ['/a']) | fields x"},
            id="AWS finds them",
        ),
        pytest.param(
            "SOURCE 'arn:aws:logs:eu-north-1:123456789012:log-group:/a:*' | fields x",
            {"logGroupIdentifiers": ["arn:aws:logs:eu-north-1:123456789012:log-group:/a"], "queryString": "fields x"},
            id="of another account",
        ),
    ],
)
def test_the_log_groups_of_a_query_are_told_from_it(query: str, request_: dict[str, Any]) -> None:
    assert logs.read_query(query) == request_


def test_a_log_result_may_lack_cells_and_shows_no_pointers() -> None:
    rows = [[{"field": "a", "value": "1"}, {"field": "@ptr", "value": "p"}], [{"field": "b", "value": "2"}]]
    assert logs.read_rows(rows) == Table(["a", "b"], [["1", ""], ["", "2"]])


def test_a_log_result_by_time_makes_series() -> None:
    table = Table(
        ["bin(5m)", "n", "what"], [["2026-11-23 09:00:00.000", "2", "x"], ["2026-11-23 08:55:00.000", "1.5", "y"]]
    )
    (series,) = logs.table_series(table)
    assert (series.label, [point.value for point in series.points], series.points[-1].time) == ("n", [1.5, 2.0], NOW)


def test_a_log_result_by_name_makes_values() -> None:
    table = Table(["canary", "errors", "n"], [["a", "3", "9"], ["b", "4", "9"]])
    assert [(value.label, value.value) for value in logs.table_values(table)] == [("a", 3.0), ("b", 4.0)]
    assert logs.table_series(table) == []


def test_another_query_language_is_not_drawn() -> None:
    widget = {"type": "log", "properties": {"query": "SELECT 1", "queryLanguage": "SQL", "region": REGION}}
    (problem,) = read_widget(widget, SPAN, NOW, Answers()).problems
    assert "language SQL is not drawn" in problem


@pytest.mark.parametrize(
    ("properties", "names"),
    [
        pytest.param({}, ["a", "b", "c"], id="by name"),
        pytest.param({"sortBy": "timestamp"}, ["b", "c", "a"], id="newest first"),
        pytest.param({"sortBy": "stateUpdatedTimestamp"}, ["c", "a", "b"], id="alarms first"),
        pytest.param({"states": ["OK"]}, ["b"], id="one state"),
        pytest.param({"states": []}, ["a", "b", "c"], id="any state"),
    ],
)
def test_alarms_are_filtered_and_sorted(properties: dict[str, Any], names: list[str]) -> None:
    found = [alarm("b", "OK", 1), alarm("a", "ALARM", 9), alarm("c", "ALARM", 2)]
    assert [one["AlarmName"] for one in alarms.select(found, properties)] == names


def test_a_missing_alarm_is_told() -> None:
    widget = {"type": "alarm", "properties": {"alarms": [arn("take-errors"), arn("gone")]}}
    content = read_widget(widget, SPAN, NOW, Answers())
    assert [one["AlarmName"] for one in content.alarms] == ["take-errors"]
    assert content.problems == [f"no alarm {arn('gone')} is there for these credentials"]


def test_an_alarm_is_graphed_with_its_threshold() -> None:
    drawn = alarms.graph(alarm("a", "OK"), {"region": REGION})
    assert drawn["title"] == "a"
    assert drawn["metrics"] == [["Shop", "Errors", "Function", "take", {"stat": "Sum", "period": 300}]]
    (line,) = drawn["annotations"]["horizontal"]
    assert (line["value"], line["label"]) == (5.0, "Errors > 5 for 2 datapoints within 10 minutes")


def test_an_alarm_on_metric_math_is_graphed_with_its_queries() -> None:
    stat = {"Metric": {"Namespace": "Shop", "MetricName": "Errors"}, "Period": 60, "Stat": "Sum"}
    math = [{"Id": "m", "MetricStat": stat, "ReturnData": False}, {"Id": "e", "Expression": "m*2", "Label": "double"}]
    row, expression = alarms.graph(alarm("a", "OK", MetricName=None, Metrics=math), {})["metrics"]
    assert row == ["Shop", "Errors", {"id": "m", "visible": False, "stat": "Sum", "period": 60}]
    assert expression == [{"id": "e", "visible": True, "label": "double", "expression": "m*2"}]


def test_a_composite_alarm_has_no_graph() -> None:
    widget = {"type": "metric", "properties": {"annotations": {"alarms": [arn("unhealthy")]}}}
    assert read_widget(widget, SPAN, NOW, Answers()).problems == [
        "unhealthy is a composite alarm, it has no metric to draw"
    ]


def test_what_is_no_arn_is_refused() -> None:
    with pytest.raises(ValueError, match="'take-errors' is no ARN of an alarm"):
        alarms.read_arn("take-errors")


@pytest.mark.parametrize("odd", ["2026-99-99 00:00:00.000", "٣٣٣٣-11-23 09:00:00", "1e999", "٢"])
def test_a_log_column_with_odd_times_or_numbers_is_text(odd: str) -> None:
    table = Table(["t", "n"], [[odd, odd], ["2026-11-23 09:00:00.000", "2"]])
    assert (logs.table_series(table), logs.table_values(table)) == ([], [])
