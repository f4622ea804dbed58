# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions' one connection to the database, opened as an IAM user over verified TLS."""

from __future__ import annotations  # Connection takes a parameter in its stubs only

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import DictCursor

from common.clients import client

# The certificate authorities of RDS, put at the package's root when it is built.
CA_BUNDLE = Path(__file__).parent.parent / "rds-ca.pem"
# Seconds. Reading has to outlast a short wait for another function's lock.
_CONNECT_TIMEOUT, _READ_TIMEOUT, _WRITE_TIMEOUT = 5, 10, 10


def auth_token() -> str:
    """Return a token that lets DB_USER log in to DB_HOST:DB_PORT.

    It is made without a call, is valid for 15 minutes, and is needed only to open a connection:
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
    Raises botocore.exceptions.BotoCoreError when there are no credentials.
    """
    token: str = client("rds").generate_db_auth_token(
        DBHostname=os.environ["DB_HOST"], Port=int(os.environ["DB_PORT"]), DBUsername=os.environ["DB_USER"]
    )
    return token


def connect() -> Connection[DictCursor]:
    """Open an autocommitting connection to DB_NAME.

    Raises pymysql.OperationalError when the server can't be reached, offers no TLS, can't prove with CA_BUNDLE that it
    is DB_HOST, or refuses the token; OSError when CA_BUNDLE can't be read.
    """
    return Connection(
        host=os.environ["DB_HOST"],
        port=int(os.environ["DB_PORT"]),
        user=os.environ["DB_USER"],
        password=auth_token(),
        database=os.environ["DB_NAME"],
        charset="utf8mb4",
        cursorclass=DictCursor,
        autocommit=True,
        connect_timeout=_CONNECT_TIMEOUT,
        read_timeout=_READ_TIMEOUT,
        write_timeout=_WRITE_TIMEOUT,
        ssl_ca=str(CA_BUNDLE),
        ssl_verify_cert=True,
        ssl_verify_identity=True,
    )


class Database:
    """One connection, opened when it is first needed and opened anew when it is found dead. Not for several threads."""

    def __init__(self, connect: Callable[[], Connection[DictCursor]]) -> None:
        """Take `connect`, which opens an autocommitting connection."""
        self._connect = connect
        self._connection: Connection[DictCursor] | None = None

    def execute(self, statement: str, arguments: tuple[Any, ...] = ()) -> DictCursor:
        """Run one statement and return its cursor.

        A statement that met a dead connection is run once more on a new one, and it can't be known whether the first
        run took effect: give only statements that may be run twice. No round trip is spent on asking beforehand.
        Raises pymysql.MySQLError, and what `connect` raises.
        """
        cursor = self._open().cursor()
        try:
            cursor.execute(statement, arguments)
        except pymysql.MySQLError:
            if self._is_alive():
                raise
            self.close()
            cursor = self._open().cursor()
            cursor.execute(statement, arguments)
        return cursor

    @contextmanager
    def transaction(self) -> Iterator[DictCursor]:
        """Give a cursor, and commit at the end of the block. An exception in the block rolls back and goes on.

        Raises pymysql.MySQLError, and what `connect` raises.
        """
        cursor = self.execute("BEGIN")
        try:
            yield cursor
            cursor.execute("COMMIT")
        except BaseException:
            # The server rolls back what a closed connection left open, also when it is the connection that failed.
            self.close()
            raise

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _open(self) -> Connection[DictCursor]:
        if not self._connection:
            self._connection = self._connect()
        return self._connection

    def _is_alive(self) -> bool:
        # Asking the connection covers every error that a lost one can show, which no list of error codes does.
        try:
            self._open().ping()
        except pymysql.MySQLError:
            return False
        return True


@cache
def shared_database() -> Database:
    """Return this process's database."""
    return Database(connect)
