# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The system with its metrics in the embedded metric format, and back.

What is asked while it prints its metrics is kept, and judged once it publishes them again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import emf
import pytest
from stack import Stack, wait_until
from system import NAMESPACE, add_task, counted, wait_completed

FUNCTIONS = ("add_task", "process_task")
METRICS = ("TasksAdded", "TasksStarted", "TasksCompleted", "TasksFailed", "HealthChecks")


@dataclass(frozen=True)
class Observed:
    """What was seen while the metrics were printed."""

    lines: dict[str, list[str]]  # of each function's log
    health: dict[str, Any]  # each function's answer
    failure: dict[str, Any]  # the answer for a batch that failed
    actions: list[str]  # that the functions' policy allows
    published: list[int]  # of each metric, how much more CloudWatch has


@contextmanager
def printed_metrics(stack: Stack) -> Iterator[None]:
    """Switch to the embedded metric format, and back to PutMetricData."""
    switch(stack, "emf")
    try:
        yield
    finally:
        switch(stack, "api")


def switch(stack: Stack, metrics_format: str) -> None:
    stack.converge("converge.yml", "--tags", "iam,lambda_deploy", taskmanager_metrics_format=metrics_format)


def policy_actions(stack: Stack) -> list[str]:
    """What TaskManagementLambdaPolicy allows."""
    iam = stack.client("iam")
    (arn,) = [
        policy["Arn"]
        for policy in iam.list_policies(Scope="Local")["Policies"]
        if policy["PolicyName"] == "TaskManagementLambdaPolicy"
    ]
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    actions = [statement["Action"] for statement in document["Statement"]]
    return [action for each in actions for action in ([each] if isinstance(each, str) else each)]


def fail_task(stack: Stack) -> dict[str, Any]:
    """Have process_task work on a task that fails, outside of the queue, and return what the invocation says."""
    stack.query("INSERT INTO taskmanager.tasks (title) VALUES ('fail alone')")
    (row,) = stack.query("SELECT MAX(id) AS id FROM taskmanager.tasks")
    event = {"Records": [{"messageId": "m", "body": json.dumps({"task_id": row["id"]})}]}
    return dict(stack.client("lambda").invoke(FunctionName="process_task:live", Payload=json.dumps(event)))


def log_lines(stack: Stack, function: str, since: int) -> list[str]:
    """What a function logged since a time in milliseconds."""
    pages = stack.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName=f"/aws/lambda/{function}", startTime=since)
    return [event["message"] for page in found for event in page["events"]]


def counts(lines: list[str]) -> dict[str, int]:
    return emf.counts(emf.documents(lines), NAMESPACE)


def has_printed(stack: Stack, function: str, since: int, documents: int) -> bool:
    return len(emf.documents(log_lines(stack, function, since))) >= documents


@pytest.fixture(scope="module")
def observed(system: Stack) -> Observed:
    with printed_metrics(system):
        before, since = [counted(system, metric) for metric in METRICS], int(time.time() * 1000)
        wait_completed(system, [add_task(system, "printed")])
        failure = fail_task(system)
        health = {function: system.invoke(function, {"health_check": True}) for function in FUNCTIONS}
        for function, expected in {"add_task": 1, "process_task": 2}.items():
            wait_until(partial(has_printed, system, function, since, expected), f"{function} has printed its metrics")
        return Observed(
            lines={function: log_lines(system, function, since) for function in FUNCTIONS},
            health=health,
            failure=failure,
            actions=policy_actions(system),
            published=[counted(system, metric) - old for metric, old in zip(METRICS, before, strict=True)],
        )


def test_documents_are_valid_and_hold_the_counts(observed: Observed) -> None:
    assert counts(observed.lines["add_task"]) == {"TasksAdded": 1}
    assert counts(observed.lines["process_task"]) == {"TasksStarted": 2, "TasksCompleted": 1, "TasksFailed": 1}


def test_an_invocation_prints_one_document_also_when_its_batch_fails(observed: Observed) -> None:
    assert observed.failure["FunctionError"] == "Unhandled"
    found = emf.documents(observed.lines["process_task"])
    assert len({document["requestId"] for document in found}) == len(found) == 2


def test_nothing_is_published_and_nothing_may_be(observed: Observed) -> None:
    assert observed.published == [0] * len(METRICS)
    assert "cloudwatch:PutMetricData" not in observed.actions
    assert "rds-db:connect" in observed.actions


@pytest.mark.parametrize(("function", "other"), [("add_task", "topic"), ("process_task", "queue")])
def test_functions_are_healthy_and_claim_nothing_of_cloudwatch(observed: Observed, function: str, other: str) -> None:
    assert observed.health[function]["statusCode"] == 200
    assert json.loads(observed.health[function]["body"]) == {"database": "ok", other: "ok"}


def test_metrics_are_published_again_and_not_printed(system: Stack, observed: Observed) -> None:
    assert "cloudwatch:PutMetricData" not in observed.actions
    assert "cloudwatch:PutMetricData" in policy_actions(system)
    added, completed, since = counted(system, "TasksAdded"), counted(system, "TasksCompleted"), int(time.time() * 1000)
    wait_completed(system, [add_task(system, "published")])
    wait_until(lambda: counted(system, "TasksCompleted") == completed + 1, "the completion is counted")
    assert counted(system, "TasksAdded") == added + 1
    assert counts(log_lines(system, "add_task", since)) == {}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_line_is_of_a_request_and_none_has_a_token(system: Stack, observed: Observed, function: str) -> None:
    lines = log_lines(system, function, 0)
    assert set(observed.lines[function]) <= set(lines)
    ours = [json.loads(line) for line in lines if line.startswith("{")]  # the others are those of Lambda itself
    assert [line for line in ours if not line["requestId"]] == []
    assert [line for line in lines if "X-Amz-Signature" in line or "DBUser=" in line] == []
