# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests do to, and ask of, a converged task management system."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from stack import Stack, wait_until

QUEUE = "task-processing-queue"
DEAD_LETTERS = "task-processing-queue-dlq"
NAMESPACE = "TaskManagementSystem"


def converge_functions(stack: Stack) -> None:
    """Make the system without what guards and watches it, where the functions are all that is asked for."""
    stack.extra |= {"taskmanager_functions_in_vpc": False}
    stack.converge("site.yml", "--skip-tags", "security_groups,cloudwatch,verify")


def add_task(stack: Stack, title: str) -> int:
    """Add a task and return its id."""
    answer = stack.invoke("add_task", {"title": title})
    assert answer["statusCode"] == 201, answer
    return int(json.loads(answer["body"])["id"])


def statuses(stack: Stack, ids: Sequence[int]) -> list[str]:
    """The status of each task, in the order of ids."""
    marks = ", ".join(["%s"] * len(ids))
    rows = stack.query(f"SELECT id, status FROM taskmanager.tasks WHERE id IN ({marks})", *ids)
    by_id = {row["id"]: row["status"] for row in rows}
    return [by_id[task] for task in ids]


def wait_completed(stack: Stack, ids: Sequence[int], seconds: float = 60) -> None:
    """Wait until each task is Completed."""
    wait_until(lambda: set(statuses(stack, ids)) == {"Completed"}, f"{ids} are Completed", seconds)


def counted(stack: Stack, metric: str, namespace: str = NAMESPACE, **dimensions: str) -> int:
    """The sum of a metric over the last hour."""
    now = datetime.now(UTC)
    answer = stack.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Sum"],
    )
    return int(sum(point["Sum"] for point in answer["Datapoints"]))


def queue_url(stack: Stack, name: str = QUEUE) -> str:
    """The URL of a queue."""
    return str(stack.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def queue_attributes(stack: Stack, name: str = QUEUE) -> dict[str, str]:
    """All attributes of a queue."""
    return dict(
        stack.client("sqs").get_queue_attributes(QueueUrl=queue_url(stack, name), AttributeNames=["All"])["Attributes"]
    )


def mapping(stack: Stack) -> dict[str, Any]:
    """The event source mapping of what serves of process_task: the only one that there is."""
    (found,) = stack.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert found["FunctionArn"].endswith(":function:process_task:live")
    return dict(found)


@contextmanager
def queue_with(stack: Stack, visibility_timeout: int, max_receive_count: int) -> Iterator[None]:
    """Make the queue retry sooner and give up earlier than in production."""
    sqs, url, before = stack.client("sqs"), queue_url(stack), queue_attributes(stack)
    redrive = json.loads(before["RedrivePolicy"]) | {"maxReceiveCount": max_receive_count}
    changed = {"VisibilityTimeout": str(visibility_timeout), "RedrivePolicy": json.dumps(redrive)}
    sqs.set_queue_attributes(QueueUrl=url, Attributes=changed)
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={name: before[name] for name in changed})


@contextmanager
def held_back(stack: Stack) -> Iterator[None]:
    """Let messages gather in the queue; they are taken at the end."""
    functions, uuid = stack.client("lambda"), mapping(stack)["UUID"]
    functions.update_event_source_mapping(UUID=uuid, Enabled=False)
    wait_until(lambda: mapping(stack)["State"] == "Disabled", "the mapping is disabled")
    try:
        yield
    finally:
        functions.update_event_source_mapping(UUID=uuid, Enabled=True)
        wait_until(lambda: mapping(stack)["State"] == "Enabled", "the mapping is enabled")


def dead_letters(stack: Stack) -> int:
    """How many messages are in the dead-letter queue."""
    return int(queue_attributes(stack, DEAD_LETTERS)["ApproximateNumberOfMessages"])
