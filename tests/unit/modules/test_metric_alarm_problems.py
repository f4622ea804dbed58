# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What cloudwatch_metric_alarm refuses: each with the option, its value, the reason and the way out."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.alarm.options import UNSET, given_settings
from ansible_collections.taskmanager.aws.plugins.module_utils.alarm.plan import desired
from ansible_collections.taskmanager.aws.plugins.module_utils.alarm.problems import (
    BAND_COMPARISONS,
    LENGTHS,
    STATISTICS,
    THRESHOLD_COMPARISONS,
    UNITS,
    incomplete,
    problems,
)

TOPIC = "arn:aws:sns:eu-north-1:123456789012:alarms"
METRIC: dict[str, Any] = {
    "name": "orders-late",
    "namespace": "Shop",
    "metric_name": "Late",
    "statistic": "Sum",
    "period": 60,
    "comparison": "GreaterThanThreshold",
    "threshold": 3.0,
    "evaluation_periods": 5,
}


def query(identity: str = "m1", **more: Any) -> dict[str, Any]:
    stat = {"metric": {"namespace": "Shop", "metric_name": "Late"}, "period": 60, "stat": "Sum"}
    return {"id": identity, "metric_stat": stat} | more


def stat_with(**more: Any) -> list[dict[str, Any]]:
    return [query(metric_stat=query()["metric_stat"] | more)]


def metric_with(**more: Any) -> list[dict[str, Any]]:
    return stat_with(metric={"namespace": "Shop", "metric_name": "Late"} | more)


MATH = {key: value for key, value in METRIC.items() if key in ("name", "comparison", "threshold", "evaluation_periods")}
MATH |= {"metrics": [{"id": "e1", "expression": "m1 * 2"}, query(return_data=False)]}
BAND = MATH | {"threshold": None, "threshold_metric_id": "e1", "comparison": "LessThanLowerThreshold"}
BAND |= {"metrics": [query(), {"id": "e1", "expression": "ANOMALY_DETECTION_BAND(m1, 2)"}]}


def all_problems(params: dict[str, Any]) -> list[str]:
    """What is wrong with a new alarm."""
    return problems(params) or incomplete(desired(given_settings(params), None, True))


ACCEPTED = [
    {},
    {"description": ""},
    {"description": "x" * 1024, "name": "n" * 255, "namespace": "N" * 255, "metric_name": "ü" * 255},
    {"period": 10, "evaluation_periods": 8_640},
    {"period": 3_600, "evaluation_periods": 168},
    {"datapoints_to_alarm": 5, "unit": "None", "tags": {str(number): number for number in range(50)}},
    {"dimensions": {f"d{number}": "x" * 1024 for number in range(30)}},
    {
        "alarm_actions": [f"{TOPIC}{number}" for number in range(5)],
        "ok_actions": ["arn:aws:automate:eu-north-1:ec2:stop"],
    },
    {"alarm_actions": ["arn:aws:sns:::known-after-creation"]},
    {"ok_actions": ["arn:aws:lambda:eu-north-1:123456789012:function:tell:live"]},
    {"threshold": -1e300, "tags": {"k": ""}},
    *(
        {"statistic": None, "extended_statistic": stat, "evaluate_low_sample_count_percentile": "ignore"}
        for stat in (
            "p0",
            "p99.99",
            "p100",
            "tm90",
            "tc5",
            "ts95",
            "wm98",
            "IQM",
            "PR(0:500)",
            "TM(10%:90%)",
            "WM(:95%)",
        )
    ),
    MATH,
    MATH | {"metrics": [{"id": "q1", "expression": "SELECT AVG(Late) FROM Shop", "period": 60}]},
    MATH | {"metrics": stat_with(stat="p99", unit="Count", period=5)},
    BAND,
    BAND | {"metrics": [query(return_data=True), BAND["metrics"][1] | {"return_data": False}]},
]


@pytest.mark.parametrize("params", ACCEPTED)
def test_what_cloudwatch_takes_is_accepted(params: dict[str, Any]) -> None:
    nothing = dict.fromkeys(UNSET)
    assert all_problems(nothing | params if "metrics" in params else METRIC | params) == []


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name: '' has 0 characters: give 1 to 255"),
    ({"name": "a\tb"}, "name: 'a\\tb' has control characters: leave them out"),
    ({"metric_name": ""}, "metric_name: '' has 0 characters: give 1 to 255"),
    ({"namespace": ":Shop"}, "namespace: ':Shop' starts with a colon: give another"),
    ({"dimensions": {"Shop": ""}}, "dimensions.Shop: '' has 0 characters: give 1 to 1024"),
    ({"dimensions": {"": "x"}}, "dimensions: '' is a key of 0 characters: give 1 to 255"),
    ({"dimensions": {"Shop": True}}, "dimensions.Shop: True is bool: give text, in quotes"),
    ({"dimensions": {"Shop": None}}, "dimensions.Shop: None is NoneType: give text, in quotes"),
    ({"dimensions": {str(number): "x" for number in range(31)}}, "dimensions: there are 31: give 30 at the most"),
    ({"tags": {"a": ["x"]}}, "tags.a: ['x'] is list: give text, in quotes"),
    ({"tags": {"AWS:a": "x"}}, "tags.AWS:a: 'x' starts with aws:, which AWS alone may set: give another key"),
    ({"tags": {str(number): "x" for number in range(51)}}, "tags: there are 51: give 50 at the most"),
    ({"ok_actions": ["alarms"]}, "ok_actions: 'alarms' is no ARN: give one such as arn:aws:sns:"),
    ({"ok_actions": [""]}, "ok_actions: '' is no ARN: give one such as arn:aws:sns:"),
    ({"alarm_actions": [f"{TOPIC}{n}" for n in range(6)]}, "alarm_actions: there are 6: give 5 at the most"),
    ({"period": 0}, "period: 0 is no period: give 10, 20, 30 or a multiple of 60, in seconds"),
    ({"period": 1}, "period: 1 is no period: give 10, 20, 30 or a multiple of 60, in seconds"),
    ({"period": 90}, "period: 90 is no period: give 10, 20, 30 or a multiple of 60, in seconds"),
    ({"period": -60}, "period: -60 is no period: give 10, 20, 30 or a multiple of 60, in seconds"),
    ({"evaluation_periods": 0}, "evaluation_periods: 0 is less than 1: give 1 or more"),
    ({"datapoints_to_alarm": 0}, "datapoints_to_alarm: 0 is less than 1: give 1 or more"),
    (
        {"datapoints_to_alarm": 6},
        "datapoints_to_alarm: 6 is more than the 5 of evaluation_periods: give that at the most",
    ),
    (
        {"evaluation_periods": 1_441},
        "period, evaluation_periods: 60 seconds times 1441 is 86460 seconds, more than the 86400",
    ),
    (
        {"period": 3_600, "evaluation_periods": 169},
        "period, evaluation_periods: 3600 seconds times 169 is 608400 seconds",
    ),
    ({"threshold": float("nan")}, "threshold: nan is no number that can be compared with: give a finite one"),
    ({"threshold": float("inf")}, "threshold: inf is no number that can be compared with: give a finite one"),
    ({"threshold": None}, "threshold, threshold_metric_id: neither is there: give a number, or the id of an"),
    ({"namespace": None}, "namespace: it is missing: give it"),
    ({"comparison": None}, "comparison: it is missing: give it"),
    ({"evaluation_periods": None}, "evaluation_periods: it is missing: give it"),
    ({"period": None}, "period: it is missing: give it"),
    ({"statistic": None}, "statistic, extended_statistic: neither is there: give the one or the other"),
    ({"metric_name": None}, "metric_name, metrics: neither is there: give what the alarm watches by the one or the"),
    (
        {"extended_statistic": "p99"},
        "statistic, extended_statistic: an alarm has the one or the other: leave out one of",
    ),
    ({"extended_statistic": "Sum"}, "extended_statistic: 'Sum' is a plain statistic: give it as statistic"),
    ({"extended_statistic": "p101"}, "extended_statistic: 'p101' is none: give one such as p99, tm90, IQM"),
    ({"extended_statistic": ""}, "extended_statistic: '' is none: give one such as p99, tm90, IQM"),
    (
        {"evaluate_low_sample_count_percentile": "ignore"},
        "evaluate_low_sample_count_percentile: 'ignore' is for percent",
    ),
    (
        {"threshold_metric_id": "e1"},
        "threshold, threshold_metric_id: an alarm has the one or the other: leave out one of",
    ),
    (
        {"comparison": "LessThanLowerThreshold"},
        "comparison: 'LessThanLowerThreshold' compares with an anomaly detection",
    ),
    ({"metrics": [query()]}, "metrics, namespace: an alarm has one of them: leave out namespace, since queries"),
    ({"metrics": []}, "metrics: there are none: give at least one, or leave it out"),
    (
        BAND | {"comparison": "LessThanThreshold"},
        "comparison: 'LessThanThreshold' compares with a threshold: give one of",
    ),
    (BAND | {"threshold_metric_id": "e2"}, "threshold_metric_id: 'e2' is not in metrics: give one of e1, m1"),
    (MATH | {"metrics": [query("M1")]}, "metrics[0].id: 'M1' must be a lower case letter, then letters, digits and _"),
    (MATH | {"metrics": [query(), query()]}, "metrics: 'm1' is the id of 2 of them: give each its own"),
    (
        MATH | {"metrics": [query(expression="1")]},
        "metrics[0]: the query m1 must have either expression or metric_stat",
    ),
    (MATH | {"metrics": [{"id": "e1"}]}, "metrics[0]: the query e1 must have either expression or metric_stat"),
    (
        MATH | {"metrics": [{"id": "e1", "expression": ""}]},
        "metrics[0].expression: it has 0 characters: give 1 to 2048",
    ),
    (
        MATH | {"metrics": [{"id": "e1", "expression": "1", "period": 7}]},
        "metrics[0].period: 7 is no period: give 1, 5, 10",
    ),
    (MATH | {"metrics": stat_with(period=7)}, "metrics[0].metric_stat.period: 7 is no period: give 1, 5, 10"),
    (
        MATH | {"metrics": stat_with(stat="sum")},
        "metrics[0].metric_stat.stat: 'sum' is none: give SampleCount, Average",
    ),
    (
        MATH | {"metrics": stat_with(unit="Secs")},
        "metrics[0].metric_stat.unit: 'Secs' is no unit: give one of Seconds,",
    ),
    (MATH | {"metrics": metric_with(namespace="")}, "metrics[0].metric_stat.metric.namespace: '' has 0 characters"),
    (
        MATH | {"metrics": metric_with(dimensions=[{"name": "Shop", "value": ""}])},
        "metrics[0].metric_stat.metric.dimensions.Shop: '' has 0 characters: give 1 to 1024",
    ),
    (
        MATH | {"metrics": metric_with(dimensions=[{"name": "Shop", "value": each} for each in "ab"])},
        "metrics[0].metric_stat.metric.dimensions: a name is there twice: give each once",
    ),
    (
        MATH | {"metrics": [query("a"), query("b")]},
        "metrics: an alarm watches one query, and 2 return data (a, b): give",
    ),
    (
        MATH | {"metrics": [query(return_data=False)]},
        "metrics: an alarm watches one query, and 0 return data (none): give",
    ),
]


@pytest.mark.parametrize(("params", "reason"), REFUSED)
def test_what_cloudwatch_refuses_is_refused_in_words(params: dict[str, Any], reason: str) -> None:
    found = all_problems(
        dict.fromkeys(UNSET) | params if "comparison" in params and "name" in params else METRIC | params
    )
    assert [problem[: len(reason)] for problem in found][:1] == [reason]


def test_the_limits_are_those_of_botocores_model() -> None:
    model = botocore.session.get_session().get_service_model("cloudwatch")
    members = model.operation_model("PutMetricAlarm").input_shape.members
    fields = {"name": "AlarmName", "description": "AlarmDescription", "namespace": "Namespace"}
    fields |= {"metric_name": "MetricName", "threshold_metric_id": "ThresholdMetricId"}
    limits = {
        option: (members[field].metadata["min"], members[field].metadata["max"]) for option, field in fields.items()
    }
    assert limits == LENGTHS
    assert set(members["Statistic"].enum) == set(STATISTICS)
    assert set(members["Unit"].enum) == set(UNITS)
    assert set(members["ComparisonOperator"].enum) == {*THRESHOLD_COMPARISONS, *BAND_COMPARISONS}
