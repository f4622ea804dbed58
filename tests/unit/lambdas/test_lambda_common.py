# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""common/clients.py, health.py, logs.py and response.py."""

import json
import logging
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pymysql
import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from common import health, logs
from common.clients import client
from common.database import Database
from common.response import response


def test_a_client_is_made_once() -> None:
    assert client("sns") is client("sns")


def test_a_client_gives_up_in_seconds() -> None:
    config = client("sns").meta.config
    assert config.connect_timeout + config.read_timeout < 10
    assert config.retries["mode"] == "standard"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"health_check": True}, True),
        ({"health_check": "true"}, False),
        ({"health_check": 1}, False),
        ({"requestContext": {}, "body": '{"health_check": true}'}, False),
        ({}, False),
        (["health_check"], False),
        (None, False),
    ],
)
def test_health_check_is_asked_for_by_exactly_true(event: object, expected: bool) -> None:
    assert health.is_health_check(event) is expected


def raising(error: Exception) -> Callable[[], object]:
    def check() -> object:
        raise error

    return check


def test_health_is_200_when_all_is_well() -> None:
    answer = health.report({"database": lambda: None, "queue": lambda: {"Attributes": {}}})
    assert answer["statusCode"] == 200
    assert json.loads(str(answer["body"])) == {"database": "ok", "queue": "ok"}


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Publish"),
        NoCredentialsError(),
        pymysql.OperationalError(1045, "Access denied"),
        FileNotFoundError("rds-ca.pem"),
    ],
)
def test_health_is_503_with_the_reason_and_the_other_results(error: Exception) -> None:
    answer = health.report({"broken": raising(error), "queue": lambda: None})
    assert answer["statusCode"] == 503
    assert json.loads(str(answer["body"])) == {"broken": f"{type(error).__name__}: {error}", "queue": "ok"}


def test_health_does_not_hide_a_bug() -> None:
    with pytest.raises(ZeroDivisionError):
        health.report({"broken": raising(ZeroDivisionError())})


def test_health_of_the_database_logs_in_anew(mariadb: Any) -> None:
    opened = []

    def connect() -> Any:
        opened.append(mariadb.connect())
        return opened[-1]

    database = Database(connect)
    database.execute("SELECT 1")
    health.check_database(database)
    database.close()
    assert len(opened) == 2


def test_health_of_the_database_reads_the_table(mariadb: Any, database: Database) -> None:
    mariadb.query("RENAME TABLE tasks TO away")
    try:
        with pytest.raises(pymysql.ProgrammingError, match="tasks"):
            health.check_database(database)
    finally:
        mariadb.query("RENAME TABLE away TO tasks")
    health.check_database(database)


def test_response_is_what_api_gateway_wants() -> None:
    assert response(201, {"id": 5}) == {
        "statusCode": 201,
        "headers": {"content-type": "application/json"},
        "body": '{"id": 5}',
    }


def test_log_line_is_json_with_request_and_task(
    root_logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(SimpleNamespace(aws_request_id="request-1"))
    logs.configure(SimpleNamespace(aws_request_id="request-2"))
    logging.getLogger("handler").info("task %s", "added", extra={"task_id": 5})
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    line = json.loads(lines[0])
    assert line.pop("timestamp")
    assert line == {
        "level": "INFO",
        "requestId": "request-2",
        "logger": "handler",
        "message": "task added",
        "task_id": 5,
    }
    assert len(root_logger.handlers) == 1


def test_debug_lines_which_hold_tokens_are_not_written(
    root_logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(SimpleNamespace(aws_request_id="request-1"))
    logging.getLogger("botocore.auth").debug("CanonicalRequest")
    assert capsys.readouterr().err == ""
    assert root_logger.level == logging.INFO


def test_log_line_of_an_exception_holds_its_traceback() -> None:
    try:
        raise RuntimeError("boom")
    except RuntimeError:
        record = logging.LogRecord("work", logging.ERROR, __file__, 1, "task failed", None, sys.exc_info())
    line = json.loads(logs.JsonFormatter("request-1").format(record))
    assert line["stackTrace"].startswith("Traceback")
    assert line["stackTrace"].endswith("RuntimeError: boom")
