# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""add_task: its events, and its transaction against a real database."""

import base64
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from common.clients import client
from common.database import Database
from hypothesis import given
from hypothesis import strategies as st
from request import InvalidRequestError, NewTask, parse

TOPIC = "arn:aws:sns:eu-west-1:000000000000:new-task-notification"
CONTEXT = SimpleNamespace(aws_request_id="request-1")


def rest_v1(body: str | None, **more: object) -> dict[str, object]:
    return {"httpMethod": "POST", "path": "/tasks", "requestContext": {"stage": "prod"}, "body": body, **more}


def http_v2(**more: object) -> dict[str, object]:
    return {"version": "2.0", "requestContext": {"http": {"method": "POST", "path": "/tasks"}}, **more}


def encoded(body: bytes) -> dict[str, object]:
    return http_v2(body=base64.b64encode(body).decode(), isBase64Encoded=True)


@pytest.mark.parametrize(
    ("event", "title", "description"),
    [
        ({"title": "t"}, "t", None),
        ({"title": "t", "description": None}, "t", None),
        ({"title": "t", "description": ""}, "t", ""),
        ({"title": "t", "description": "d", "unknown": 1}, "t", "d"),
        ({"title": " t "}, " t ", None),
        ({"title": "🐍" * 255}, "🐍" * 255, None),
        ({"title": "t", "description": "x" * 65_535}, "t", "x" * 65_535),
        ({"title": "t", "body": '{"title": "of a direct event"}'}, "t", None),
        (rest_v1('{"title": "t", "description": "d"}', isBase64Encoded=False), "t", "d"),
        (http_v2(body='{"title": "t"}'), "t", None),
        (encoded('{"title": "größer"}'.encode()), "größer", None),
    ],
)
def test_task_is_read_from_each_kind_of_event(event: object, title: str, description: str | None) -> None:
    assert parse(event) == NewTask(title, description)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (None, "the event must be a JSON object with a title"),
        (["title"], "the event must be a JSON object with a title"),
        ({}, "title is missing: give a string of 1 to 255 characters"),
        ({"title": None}, "title is missing: give a string of 1 to 255 characters"),
        ({"title": 5}, "title must be a string, not int"),
        ({"title": ""}, "title is blank: give 1 to 255 characters"),
        ({"title": " \t\n"}, "title is blank: give 1 to 255 characters"),
        ({"title": "x" * 256}, "title has 256 characters, more than 255"),
        ({"title": "\ud800"}, "title is not valid Unicode: surrogates not allowed at 0"),
        ({"title": "t", "description": ["d"]}, "description must be a string, not list"),
        ({"title": "t", "description": "x" * 65_536}, "description has 65536 bytes, more than 65535"),
        ({"title": "t", "description": "ü" * 32_768}, "description has 65536 bytes, more than 65535"),
        ({"title": "t", "description": "d\udfff"}, "description is not valid Unicode: surrogates not allowed at 1"),
        (rest_v1(None), "the request has no body: send a JSON object with a title"),
        (rest_v1(""), "the request has no body: send a JSON object with a title"),
        (http_v2(), "the request has no body: send a JSON object with a title"),
        (http_v2(isBase64Encoded=True), "the request has no body: send a JSON object with a title"),
        (http_v2(body=" "), "the body is not JSON: Expecting value"),
        (http_v2(body={"title": "x"}), "the body must be a string that holds JSON, not dict"),
        (http_v2(body={}), "the body must be a string that holds JSON, not dict"),
        (http_v2(body=["x"], isBase64Encoded=True), "the body must be a string that holds JSON, not list"),
        (http_v2(body=5), "the body must be a string that holds JSON, not int"),
        (http_v2(body=0), "the body must be a string that holds JSON, not int"),
        (http_v2(body=False), "the body must be a string that holds JSON, not bool"),
        (http_v2(body="ü", isBase64Encoded=True), "the body is not JSON: "),
        (http_v2(body="\ud800"), "the body is not JSON: Expecting value"),
        (http_v2(body="9" * 5_000), "the body is not JSON: Exceeds the limit"),
        (http_v2(body='{"title": 1e999}'), "title must be a string, not float"),
        (http_v2(body="title=t"), "the body is not JSON: Expecting value"),
        (http_v2(body="[" * 200_000), "the body is not JSON: maximum recursion depth exceeded"),
        (http_v2(body="[]"), "the body must be a JSON object with a title"),
        (http_v2(body='{"title": ""}'), "title is blank: give 1 to 255 characters"),
        (http_v2(body="?", isBase64Encoded=True), "the body is not JSON: "),
        (encoded(b'{"title": "\xff"}'), "the body is not valid Unicode: invalid start byte at 11"),
    ],
)
def test_refused_request_says_which_field_and_why(event: object, reason: str) -> None:
    with pytest.raises(InvalidRequestError) as raised:
        parse(event)
    assert str(raised.value).startswith(reason)


def ignore(_: Mapping[str, object]) -> None:
    """Publish nowhere."""


def titles(mariadb: Any, title: str) -> int:
    return len(mariadb.query("SELECT id FROM tasks WHERE title = %s", title))


def test_task_is_stored_announced_and_counted(mariadb: Any, database: Database, add_task: ModuleType) -> None:
    published: list[Mapping[str, object]] = []
    counts: Counter[str] = Counter()
    task_id = add_task.add(NewTask("größer 🐍", "d'%s"), database, published.append, nullcontext(counts))
    assert mariadb.query("SELECT title, description, status FROM tasks WHERE id = %s", task_id) == [
        {"title": "größer 🐍", "description": "d'%s", "status": "Pending"}
    ]
    assert published == [{"task_id": task_id}]
    assert counts == {"TasksAdded": 1}


def test_task_that_cannot_be_announced_is_neither_stored_nor_counted(
    mariadb: Any, database: Database, add_task: ModuleType
) -> None:
    def fail(_: Mapping[str, object]) -> None:
        raise RuntimeError("no topic")

    counts: Counter[str] = Counter()
    with pytest.raises(RuntimeError, match="no topic"):
        add_task.add(NewTask("unannounced", None), database, fail, nullcontext(counts))
    assert titles(mariadb, "unannounced") == 0
    assert not counts


def test_task_that_cannot_be_counted_is_not_stored(mariadb: Any, database: Database, add_task: ModuleType) -> None:
    @contextmanager
    def broken_metrics() -> Iterator[Counter[str]]:
        yield Counter()
        raise RuntimeError("no metrics")

    with pytest.raises(RuntimeError, match="no metrics"):
        add_task.add(NewTask("uncounted", None), database, ignore, broken_metrics())
    assert titles(mariadb, "uncounted") == 0


def test_task_is_announced_before_it_can_be_seen(mariadb: Any, database: Database, add_task: ModuleType) -> None:
    seen = []

    def look(_: Mapping[str, object]) -> None:
        seen.append(titles(mariadb, "in between"))

    add_task.add(NewTask("in between", None), database, look, nullcontext(Counter()))
    assert seen == [0]


@pytest.fixture
def running(
    mariadb: Any, use_server: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Stubber, Stubber]]:
    """The environment of the function, and its topic and CloudWatch: each call must be one that was foreseen."""
    use_server(mariadb)
    monkeypatch.setenv("TOPIC_ARN", TOPIC)
    with Stubber(client("sns")) as sns, Stubber(client("cloudwatch")) as cloudwatch:
        yield sns, cloudwatch
        sns.assert_no_pending_responses()
        cloudwatch.assert_no_pending_responses()


def metrics_of(name: str) -> dict[str, object]:
    return {"Namespace": "TaskManagementSystem", "MetricData": [{"MetricName": name, "Value": 1, "Unit": "Count"}]}


def test_handler_answers_201_with_id_and_status(
    mariadb: Any, running: tuple[Stubber, Stubber], add_task: ModuleType
) -> None:
    sns, cloudwatch = running
    next_id = mariadb.add() + 1
    expected = {"TopicArn": TOPIC, "Message": json.dumps({"task_id": next_id})}
    sns.add_response("publish", {"MessageId": "m"}, expected)
    cloudwatch.add_response("put_metric_data", {}, metrics_of("TasksAdded"))
    answer = add_task.handler({"title": "t"}, CONTEXT)
    assert answer["statusCode"] == 201
    assert json.loads(answer["body"]) == {"id": next_id, "status": "Pending"}
    assert mariadb.statuses(next_id) == ["Pending"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.just("title"), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(ANYTHING | ANYTHING.map(lambda value: json.dumps(value, default=str)), ANYTHING)
def test_whatever_the_body_the_answer_is_a_task_or_a_reason(body: object, is_encoded: object) -> None:
    reason, task = "", None
    try:
        task = parse(http_v2(body=body, isBase64Encoded=is_encoded))
    except InvalidRequestError as error:
        reason = str(error)
    assert (task is None) == bool(reason)


@pytest.mark.usefixtures("running")
def test_handler_answers_400_with_the_reason(add_task: ModuleType) -> None:
    answer = add_task.handler({"title": 5}, CONTEXT)
    assert answer["statusCode"] == 400
    assert json.loads(answer["body"]) == {"error": "title must be a string, not int"}


def test_handler_raises_when_the_topic_refuses(running: tuple[Stubber, Stubber], add_task: ModuleType) -> None:
    running[0].add_client_error("publish", "AuthorizationError")
    with pytest.raises(ClientError, match="AuthorizationError"):
        add_task.handler({"title": "t"}, CONTEXT)


def test_health_check_asks_database_topic_and_cloudwatch(
    running: tuple[Stubber, Stubber], add_task: ModuleType
) -> None:
    sns, cloudwatch = running
    sns.add_response("publish", {"MessageId": "m"}, {"TopicArn": TOPIC, "Message": '{"health_check": true}'})
    cloudwatch.add_response("put_metric_data", {}, metrics_of("HealthChecks"))
    answer = add_task.handler({"health_check": True}, CONTEXT)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"database": "ok", "topic": "ok", "cloudwatch": "ok"}
