# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sqs_redrive: how SQS is asked to move, how messages are moved where it can't, and what is told of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils import sqs_redrive_api
from ansible_collections.taskmanager.aws.plugins.module_utils.sqs_redrive import RefusedRedriveError, request_of
from ansible_collections.taskmanager.aws.plugins.module_utils.sqs_redrive_api import RedriveError
from ansible_collections.taskmanager.aws.plugins.modules import sqs_redrive
from botocore.stub import Stubber

ARN = "arn:aws:sqs:eu-north-1:123456789012:orders"
DEAD = f"{ARN}-dlq"
HOST = "https://sqs.eu-north-1.amazonaws.com/123456789012"
ATTRIBUTES = {"QueueArn": ARN, "RedrivePolicy": json.dumps({"deadLetterTargetArn": DEAD, "maxReceiveCount": 5})}
DONE = {"Status": "COMPLETED", "StartedTimestamp": 1, "ApproximateNumberOfMessagesMoved": 99}


@pytest.fixture
def aws() -> Iterator[Stubber]:
    client = boto3.client("sqs", region_name="eu-north-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let the pauses pass on a clock of their own instead of making them."""
    made: list[float] = []
    clock = SimpleNamespace(sleep=made.append, monotonic=lambda: sum(made))
    monkeypatch.setattr(sqs_redrive_api, "time", clock)
    return made


def run(aws: Stubber, check_mode: bool = False, **params: Any) -> dict[str, Any]:
    given = {"queue": "orders", "max_number_of_messages_per_second": None, "resume": None} | params
    return sqs_redrive.run(
        SimpleNamespace(params=given, check_mode=check_mode, _diff=True, client=lambda _: aws.client)
    )


def answer_queues(aws: Stubber, attributes: dict[str, str] = ATTRIBUTES) -> None:
    aws.add_response("get_queue_url", {"QueueUrl": f"{HOST}/orders"}, {"QueueName": "orders"})
    asked = {"QueueUrl": f"{HOST}/orders", "AttributeNames": ["QueueArn", "RedrivePolicy"]}
    aws.add_response("get_queue_attributes", {"Attributes": attributes}, asked)
    if "RedrivePolicy" in attributes:
        aws.add_response("get_queue_url", {"QueueUrl": f"{HOST}/orders-dlq"}, {"QueueName": "orders-dlq"})


def answer_tasks(aws: Stubber, *tasks: dict[str, Any]) -> None:
    aws.add_response("list_message_move_tasks", {"Results": list(tasks)}, {"SourceArn": DEAD, "MaxResults": 1})


def answer_count(aws: Stubber, number: int) -> None:
    asked = {"QueueUrl": f"{HOST}/orders-dlq", "AttributeNames": ["ApproximateNumberOfMessages"]}
    aws.add_response("get_queue_attributes", {"Attributes": {"ApproximateNumberOfMessages": str(number)}}, asked)


def task(status: str, moved: int, **fields: Any) -> dict[str, Any]:
    return {
        "Status": status,
        "StartedTimestamp": 2,
        "ApproximateNumberOfMessagesMoved": moved,
        "ApproximateNumberOfMessagesToMove": 12,
    } | fields


@pytest.mark.parametrize(("rate", "asked"), [(None, {}), (20, {"MaxNumberOfMessagesPerSecond": 20})])
def test_sqs_moves_and_its_task_is_followed_to_the_end(aws: Stubber, rate: int | None, asked: dict[str, int]) -> None:
    answer_queues(aws)
    answer_tasks(aws, DONE)
    answer_count(aws, 11)
    aws.add_response("start_message_move_task", {"TaskHandle": "h"}, {"SourceArn": DEAD} | asked)
    answer_tasks(aws, DONE)  # not listed yet
    answer_tasks(aws, task("RUNNING", 3))
    answer_tasks(aws, task("COMPLETED", 12))
    assert run(aws, max_number_of_messages_per_second=rate) == {
        "changed": True,
        "dead_letter_queue": "orders-dlq",
        "moved": 12,
        "to_move": 12,
        "finished": True,
        "diff": {"before": {"messages": 12}, "after": {"messages": 0}},
    }


def test_a_long_task_is_left_after_a_while_and_taken_up_again(aws: Stubber, pauses: list[float]) -> None:
    answer_queues(aws)
    answer_tasks(aws)
    answer_count(aws, 12)
    aws.add_response("start_message_move_task", {"TaskHandle": "h"})
    for _ in range(6):
        answer_tasks(aws, task("RUNNING", 4))
    first = run(aws)
    assert (first["changed"], first["moved"], first["to_move"], first["finished"]) == (True, 4, 12, False)
    assert sum(pauses) == 5
    answer_queues(aws)
    for _ in range(2):
        answer_tasks(aws, task("COMPLETED", 12))
    second = run(aws, resume={"moved": 4, "to_move": 12})
    assert (second["changed"], second["moved"], second["finished"]) == (True, 12, True)


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (task("FAILED", 3, FailureReason="CouldNotDetermineMessageSource"), "CouldNotDetermineMessageSource (3 of 12"),
        (task("CANCELLED", 3), "Somebody cancelled the move (3 of 12"),
    ],
)
def test_a_task_that_ends_early_is_a_failure_with_its_reason(aws: Stubber, end: dict[str, Any], said: str) -> None:
    answer_queues(aws)
    answer_tasks(aws)
    answer_count(aws, 12)
    aws.add_response("start_message_move_task", {"TaskHandle": "h"})
    answer_tasks(aws, end)
    with pytest.raises(RefusedRedriveError) as failure:
        run(aws)
    assert said in str(failure.value)
    assert "still in the dead-letter queue" in str(failure.value)


@pytest.mark.parametrize("status", ["RUNNING", "CANCELLING"])
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_queue_that_is_being_moved_is_refused(aws: Stubber, status: str, check_mode: bool) -> None:
    answer_queues(aws)
    answer_tasks(aws, task(status, 3))
    with pytest.raises(RefusedRedriveError) as refusal:
        run(aws, check_mode=check_mode)
    for part in (DEAD, "3 of 12 messages moved", status, "wait until"):
        assert part in str(refusal.value)


def test_a_queue_without_a_dead_letter_queue_is_refused(aws: Stubber) -> None:
    answer_queues(aws, {"QueueArn": ARN})
    with pytest.raises(RefusedRedriveError, match="queue: orders has no dead-letter queue"):
        run(aws)


@pytest.mark.parametrize("rate", [0, -1, 501])
def test_a_rate_that_sqs_refuses_reaches_no_call(aws: Stubber, rate: int) -> None:
    with pytest.raises(RefusedRedriveError, match=rf"max_number_of_messages_per_second: {rate}, must be from 1 to 500"):
        run(aws, max_number_of_messages_per_second=rate)


@pytest.mark.parametrize("number", [0, 12])
def test_check_mode_tells_the_number_and_moves_none(aws: Stubber, number: int) -> None:
    answer_queues(aws)
    answer_tasks(aws, DONE)
    answer_count(aws, number)
    result = run(aws, check_mode=True)
    assert (result["changed"], result["to_move"], result["moved"]) == (number > 0, number, 0)
    assert result["diff"] == {"before": {"messages": number}, "after": {"messages": 0}}


def test_an_empty_queue_needs_no_move(aws: Stubber) -> None:
    answer_queues(aws)
    answer_tasks(aws, DONE)
    answer_count(aws, 0)
    result = run(aws)
    assert (result["changed"], result["finished"], result["moved"]) == (False, True, 0)


def test_what_sqs_denies_is_told_with_what_was_to_be_done(aws: Stubber) -> None:
    answer_queues(aws)
    aws.add_client_error("list_message_move_tasks", "AccessDenied", "not authorized: sqs:listmessagemovetasks")
    with pytest.raises(RedriveError, match=f"list the moves of messages from {DEAD}: .*sqs:listmessagemovetasks"):
        run(aws)


# Where there are no move tasks.


def answer_no_tasks(aws: Stubber) -> None:
    answer_queues(aws)
    aws.add_client_error("list_message_move_tasks", "InvalidAction")


def received(number: int, source: str | None = ARN) -> dict[str, Any]:
    attributes = {"DeadLetterQueueSourceArn": source} if source else {}
    return {"MessageId": f"m{number}", "ReceiptHandle": f"r{number}", "Body": f"b{number}", "Attributes": attributes}


def answer_received(aws: Stubber, asked: int, *messages: dict[str, Any]) -> None:
    request = {
        "QueueUrl": f"{HOST}/orders-dlq",
        "MaxNumberOfMessages": asked,
        "VisibilityTimeout": 60,
        "WaitTimeSeconds": 1,
        "MessageAttributeNames": ["All"],
        "MessageSystemAttributeNames": ["All"],
    }
    aws.add_response("receive_message", {"Messages": list(messages)} if messages else {}, request)


def answer_moved(aws: Stubber, number: int, to: str = "orders") -> None:
    aws.add_response("send_message", {"MessageId": "new"}, {"QueueUrl": f"{HOST}/{to}", "MessageBody": f"b{number}"})
    gone = {"QueueUrl": f"{HOST}/orders-dlq", "ReceiptHandle": f"r{number}"}
    aws.add_response("delete_message", {}, gone)


def answer_url(aws: Stubber, name: str) -> None:
    aws.add_response("get_queue_url", {"QueueUrl": f"{HOST}/{name}"}, {"QueueName": name})


def test_without_tasks_each_message_is_sent_where_it_came_from_and_then_deleted(aws: Stubber) -> None:
    answer_no_tasks(aws)
    answer_count(aws, 3)
    answer_received(aws, 3, received(1), received(2, f"{ARN}-urgent"))
    answer_url(aws, "orders")
    answer_moved(aws, 1)
    answer_url(aws, "orders-urgent")
    answer_moved(aws, 2, to="orders-urgent")
    answer_received(aws, 1, received(3, source=None))
    answer_moved(aws, 3)
    result = run(aws)
    assert (result["changed"], result["moved"], result["to_move"], result["finished"]) == (True, 3, 3, True)


def test_without_tasks_what_came_meanwhile_is_left(aws: Stubber) -> None:
    answer_no_tasks(aws)
    answer_count(aws, 1)
    answer_received(aws, 1, received(1))
    answer_url(aws, "orders")
    answer_moved(aws, 1)
    assert run(aws)["finished"]


def test_without_tasks_messages_that_somebody_else_took_are_not_waited_for(aws: Stubber) -> None:
    answer_no_tasks(aws)
    answer_count(aws, 2)
    answer_received(aws, 2)
    result = run(aws)
    assert (result["changed"], result["moved"], result["finished"]) == (False, 0, True)


def test_without_tasks_the_rate_is_kept_and_the_rest_is_for_the_next_call(aws: Stubber, pauses: list[float]) -> None:
    answer_no_tasks(aws)
    answer_count(aws, 14)
    answer_received(aws, 10, *(received(number) for number in range(10)))
    answer_url(aws, "orders")
    for number in range(10):
        answer_moved(aws, number)
    first = run(aws, max_number_of_messages_per_second=2)
    assert pauses == [0.5] * 10
    assert (first["moved"], first["to_move"], first["finished"]) == (10, 14, False)
    answer_no_tasks(aws)
    answer_received(aws, 4, received(10))
    answer_url(aws, "orders")
    answer_moved(aws, 10)
    answer_received(aws, 3)
    second = run(aws, resume={"moved": 10, "to_move": 14})
    assert (second["moved"], second["to_move"], second["finished"]) == (11, 14, True)


def test_without_tasks_a_message_that_could_not_be_sent_is_not_deleted(aws: Stubber) -> None:
    answer_no_tasks(aws)
    answer_count(aws, 1)
    answer_received(aws, 1, received(1))
    answer_url(aws, "orders")
    aws.add_client_error("send_message", "AccessDenied", "sqs:sendmessage")
    with pytest.raises(RedriveError, match=f"send message m1 to {HOST}/orders: .*sqs:sendmessage"):
        run(aws)


def test_a_message_is_sent_with_all_that_its_sender_gave_it() -> None:
    attributes = {"kind": {"DataType": "String", "StringValue": "task"}}
    system = {"AWSTraceHeader": "Root=1-x", "MessageGroupId": "g", "SenderId": "AIDA", "SentTimestamp": "1"}
    message = received(1) | {"MessageAttributes": attributes, "Attributes": system}
    assert request_of(message) == {
        "MessageBody": "b1",
        "MessageAttributes": attributes,
        "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-x"}},
        "MessageGroupId": "g",
    }


def test_a_fifo_queue_does_not_take_the_message_for_the_one_that_it_had() -> None:
    message = received(1) | {"Attributes": {"MessageGroupId": "g", "MessageDeduplicationId": "d"}}
    assert request_of(message) == {"MessageBody": "b1", "MessageGroupId": "g", "MessageDeduplicationId": "m1"}
