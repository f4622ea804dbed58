# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two that are compared, as packages, and how they are put on a stack."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stack import Stack

HERE = Path(__file__).parent
FUNCTIONS = ("add_task", "process_task")
BATCH_SIZE = 10
CA_BUNDLE = "rds-ca.pem"
RUNNER = HERE / "repeated.py"


@dataclass(frozen=True)
class Contender:
    """One of the two: of each function the package and the module of its handler."""

    name: str
    packages: Mapping[str, bytes]
    modules: Mapping[str, str]


def this_project(stack: Stack) -> Contender:
    """The functions as lambda_deploy packed them."""
    packages = {name: (stack.build / f"lambda/{name}.zip").read_bytes() for name in FUNCTIONS}
    return Contender("this project", packages, dict.fromkeys(FUNCTIONS, "handler"))


def original(project: Contender) -> Contender:
    """The course's algorithm, with the PyMySQL and the certificates of this project's package."""
    members = unpacked(project.packages["process_task"])
    needed = {name: data for name, data in members.items() if name.startswith("pymysql/") or name == CA_BUNDLE}
    sources = {source.name: source.read_bytes() for source in (HERE / "original").glob("*.py")}
    package = packed(needed | sources)
    return Contender("original", dict.fromkeys(FUNCTIONS, package), {name: name for name in FUNCTIONS})


def unpacked(package: bytes) -> dict[str, bytes]:
    """The files of a zip."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: Mapping[str, bytes]) -> bytes:
    """A zip of files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@contextmanager
def deployed(stack: Stack, contender: Contender, function: str, *, repeated: bool = False) -> Iterator[str]:
    """A function with role and environment of the system's, and the contender's code; gives its name.

    `repeated` puts repeated.py in front, which runs the handler several times in an invocation.
    """
    client, name = stack.client("lambda"), f"bench-{function}"
    model = client.get_function_configuration(FunctionName=function)
    members = unpacked(contender.packages[function])
    client.create_function(
        FunctionName=name,
        Role=model["Role"],
        Runtime=model["Runtime"],
        Handler="repeated.handler" if repeated else f"{contender.modules[function]}.handler",
        Code={"ZipFile": packed(members | {RUNNER.name: RUNNER.read_bytes()})},
        Environment={"Variables": model["Environment"]["Variables"] | {"PROCESSING_SECONDS": "0"}},
        Timeout=300,
    )
    try:
        client.get_waiter("function_active_v2").wait(FunctionName=name)
        yield name
    finally:
        client.delete_function(FunctionName=name)
        logs = stack.client("logs")
        for group in logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]:
            logs.delete_log_group(logGroupName=group["logGroupName"])


def events(stack: Stack, function: str, number: int) -> list[dict[str, Any]]:
    """Events for a function: a task to add, or a batch that announces ten tasks which wait in the database."""
    if function == "add_task":
        return [{"title": f"bench {each}"} for each in range(number)]
    bodies = [announcement(task) for task in new_tasks(stack, BATCH_SIZE * number)]
    batches = [bodies[start : start + BATCH_SIZE] for start in range(0, len(bodies), BATCH_SIZE)]
    return [{"Records": [{"messageId": str(n), "body": body} for n, body in enumerate(batch)]} for batch in batches]


def new_tasks(stack: Stack, number: int) -> list[int]:
    """The ids of so many new tasks."""
    with stack.admin("taskmanager") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(id), 0) AS last FROM tasks")
        last = cursor.fetchall()[0]["last"]
        cursor.executemany("INSERT INTO tasks (title) VALUES (%s)", [(f"bench {each}",) for each in range(number)])
        cursor.execute("SELECT id FROM tasks WHERE id > %s ORDER BY id", (last,))
        return [row["id"] for row in cursor.fetchall()]


def announcement(task: int) -> str:
    """The message that SQS gets from SNS for a task."""
    return json.dumps({"Type": "Notification", "Message": json.dumps({"task_id": task})})
