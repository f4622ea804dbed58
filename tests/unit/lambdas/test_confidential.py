# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the functions log and print: whose line it is, but no token, and nothing that a user sent."""

import base64
import json
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pymysql
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from common import database
from common.clients import client
from messages import BatchError
from task import Task

SECRET = "confidential"
CONTEXT = SimpleNamespace(aws_request_id="request-1", get_remaining_time_in_millis=lambda: 30_000)
HEALTH_CHECK = {"messageId": "n", "body": '{"health_check": true}'}
CUT_SHORT = f'{{"title": "{SECRET}'


def http(body: str, **more: object) -> dict[str, object]:
    return {"requestContext": {}, "body": body, **more}


def encoded(body: bytes) -> dict[str, object]:
    return http(base64.b64encode(body).decode(), isBase64Encoded=True)


ACCEPTED = [
    {"title": SECRET, "description": SECRET, SECRET: SECRET},
    http(json.dumps({"title": SECRET, "description": SECRET}), headers={"authorization": SECRET}),
]
REFUSED = [
    SECRET,
    [SECRET],
    {SECRET: SECRET},
    {"title": [SECRET]},
    {"title": SECRET * 50},
    {"title": SECRET + "\ud800"},
    {"title": SECRET, "description": {SECRET: SECRET}},
    {"title": SECRET, "description": SECRET * 6_000},
    {"title": SECRET, "description": SECRET + "\ud800"},
    http(SECRET),
    http(json.dumps(SECRET)),
    http(CUT_SHORT),
    http(f'{{"title": "{SECRET}\\x"}}'),
    http(SECRET, isBase64Encoded=True),
    encoded(CUT_SHORT.encode()),
    encoded(f'{{"title": "{SECRET}'.encode() + b'\xc0"}'),
]
POISON = [
    SECRET,
    CUT_SHORT,
    json.dumps(SECRET),
    json.dumps([SECRET]),
    json.dumps({SECRET: SECRET}),
    json.dumps({"task_id": SECRET}),
    json.dumps({"Type": "Notification", "Message": SECRET}),
    json.dumps({"Type": "Notification", "Message": {SECRET: SECRET}}),
]


@pytest.fixture
def tokens(mariadb: Any, use_server: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Lets the functions run with printed metrics; the tokens that they made."""
    real, made = database.auth_token, list[str]()
    use_server(mariadb)
    password = database.auth_token()

    def auth_token() -> str:
        made.append(real())
        return password

    monkeypatch.setattr(database, "auth_token", auth_token)
    monkeypatch.setenv("METRICS_FORMAT", "emf")
    monkeypatch.setenv("TOPIC_ARN", "arn:aws:sns:eu-west-1:000000000000:new-task-notification")
    monkeypatch.setenv("QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/000000000000/task-processing-queue")
    yield made
    database.shared_database().close()


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str], tokens: list[str]) -> Callable[[], list[dict[str, Any]]]:
    """Reads what was written since it was last asked: each line has to be JSON of the request, and hold no token."""

    def read() -> list[dict[str, Any]]:
        written = capsys.readouterr()
        found = [json.loads(line) for line in (written.err + written.out).splitlines()]
        assert {line["requestId"] for line in found} <= {"request-1"}
        signatures = [token.rpartition("X-Amz-Signature=")[2] for token in tokens]
        assert all(signatures)
        assert [word for word in ("DBUser=", *signatures) if word in written.err + written.out] == []
        return found

    return read


def messages(lines: list[dict[str, Any]]) -> list[tuple[str, str, object]]:
    """Level, message and task of each log line; in none of INFO may be what a user sent."""
    logged = [line for line in lines if "_aws" not in line and line["logger"] != "botocore.credentials"]
    assert [line for line in lines if line.get("level") in (None, "INFO") and SECRET in json.dumps(line)] == []
    return [(line["level"], line["message"], line.get("task_id")) for line in logged]


@pytest.mark.parametrize("event", ACCEPTED)
def test_accepted_request(add_task: ModuleType, event: object, lines: Any) -> None:
    with Stubber(client("sns")) as sns:
        sns.add_response("publish", {"MessageId": "m"})
        task_id = json.loads(add_task.handler(event, CONTEXT)["body"])["id"]
    assert messages(lines()) == [("INFO", "task added", task_id)]


@pytest.mark.parametrize("event", REFUSED)
def test_refused_request(add_task: ModuleType, event: object, lines: Any) -> None:
    answer = add_task.handler(event, CONTEXT)
    assert answer["statusCode"] == 400
    reason = json.loads(answer["body"])["error"]
    assert messages(lines()) == [("INFO", f"request refused: {reason}", None)]
    assert "0xc0" not in reason


def test_request_that_fails(add_task: ModuleType, lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with Stubber(client("sns")) as sns:
        sns.add_client_error("publish", "AuthorizationError")
        with pytest.raises(ClientError):
            add_task.handler(ACCEPTED[0], CONTEXT)
    monkeypatch.setenv("DB_NAME", "elsewhere")
    database.shared_database().close()
    with pytest.raises(pymysql.OperationalError):
        add_task.handler(ACCEPTED[0], CONTEXT)
    assert messages(lines()) == []


@pytest.mark.parametrize("fails", [False, True])
def test_worked_task(
    mariadb: Any, process_task: ModuleType, lines: Any, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    def work(task: Task) -> None:
        if fails:
            raise RuntimeError(task.title)

    monkeypatch.setattr(process_task, "work", work)
    task_id = mariadb.add(SECRET)
    records = [{"messageId": "m", "body": json.dumps({"task_id": task_id})}, HEALTH_CHECK]
    process_task.handler({"Records": records}, CONTEXT)
    end = ("ERROR", "task failed", task_id) if fails else ("INFO", "task completed", task_id)
    assert messages(lines()) == [("INFO", "task started", task_id), end]


def test_task_with_nothing_to_do(mariadb: Any, process_task: ModuleType, lines: Any) -> None:
    task_id = mariadb.add(SECRET, "Completed")
    records = [{"messageId": str(each), "body": json.dumps({"task_id": each})} for each in (task_id, 2**40)]
    process_task.handler({"Records": records}, CONTEXT)
    assert messages(lines()) == [("INFO", "task is completed already", task_id), ("INFO", "task is unknown", 2**40)]


@pytest.mark.parametrize("body", POISON)
def test_poison(process_task: ModuleType, body: str, lines: Any) -> None:
    with pytest.raises(BatchError) as raised:
        process_task.handler({"Records": [{"messageId": "m", "body": body}]}, CONTEXT)
    ((level, message, _),) = messages(lines())
    assert level == "ERROR"
    assert SECRET not in message + str(raised.value)


@pytest.mark.parametrize("function", ["add_task", "process_task"])
def test_health_check(function: str, request: pytest.FixtureRequest, lines: Any) -> None:
    with Stubber(client("sns")) as sns, Stubber(client("sqs")) as sqs:
        sns.add_response("publish", {"MessageId": "m"})
        sqs.add_response("get_queue_attributes", {"Attributes": {}})
        answer = request.getfixturevalue(function).handler({"health_check": True, "title": SECRET}, CONTEXT)
    assert answer["statusCode"] == 200
    assert "cloudwatch" not in json.loads(answer["body"])
    assert messages(lines()) == []
