# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real MariaDB server for tests, in a folder of its own."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql
import pytest
from pymysql.cursors import DictCursor

START_SECONDS = 20


@dataclass(frozen=True)
class Server:
    """A running database server; `database` is the default one of queries."""

    port: int
    ca: Path
    socket: Path
    database: str | None = None

    def query(self, sql: str, *arguments: Any) -> list[dict[str, Any]]:
        """Run `sql` as root, and return its rows."""
        with pymysql.connect(
            unix_socket=str(self.socket),
            user="root",
            database=self.database,
            autocommit=True,
            cursorclass=DictCursor,
            charset="utf8mb4",
        ) as connection:
            cursor = connection.cursor()
            cursor.execute(sql, arguments or None)  # with None, a % stands for itself
            return list(cursor.fetchall())


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def run(*command: object) -> None:
    """Run `command`, and raise when it fails."""
    subprocess.run([str(word) for word in command], check=True)


def make_certificate(certificate: Path, key: Path, name: str = "localhost") -> None:
    """Write a certificate for `name` that is its own authority, and its key."""
    run(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-days", "1", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"),
        *("-keyout", key, "-out", certificate),
    )


@contextmanager
def running_server(folder: Path, init_sql: str, *options: str) -> Iterator[Server]:
    """Run a database server in `folder`, with a certificate for localhost beside it (`ca.pem`, `key.pem`).

    `init_sql` has a statement a line, as --init-file wants it.
    """
    if not shutil.which("mariadbd"):
        pytest.fail("mariadbd is not installed: `make setup` installs it")
    started = Server(free_port(), folder / "ca.pem", folder / "s")
    make_certificate(started.ca, folder / "key.pem")
    (folder / "init.sql").write_text(init_sql)
    # Servers that share a folder for temporary tables take them from one another.
    defaults = ("--no-defaults", f"--user={getpass.getuser()}", f"--datadir={folder}/data", f"--tmpdir={folder}")
    run("mariadb-install-db", *defaults, "--auth-root-authentication-method=normal", "--skip-test-db")
    command = ["mariadbd", *defaults, f"--socket={started.socket}", f"--port={started.port}"]
    command += ["--bind-address=127.0.0.1", f"--init-file={folder}/init.sql", "--innodb-buffer-pool-size=16M", *options]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            wait_for(started)
            yield started
        finally:
            process.terminate()


def with_tls(folder: Path) -> list[str]:
    """The options of a server in `folder` that offers TLS."""
    return [f"--ssl-cert={folder}/ca.pem", f"--ssl-key={folder}/key.pem"]


def wait_for(started: Server) -> None:
    """Wait until the server answers."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            started.query("SELECT 1")
        except pymysql.MySQLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
