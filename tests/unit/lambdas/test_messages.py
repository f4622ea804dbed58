# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""process_task: what its messages ask for, and what it answers."""

import json
from collections.abc import Mapping

import pytest
from common import health
from messages import Batch, BatchError, PoisonError, answer, read_batch, task_id_of

RECORDS = [{"messageId": "m0", "body": '{"task_id": 7}'}, {"messageId": "m1", "body": '{"task_id": 8}'}]


def envelope(message: object) -> str:
    return json.dumps({"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:::t", "Message": message})


@pytest.mark.parametrize(
    ("body", "task_id"),
    [
        ('{"task_id": 5}', 5),
        (envelope('{"task_id": 5}'), 5),
        ('{"task_id": 5, "more": true}', 5),
        (f'{{"task_id": {2**64 - 1}}}', 2**64 - 1),
        (json.dumps(health.MESSAGE), None),
        (envelope(json.dumps(health.MESSAGE)), None),
    ],
)
def test_announcement_is_read_raw_and_from_an_sns_envelope(body: str, task_id: int | None) -> None:
    assert task_id_of(body) == task_id


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("task 5", "the message is not JSON: Expecting value"),
        ("", "the message is not JSON: Expecting value"),
        ("[" * 200_000, "the message is not JSON: maximum recursion depth exceeded"),
        ('{"task_id": %s}' % ("9" * 5000), "the message is not JSON: Exceeds the limit"),
        ("[5]", "the message must be a JSON object, not list"),
        ("{}", "task_id must be an integer, not NoneType"),
        ('{"task_id": "5"}', "task_id must be an integer, not str"),
        ('{"task_id": 5.0}', "task_id must be an integer, not float"),
        ('{"task_id": true}', "task_id must be an integer, not bool"),
        ('{"task_id": 0}', "task_id must be between 1 and"),
        ('{"task_id": -1}', "task_id must be between 1 and"),
        (f'{{"task_id": {2**64}}}', "task_id must be between 1 and"),
        ('{"health_check": false}', "task_id must be an integer, not NoneType"),
        ('{"Type": "Notification"}', "the message must be a string, not NoneType"),
        (envelope({"task_id": 5}), "the message must be a string, not dict"),
        (envelope("task 5"), "the message is not JSON: Expecting value"),
        (envelope("[]"), "the message must be a JSON object, not list"),
    ],
)
def test_message_that_announces_no_task_is_poison(body: str, reason: str) -> None:
    with pytest.raises(PoisonError) as raised:
        task_id_of(body)
    assert str(raised.value).startswith(reason)


def test_batch_is_sorted_into_tasks_poison_and_health_checks() -> None:
    bodies = {"a": '{"task_id": 7}', "b": "?", "c": json.dumps(health.MESSAGE), "d": '{"task_id": 7}'}
    batch = read_batch([{"messageId": message, "body": body} for message, body in bodies.items()])
    assert batch.task_ids == {"a": 7, "d": 7}
    assert list(batch.poison) == ["b"]


def test_messages_of_one_task_share_its_failure() -> None:
    batch = Batch(task_ids={"a": 7, "b": 8, "c": 7}, poison={"d": "not JSON"}, chains=[[7], [8]], held={})
    assert batch.failures({7: "boom"}) == {"d": "not JSON", "a": "boom", "c": "boom"}


@pytest.mark.parametrize("failures", [{}, {"m1": "boom"}])
def test_failed_messages_are_answered(failures: Mapping[str, str]) -> None:
    items = [{"itemIdentifier": message} for message in failures]
    assert answer(RECORDS, failures) == {"batchItemFailures": items}


def test_empty_batch_is_no_failure() -> None:
    assert answer([], {}) == {"batchItemFailures": []}


def test_wholly_failed_batch_raises_with_its_reasons() -> None:
    with pytest.raises(BatchError, match="message m0: boom; message m1: not JSON"):
        answer(RECORDS, {"m0": "boom", "m1": "not JSON"})
