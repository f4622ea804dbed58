# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Alarms of an alarm widget, and the graph of a metric widget that shows an alarm.

Pure. An alarm is what DescribeAlarms tells of it.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

STATES: Final = ("ALARM", "INSUFFICIENT_DATA", "OK")
COMPARISONS: Final = {
    "GreaterThanOrEqualToThreshold": "≥",
    "GreaterThanThreshold": ">",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
}
THRESHOLD_COLOR: Final = "#d62728"


class AlarmName(NamedTuple):
    """An alarm by region and name."""

    region: str
    name: str


def read_arn(arn: Any) -> AlarmName:
    """Return region and name of the alarm that the ARN names.

    :raises ValueError: it is no ARN of an alarm.
    """
    parts = arn.split(":", 6) if isinstance(arn, str) else []
    if len(parts) != 7 or parts[5] != "alarm":
        raise ValueError(f"{arn!r} is no ARN of an alarm: write arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME")
    return AlarmName(parts[3], parts[6])


def select(alarms: list[dict[str, Any]], properties: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the alarms in the states that the widget asks for, in its order."""
    states = properties.get("states") or STATES
    alarms = sorted((alarm for alarm in alarms if alarm["StateValue"] in states), key=lambda alarm: alarm["AlarmName"])
    order = properties.get("sortBy")
    if order in ("timestamp", "stateUpdatedTimestamp"):
        alarms.sort(key=_updated, reverse=True)
    if order == "stateUpdatedTimestamp":
        alarms.sort(key=lambda alarm: STATES.index(alarm["StateValue"]))
    return alarms


def _updated(alarm: dict[str, Any]) -> float:
    time = alarm.get("StateUpdatedTimestamp")
    return time.timestamp() if time else 0.0


def condition(alarm: dict[str, Any]) -> str:
    """Return what makes the alarm go off, as the console says it; the rule of a composite alarm."""
    if "AlarmRule" in alarm:
        return str(alarm["AlarmRule"])
    if query := _query(alarm):
        return query
    operator = str(alarm.get("ComparisonOperator", "no comparison"))
    comparison = COMPARISONS.get(operator)
    if comparison is None or "Threshold" not in alarm:
        return f"{_metric_name(alarm)}: {operator}"
    periods = alarm["EvaluationPeriods"]
    text = f"{_metric_name(alarm)} {comparison} {alarm['Threshold']:g}"
    text += f" for {alarm.get('DatapointsToAlarm', periods)} datapoints"
    return f"{text} within {periods * alarm['Period'] / 60:g} minutes" if alarm.get("Period") else text


def _query(alarm: dict[str, Any]) -> str:
    """Return the query of an alarm that has one of its own in the place of metrics, such as one of PromQL."""
    criteria = alarm.get("EvaluationCriteria")
    found = [each for each in criteria.values() if isinstance(each, dict)] if isinstance(criteria, dict) else []
    return next((str(each["Query"]) for each in found if "Query" in each), "")


def _metric_name(alarm: dict[str, Any]) -> str:
    return alarm.get("MetricName") or "Expression"


def graph(alarm: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    """Return the properties of a widget that graphs the alarm's metrics with its threshold.

    :raises ValueError: a composite alarm has no metrics, and one on a query has none.
    """
    if "AlarmRule" in alarm:
        raise ValueError(f"{alarm['AlarmName']} is a composite alarm, it has no metric to draw")
    if not alarm.get("Metrics") and "MetricName" not in alarm:
        raise ValueError(f"{alarm['AlarmName']} is an alarm on a query, it has no metric to draw: {condition(alarm)}")
    rows = [_row(query) for query in alarm["Metrics"]] if alarm.get("Metrics") else [_single_row(alarm)]
    annotations = {}
    if "Threshold" in alarm:
        line = {"value": alarm["Threshold"], "label": condition(alarm), "color": THRESHOLD_COLOR}
        annotations = {"horizontal": [line]}
    return {"title": alarm["AlarmName"]} | properties | {"metrics": rows, "annotations": annotations}


def _single_row(alarm: dict[str, Any]) -> list[Any]:
    stat = alarm.get("Statistic") or alarm.get("ExtendedStatistic")
    names = [alarm["Namespace"], alarm["MetricName"], *_dimensions(alarm.get("Dimensions", []))]
    return [*names, {"stat": stat, "period": alarm["Period"]}]


def _row(query: dict[str, Any]) -> list[Any]:
    options = {"id": query["Id"], "visible": query.get("ReturnData", True)}
    options |= {"label": query["Label"]} if query.get("Label") else {}
    if "Expression" in query:
        return [options | {"expression": query["Expression"]}]
    asked = query["MetricStat"]
    metric = asked["Metric"]
    names = [metric["Namespace"], metric["MetricName"], *_dimensions(metric.get("Dimensions", []))]
    return [*names, options | {"stat": asked["Stat"], "period": asked["Period"]}]


def _dimensions(dimensions: list[dict[str, str]]) -> list[str]:
    return [part for dimension in dimensions for part in (dimension["Name"], dimension["Value"])]
