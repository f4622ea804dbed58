# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What watches the system: alarms, queries and monitoring as AWS has them, and an alarm that really goes off."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from stack import Stack, wait_until
from system import (
    DEAD_LETTERS,
    add_task,
    counted,
    dead_letters,
    held_back,
    queue_url,
    queue_with,
    wait_completed,
)

TOPIC = "arn:aws:sns:eu-north-1:123456789012:task-management-alarms"
GIBIBYTE = 2**30
# namespace, metric, dimension, statistic, comparison, threshold, period, periods; the local functions have 5 seconds
SHIPPED: dict[str, tuple[str, str, dict[str, str], str, str, float, int, int]] = {
    **{
        f"{function}-{name}": ("AWS/Lambda", metric, {"FunctionName": function}, statistic, ">", threshold, 300, 1)
        for function in ("add_task", "process_task")
        for name, metric, statistic, threshold in [
            ("errors", "Errors", "Sum", 5),
            ("throttles", "Throttles", "Sum", 5),
            ("duration", "Duration", "Maximum", 4000),
        ]
    },
    "task-management-tasks-failed": ("TaskManagementSystem", "TasksFailed", {}, "Sum", ">", 5, 300, 1),
    "task-management-dead-letters": (
        *("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": "task-processing-queue-dlq"}),
        *("Maximum", ">", 0, 300, 1),
    ),
    "task-management-queue-age": (
        *("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": "task-processing-queue"}),
        *("Maximum", ">", 60, 300, 1),
    ),
    "task-management-db-cpu": (
        *("AWS/RDS", "CPUUtilization", {"DBInstanceIdentifier": "task-management-db"}),
        *("Average", ">", 80, 300, 3),
    ),
    "task-management-db-storage": (
        *("AWS/RDS", "FreeStorageSpace", {"DBInstanceIdentifier": "task-management-db"}),
        *("Minimum", "<", 2 * GIBIBYTE, 300, 1),
    ),
    "task-management-db-connections": (
        *("AWS/RDS", "DatabaseConnections", {"DBInstanceIdentifier": "task-management-db"}),
        *("Maximum", ">", 50, 300, 1),
    ),
    "task-management-web-status": (
        *("AWS/EC2", "StatusCheckFailed", {"InstanceId": "the instance"}),
        *("Maximum", ">", 0, 60, 2),
    ),
}
COMPARISONS = {"GreaterThanThreshold": ">", "LessThanThreshold": "<"}


@pytest.fixture(scope="module")
def instance(system: Stack) -> dict[str, Any]:
    filters = [{"Name": "tag:Name", "Values": ["task-management-web"]}]
    (reservation,) = system.client("ec2").describe_instances(Filters=filters)["Reservations"]
    return dict(reservation["Instances"][0])


@contextmanager
def subscribed(stack: Stack, topic: str) -> Iterator[str]:
    """The URL of a queue that the topic notifies."""
    sns, sqs = stack.client("sns"), stack.client("sqs")
    url = sqs.create_queue(QueueName="operator")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = {"Version": "2012-10-17", "Statement": [statement | {"Resource": arn}]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    try:
        yield url
    finally:
        sns.unsubscribe(SubscriptionArn=subscription)
        sqs.delete_queue(QueueUrl=url)


def notifications(stack: Stack, url: str) -> list[tuple[str, str]]:
    """The alarms and their new states that the queue was notified of since it was last asked."""
    messages = stack.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    alarms = [json.loads(json.loads(message["Body"])["Message"]) for message in messages]
    return [(alarm["AlarmName"], alarm["NewStateValue"]) for alarm in alarms]


@pytest.fixture(scope="module")
def heard(system: Stack) -> Iterator[list[tuple[str, str]]]:
    """What the operator was notified of when six tasks in one batch failed and one did not."""
    for name in ("task-management-tasks-failed", "task-management-unhealthy"):
        system.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="OK", StateReason="a new start")
    told: list[tuple[str, str]] = []
    before = counted(system, "TasksFailed")
    with subscribed(system, TOPIC) as url, queue_with(system, visibility_timeout=1, max_receive_count=1):
        with held_back(system):
            for number in range(6):
                add_task(system, f"fail {number}")
            good = add_task(system, "be the one that does not")
        wait_completed(system, [good])
        wait_until(lambda: dead_letters(system) == 6, "the failed tasks are set aside")

        def both_told() -> bool:
            told.extend(notifications(system, url))
            return len(told) >= 2

        wait_until(both_told, "the operator is notified of both alarms")
    assert counted(system, "TasksFailed") - before == 6
    yield told
    system.client("sqs").purge_queue(QueueUrl=queue_url(system, DEAD_LETTERS))


def test_failing_tasks_raise_their_alarm_and_the_one_above_and_the_operator_is_notified(
    system: Stack, heard: list[tuple[str, str]]
) -> None:
    assert ("task-management-tasks-failed", "ALARM") in heard
    assert ("task-management-unhealthy", "ALARM") in heard
    alarms = system.client("cloudwatch").describe_alarms(
        AlarmNames=["task-management-tasks-failed", "task-management-unhealthy"],
        AlarmTypes=["MetricAlarm", "CompositeAlarm"],
    )
    states = [each["StateValue"] for kind in ("MetricAlarms", "CompositeAlarms") for each in alarms[kind]]
    assert states == ["ALARM", "ALARM"]


@pytest.mark.usefixtures("heard")
def test_a_failed_task_is_logged_with_the_fields_that_the_queries_name(system: Stack) -> None:
    logs = system.client("logs")

    def failures() -> list[dict[str, Any]]:
        found = logs.filter_log_events(logGroupName="/aws/lambda/process_task", filterPattern='"task failed"')
        return list(found["events"])

    line = json.loads(wait_until(failures, "the failure is logged")[0]["message"])
    assert {"timestamp", "level", "requestId", "logger", "message", "task_id", "stackTrace"} <= line.keys()
    assert (line["level"], line["message"]) == ("ERROR", "task failed")


def test_the_alarms_are_those_that_are_shipped(system: Stack, instance: dict[str, Any]) -> None:
    alarms = system.client("cloudwatch").describe_alarms()["MetricAlarms"]
    names = {instance["InstanceId"]: "the instance"}
    found = {
        alarm["AlarmName"]: (
            alarm["Namespace"],
            alarm["MetricName"],
            {each["Name"]: names.get(each["Value"], each["Value"]) for each in alarm["Dimensions"]},
            alarm["Statistic"],
            COMPARISONS[alarm["ComparisonOperator"]],
            alarm["Threshold"],
            alarm["Period"],
            alarm["EvaluationPeriods"],
        )
        for alarm in alarms
    }
    assert found == SHIPPED


def test_each_alarm_says_why_and_notifies_the_topic(system: Stack) -> None:
    alarms = system.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert {tuple(alarm["AlarmActions"]) for alarm in alarms} == {(TOPIC,)}
    assert {alarm["TreatMissingData"] for alarm in alarms} == {"notBreaching"}
    assert all(alarm["ActionsEnabled"] for alarm in alarms)
    descriptions = {alarm["AlarmDescription"] for alarm in alarms}
    assert len(descriptions) == len(SHIPPED)
    assert [text for text in descriptions if ": " not in text] == [], "what happened: what it means"


def test_the_system_is_unhealthy_when_its_users_notice(system: Stack) -> None:
    (alarm,) = system.client("cloudwatch").describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert alarm["AlarmName"] == "task-management-unhealthy"
    assert alarm["AlarmRule"] == (
        'ALARM("add_task-errors") OR ALARM("process_task-errors") OR ALARM("task-management-tasks-failed") OR '
        'ALARM("task-management-dead-letters") OR ALARM("task-management-queue-age") OR '
        'ALARM("task-management-web-status")'
    )
    assert (alarm["AlarmActions"], alarm["OKActions"], alarm["InsufficientDataActions"]) == ([TOPIC], [TOPIC], [])
    assert alarm["ActionsEnabled"]
    assert "unhealthy" in alarm["AlarmDescription"]


def test_saved_queries_search_what_both_functions_log(system: Stack) -> None:
    found = system.client("logs").describe_query_definitions(queryDefinitionNamePrefix="task management/")
    queries = {each["name"].partition("/")[2]: each for each in found["queryDefinitions"]}
    assert queries.keys() == {"failed tasks", "story of a task", "errors by function", "slowest invocations"}
    for query in queries.values():
        assert query["logGroupNames"] == ["/aws/lambda/add_task", "/aws/lambda/process_task"]
    assert "filter message like /failed|poison/" in queries["failed tasks"]["queryString"]
    assert "filter task_id = 1" in queries["story of a task"]["queryString"]
    assert 'filter level = "ERROR"' in queries["errors by function"]["queryString"]
    assert "sort @duration desc" in queries["slowest invocations"]["queryString"]


def test_log_groups_are_kept_for_14_days_with_no_key_of_their_own(system: Stack) -> None:
    groups = system.client("logs").describe_log_groups()["logGroups"]
    assert {(each["logGroupName"], each["retentionInDays"], each.get("kmsKeyId")) for each in groups} == {
        ("/aws/lambda/add_task", 14, None),
        ("/aws/lambda/process_task", 14, None),
    }


def test_d8_the_instance_reports_each_minute(instance: dict[str, Any]) -> None:
    assert instance["Monitoring"] == {"State": "enabled"}


ACTION = "arn:aws:sns:eu-north-1:123456789012:others"
METRIC = {"namespace": "Shop", "metric_name": "Late", "threshold": 1}


def query(name: str, **more: Any) -> dict[str, Any]:
    stat = {"metric": {"namespace": "Shop", "metric_name": name.title()}, "period": 60, "stat": "Sum"}
    return {"id": name, "metric_stat": stat} | more


BAND = {"id": "usual", "expression": "ANOMALY_DETECTION_BAND(late, 2)"}
EVERY_KIND: list[dict[str, Any]] = [
    {"name": "kind-plain", "description": "d", **METRIC, "dimensions": {"Shop": "north"}},
    {"name": "kind-percentile", "description": "d", **METRIC, "extended_statistic": "p99", "tags": {"shop": "north"}}
    | {"evaluate_low_sample_count_percentile": "ignore", "datapoints_to_alarm": 1, "unit": "Count"},
    {"name": "kind-math", "description": "d", "threshold": 5, "actions_enabled": False}
    | {
        "metrics": [
            {"id": "share", "expression": "late / sent"},
            *(query(n, return_data=False) for n in ("late", "sent")),
        ]
    },
    {"name": "kind-band", "description": "d", "threshold_metric_id": "usual", "comparison": "GreaterThanUpperThreshold"}
    | {"metrics": [query("late"), BAND], "ok_actions": [ACTION], "insufficient_data_actions": [ACTION]},
]


@pytest.fixture
def role(system: Stack, tmp_path: Path) -> Iterator[Callable[..., int]]:
    """Runs the role cloudwatch for alarms alone, and returns how many tasks changed something."""
    nothing = ("log_groups", "queries", "topic_subscriptions", "composite_alarms", "monitored_instances", "dashboards")
    names: set[str] = set()

    def run(alarms: list[dict[str, Any]], *options: str, **more: Any) -> int:
        names.update(alarm["name"] for alarm in alarms)
        variables: dict[str, Any] = {f"cloudwatch_{name}": [] for name in nothing} | {
            "cloudwatch_topic": "",
            "cloudwatch_alarms": alarms,
        }
        play = {"hosts": "all", "gather_facts": False, "vars": variables | more}
        play["module_defaults"] = {"group/taskmanager.aws.aws": "{{ taskmanager_operator_aws }}"}
        play["roles"] = ["taskmanager.aws.cloudwatch"]
        (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
        return system.converge(str(tmp_path / "play.yml"), *options).changed

    yield run
    system.client("cloudwatch").delete_alarms(AlarmNames=sorted(names))


def live_alarm(system: Stack, name: str) -> dict[str, Any]:
    (alarm,) = system.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return dict(alarm)


def test_what_others_added_to_an_alarm_survives_the_role(system: Stack, role: Callable[..., int]) -> None:
    plain = EVERY_KIND[0]
    assert role([plain]) == 1
    by_hand = {"OKActions": [ACTION], "InsufficientDataActions": [ACTION], "DatapointsToAlarm": 1}
    told = ("AlarmArn", "State", "AlarmConfig")
    alarm = {key: value for key, value in live_alarm(system, "kind-plain").items() if not key.startswith(told)}
    system.client("cloudwatch").put_metric_alarm(**alarm | by_hand)
    assert role([plain]) == 0
    assert role([plain | {"threshold": 2}]) == 1
    found = live_alarm(system, "kind-plain")
    assert {name: found[name] for name in by_hand} == by_hand
    assert found["Threshold"] == 2


def test_every_kind_of_alarm_is_made_once_and_removed_once(system: Stack, role: Callable[..., int]) -> None:
    assert role(EVERY_KIND, "--check") == 1
    assert system.client("cloudwatch").describe_alarms(AlarmNamePrefix="kind-")["MetricAlarms"] == []
    assert role(EVERY_KIND) == 1
    assert role(EVERY_KIND) == 0
    percentile, band = live_alarm(system, "kind-percentile"), live_alarm(system, "kind-band")
    assert (percentile["ExtendedStatistic"], percentile["EvaluateLowSampleCountPercentile"]) == ("p99", "ignore")
    assert (band["ThresholdMetricId"], "Threshold" in band, band["OKActions"]) == ("usual", False, [ACTION])
    tags = system.client("cloudwatch").list_tags_for_resource(ResourceARN=percentile["AlarmArn"])["Tags"]
    assert tags == [{"Key": "shop", "Value": "north"}]
    assert role([EVERY_KIND[1] | {"tags": {"shop": "south"}}]) == 1
    assert role(EVERY_KIND, cloudwatch_state="absent") == 1
    assert role(EVERY_KIND, cloudwatch_state="absent") == 0
