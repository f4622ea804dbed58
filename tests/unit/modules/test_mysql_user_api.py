# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What mysql_iam_user makes of errors and answers, above all of those that the other tests' servers don't give."""

from __future__ import annotations

import ssl
from typing import Any

import pymysql
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils import mysql_user_api
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.checks import check_driver, explain_statement
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.model import (
    Account,
    StatementError,
    Target,
    UserError,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.options import Wish
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user_ensure import ensure_present

ACCOUNT = Account("lambda_user", "%")
WHO = "`lambda_user`@`%`"


@pytest.mark.parametrize(("version", "found"), [((1, 2, 3), "1.2.3 is installed"), (None, "none is installed")])
def test_a_driver_that_may_connect_in_clear_is_refused(version: tuple[int, ...] | None, found: str) -> None:
    with pytest.raises(UserError, match=found):
        check_driver(version)


def test_the_oldest_safe_driver_is_taken() -> None:
    check_driver((1, 2, 4))


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        (1524, "is IAM database authentication enabled"),
        (1044, "lacks a privilege"),
        (1045, "lacks a privilege"),
        (1142, "lacks a privilege"),
        (1227, "lacks a privilege"),
        (1698, "lacks a privilege"),
        (1143, "lacks a privilege"),
        (1221, "on '*.*' alone"),
        (1290, "refused a statement"),
    ],
)
def test_a_refused_statement_is_explained_in_the_servers_words_too(code: int, hint: str) -> None:
    message = explain_statement("DROP USER x", code, "Words.")
    assert hint in message
    assert message.endswith(f"DROP USER x: Words. ({code})")


def unverified(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError()
    error.verify_code, error.verify_message = code, "reason"
    return error


@pytest.mark.parametrize(
    ("cause", "code", "hint"),
    [
        (unverified(62), 2003, "is for another host name"),
        (unverified(64), 2003, "is for another host name"),
        (unverified(19), 2003, "is not trusted by /ca.pem"),
        (ssl.SSLError("handshake"), 2003, "no TLS connection to db:3306"),
        (ConnectionRefusedError("refused"), 2003, "no connection to db:3306: refused"),
        (None, 1045, "refused admin, or its login_password"),
        (None, 2026, "db:3306 offers no TLS"),
        (None, 1040, "could not log in to db:3306 as admin"),
    ],
)
def test_a_failed_login_is_explained_without_the_password(
    monkeypatch: pytest.MonkeyPatch, cause: OSError | None, code: int, hint: str
) -> None:
    error = pymysql.OperationalError(code, "words")
    if cause is not None:
        error.original_exception = cause  # type: ignore[attr-defined]  # as PyMySQL does

    def refuse(**_options: object) -> None:
        raise error

    monkeypatch.setattr(pymysql, "connect", refuse)
    login = mysql_user_api.Login("db", 3306, "admin", "s3cret", "/ca.pem", 1)
    with pytest.raises(UserError, match=hint) as raised, mysql_user_api.connected(login):
        pass
    assert "s3cret" not in f"{raised.value} {login}"


class Connection:
    """A connection that answers from a table, and raises the answers that are errors."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers

    def cursor(self) -> Connection:
        return self

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def execute(self, statement: str, _values: None = None) -> None:
        answer = self.answers[statement]
        if isinstance(answer, Exception):
            raise answer
        self.rows = [(line,) for line in answer]

    def fetchall(self) -> list[tuple[str]]:
        return self.rows


@pytest.mark.parametrize("code", [1133, 1396], ids=["mariadb", "mysql"])
def test_a_missing_user_is_none(code: int) -> None:
    connection: Any = Connection({f"SHOW CREATE USER {WHO}": pymysql.OperationalError(code, "words")})
    assert mysql_user_api.read_user(connection, ACCOUNT) is None


def test_a_failure_half_way_names_what_took_effect() -> None:
    connection: Any = Connection({"A": [], "B": pymysql.OperationalError(1044, "words"), "C": []})
    with pytest.raises(StatementError) as error:
        mysql_user_api.run_statements(connection, ["A", "B", "C"])
    assert error.value.done == ["A"]


def test_a_statement_without_effect_is_an_error_and_not_a_change_on_every_run() -> None:
    grant = f"GRANT SELECT ON `d`.* TO {WHO}"
    connection: Any = Connection(
        {
            f"SHOW CREATE USER {WHO}": [f"CREATE USER {WHO} IDENTIFIED VIA AWSAuthenticationPlugin USING 'RDS'"],
            f"SHOW GRANTS FOR {WHO}": [f"GRANT USAGE ON *.* TO {WHO}"],
            "SHOW GLOBAL VARIABLES LIKE 'partial_revokes'": [],
            "SHOW PRIVILEGES": ["Select", "Insert"],
            "SELECT CURRENT_USER()": ["admin@%"],
            grant: [],
        }
    )
    wish = Wish(ACCOUNT, {Target("d"): frozenset({"SELECT"})}, require_ssl=False)
    with pytest.raises(StatementError, match="still due") as error:
        ensure_present(connection, wish, check_mode=False)
    assert error.value.done == [grant]


def test_no_connection_is_tried_with_a_driver_that_may_connect_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mysql_user_api, "DRIVER_VERSION", (1, 2, 3))
    monkeypatch.setattr(pymysql, "connect", lambda **_options: pytest.fail("connected"))
    login = mysql_user_api.Login("db", 3306, "admin", "x", "/ca.pem", 1)
    with pytest.raises(UserError, match=r"1\.2\.3 is installed"), mysql_user_api.connected(login):
        pass
