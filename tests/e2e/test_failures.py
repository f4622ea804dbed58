# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What fails is set aside and counted; what the database was away for is done when it is back."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from stack import Stack, wait_until
from system import (
    DEAD_LETTERS,
    QUEUE,
    add_task,
    counted,
    dead_letters,
    held_back,
    queue_attributes,
    queue_url,
    queue_with,
    statuses,
    wait_completed,
)


@pytest.fixture(autouse=True)
def empty_dead_letter_queue(system: Stack) -> Iterator[None]:
    yield
    system.client("sqs").purge_queue(QueueUrl=queue_url(system, DEAD_LETTERS))


def test_a_failing_task_is_set_aside_and_counted_and_its_fellows_are_completed(system: Stack) -> None:
    failed = counted(system, "TasksFailed")
    with queue_with(system, visibility_timeout=1, max_receive_count=2):
        with held_back(system):
            bad = add_task(system, "fail, please")
            good = [add_task(system, f"fellow {number}") for number in range(5)]
        wait_completed(system, good)
        wait_until(lambda: dead_letters(system) == 1, "the message is in the dead-letter queue")
    assert counted(system, "TasksFailed") - failed == 2
    assert statuses(system, [bad]) == ["In Progress"]
    (message,) = system.client("sqs").receive_message(QueueUrl=queue_url(system, DEAD_LETTERS))["Messages"]
    assert json.loads(json.loads(message["Body"])["Message"]) == {"task_id": bad}


def test_a_message_that_is_no_task_is_set_aside_and_its_fellows_are_completed(system: Stack) -> None:
    sqs = system.client("sqs")
    with queue_with(system, visibility_timeout=1, max_receive_count=2):
        with held_back(system):
            sqs.send_message(QueueUrl=queue_url(system), MessageBody="this is no JSON")
            good = [add_task(system, f"sound {number}") for number in range(3)]
        wait_completed(system, good)
        wait_until(lambda: dead_letters(system) == 1, "the message is in the dead-letter queue")


def test_unknown_and_completed_tasks_do_no_harm(system: Stack) -> None:
    task = add_task(system, "twice")
    wait_completed(system, [task])
    before = counted(system, "TasksCompleted")
    bodies = [json.dumps({"task_id": each}) for each in (task, task, 2**40)]
    records = [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]
    assert system.invoke("process_task", {"Records": records}) == {"batchItemFailures": []}
    assert counted(system, "TasksCompleted") == before
    assert statuses(system, [task]) == ["Completed"]


def test_no_task_is_lost_while_the_database_is_down(system: Stack) -> None:
    logs, start = system.client("logs"), int(time.time() * 1000)
    with queue_with(system, visibility_timeout=2, max_receive_count=100):
        with held_back(system):
            ids = [add_task(system, f"patient {number}") for number in range(12)]
            system.stop_server("database")
        try:
            with pytest.raises(AssertionError, match=r"Can.*t connect to MySQL server"):
                add_task(system, "refused")
            wait_until(
                lambda: logs.filter_log_events(
                    logGroupName="/aws/lambda/process_task", startTime=start, filterPattern='"connect to MySQL server"'
                )["events"],
                "process_task fails for want of a database",
            )
        finally:
            system.start_database()
        wait_completed(system, ids)
    assert dead_letters(system) == 0
    wait_until(lambda: queue_attributes(system, QUEUE)["ApproximateNumberOfMessages"] == "0", "the queue is empty")
