# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The preview of dashboards of the shared system, as a browser without a network shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from browser import Browser, opened
from stack import Stack
from system import NAMESPACE, add_task

DASHBOARD = "TaskManagementDashboard"
PLACES = [(0, 0, 12, 6), (12, 0, 12, 6), (0, 6, 12, 6), (12, 6, 12, 6), (0, 12, 24, 6)]
TITLES = ["EC2 CPU", "RDS connections", "Lambda invocations and errors", "Lambda duration", "Tasks in the last hour"]
TASKS_WIDGET = 4
OWN_NAMESPACE = "PreviewTest"


@contextmanager
def preview(system: Stack, chromium: Any, name: str) -> Iterator[Browser]:
    """The page that the playbook draws of a dashboard."""
    system.converge("preview.yml", preview_dashboard=name)
    with opened(chromium, system.build / "dashboard.html") as browser:
        assert browser.requests == [browser.page.url]
        assert browser.complaints == []
        yield browser


@contextmanager
def deployed(system: Stack, body: Any) -> Iterator[str]:
    """A dashboard of this test's own."""
    cloudwatch, name = system.client("cloudwatch"), "preview-test"
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=json.dumps(body))
    yield name
    cloudwatch.delete_dashboards(DashboardNames=[name])


def shipped_body(system: Stack) -> str:
    return str(system.client("cloudwatch").get_dashboard(DashboardName=DASHBOARD)["DashboardBody"])


def put(system: Stack, metric: str, count: int) -> None:
    """Count a metric so often, within one period of an hour: the middle of the last full hour is never at its edge."""
    middle = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(minutes=30)
    data = [{"MetricName": metric, "Timestamp": middle, "Value": 1.0, "Unit": "Count"}] * count
    system.client("cloudwatch").put_metric_data(Namespace=OWN_NAMESPACE, MetricData=data)


def test_the_shipped_dashboard_is_drawn_with_its_numbers(system: Stack, chromium: Any) -> None:
    # The shared system counts the tasks of other tests too, so the same dashboard is drawn on metrics of its own.
    for metric in ("TasksAdded", "TasksCompleted"):
        put(system, metric, 20)
    body = json.loads(shipped_body(system).replace(f'"{NAMESPACE}"', f'"{OWN_NAMESPACE}"'))
    with deployed(system, body) as name, preview(system, chromium, name) as browser:
        assert [browser.place(widget) for widget in browser.widgets()] == PLACES
        assert [widget.locator("h2").inner_text() for widget in browser.widgets()] == TITLES
        assert browser.numbers(TASKS_WIDGET) == {"TasksAdded": "20", "TasksCompleted": "20"}


def test_the_deployed_dashboard_counts_what_the_system_did(system: Stack, chromium: Any) -> None:
    add_task(system, "seen in the preview")
    with preview(system, chromium, DASHBOARD) as browser:
        assert [browser.place(widget) for widget in browser.widgets()] == PLACES
        assert int(browser.numbers(TASKS_WIDGET)["TasksAdded"]) >= 1
        assert int(browser.numbers(2)["add_task Invocations"]) >= 1
        assert browser.widget(3).locator(".scatterlayer .point").count() >= 1


def test_what_the_endpoint_answers_besides_metrics_is_drawn(system: Stack, chromium: Any) -> None:
    add_task(system, "logged for the preview")
    region = system.record["region"]
    alarms = system.client("cloudwatch").describe_alarms(AlarmNames=["add_task-errors"])["MetricAlarms"]
    labelled = {"id": "m1", "label": "${PROP('Dim.FunctionName')}: ${DATAPOINT_COUNT} at most ${MAX}"}
    errors = ["AWS/Lambda", "Errors", "FunctionName", "add_task", labelled]
    log = {"region": region, "query": "SOURCE '/aws/lambda/add_task' | fields @timestamp, @message | limit 5"}
    widgets = [
        {"type": "alarm", "properties": {"alarms": [alarms[0]["AlarmArn"]]}},
        {"type": "metric", "properties": {"region": region, "metrics": [errors, [{"expression": "m1 * 2"}]]}},
        {"type": "log", "properties": log},
        {"type": "log", "properties": {"region": region, "query": "SOURCE '/no/such/group' | fields @message"}},
        {"type": "metric", "properties": {"region": region, "annotations": {"alarms": [alarms[0]["AlarmArn"]]}}},
    ]
    with deployed(system, {"widgets": widgets}) as name, preview(system, chromium, name) as browser:
        tile = browser.widget(0).locator(".tile")
        assert tile.inner_text().split("\n") == [alarms[0]["StateValue"].replace("_", " "), "add_task-errors"]
        assert "Expressions not implemented (InternalError)" in browser.widget(1).inner_text()
        assert browser.widget(1).locator(".scatterlayer .trace").count() >= 1
        assert re.search(r"add_task: [1-9]\d* at most 0", browser.widget(1).inner_text())
        assert 1 <= browser.widget(2).locator("tbody tr").count() <= 5
        assert "log group does not exist: /no/such/group" in browser.widget(3).inner_text()
        assert browser.widget(4).locator("h2").inner_text() == "add_task-errors"
        assert any("Errors > 5" in text for text in browser.widget(4).locator("svg text").all_text_contents())
