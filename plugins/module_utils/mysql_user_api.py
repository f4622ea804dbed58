# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection to the database, and what is read from and written to it. Errors come out as UserError."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user import (
    Account,
    StatementError,
    User,
    UserError,
    check_driver,
    explain_statement,
    parse_user,
)

try:
    import pymysql
except ImportError:
    DRIVER_VERSION = None
else:
    DRIVER_VERSION = tuple(int(part) for part in pymysql.VERSION[:3])

if TYPE_CHECKING:
    Connection = pymysql.connections.Connection[Any]

# What both answer for a user who is not there: MariaDB ER_PASSWORD_NO_MATCH, MySQL ER_CANNOT_USER
_NO_SUCH_USER = {1133, 1396}
# OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH
_ANOTHER_HOST = {62, 64}
# TRADITIONAL is the mode that both servers know, has no ANSI_QUOTES, and on MariaDB keeps GRANT from creating users.
_SESSION = "SET SESSION sql_mode = 'TRADITIONAL', sql_quote_show_create = 1"


@dataclass(frozen=True)
class Login:
    """Where and as whom to log in. `ca_cert` is a path of PEM certificates, `connect_timeout` is in seconds."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    ca_cert: str
    connect_timeout: int


@contextmanager
def connected(login: Login) -> Iterator[Connection]:
    """Connect over TLS, with the certificate and the host name verified, and close at the end.

    Raises UserError when that is not possible; there is no way on without TLS.
    """
    check_driver(DRIVER_VERSION)
    try:
        connection = pymysql.connect(
            host=login.host,
            port=login.port,
            user=login.user,
            # As bytes: PyMySQL would encode a string as Latin-1.
            password=login.password.encode(),
            ssl_ca=login.ca_cert,
            ssl_verify_cert=True,
            ssl_verify_identity=True,
            connect_timeout=login.connect_timeout,
            charset="utf8mb4",
            init_command=_SESSION,
            autocommit=True,
        )
    except pymysql.MySQLError as error:
        raise UserError(_explain_login(login, error)) from error
    except OSError as error:
        raise UserError(f"ca_cert: {login.ca_cert} can't be read as certificates in PEM form: {error}") from error
    with connection:
        yield connection


def _explain_login(login: Login, error: pymysql.MySQLError) -> str:
    """Say what keeps us from logging in."""
    where = f"{login.host}:{login.port}"
    cause = getattr(error, "original_exception", None)
    code, words = _code_and_words(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = cause.verify_message.rstrip(".")
        if cause.verify_code in _ANOTHER_HOST:
            return f"The certificate of {where} is for another host name: {reason}. Is login_host right?"
        return f"The certificate of {where} is not trusted by {login.ca_cert}: {reason}."
    if isinstance(cause, ssl.SSLError):
        return f"No TLS connection to {where}: {cause}"
    if cause is not None:
        return f"No connection to {where}: {cause}. Do its security groups and routes let this machine in?"
    if code == 1045:
        return f"{where} refused the user or the password of {login.user}: {words} ({code})"
    return f"Could not log in to {where} as {login.user}: {words} ({code})"


def _code_and_words(error: pymysql.MySQLError) -> tuple[int, str]:
    """Take the server's code apart from its words. What PyMySQL itself raises may have no code: 0 then."""
    code, words = error.args if len(error.args) == 2 else (0, str(error))
    return code, words


def read_user(connection: Connection, account: Account) -> User | None:
    """Read a user, or None when there is none. Both reads need SELECT on the `mysql` database.

    SHOW CREATE USER, not mysql.user: there MariaDB shows only one of several ways to log in.
    Raises UserError when it may not be read.
    """
    create = f"SHOW CREATE USER {account}"
    grants = f"SHOW GRANTS FOR {account}"
    try:
        created = _lines(connection, create)
    except pymysql.MySQLError as error:
        code, words = _code_and_words(error)
        if code in _NO_SUCH_USER:
            return None
        raise UserError(explain_statement(create, code, words)) from error
    try:
        return parse_user(account, created[0], _lines(connection, grants))
    except pymysql.MySQLError as error:
        raise UserError(explain_statement(grants, *_code_and_words(error))) from error


def _lines(connection: Connection, statement: str) -> list[str]:
    """Run a statement that returns one column of text."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]


def run_statements(connection: Connection, statements: list[str]) -> None:
    """Carry out statements in turn. Raises StatementError, which names those that took effect before the failure."""
    for index, statement in enumerate(statements):
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        except pymysql.MySQLError as error:
            message = explain_statement(statement, *_code_and_words(error))
            raise StatementError(message, statements[:index]) from error
