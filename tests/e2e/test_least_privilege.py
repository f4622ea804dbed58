# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each permission is needed: with one taken out the system fails, and put back it works."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from faults import released_by_hand
from policies import without_inline, without_shared
from stack import Stack, wait_until
from system import add_task, counted, statuses, wait_completed


def failure(stack: Stack, function: str, event: Any) -> str:
    """The error of an invocation that has to fail."""
    response = stack.client("lambda").invoke(FunctionName=function, Qualifier="live", Payload=json.dumps(event))
    payload = response["Payload"].read().decode()
    assert response.get("FunctionError") == "Unhandled", payload
    return payload


def tasks(stack: Stack) -> int:
    return int(stack.query("SELECT COUNT(*) AS tasks FROM taskmanager.tasks")[0]["tasks"])


@pytest.fixture(autouse=True)
def works_before_and_after(system: Stack) -> Iterator[None]:
    wait_completed(system, [add_task(system, "before")])
    yield
    wait_completed(system, [add_task(system, "after")])


def test_without_publish_no_task_is_stored_unannounced(system: Stack) -> None:
    before = tasks(system)
    with without_inline(system, "TaskManagementAddTaskRole", "announce-tasks"):
        error = failure(system, "add_task", {"title": "unannounced"})
    assert "AuthorizationError" in error or "AccessDenied" in error
    assert "sns:Publish" in error or "SNS:Publish" in error
    assert tasks(system) == before


def test_without_connect_no_new_connection_is_made(system: Stack) -> None:
    with without_shared(system, "ConnectToDatabase"):
        health = {name: system.invoke(name, {"health_check": True}) for name in ("add_task", "process_task")}
    for name, answer in health.items():
        assert answer["statusCode"] == 503, name
        checks = json.loads(answer["body"])
        assert "Access denied" in checks.pop("database")
        assert set(checks.values()) == {"ok"}, "nothing else was taken out"


def test_without_connect_tasks_are_refused_once_the_kept_connection_is_gone(system: Stack) -> None:
    before = tasks(system)
    with without_shared(system, "ConnectToDatabase"):
        system.stop_server("database")
        system.start_database()
        assert "Access denied" in failure(system, "add_task", {"title": "no connection"})
    assert tasks(system) == before


def test_without_put_metric_data_adding_fails_and_nothing_is_stored(system: Stack) -> None:
    before, added = tasks(system), counted(system, "TasksAdded")
    with without_shared(system, "PublishMetrics"):
        assert "PutMetricData" in failure(system, "add_task", {"title": "uncounted"})
    assert (tasks(system), counted(system, "TasksAdded")) == (before, added)


def test_metrics_of_another_namespace_are_refused(system: Stack) -> None:
    with released_by_hand(system, "add_task", METRICS_NAMESPACE="SomebodyElse"):
        assert "PutMetricData" in failure(system, "add_task", {"title": "foreign namespace"})


def test_completed_tasks_stay_completed_when_counting_them_was_refused(system: Stack) -> None:
    completed = counted(system, "TasksCompleted")
    with without_shared(system, "PublishMetrics"):
        system.query("INSERT INTO taskmanager.tasks (title) VALUES ('counted late')")
        (row,) = system.query("SELECT MAX(id) AS id FROM taskmanager.tasks")
        record = {"messageId": "m", "body": json.dumps({"task_id": row["id"]})}
        assert "PutMetricData" in failure(system, "process_task", {"Records": [record]})
    assert statuses(system, [row["id"]]) == ["Completed"]
    assert counted(system, "TasksCompleted") == completed
    assert system.invoke("process_task", {"Records": [record]}) == {"batchItemFailures": []}
    wait_until(lambda: statuses(system, [row["id"]]) == ["Completed"], "it stays so")


# By statement: the test that takes it out of the running system.
# tests/unit/test_permissions.py holds this to the inventory's statements.
REMOVED = {
    "AnnounceTasks": test_without_publish_no_task_is_stored_unannounced,
    "ConnectToDatabase": test_without_connect_no_new_connection_is_made,
    "PublishMetrics": test_without_put_metric_data_adding_fails_and_nothing_is_stored,
}
# What the embedded AWS does on the functions' behalf without asking for a permission: no step of the system would fail.
# test_role_access.py takes these out too, and makes the calls with the role's credentials.
NOT_ENFORCED = {
    "WriteLogs": "it writes the functions' logs itself",
    "ReceiveTasks": "its event source mapping reads the queue itself",
    "AttachToVpc": "it makes no network interfaces for functions",
}
