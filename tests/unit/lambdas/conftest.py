# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions' modules, and a real database to run them against."""

from __future__ import annotations  # Connection takes a parameter in its stubs only

import importlib.util
import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from common import clients
from common.database import Database, shared_database
from database_server import Server, running_server, with_tls
from pymysql.connections import Connection
from pymysql.cursors import DictCursor

LAMBDAS = Path(__file__).parents[3] / "files" / "lambdas"
PASSWORD = "stands-in-for-a-token"
# A statement a line, as --init-file has it. The table is that of the exercises.
INIT_SQL = f"""
CREATE DATABASE taskmanager CHARACTER SET utf8mb4;
USE taskmanager;
CREATE TABLE tasks (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, title VARCHAR(255) NOT NULL, description TEXT);
ALTER TABLE tasks ADD status ENUM('Pending', 'In Progress', 'Completed') NOT NULL DEFAULT 'Pending';
CREATE USER lambda_user@'%' IDENTIFIED BY '{PASSWORD}';
GRANT SELECT, INSERT, UPDATE ON taskmanager.* TO lambda_user@'%';
"""

# The modules beside a handler have names of their own, the handlers share one.
sys.path += [str(LAMBDAS / "add_task"), str(LAMBDAS / "process_task")]


def load_handler(function: str) -> ModuleType:
    """Import the handler of `function` under a name of its own."""
    spec = importlib.util.spec_from_file_location(f"{function}_handler", LAMBDAS / function / "handler.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def add_task() -> ModuleType:
    """The handler module of add_task."""
    return load_handler("add_task")


@pytest.fixture(scope="session")
def process_task() -> ModuleType:
    """The handler module of process_task."""
    return load_handler("process_task")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What Lambda sets, with credentials that open nothing; the clients forget it after each test."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    monkeypatch.setenv("METRICS_NAMESPACE", "TaskManagementSystem")
    clients.client.cache_clear()
    yield
    clients.client.cache_clear()


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[logging.Logger]:
    """The root logger, put back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


@dataclass(frozen=True)
class Tasks(Server):
    """A running database server, with the functions' table."""

    def add(self, title: str = "a task", status: str = "Pending") -> int:
        """Store a task, and return its id."""
        sql = "INSERT INTO tasks (title, status) VALUES (%s, %s) RETURNING id"
        task_id: int = self.query(sql, title, status)[0]["id"]
        return task_id

    def statuses(self, *task_ids: int) -> list[str]:
        """Return the status of each task, by ascending id."""
        sql = "SELECT status FROM tasks WHERE id IN %s ORDER BY id"
        return [row["status"] for row in self.query(sql, task_ids)]

    def connect(self) -> Connection[DictCursor]:
        """Open a connection as a function's is."""
        return Connection(
            host="localhost",
            port=self.port,
            user="lambda_user",
            password=PASSWORD,
            database="taskmanager",
            cursorclass=DictCursor,
            autocommit=True,
        )


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tasks]:
    """A database server with TLS."""
    folder = tmp_path_factory.mktemp("db")
    with running_server(folder, INIT_SQL, *with_tls(folder)) as started:
        yield Tasks(started.port, started.ca, started.socket, "taskmanager")


@pytest.fixture(scope="session")
def mariadb_without_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tasks]:
    """A database server that offers no TLS."""
    with running_server(tmp_path_factory.mktemp("db"), INIT_SQL, "--skip-ssl") as started:
        yield Tasks(started.port, started.ca, started.socket, "taskmanager")


@pytest.fixture
def database(mariadb: Tasks) -> Iterator[Database]:
    """A function's database."""
    database = Database(mariadb.connect)
    yield database
    database.close()


@pytest.fixture
def use_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Server], None]]:
    """Points the environment of the functions to a server; what verifies tokens is tested elsewhere."""

    def use(server: Server) -> None:
        for name, value in {"HOST": "localhost", "PORT": str(server.port), "USER": "lambda_user"}.items():
            monkeypatch.setenv(f"DB_{name}", value)
        monkeypatch.setenv("DB_NAME", "taskmanager")
        monkeypatch.setattr("common.database.auth_token", lambda: PASSWORD)
        monkeypatch.setattr("common.database.CA_BUNDLE", server.ca)

    yield use
    shared_database().close()
