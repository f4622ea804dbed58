# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stack of a test's own: the embedded AWS and the database in a folder of theirs, and the playbooks run on them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pymysql

ROOT = Path(__file__).resolve().parents[2]
SERVER = ROOT / "roles/local_stack/files/server.py"


def wait_until[T](ask: Callable[[], T], what: str, seconds: float = 60) -> T:
    """Ask until the answer is true, and return it; fail with `what` after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"after {seconds} s still not: {what}"
        time.sleep(0.1)
    return answer


@dataclass(frozen=True)
class Run:
    """What one ansible-playbook did."""

    code: int
    output: str

    @property
    def changed(self) -> int:
        """The recap's number of changed tasks."""
        return sum(int(number) for number in re.findall(r"changed=(\d+) +unreachable=", self.output))


@dataclass
class Stack:
    """One stack; `options`, the variables `extra` and the environment's `settings` are what each playbook gets.

    `runs` is what came of them.
    """

    directory: Path
    options: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)

    @property
    def build(self) -> Path:
        """The folder of what playbooks write."""
        return self.directory / "build"

    @property
    def record(self) -> dict[str, Any]:
        """How to reach the stack, as local_stack published it."""
        return json.loads((self.directory / "stack.json").read_text())

    def command(self, playbook: str, *options: str, **extra: Any) -> list[str]:
        """The command that runs a playbook of the collection."""
        variables = {"taskmanager_stack_dir": str(self.directory), "taskmanager_build_dir": str(self.build)}
        return [
            str(Path(sys.executable).with_name("ansible-playbook")),
            str(ROOT / "playbooks" / playbook),
            "--extra-vars",
            json.dumps(variables | self.extra | extra),
            *self.options,
            *options,
        ]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of that command."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_"))}
        return environment | {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")} | self.settings

    def run(self, playbook: str, *options: str, **extra: Any) -> Run:
        """Run a playbook, whatever comes of it."""
        command = self.command(playbook, *options, **extra)
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        self.runs.append(Run(done.returncode, done.stdout + done.stderr))
        return self.runs[-1]

    def kill(self, playbook: str, seconds: float, **extra: Any) -> bool:
        """Start a playbook and kill all its processes after so many seconds; tell whether it still ran."""
        run = subprocess.Popen(
            self.command(playbook, **extra),
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            run.wait(seconds)
        except subprocess.TimeoutExpired:
            # Ansible's workers lead sessions of their own, and would wait for it for ever.
            workers = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
            os.killpg(run.pid, signal.SIGKILL)
            for worker in workers:
                with suppress(ProcessLookupError):
                    os.kill(int(worker), signal.SIGKILL)
            run.wait()
            return True
        return False

    def converge(self, playbook: str, *options: str, **extra: Any) -> Run:
        """Run a playbook that has to succeed."""
        run = self.run(playbook, *options, **extra)
        assert run.code == 0, run.output[-8000:]
        return run

    def session(self, access_key: str | None = None, secret_key: str | None = None) -> boto3.Session:
        """A session with these credentials; without, with the administrator's. The deployer's are for the playbooks."""
        return boto3.Session(
            aws_access_key_id=access_key or self.record["admin_access_key"],
            aws_secret_access_key=secret_key or self.record["admin_secret_key"],
            region_name=self.record["region"],
        )

    def client(self, service: str, session: boto3.Session | None = None) -> Any:
        """boto3's client of a service."""
        return (session or self.session()).client(service, endpoint_url=self.record["endpoint_url"])

    def admin(self, database: str | None = None) -> pymysql.Connection[pymysql.cursors.DictCursor]:
        """The administrator's connection to the database."""
        record = self.record
        return self.login(record["db_admin_user"], record["db_admin_password"], database=database)

    def login(
        self, user: str, password: str, *, tls: bool = True, database: str | None = None
    ) -> pymysql.Connection[pymysql.cursors.DictCursor]:
        """Log in to the database.

        :raises pymysql.err.OperationalError: the server refuses.
        """
        record = self.record
        return pymysql.connect(
            host=record["db_host"],
            port=record["db_port"],
            user=user,
            password=password,
            database=database,
            autocommit=True,
            cursorclass=pymysql.cursors.DictCursor,
            ssl_ca=record["db_ca"] if tls else None,
            ssl_verify_cert=tls or None,
            ssl_verify_identity=tls or None,
            ssl_disabled=not tls,
        )

    def query(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """The rows of a query as the administrator."""
        with self.admin() as connection, connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

    def invoke(self, function: str, event: Any) -> Any:
        """What a function answers by `live`; a failed invocation is an AssertionError that has its error."""
        response = self.client("lambda").invoke(FunctionName=function, Qualifier="live", Payload=json.dumps(event))
        payload = json.loads(response["Payload"].read())
        assert "FunctionError" not in response, payload
        return payload

    def stop_server(self, name: str) -> None:
        """Stop `database` or `emulator` by its pid."""
        subprocess.run([sys.executable, str(SERVER), "stop", str(self.directory), name], check=True)

    def start_database(self) -> None:
        """Start the database as local_stack does, and wait until it answers."""
        command = ["mariadbd", f"--defaults-file={self.directory / 'my.cnf'}"]
        subprocess.run([sys.executable, str(SERVER), "start", str(self.directory), "database", *command], check=True)
        wait_until(self.database_answers, "the database answers")

    def database_answers(self) -> bool:
        """Whether the administrator can log in."""
        try:
            self.admin().close()
        except pymysql.err.OperationalError:
            return False
        return True

    def pids(self) -> list[int]:
        """The processes whose command line names the stack's folder."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if f"{self.directory}/".encode() in command and b"ansible-playbook" not in command:
                found.append(int(entry.name))
        return found


@contextmanager
def running(name: str, *options: str) -> Iterator[Stack]:
    """A stack that runs, and leaves nothing behind; its playbooks get the options."""
    stack = Stack(ROOT / ".local" / name, options)
    shutil.rmtree(stack.directory, ignore_errors=True)
    try:
        stack.converge("local_up.yml")
        yield stack
    finally:
        stack.converge("local_down.yml")
    assert stack.pids() == []
