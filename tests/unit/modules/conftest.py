# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real databases for mysql_iam_user, and a way to run the module against them."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.taskmanager.aws.plugins.modules import mysql_iam_user
from database_server import Server, running_server, with_tls

ROOT = Path(__file__).parents[3]
PASSWORD = "the-administrator's"
# What roles/local_stack gives its administrator, who has what the master user of RDS has.
MASTER = next(
    line.partition(" ON *.*")[0]
    for line in (ROOT / "roles/local_stack/templates/init.sql.j2").read_text().splitlines()
    if line.startswith("GRANT")
)
INIT_SQL = f"""
CREATE USER admin@'%' IDENTIFIED BY "{PASSWORD}";
{MASTER} ON *.* TO admin@'%' WITH GRANT OPTION;
CREATE DATABASE taskmanager;
CREATE TABLE taskmanager.tasks (id INT PRIMARY KEY, title TEXT, `o,d)``d` INT);
CREATE TABLE taskmanager.users (id INT PRIMARY KEY, name TEXT);
CREATE DATABASE task_manager;
CREATE TABLE task_manager.tasks (id INT PRIMARY KEY);
CREATE DATABASE taskXmanager;
CREATE TABLE taskXmanager.tasks (id INT PRIMARY KEY);
CREATE DATABASE `o.d``d'b`;
CREATE TABLE `o.d``d'b`.t (id INT PRIMARY KEY);
"""


@contextmanager
def broker(allowed: set[tuple[str, str]]) -> Iterator[int]:
    """Answer the plugin on a port of its own: yes to a user and token in `allowed`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200 if (asked["username"], asked["token"]) in allowed else 403)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its name in the standard library
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def build_plugin(folder: Path) -> None:
    """Build the plugin as roles/local_stack does."""
    source = ROOT / "roles/local_stack/files/aws_auth_plugin.c"
    command = 'gcc -O2 -shared -fPIC -I"$(mariadb_config --variable=pkgincludedir)/server" -o aws_auth_plugin.so "$1"'
    subprocess.run(["sh", "-c", command, "sh", str(source)], cwd=folder, check=True)


@pytest.fixture(scope="session")
def tokens() -> set[tuple[str, str]]:
    """The users and tokens that the database lets in."""
    return set()


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory, tokens: set[tuple[str, str]]) -> Iterator[Server]:
    """A database that acts as one of RDS does: AWSAuthenticationPlugin, TLS alone, and a master user."""
    folder = tmp_path_factory.mktemp("db")
    build_plugin(folder)
    with broker(tokens) as port:
        (folder / "broker.conf").write_text(f"{port} 0123456789abcdef")
        plugin = [f"--plugin-dir={folder}", "--plugin-load-add=aws_auth_plugin", "--plugin-maturity=stable"]
        plugin += [f"--loose-AWSAuthenticationPlugin-conf={folder}/broker.conf"]
        with running_server(folder, INIT_SQL, *with_tls(folder), "--require-secure-transport=ON", *plugin) as started:
            yield started


@pytest.fixture(scope="session")
def plain_mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A database as one of RDS is while its IAM authentication is off: it has no such plugin."""
    folder = tmp_path_factory.mktemp("db")
    with running_server(folder, INIT_SQL, *with_tls(folder)) as started:
        yield started


@pytest.fixture(scope="session")
def mariadb_without_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A database that offers no TLS."""
    with running_server(tmp_path_factory.mktemp("db"), INIT_SQL, "--skip-ssl") as started:
        yield started


@pytest.fixture
def run_module(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Runs mysql_iam_user on a server as admin, or on whatever the options name, and returns its result."""
    # other tests import the controller's code, where warnings go to its display and not into the result
    monkeypatch.setattr("ansible.module_utils._internal.is_controller", False)

    def run(server: Server | None, check: bool = False, **options: Any) -> dict[str, Any]:
        login = {"login_user": "admin", "login_password": PASSWORD}
        if server:
            login |= {"login_host": "localhost", "login_port": str(server.port), "ca_cert": str(server.ca)}
        arguments = {**login, **options, "_ansible_check_mode": check, "_ansible_diff": True}
        with patch_module_args(arguments), pytest.raises(SystemExit):
            mysql_iam_user.main()
        printed = capsys.readouterr().out
        assert str(arguments["login_password"]) not in printed
        result: dict[str, Any] = json.loads(printed)
        return result

    return run
