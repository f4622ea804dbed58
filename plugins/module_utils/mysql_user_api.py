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

from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.checks import (
    NO_PLUGIN,
    check_driver,
    explain_statement,
    missing_from_table,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.model import (
    PLUGIN,
    Account,
    StatementError,
    User,
    UserError,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.options import Wish
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.parser import parse_user

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
_ACCESS_DENIED = 1045
# PyMySQL's CR_SSL_CONNECTION_ERROR: the server offers no TLS
_NO_TLS = 2026
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
    except (ValueError, OverflowError) as error:  # a host that no name can be made of, a number out of range
        raise UserError(f"login_host: no connection to {login.host!r}, port {login.port}: {error}") from error
    with connection:
        yield connection


def _explain_login(login: Login, error: pymysql.MySQLError) -> str:
    """Say what keeps us from logging in, and the way out."""
    where = f"{login.host}:{login.port}"
    cause = getattr(error, "original_exception", None)
    code, words = _code_and_words(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _explain_certificate(login, cause)
    if isinstance(cause, ssl.SSLError):
        return f"login_host: no TLS connection to {where}: {cause}. Is this the port of a MySQL or MariaDB server?"
    if cause is not None:
        return (
            f"login_host: no connection to {where}: {cause}. Are name and port right, and do the security groups and "
            "routes let this machine in?"
        )
    if code == _NO_TLS:
        return f"login_host: {where} offers no TLS, and without it nothing is sent. Switch TLS on. {words} ({code})"
    if code == _ACCESS_DENIED:
        return (
            f"login_user: {where} refused {login.user}, or its login_password: {words} ({code}). If that is an IAM "
            "token: it lives for 15 minutes, and is good for this user, host, port and region alone; whoever made it "
            f"needs rds-db:connect on dbuser:<DbiResourceId>/{login.user}; the instance needs IAM authentication "
            "enabled; and the user must be one that logs in with tokens."
        )
    return f"login_user: could not log in to {where} as {login.user}: {words} ({code})"


def _explain_certificate(login: Login, error: ssl.SSLCertVerificationError) -> str:
    reason = error.verify_message.rstrip(".")
    if error.verify_code in _ANOTHER_HOST:
        return (
            f"login_host: the certificate of {login.host}:{login.port} is for another host name: {reason}. Give the "
            "name that is in the certificate; for RDS that is the endpoint."
        )
    return (
        f"ca_cert: the certificate of {login.host}:{login.port} is not trusted by {login.ca_cert}: {reason}. For RDS, "
        "give the CA bundle of its region, or the global one."
    )


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
        created = _column(connection, create)
    except pymysql.MySQLError as error:
        code, words = _code_and_words(error)
        if code in _NO_SUCH_USER:
            return None
        raise UserError(explain_statement(create, code, words)) from error
    try:
        return parse_user(account, created[0], _column(connection, grants))
    except pymysql.MySQLError as error:
        raise UserError(explain_statement(grants, *_code_and_words(error))) from error


def read_patterns(connection: Connection) -> bool:
    """Tell whether _ and % are patterns in grants on a database. They are, unless MySQL has partial_revokes on.

    https://dev.mysql.com/doc/refman/8.4/en/partial-revokes.html
    """
    return "ON" not in _column(connection, "SHOW GLOBAL VARIABLES LIKE 'partial_revokes'", 1)


def read_privilege_names(connection: Connection) -> frozenset[str]:
    """Read the privileges that the server knows, in upper case."""
    return frozenset(name.upper() for name in _column(connection, "SHOW PRIVILEGES"))


def read_missing(connection: Connection, wish: Wish) -> list[str]:
    """Say which tables and columns that the wish names are not there."""
    columns = "SELECT LOWER(column_name) FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
    routines = "SELECT routine_name FROM information_schema.routines WHERE routine_schema = %s AND routine_name = %s"
    texts = []
    for target, names in wish.privileges.items():
        if target.routine:
            of_type = [target.database, target.table, target.routine]
            found = _column(connection, f"{routines} AND routine_type = %s", 0, *of_type)
        elif target.table is not None:
            found = _column(connection, columns, 0, target.database, target.table)
        else:
            continue
        texts.append(missing_from_table(target, names, frozenset(found)))
    return [text for text in texts if text]


def read_administrator(connection: Connection) -> str:
    """Return the account that is logged in, user@host as the server has it."""
    return _column(connection, "SELECT CURRENT_USER()")[0]


def read_missing_plugin(connection: Connection) -> list[str]:
    """Say that the server has no plugin for IAM tokens, if so."""
    query = "SELECT plugin_name FROM information_schema.plugins WHERE plugin_name = %s AND plugin_status = 'ACTIVE'"
    return [] if _column(connection, query, 0, PLUGIN) else [NO_PLUGIN]


def _column(connection: Connection, query: str, index: int = 0, *values: Any) -> list[str]:
    """Return one column of a query's answer."""
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)  # with None, a % stands for itself
        return [row[index] for row in cursor.fetchall()]


def run_statements(connection: Connection, statements: list[str]) -> None:
    """Carry out statements in turn. Raises StatementError, which names those that took effect before the failure."""
    for index, statement in enumerate(statements):
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        except pymysql.MySQLError as error:
            message = explain_statement(statement, *_code_and_words(error))
            raise StatementError(message, statements[:index]) from error
