# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What it takes to move the messages of a dead-letter queue back to where they came from.

Pure: no Ansible, no AWS. A task is an entry of SQS's ListMessageMoveTasks, a message one of ReceiveMessage.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

HIGHEST_RATE: Final = 500
UNFINISHED: Final = ("RUNNING", "CANCELLING")


class RefusedRedriveError(ValueError):
    """A redrive that cannot be made, or that ended before everything was moved."""


@dataclass(frozen=True)
class Move:
    """How far a move is.

    :param moved: the messages that are moved.
    :param to_move: the messages that there were when it began.
    """

    moved: int
    to_move: int
    finished: bool


def check_rate(rate: int | None) -> None:
    """Refuse a rate that SQS cannot take.

    :raises RefusedRedriveError: it is out of range.
    """
    if rate is not None and not 1 <= rate <= HIGHEST_RATE:
        raise RefusedRedriveError(
            f"max_number_of_messages_per_second: {rate}, must be from 1 to {HIGHEST_RATE}, or left out"
        )


def dead_letter_queue_of(queue: str, redrive_policy: str | None) -> str:
    """Return the ARN of a queue's dead-letter queue.

    :param redrive_policy: the queue's attribute RedrivePolicy.
    :raises RefusedRedriveError: it has none.
    """
    if not redrive_policy:
        raise RefusedRedriveError(
            f"queue: {queue} has no dead-letter queue (its RedrivePolicy is not set), so there are no messages to move "
            "back. Name the queue that messages go back to, not the dead-letter queue itself"
        )
    return str(json.loads(redrive_policy)["deadLetterTargetArn"])


def refuse_running(task: Mapping[str, Any] | None, dead_letter_queue: str) -> None:
    """Refuse to move messages that are being moved already.

    :param task: the queue's newest task.
    :raises RefusedRedriveError: it is not finished.
    """
    if task and task["Status"] in UNFINISHED:
        raise RefusedRedriveError(
            f"The messages of {dead_letter_queue} are being moved already: {progress(move_of(task, 0))} "
            f"(status {task['Status']}). SQS allows one move of a queue at a time: wait until that one is finished, or "
            "cancel it with CancelMessageMoveTask"
        )


def move_of(task: Mapping[str, Any], to_move: int) -> Move:
    """Read how far a task is.

    :param to_move: the messages that were counted before, which SQS tells only once it has begun.
    :raises RefusedRedriveError: it failed, or somebody cancelled it.
    """
    status = task["Status"]
    move = Move(
        moved=task.get("ApproximateNumberOfMessagesMoved", 0),
        to_move=task.get("ApproximateNumberOfMessagesToMove", to_move),
        finished=status not in UNFINISHED,
    )
    if status == "FAILED":
        raise RefusedRedriveError(
            f"SQS gave the move up: {task.get('FailureReason', 'it gives no reason')} ({progress(move)}). "
            "The others are still in the dead-letter queue"
        )
    if status == "CANCELLED":
        raise RefusedRedriveError(
            f"Somebody cancelled the move ({progress(move)}). The others are still in the dead-letter queue"
        )
    return move


def progress(move: Move) -> str:
    """Say how far a move is."""
    return f"{move.moved} of {move.to_move} messages moved"


def source_of(message: Mapping[str, Any], queue_arn: str) -> str:
    """Return the ARN of the queue that a message came from.

    :param queue_arn: where one goes that was sent to the dead-letter queue directly.
    """
    return str(message.get("Attributes", {}).get("DeadLetterQueueSourceArn", queue_arn))


def request_of(message: Mapping[str, Any]) -> dict[str, Any]:
    """Write a received message as the fields of SendMessage, with everything that its sender gave it."""
    attributes = message.get("Attributes", {})
    request: dict[str, Any] = {"MessageBody": message["Body"]}
    if "MessageAttributes" in message:
        request["MessageAttributes"] = message["MessageAttributes"]
    if "AWSTraceHeader" in attributes:
        trace = {"DataType": "String", "StringValue": attributes["AWSTraceHeader"]}
        request["MessageSystemAttributes"] = {"AWSTraceHeader": trace}
    if "MessageGroupId" in attributes:
        request["MessageGroupId"] = attributes["MessageGroupId"]
    if "MessageDeduplicationId" in attributes:
        # a FIFO queue drops, as if it took it, what comes again within five minutes with the id that it had then
        request["MessageDeduplicationId"] = message["MessageId"]
    return request
