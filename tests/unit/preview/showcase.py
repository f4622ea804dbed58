# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The dashboard of a web shop with each type and view of a widget, and made-up data, the same each time."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.body import build_body
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.page import Page, draw_page
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.read import read_widget
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import TimeRange
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.variables import chosen, put_in
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.widgets import Drawn, draw

BODY: Final = Path(__file__).parents[3] / "docs/preview-dashboard.json"
REGION: Final = "eu-north-1"
NOW: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SPAN: Final = TimeRange(NOW - timedelta(hours=3), NOW)
# When the release was slow, as a share of the time range.
INCIDENT: Final = 0.64


class Course(NamedTuple):
    """How a metric goes: around a level, with a wave, a jitter, and what an incident adds."""

    level: float
    wave: float
    jitter: float
    incident: float
    unit: str

    def at(self, share: float) -> float:
        """The value at a share of the time range."""
        jitter = math.sin(share * 190) * math.cos(share * 77 + self.level)
        incident = math.exp(-(((share - INCIDENT) / 0.06) ** 2))
        value = self.level + self.wave * math.sin(share * 5 + self.level)
        digits = 0 if self.unit == "Count" else 2
        return round(max(value + self.jitter * jitter + self.incident * incident, 0.0), digits)


# By the metric, and by its dimension or statistic where there are several.
COURSES: Final = {
    "Requests": Course(5200, 900, 250, -900, "Count"),
    "Requests home": Course(2600, 400, 150, -300, "Count"),
    "Requests search": Course(1400, 250, 90, -250, "Count"),
    "Requests cart": Course(800, 120, 60, -150, "Count"),
    "Requests checkout": Course(400, 80, 30, -200, "Count"),
    "Errors": Course(12, 4, 4, 160, "Count"),
    "Errors home": Course(9, 2, 1, 14, "Count"),
    "Errors search": Course(21, 4, 3, 40, "Count"),
    "Errors cart": Course(14, 4, 2, 90, "Count"),
    "Errors checkout": Course(6, 1, 1, 30, "Count"),
    "Latency p50": Course(82, 8, 6, 60, "Milliseconds"),
    "Latency p90": Course(170, 18, 14, 190, "Milliseconds"),
    "Latency p99": Course(262, 26, 28, 380, "Milliseconds"),
    "Sent": Course(1.83e9, 2.4e8, 6e7, -3e8, "Bytes"),
    "rate": Course(0.23, 0.05, 0.06, 3.1, ""),
    "Orders card": Course(1840, 0, 0, 0, "Count"),
    "Orders transfer": Course(720, 0, 0, 0, "Count"),
    "Orders invoice": Course(415, 0, 0, 0, "Count"),
    "Orders voucher": Course(96, 0, 0, 0, "Count"),
    "CPUUtilization orders": Course(71, 6, 2, 12, "Percent"),
    "CPUUtilization i-0a1b2c3d": Course(38, 6, 3, 20, "Percent"),
    "mem_used_percent": Course(64.2, 2, 0.5, 3, "Percent"),
    "ApproximateNumberOfMessagesVisible": Course(38, 12, 5, 120, "Count"),
    "ApproximateAgeOfOldestMessage": Course(9, 2, 2, 65, "Seconds"),
    "DatabaseConnections": Course(42, 6, 3, 25, "Count"),
    "ReadLatency": Course(1.8, 0.3, 0.2, 2.4, "Milliseconds"),
    "WriteLatency": Course(3.4, 0.5, 0.4, 6.1, "Milliseconds"),
    "FreeStorageSpace": Course(4.21e10, 1e8, 1e7, 0, "Bytes"),
}
STATES: Final = {
    "orders-slow": "OK",
    "orders-failing": "OK",
    "queue-too-old": "ALARM",
    "database-full": "INSUFFICIENT_DATA",
    "payments-refused": "OK",
    "shop-unhealthy": "OK",
}
FAILURES: Final = (
    ("08:04:51.300", "checkout", "504", "payment: no answer from the bank within 3 s, tried again"),
    ("08:02:17.912", "cart", "500", "cart 8841: deadlock, the transaction was taken back"),
    ("07:58:40.027", "search", "503", "search: pool of connections is used up (40 of 40)"),
    ("07:57:03.655", "cart", "500", "cart 8790: deadlock, the transaction was taken back"),
    ("07:55:29.481", "checkout", "504", "payment: no answer from the bank within 3 s, tried again"),
    ("07:54:12.108", "search", "503", "search: pool of connections is used up (40 of 40)"),
)
Row = dict[str, str]


class Shop:
    """Answers what the widgets ask."""

    def metric_data(self, _region: str | None, queries: list[dict[str, Any]], span: TimeRange) -> list[dict[str, Any]]:
        """The results of GetMetricData."""
        return [self._result(query, span) for query in queries if query["ReturnData"]]

    def _result(self, query: dict[str, Any], span: TimeRange) -> dict[str, Any]:
        course = _course(query)
        period = timedelta(seconds=query.get("MetricStat", query)["Period"])
        times = [span.start + step * period for step in range(max((span.end - span.start) // period, 1))]
        values = [course.at((time - SPAN.start) / (SPAN.end - SPAN.start)) for time in times]
        return {"Id": query["Id"], "Label": query["Label"], "Timestamps": times, "Values": values}

    def units(self, _region: str | None, metrics: list[dict[str, Any]], _span: TimeRange) -> list[str]:
        """The unit of each metric."""
        return [_course({"MetricStat": {"Metric": metric, "Stat": "p99"}}).unit for metric in metrics]

    def alarms(self, _region: str | None, names: list[str]) -> list[dict[str, Any]]:
        """The alarms of these names."""
        return [_alarm(name) for name in names]

    def log_rows(self, _region: str | None, request: dict[str, Any], _span: TimeRange) -> list[list[Row]]:
        """The results of a query of logs."""
        rows = _log_rows(request["queryString"])
        return [[{"field": field, "value": value} for field, value in row.items()] for row in rows]


def _course(query: dict[str, Any]) -> Course:
    if "Expression" in query:
        return COURSES[query["Id"]]
    stat = query["MetricStat"]
    metric = stat["Metric"]
    last = next((dimension["Value"] for dimension in metric["Dimensions"]), stat["Stat"])
    return COURSES.get(f"{metric['MetricName']} {last}") or COURSES[metric["MetricName"]]


def _alarm(name: str) -> dict[str, Any]:
    described = {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:{REGION}:123456789012:alarm:{name}",
        "StateValue": STATES[name],
        "StateUpdatedTimestamp": NOW - timedelta(minutes=10 * list(STATES).index(name)),
    }
    if name == "shop-unhealthy":
        return described | {"AlarmRule": "ALARM(orders-slow) AND ALARM(orders-failing)"}
    return described | {
        "Namespace": "Webshop",
        "MetricName": "Latency",
        "ExtendedStatistic": "p99",
        "Period": 300,
        "EvaluationPeriods": 3,
        "Threshold": 400.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }


def _log_rows(query: str) -> list[Row]:
    if "by page" in query:
        slowest = (("checkout", 912), ("search", 655), ("cart", 431), ("home", 187), ("login", 144))
        return [{"page": page, "p99": str(duration)} for page, duration in slowest]
    if "by country" in query:
        visits = (("Norway", 8120), ("Sweden", 6444), ("Finland", 3970), ("Denmark", 2210), ("Iceland", 604))
        return [{"country": country, "count(*)": str(count)} for country, count in visits]
    if "ok" in query:
        columns = {"ok": "Requests", "redirected": "Requests checkout", "failed": "Errors"}
    elif "bin(" in query:
        columns = {"average": "Latency p50", "slowest": "Latency p90"}
    else:
        names = ("@timestamp", "page", "status", "@message")
        return [dict(zip(names, (f"2026-11-23 {row[0]}", *row[1:]), strict=True)) for row in FAILURES]
    return [_bin(minutes, columns) for minutes in range(0, 180, 10)]


def _bin(minutes: int, columns: dict[str, str]) -> Row:
    time = SPAN.start + timedelta(minutes=minutes)
    values = {name: f"{COURSES[course].at(minutes / 180):.1f}" for name, course in columns.items()}
    return {"bin(10m)": f"{time:%Y-%m-%d %H:%M}:00.000"} | values


def body() -> dict[str, Any]:
    """The body, checked."""
    checked, warnings = build_body("webshop", {"body": json.loads(BODY.read_text())}, REGION)
    assert warnings == []
    return checked


def drawn() -> list[Drawn]:
    """The widgets, drawn."""
    shown = body()
    widgets = put_in(shown["widgets"], chosen(shown, {}))
    shop = Shop()
    return [draw(number, widget, read_widget(widget, SPAN, NOW, shop)) for number, widget in enumerate(widgets)]


def page(library: str) -> str:
    """The page."""
    facts = {"Region": REGION, "Time range": f"{SPAN.start:%Y-%m-%d %H:%M} to {SPAN.end:%Y-%m-%d %H:%M} UTC"}
    return draw_page(Page("webshop", facts, chosen(body(), {}), drawn()), library)
