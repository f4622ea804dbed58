# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""common/database.py, against a real server."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymysql
import pytest
from common import database as module
from common.database import Database


def identity(database: Database) -> int:
    row = database.execute("SELECT CONNECTION_ID() AS id").fetchone()
    assert row
    number: int = row["id"]
    return number


def test_token_names_server_user_and_action(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DB_HOST": "db.example", "DB_PORT": "3307", "DB_USER": "lambda_user"}.items():
        monkeypatch.setenv(name, value)
    token = module.auth_token()
    assert token.startswith("db.example:3307/?")
    assert "Action=connect" in token
    assert "DBUser=lambda_user" in token
    assert "X-Amz-Expires=900" in token


def test_connects_over_tls_with_utf8mb4_dict_rows_and_autocommit(
    mariadb: Any, use_server: Callable[[Any], None]
) -> None:
    use_server(mariadb)
    with module.connect() as connection:
        cursor = connection.cursor()
        cursor.execute("SHOW STATUS LIKE 'Ssl_cipher'")
        tls = cursor.fetchone()
        cursor.execute("SELECT @@character_set_client AS charset, @@autocommit AS autocommit")
        assert cursor.fetchone() == {"charset": "utf8mb4", "autocommit": 1}
    assert tls
    assert tls["Value"]


def test_refuses_a_server_without_tls(mariadb_without_tls: Any, use_server: Callable[[Any], None]) -> None:
    use_server(mariadb_without_tls)
    with pytest.raises(pymysql.OperationalError, match="SSL is required"):
        module.connect()


def test_refuses_a_certificate_of_another_host(
    mariadb: Any, use_server: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    use_server(mariadb)
    monkeypatch.setenv("DB_HOST", "127.0.0.1")
    with pytest.raises(pymysql.OperationalError, match=r"certificate is not valid for '127\.0\.0\.1'"):
        module.connect()


def test_refuses_a_certificate_of_another_authority(
    mariadb: Any, mariadb_without_tls: Any, use_server: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    use_server(mariadb)
    monkeypatch.setattr(module, "CA_BUNDLE", mariadb_without_tls.ca)
    with pytest.raises(pymysql.OperationalError, match="certificate verify failed"):
        module.connect()


def test_refuses_to_connect_without_the_ca_bundle(
    mariadb: Any, use_server: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use_server(mariadb)
    monkeypatch.setattr(module, "CA_BUNDLE", tmp_path / "rds-ca.pem")
    with pytest.raises(FileNotFoundError):
        module.connect()


def test_ca_bundle_lies_at_the_root_of_the_package() -> None:
    assert Path(module.__file__).parents[1] / "rds-ca.pem" == module.CA_BUNDLE


def test_the_process_has_one_database() -> None:
    assert module.shared_database() is module.shared_database()


def test_keeps_its_connection(database: Database) -> None:
    assert identity(database) == identity(database)


def test_opens_a_new_connection_when_the_server_closed_the_old_one(mariadb: Any, database: Database) -> None:
    old = identity(database)
    mariadb.query(f"KILL {old}")
    assert identity(database) != old


def test_raises_when_the_new_connection_fails_too(mariadb: Any) -> None:
    connections = iter([mariadb.connect])

    def connect() -> Any:
        for first in connections:
            return first()
        raise pymysql.OperationalError(2003, "no server")

    database = Database(connect)
    mariadb.query(f"KILL {identity(database)}")
    with pytest.raises(pymysql.OperationalError, match="no server"):
        database.execute("SELECT 1")


def test_a_statement_that_the_server_refuses_is_not_run_again(mariadb: Any) -> None:
    opened = []

    def connect() -> Any:
        opened.append(mariadb.connect())
        return opened[-1]

    database = Database(connect)
    with pytest.raises(pymysql.ProgrammingError):
        database.execute("SELECT * FROM nowhere")
    assert len(opened) == 1
    database.close()


def test_transaction_commits_at_its_end(mariadb: Any, database: Database) -> None:
    with database.transaction() as cursor:
        cursor.execute("INSERT INTO tasks (title) VALUES ('kept')")
        assert mariadb.query("SELECT 1 FROM tasks WHERE title = 'kept'") == []
    assert len(mariadb.query("SELECT 1 FROM tasks WHERE title = 'kept'")) == 1


def test_failed_transaction_leaves_neither_row_nor_open_transaction(mariadb: Any, database: Database) -> None:
    def fail() -> None:
        with database.transaction() as cursor:
            cursor.execute("INSERT INTO tasks (title) VALUES ('rolled back')")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert database.execute("SELECT @@in_transaction AS open").fetchone() == {"open": 0}
    assert mariadb.query("SELECT 1 FROM tasks WHERE title = 'rolled back'") == []


def test_statement_inside_a_transaction_is_not_run_again_on_a_new_connection(mariadb: Any, database: Database) -> None:
    def insert_on_a_killed_connection() -> None:
        with database.transaction() as cursor:
            mariadb.query(f"KILL {identity(database)}")
            cursor.execute("INSERT INTO tasks (title) VALUES ('half')")

    with pytest.raises(pymysql.MySQLError):
        insert_on_a_killed_connection()
    assert mariadb.query("SELECT 1 FROM tasks WHERE title = 'half'") == []


def test_transaction_begins_on_a_new_connection_when_the_old_one_is_dead(mariadb: Any, database: Database) -> None:
    mariadb.query(f"KILL {identity(database)}")
    with database.transaction() as cursor:
        cursor.execute("INSERT INTO tasks (title) VALUES ('renewed')")
    assert len(mariadb.query("SELECT 1 FROM tasks WHERE title = 'renewed'")) == 1
