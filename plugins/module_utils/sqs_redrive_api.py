# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to SQS that a redrive needs. `client` is boto3's client of `sqs`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.taskmanager.aws.plugins.module_utils.sqs_redrive import Move, move_of, request_of, source_of

# What one call of the module may take, so that it can tell how far it is.
STEP_SECONDS: Final = 5
POLL_SECONDS: Final = 1
RECEIVED_AT_ONCE: Final = 10
# So long nobody else gets what is being moved: ten messages, at the slowest rate of one a second, several times over.
HIDDEN_SECONDS: Final = 60
# How something that speaks SQS answers who asks for an action that it does not have.
UNKNOWN_ACTION: Final = ["InvalidAction", "UnknownOperationException"]


class RedriveError(AnsibleAWSError):
    """SQS refused or failed a call."""


class RedriveErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into RedriveError."""

    _CUSTOM_EXCEPTION = RedriveError

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code(UNKNOWN_ACTION)


@RedriveErrorHandler.common_error_handler("find queue {name}")
@AWSRetry.jittered_backoff()
def queue_url(client: Any, name: str) -> str:
    """Return the URL of a queue of this account.

    :raises RedriveError: there is none, or GetQueueUrl was refused or failed.
    """
    return str(client.get_queue_url(QueueName=name)["QueueUrl"])


@RedriveErrorHandler.common_error_handler("read queue {url}")
@AWSRetry.jittered_backoff()
def queue_attributes(client: Any, url: str, *names: str) -> Mapping[str, str]:
    """Return attributes of a queue; those that are not set are left out.

    :raises RedriveError: GetQueueAttributes was refused or failed.
    """
    return client.get_queue_attributes(QueueUrl=url, AttributeNames=list(names)).get("Attributes", {})


@RedriveErrorHandler.list_error_handler("list the moves of messages from {dead_letter_queue}")
@AWSRetry.jittered_backoff()
def newest_tasks(client: Any, dead_letter_queue: str) -> list[Mapping[str, Any]] | None:
    """Return the newest move task of a dead-letter queue in a list, or None where SQS has no such tasks at all.

    :raises RedriveError: ListMessageMoveTasks was refused or failed.
    """
    return client.list_message_move_tasks(SourceArn=dead_letter_queue, MaxResults=1).get("Results", [])


@RedriveErrorHandler.common_error_handler("start the move of messages from {dead_letter_queue}")
@AWSRetry.jittered_backoff()
def start_task(client: Any, dead_letter_queue: str, rate: int | None) -> None:
    """Have SQS move each message to the queue that it came from.

    :raises RedriveError: StartMessageMoveTask was refused or failed.
    """
    limit = {} if rate is None else {"MaxNumberOfMessagesPerSecond": rate}
    client.start_message_move_task(SourceArn=dead_letter_queue, **limit)


def follow_task(client: Any, dead_letter_queue: str, begun: Move, before: list[Mapping[str, Any]]) -> Move:
    """Wait until the newest task is finished, STEP_SECONDS at the most, and return how far it is.

    :param before: what was the newest task before this one was started.
    :raises RedriveError: ListMessageMoveTasks was refused or failed.
    :raises RefusedRedriveError: the task failed, or somebody cancelled it.
    """
    started = [task.get("StartedTimestamp") for task in before]
    deadline = time.monotonic() + STEP_SECONDS
    move = begun
    while True:
        for task in newest_tasks(client, dead_letter_queue) or []:
            if task.get("StartedTimestamp") not in started:
                move = move_of(task, begun.to_move)
        if move.finished or time.monotonic() >= deadline:
            return move
        time.sleep(POLL_SECONDS)


def move_messages(client: Any, url: str, queue_arn: str, begun: Move, rate: int | None) -> Move:
    """Move messages one by one, for STEP_SECONDS, and return how far it is.

    It ends with the number that there was at the start, so that messages that fail again are not moved for ever.

    :param url: the dead-letter queue.
    :param queue_arn: where messages go that tell no source.
    :raises RedriveError: SQS refused or failed a call. No message is lost; the one at hand may be in both queues.
    """
    deadline = time.monotonic() + STEP_SECONDS
    pause = 1 / rate if rate else 0
    moved, sources = begun.moved, dict[str, str]()
    while moved < begun.to_move and time.monotonic() < deadline:
        messages = receive(client, url, min(RECEIVED_AT_ONCE, begun.to_move - moved))
        if not messages:
            return Move(moved, begun.to_move, finished=True)
        for message in messages:
            source = source_of(message, queue_arn)
            if source not in sources:
                sources[source] = queue_url(client, source.rpartition(":")[2])
            send(client, sources[source], message)
            delete(client, url, message)
            moved += 1
            time.sleep(pause)
    return Move(moved, begun.to_move, finished=moved >= begun.to_move)


@RedriveErrorHandler.common_error_handler("receive messages of {url}")
@AWSRetry.jittered_backoff()
def receive(client: Any, url: str, number: int) -> list[Mapping[str, Any]]:
    """Receive up to so many messages, with all that they carry.

    :raises RedriveError: ReceiveMessage was refused or failed.
    """
    answer = client.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=number,
        VisibilityTimeout=HIDDEN_SECONDS,
        WaitTimeSeconds=1,  # any wait makes SQS ask all its servers
        MessageAttributeNames=["All"],
        MessageSystemAttributeNames=["All"],
    )
    return answer.get("Messages", [])


@RedriveErrorHandler.common_error_handler("send message {message[MessageId]} to {url}")
@AWSRetry.jittered_backoff()
def send(client: Any, url: str, message: Mapping[str, Any]) -> None:
    """Send a copy of a received message.

    :raises RedriveError: SendMessage was refused or failed.
    """
    client.send_message(QueueUrl=url, **request_of(message))


@RedriveErrorHandler.common_error_handler("delete message {message[MessageId]} of {url}")
@AWSRetry.jittered_backoff()
def delete(client: Any, url: str, message: Mapping[str, Any]) -> None:
    """Delete a received message.

    :raises RedriveError: DeleteMessage was refused or failed.
    """
    client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
