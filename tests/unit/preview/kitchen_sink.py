# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A dashboard with each type and view of a widget, and the answers that it is drawn from."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.body import build_body
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import Content, SourceError
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.page import Page, draw_page
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.read import read_widget
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import TimeRange
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.variables import chosen
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.widgets import Drawn, draw

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SPAN = TimeRange(NOW - timedelta(hours=3), NOW)
REGION = "eu-north-1"
# What must be shown as text, wherever it comes from.
HOSTILE = "<img src=x onerror=\"document.title='hacked'\"></script><script>document.title='hacked'</script>"
HOSTILE_MARKDOWN = f"""# Runbook
{HOSTILE}

| step | who |
| --- | --- |
| **restart** | `ops` |

[wiki](https://example.org/wiki) [bad](javascript:document.title='hacked') ![diagram](https://example.org/a.png)
[button:primary:Restart](https://example.org/restart) [button:Stop](https://example.org/stop)
"""


def arn(name: str) -> str:
    return f"arn:aws:cloudwatch:{REGION}:123456789012:alarm:{name}"


def alarm(name: str, state: str, minutes_ago: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "AlarmName": name,
        "AlarmArn": arn(name),
        "StateValue": state,
        "StateUpdatedTimestamp": NOW - timedelta(minutes=minutes_ago),
        "Namespace": "Shop",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "Function", "Value": "take"}],
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 2,
        "Threshold": 5.0,
        "ComparisonOperator": "GreaterThanThreshold",
    } | more


ALARMS = [
    alarm("take-errors", "ALARM", 10),
    alarm("pay-errors", "OK", 5),
    alarm("send-errors", "INSUFFICIENT_DATA", 1),
    {"AlarmName": "unhealthy", "AlarmArn": arn("unhealthy"), "StateValue": "ALARM", "AlarmRule": "ALARM(take-errors)"},
]
LOG_ROWS = {
    "table": [
        {"@timestamp": "2026-11-23 08:59:01.000", "@message": f"task 7 failed {HOSTILE}", "@ptr": "secret-pointer"},
        {"@timestamp": "2026-11-23 08:58:01.000", "@message": "task 6 failed", "@ptr": "secret-pointer"},
    ],
    "timeSeries": [
        {"bin(30m)": f"2026-11-23 0{6 + half // 2}:{half % 2 * 3}0:00.000", "errors": str(half * 2 % 5 + 1)}
        for half in range(6)
    ],
    "bar": [{"function": name, "errors": str(count)} for name, count in (("take", 5), ("pay", 2), ("send", 9))],
}
LOG_ROWS["pie"] = LOG_ROWS["bar"]


class Answers:
    """Answers as AWS would; an expression with FAIL can't be computed, and one with REFUSE has the call refused."""

    def metric_data(self, region: str | None, queries: list[dict[str, Any]], span: TimeRange) -> list[dict[str, Any]]:
        assert region == REGION
        if any("REFUSE" in query.get("Expression", "") for query in queries):
            raise SourceError("GetMetricData: Invalid expression REFUSE")
        return [self._result(number, query, span) for number, query in enumerate(queries) if query["ReturnData"]]

    def _result(self, number: int, query: dict[str, Any], span: TimeRange) -> dict[str, Any]:
        result: dict[str, Any] = {"Id": query["Id"], "Label": query.get("Label", query["Id"]), "StatusCode": "Complete"}
        if "FAIL" in query.get("Expression", ""):
            failed = {
                "StatusCode": "InternalError",
                "Messages": [{"Code": "X", "Value": "Expressions not implemented"}],
            }
            return result | failed | {"Timestamps": [], "Values": []}
        period = timedelta(seconds=query.get("MetricStat", query)["Period"])
        steps = math.ceil((span.end - span.start) / period)
        values = [round(40 + 10 * number + 15 * math.sin(step / 5 + number), 1) for step in range(steps)]
        return result | {"Timestamps": [span.start + step * period for step in range(steps)], "Values": values}

    def units(self, _region: str | None, metrics: list[dict[str, Any]], _span: TimeRange) -> list[str]:
        return ["Milliseconds" if metric["MetricName"] == "Latency" else "Count" for metric in metrics]

    def alarms(self, region: str | None, names: list[str]) -> list[dict[str, Any]]:
        assert region == REGION
        return [found for found in ALARMS if found["AlarmName"] in names]

    def log_rows(self, region: str | None, request: dict[str, Any], span: TimeRange) -> list[list[dict[str, str]]]:
        assert (region, span) == (REGION, SPAN)
        assert request["logGroupNames"] == ["/aws/lambda/take"]
        rows = LOG_ROWS[request["queryString"].split()[-1]]
        return [[{"field": field, "value": value} for field, value in row.items()] for row in rows]


def metric(title: str, *rows: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "metric", "properties": {"title": title, "metrics": list(rows), **properties}}


def log(view: str) -> dict[str, Any]:
    query = f"SOURCE '/aws/lambda/take' | filter something\n| stats {view}"
    return {"type": "log", "width": 6, "properties": {"title": f"log {view}", "query": query, "view": view}}


ERRORS = ["Shop", "Errors", "Function", "take"]
MORE = ["...", "pay"]
CEILING = {"value": 60, "label": "<i>Ceiling", "color": "#9467bd", "fill": "above"}
BAND = [{"value": 45, "label": "High", "color": "#2ca02c"}, {"value": 35, "label": "Low"}]
DEPLOYED = {"value": "2026-11-23T07:30:00Z", "label": "Deployed", "fill": "before", "color": "#ff7f0e"}
OUTAGE = [{"value": "2026-11-23T08:00:00Z", "label": "Outage"}, {"value": "2026-11-23T08:20:00Z", "label": "End"}]
WIDGETS: list[dict[str, Any]] = [
    {"type": "text", "width": 12, "height": 6, "properties": {"markdown": HOSTILE_MARKDOWN}},
    {
        "type": "alarm",
        "width": 12,
        "height": 3,
        "properties": {
            "title": f"Alarms {HOSTILE}",
            "alarms": [*(found["AlarmArn"] for found in ALARMS), arn("gone")],
            "sortBy": "stateUpdatedTimestamp",
        },
    },
    {
        "type": "text",
        "x": 12,
        "y": 3,
        "width": 12,
        "height": 3,
        "properties": {"markdown": "clear", "background": "transparent"},
    },
    metric(
        "Lines",
        [*ERRORS, {"label": HOSTILE}],
        MORE,
        ["Shop", "Latency", {"yAxis": "right", "color": "#e377c2"}],
        yAxis={"left": {"label": "errors <b>"}, "right": {"label": "ms", "min": 0}},
        timezone="+0200",
        annotations={"horizontal": [CEILING, BAND], "vertical": [DEPLOYED, OUTAGE]},
    )
    | {"width": 12},
    metric("Stacked", ERRORS, MORE, ["...", "send"], stacked=True, legend={"position": "right"}) | {"width": 12},
    metric("Numbers", ERRORS, [*MORE, {"visible": False}], ["Shop", "Latency"], view="singleValue", sparkline=True),
    metric(
        "Gauge", ERRORS, view="gauge", yAxis={"left": {"min": 0, "max": 100}}, annotations={"horizontal": [CEILING]}
    ),
    metric("Bars", ERRORS, MORE, ["...", "send"], view="bar", setPeriodToTimeRange=True),
    metric("Pie", ERRORS, MORE, ["...", "send"], view="pie"),
    metric("Table", ERRORS, MORE, view="table", period=3600, table={"summaryColumns": ["MAX", "AVG"]}) | {"width": 12},
    metric("Failing expression", [*ERRORS, {"id": "m1"}], [{"expression": "FAIL(m1)", "label": "failing"}]),
    metric("Refused expression", [*ERRORS, {"id": "m1"}], [{"expression": "REFUSE(m1)", "label": "refused"}]),
    {"type": "metric", "properties": {"annotations": {"alarms": [arn("take-errors")]}}},
    log("table"),
    log("timeSeries"),
    log("bar"),
    log("pie"),
    {
        "type": "explorer",
        "width": 12,
        "height": 3,
        "properties": {
            "title": "Explorer",
            "metrics": [{"metricName": "Errors", "resourceType": "AWS::Lambda::Function", "stat": "Sum"}],
            "labels": [{"key": "FunctionName"}],
        },
    },
    {
        "type": "custom",
        "width": 6,
        "height": 3,
        "properties": {"title": "Custom", "endpoint": f"arn:aws:lambda:{REGION}:123456789012:function:draw"},
    },
]
VARIABLES = [{"type": "property", "property": "Function", "inputType": "input", "id": "f", "defaultValue": HOSTILE}]


def widgets() -> list[dict[str, Any]]:
    """The widgets at their places."""
    return list(build_body("all", {"body": {"widgets": WIDGETS}}, REGION)[0]["widgets"])


def content(title: str) -> Content:
    """What is read for the widget with that title."""
    widget = next(widget for widget in widgets() if widget["properties"].get("title") == title)
    return read_widget(widget, SPAN, NOW, Answers())


def drawn() -> list[Drawn]:
    """The widgets, drawn."""
    answers = Answers()
    return [draw(index, widget, read_widget(widget, SPAN, NOW, answers)) for index, widget in enumerate(widgets())]


def page(library: str) -> str:
    """The page."""
    return draw_page(Page(f"all {HOSTILE}", {"Region": REGION}, chosen({"variables": VARIABLES}, {}), drawn()), library)
