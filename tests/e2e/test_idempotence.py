# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""R20: a second run changes nothing, check mode tells the truth, and no output has a secret."""

from __future__ import annotations

import re
from typing import Any

from deployer import SUBSCRIBED, decided, log
from stack import Stack
from system import mapping


def test_check_mode_names_the_drift_changes_nothing_and_shows_no_secret(system: Stack) -> None:
    drift(system)
    run = system.converge("converge.yml", "--check", "--diff", "-vvv")
    changed = re.findall(r"^changed: \[local\] => \(item=(\S+)\)", run.output, re.MULTILINE)
    assert sorted(set(changed)) == [
        "/aws/lambda/add_task",
        "TaskManagementDashboard",
        "add_task-errors",
        mapping(system)["EventSourceArn"],
    ]
    assert drifted(system) == DRIFTED
    secrets = [system.record[name] for name in ("secret_key", "admin_secret_key", "db_admin_password")]
    assert [secret for secret in secrets if secret in run.output] == []
    assert "DBUser=" not in run.output, "a token"
    assert '+properties.title: "EC2 CPU"' in run.output, "the diff shows what would come back"


def test_the_next_run_puts_the_drift_right(system: Stack) -> None:
    functions = system.client("lambda")
    before = functions.get_function_configuration(FunctionName="add_task")
    drift(system)
    calls = len(log(system))
    assert system.converge("converge.yml", "--tags", "lambda_deploy,cloudwatch").changed > 0
    assert SUBSCRIBED - decided(system, "allowed", calls) == set()
    after = functions.get_function_configuration(FunctionName="add_task")
    assert (after["Role"], after["VpcConfig"]) == (before["Role"], before["VpcConfig"])
    found = drifted(system)
    assert (found["retention"], found["threshold"]) == (14, 5.0)
    assert found["mapping"] == SHIPPED_MAPPING
    assert "EC2 CPU" in found["dashboard"]


# Last, so that it also holds for what was put right.
def test_a_second_run_changes_nothing_and_only_reads(system: Stack) -> None:
    packages = {path: path.stat().st_mtime_ns for path in system.build.glob("lambda/*.zip")}
    calls = len(log(system))
    assert system.converge("converge.yml").changed == 0
    actions = decided(system, "allowed", calls)
    assert "lambda:GetFunction" in actions
    assert [action for action in actions if not re.match(r"\w+:(Get|List|Describe)", action)] == []
    assert {path: path.stat().st_mtime_ns for path in system.build.glob("lambda/*.zip")} == packages != {}


# Each setting that a mapping from a queue has.
SHIPPED_MAPPING = {
    "BatchSize": 10,
    "MaximumBatchingWindowInSeconds": 0,
    "ScalingConfig": {},
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
    "FilterCriteria": {},
    "State": "Enabled",
}
DRIFTED_MAPPING = {
    "BatchSize": 3,
    "MaximumBatchingWindowInSeconds": 2,
    "ScalingConfig": {"MaximumConcurrency": 2},
    "FunctionResponseTypes": [],
    "FilterCriteria": {"Filters": [{"Pattern": '{"body": {"Type": ["Notification"]}}'}]},
    "State": "Disabled",
}
DRIFTED = {
    "retention": 7,
    "threshold": 99.0,
    "mapping": DRIFTED_MAPPING,
    "dashboard": '{"widgets": []}',
}


def drift(stack: Stack) -> None:
    """Change by hand what site.yml manages."""
    cloudwatch, logs, functions = (stack.client(name) for name in ("cloudwatch", "logs", "lambda"))
    logs.put_retention_policy(logGroupName="/aws/lambda/add_task", retentionInDays=DRIFTED["retention"])
    cloudwatch.put_dashboard(DashboardName="TaskManagementDashboard", DashboardBody=DRIFTED["dashboard"])
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=["add_task-errors"])["MetricAlarms"]
    keep = ["AlarmName", "AlarmDescription", "AlarmActions", "Namespace", "MetricName", "Dimensions", "Statistic"]
    keep += ["Period", "EvaluationPeriods", "ComparisonOperator", "TreatMissingData"]
    cloudwatch.put_metric_alarm(Threshold=DRIFTED["threshold"], **{name: alarm[name] for name in keep})
    settings = {name: value for name, value in DRIFTED_MAPPING.items() if name != "State"}
    functions.update_event_source_mapping(UUID=mapping(stack)["UUID"], Enabled=False, **settings)


def drifted(stack: Stack) -> dict[str, Any]:
    """What AWS has of that now."""
    cloudwatch, logs = stack.client("cloudwatch"), stack.client("logs")
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/add_task")["logGroups"]
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=["add_task-errors"])["MetricAlarms"]
    return {
        "retention": group["retentionInDays"],
        "threshold": alarm["Threshold"],
        "mapping": {name: mapping(stack).get(name, type(value)()) for name, value in DRIFTED_MAPPING.items()},
        "dashboard": cloudwatch.get_dashboard(DashboardName="TaskManagementDashboard")["DashboardBody"],
    }
