# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples of the modules' documentation, run as they stand."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from stack import ROOT, Stack

BODY = json.dumps({"widgets": [{"type": "text", "x": 0, "y": 0, "properties": {"markdown": "# Orders"}}]})


def examples_of(module: str) -> str:
    """The text of a module's examples."""
    tree = ast.parse((ROOT / "plugins/modules" / f"{module}.py").read_text())
    [text] = [
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        if [target.id for target in node.targets if isinstance(target, ast.Name)] == ["EXAMPLES"]
    ]
    assert isinstance(text, str)
    return text


@pytest.fixture
def run_examples(system: Stack, tmp_path: Path) -> Callable[..., int]:
    """Runs a module's examples in a play, and returns how many tasks changed something."""

    def run(module: str) -> int:
        tasks = yaml.safe_load(examples_of(module).replace("/tmp/", f"{tmp_path}/"))  # noqa: S108 - replaced
        defaults = {"group/taskmanager.aws.aws": "{{ taskmanager_operator_aws }}"}
        play = {"hosts": "all", "gather_facts": False, "module_defaults": defaults, "tasks": tasks}
        (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
        return system.converge(str(tmp_path / "play.yml")).changed

    return run


def dashboards(system: Stack) -> set[str]:
    """The names of all dashboards."""
    return {entry["DashboardName"] for entry in system.client("cloudwatch").list_dashboards()["DashboardEntries"]}


@pytest.fixture
def orders(system: Stack) -> Any:
    """The dashboard that examples read."""
    client = system.client("cloudwatch")
    client.put_dashboard(DashboardName="orders", DashboardBody=BODY)
    yield
    client.delete_dashboards(DashboardNames=["orders"])


def test_the_examples_of_a_dashboard_make_change_and_remove_it(system: Stack, run_examples: Callable[..., int]) -> None:
    before = dashboards(system)
    assert run_examples("cloudwatch_dashboard") == 4
    assert dashboards(system) == before


@pytest.mark.usefixtures("orders")
def test_the_examples_of_reading_dashboards_change_nothing(run_examples: Callable[..., int]) -> None:
    assert run_examples("cloudwatch_dashboard_info") == 0


@pytest.mark.usefixtures("orders")
def test_the_examples_of_a_preview_draw_a_page_each(run_examples: Callable[..., int], tmp_path: Path) -> None:
    assert run_examples("cloudwatch_dashboard_preview") == 2
    assert "# Orders" not in (tmp_path / "orders.html").read_text()  # Markdown became HTML
    assert "<h1>Orders</h1>" in (tmp_path / "orders.html").read_text()
    assert "Errors" in (tmp_path / "errors.html").read_text()


@pytest.fixture
def late_and_lost(system: Stack) -> Any:
    """The alarms that an example names."""
    client, names = system.client("cloudwatch"), ["orders-late", "orders-lost"]
    what = {"Namespace": "Shop", "MetricName": "Late", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1}
    for name in names:
        client.put_metric_alarm(AlarmName=name, Threshold=1, ComparisonOperator="GreaterThanThreshold", **what)
    yield
    client.delete_alarms(AlarmNames=names)


@pytest.mark.usefixtures("late_and_lost")
@pytest.mark.parametrize(
    ("module", "changed"),
    [("cloudwatch_composite_alarm", 2), ("cloudwatchlogs_log_group", 3)],
)
def test_the_examples_of_a_module_make_and_remove(module: str, changed: int, run_examples: Callable[..., int]) -> None:
    assert run_examples(module) == changed


def test_the_examples_of_an_alarm_make_change_and_remove_it(system: Stack, run_examples: Callable[..., int]) -> None:
    cloudwatch = system.client("cloudwatch")
    assert run_examples("cloudwatch_metric_alarm") == 5
    left = ["orders-few", "orders-refused"]
    alarms = cloudwatch.describe_alarms(AlarmNamePrefix="orders-")["MetricAlarms"]
    cloudwatch.delete_alarms(AlarmNames=left)
    assert sorted(alarm["AlarmName"] for alarm in alarms) == left


def test_the_examples_of_a_saved_query_make_two_and_remove_one(system: Stack, run_examples: Callable[..., int]) -> None:
    logs = system.client("logs")
    assert run_examples("cloudwatchlogs_query_definition") == 3
    [left] = logs.describe_query_definitions(queryDefinitionNamePrefix="shop/")["queryDefinitions"]
    logs.delete_query_definition(queryDefinitionId=left["queryDefinitionId"])
    assert (left["name"], left["queryLanguage"]) == ("shop/orders by status", "SQL")
