# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a batch of messages asks for, and the answer that SQS gets."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from common import health

_MAX_ID = 2**64 - 1  # BIGINT UNSIGNED


class PoisonError(ValueError):
    """A message that names no task, however often it is delivered; its text holds nothing of the message."""


class BatchError(Exception):
    """Every message of a batch failed; its text names the reasons."""


@dataclass(frozen=True)
class Batch:
    """What the messages of a batch are: task ids and reasons of poison, both by message id.

    `chains` are the tasks that have to be worked one after the other, those of a message group of a FIFO queue; a task
    of a standard queue is a chain of its own. `held` are the reasons of messages behind poison in their group.
    """

    task_ids: Mapping[str, int]
    poison: Mapping[str, str]
    chains: Sequence[Sequence[int]]
    held: Mapping[str, str]

    def failures(self, failed_tasks: Mapping[int, str]) -> dict[str, str]:
        """Return the reasons by message id, given those by task id: all messages of a task share its result."""
        shared = {message: failed_tasks[task] for message, task in self.task_ids.items() if task in failed_tasks}
        return {**self.poison, **self.held, **shared}


def read_batch(records: Sequence[Mapping[str, Any]]) -> Batch:
    """Sort the `Records` of an SQS event. Those of health checks ask for nothing, and are left out.

    Behind the first message of a group that fails none may be acknowledged, or the group loses its order:
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
    """
    task_ids: dict[str, int] = {}
    poison: dict[str, str] = {}
    held: dict[str, str] = {}
    chains: dict[str, list[int]] = {}
    stopped: set[str] = set()
    known: set[int] = set()
    for record in records:
        message_id = record["messageId"]
        group = record.get("attributes", {}).get("MessageGroupId") if _is_fifo(record) else None
        if group in stopped:
            held[message_id] = "an earlier message of its group failed"
            continue
        try:
            task_id = task_id_of(record["body"])
        except PoisonError as error:
            poison[message_id] = str(error)
            stopped |= {group} if group else set()
            continue
        if task_id is not None:
            if task_id not in known:
                known.add(task_id)
                chains.setdefault(group or f"message {message_id}", []).append(task_id)
            task_ids[message_id] = task_id
    return Batch(task_ids, poison, list(chains.values()), held)


def _is_fifo(record: Mapping[str, Any]) -> bool:
    """Whether the message is of a FIFO queue; one of a standard queue may have a group too, which asks for no order."""
    return str(record.get("eventSourceARN", "")).endswith(".fifo")


def task_id_of(body: str) -> int | None:
    """Return the task that a message's body announces, or None when it announces a health check.

    The body is the announcement, or with raw message delivery off an SNS envelope around it:
    https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
    Raises PoisonError.
    """
    document = _object(body)
    if document.get("Type") == "Notification":
        document = _object(document.get("Message"))
    if document == health.MESSAGE:
        return None
    task_id = document.get("task_id")
    if type(task_id) is not int:  # isinstance would let true and false pass
        raise PoisonError(f"task_id must be an integer, not {type(task_id).__name__}")
    if not 0 < task_id <= _MAX_ID:
        raise PoisonError(f"task_id must be between 1 and {_MAX_ID}")
    return task_id


def answer(records: Sequence[object], failures: Mapping[str, str]) -> dict[str, object]:
    """Return the partial batch response that has the messages of `failures` delivered again.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
    Raises BatchError when every record failed, since Lambda's metric Errors knows nothing of partial responses.
    """
    if failures and len(failures) == len(records):
        raise BatchError("; ".join(f"message {message}: {reason}" for message, reason in failures.items()))
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failures]}


def _object(text: object) -> dict[str, Any]:
    if not isinstance(text, str):
        raise PoisonError(f"the message must be a string, not {type(text).__name__}")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:  # a RecursionError is JSON that nests too deeply
        raise PoisonError(f"the message is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise PoisonError(f"the message must be a JSON object, not {type(document).__name__}")
    return document
