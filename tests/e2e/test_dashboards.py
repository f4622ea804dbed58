# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dashboards on the embedded AWS: what a task leaves in CloudWatch, and what it says of AWS's answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from proxy import Answer, Proxy, running_proxy
from stack import ROOT, Run, Stack

NAME = "lifecycle"
JSON = {"Content-Type": "application/x-amz-json-1.0"}
GOLDEN = ROOT / "tests/golden"
WIDGETS: list[dict[str, Any]] = [
    {"type": "text", "properties": {"markdown": "# Orders"}},
    {"type": "metric", "width": 12, "properties": {"title": "Late", "metrics": [["Shop", "Late"], [".", "Lost"]]}},
    {"type": "metric", "width": 12, "properties": {"title": "Lost", "metrics": [["Shop", "Lost"]]}},
]


@pytest.fixture
def dashboards(system: Stack, tmp_path: Path) -> Any:
    """Runs a play with one task of cloudwatch_dashboard."""

    def run(*options: str, endpoint_url: str | None = None, **parameters: Any) -> Run:
        task = {"taskmanager.aws.cloudwatch_dashboard": {"name": NAME, **parameters}}
        if endpoint_url:
            task["taskmanager.aws.cloudwatch_dashboard"]["endpoint_url"] = endpoint_url
        defaults = {"group/taskmanager.aws.aws": "{{ taskmanager_operator_aws }}"}
        play = {"hosts": "all", "gather_facts": False, "module_defaults": defaults, "tasks": [task]}
        (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
        return system.run(str(tmp_path / "play.yml"), *options)

    return run


def live(system: Stack, name: str = NAME) -> dict[str, Any] | None:
    """The body of a dashboard in CloudWatch, or None."""
    client = system.client("cloudwatch")
    if not client.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]:
        return None
    return dict(json.loads(client.get_dashboard(DashboardName=name)["DashboardBody"]))


def succeeded(run: Run, changed: int) -> Run:
    assert (run.code, run.changed) == (0, changed), run.output
    return run


def test_a_dashboard_lives_and_dies(system: Stack, dashboards: Any) -> None:
    assert live(system) is None
    predicted = succeeded(dashboards("--check", "--diff", widgets=WIDGETS), 1)
    assert "metric widget 'Late'" in predicted.output
    assert live(system) is None

    succeeded(dashboards(widgets=WIDGETS), 1)
    body = live(system)
    assert body is not None
    places = [(widget["x"], widget["y"], widget["width"], widget["height"]) for widget in body["widgets"]]
    assert places == [(0, 0, 24, 2), (0, 2, 12, 6), (12, 2, 12, 6)]
    assert [widget["properties"].get("region") for widget in body["widgets"]] == [None, *[system.record["region"]] * 2]
    succeeded(dashboards(widgets=WIDGETS), 0)

    edited = [
        *WIDGETS[:2],
        {**WIDGETS[2], "properties": {"title": "Lost", "metrics": [["Shop", "Lost", {"stat": "Sum"}]]}},
    ]
    predicted = succeeded(dashboards("--check", "--diff", widgets=edited), 1)
    assert live(system) == body
    assert "lifecycle: metric widget 'Lost'" in predicted.output
    assert "lifecycle: metric widget 'Late'" not in predicted.output
    assert '-properties.metrics[0]: ["Shop", "Lost"]' in predicted.output
    assert '+properties.metrics[0]: ["Shop", "Lost", {"stat": "Sum"}]' in predicted.output
    succeeded(dashboards(widgets=edited), 1)
    assert live(system) != body

    succeeded(dashboards(state="absent"), 1)
    assert live(system) is None
    succeeded(dashboards(state="absent"), 0)


def test_a_dashboard_edited_in_another_form_is_no_drift(system: Stack, dashboards: Any) -> None:
    succeeded(dashboards(widgets=WIDGETS), 1)
    body = live(system)
    assert body is not None
    properties = body["widgets"][1]["properties"]
    properties |= {"metrics": [["Shop", "Late"], ["Shop", "Lost"]], "view": "timeSeries", "period": 300}
    system.client("cloudwatch").put_dashboard(DashboardName=NAME, DashboardBody=json.dumps(body))
    succeeded(dashboards(widgets=WIDGETS), 0)
    properties["period"] = 60
    system.client("cloudwatch").put_dashboard(DashboardName=NAME, DashboardBody=json.dumps(body))
    succeeded(dashboards(widgets=WIDGETS), 1)
    succeeded(dashboards(state="absent"), 1)


@pytest.fixture
def proxy(system: Stack) -> Any:
    """A proxy in front of the embedded AWS."""
    with running_proxy(system.record["endpoint_url"]) as running:
        yield running


def test_a_refused_body_is_told_before_any_call(proxy: Proxy, dashboards: Any) -> None:
    run = dashboards(
        endpoint_url=proxy.url, widgets=[{"type": "text", "properties": {"markdwon": "a"}}, {"type": "txet"}]
    )
    assert run.code != 0
    assert "widgets[0].properties.markdown: missing" in run.output
    assert "did you mean markdown?" in run.output
    assert "did you mean text?" in run.output
    assert proxy.seen == []


@pytest.mark.parametrize(
    "body", [5, "text", "[1]", ["widgets"], {"widgets": 5}, {"widgets": "text"}, '{"widgets": [], "x": 1e999}'], ids=str
)
def test_what_is_no_body_is_refused_in_words(system: Stack, dashboards: Any, body: Any) -> None:
    run = dashboards(body=body)
    assert run.code != 0
    assert "is refused before any call to AWS" in run.output
    assert "Traceback" not in run.output
    assert live(system) is None


def test_a_body_that_aws_finds_invalid_fails_with_its_words(system: Stack, proxy: Proxy, dashboards: Any) -> None:
    # As AWS answers in its JSON protocol, with the code of the older protocol beside it.
    message = {"DataPath": "/widgets/0/properties/metrics/0", "Message": "Should NOT have more than 2 items"}
    body = {
        "__type": "com.amazonaws.cloudwatch.v2010_08_01#DashboardInvalidInputError",
        "message": "The dashboard body is invalid, there are 1 validation errors",
        "dashboardValidationMessages": [message],
    }
    headers = {**JSON, "x-amzn-query-error": "InvalidParameterInput;Sender"}
    proxy.answers["PutDashboard"] = Answer(400, json.dumps(body).encode(), headers)
    run = dashboards(endpoint_url=proxy.url, widgets=WIDGETS)
    assert run.code != 0
    assert f"{message['DataPath']}: {message['Message']}" in run.output
    assert live(system) is None


def test_what_aws_warns_of_is_a_warning_with_its_words(proxy: Proxy, dashboards: Any) -> None:
    message = {"DataPath": "/widgets/1", "Message": "The widget will be ignored"}
    body = json.dumps({"DashboardValidationMessages": [message]}).encode()
    proxy.answers["PutDashboard"] = Answer(200, body, JSON)
    # the proxy keeps the body to itself, but a dashboard is read after it was put
    found = {"DashboardName": NAME, "DashboardArn": "arn:aws:cloudwatch::1:dashboard/x", "DashboardBody": "{}"}
    proxy.answers["GetDashboard"] = Answer(
        200, json.dumps(found).encode(), {"Content-Type": "application/x-amz-json-1.0"}
    )
    run = succeeded(dashboards(endpoint_url=proxy.url, widgets=WIDGETS), 1)
    assert f"Dashboard {NAME}: {message['DataPath']}: {message['Message']}" in " ".join(run.output.split())


def test_the_shipped_dashboard_is_the_golden_one(system: Stack) -> None:
    body = live(system, "TaskManagementDashboard")
    assert body is not None
    instance = body["widgets"][0]["properties"]["metrics"][0][3]
    golden = (GOLDEN / "TaskManagementDashboard.json").read_text().replace("INSTANCE", instance)
    assert body == json.loads(golden.replace("REGION", system.record["region"]))
