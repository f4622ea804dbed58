# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`up` repairs what is dead or half dead and leaves the rest alone; `down` leaves no process and no port."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError
from stack import Stack

IDENTITIES = [f"arn:aws:iam::123456789012:user/{name}" for name in ("taskmanager-deployer", "administrator")]


@pytest.fixture(scope="module")
def stack(new_stack: Callable[[str], AbstractContextManager[Stack]]) -> Iterator[Stack]:
    with new_stack("e2e-local-stack") as made:
        yield made


def pid(stack: Stack, server: str) -> int:
    return int((stack.directory / f"{server}.pid").read_text().split()[0])


def ports(stack: Stack) -> list[int]:
    return [urlsplit(stack.record["endpoint_url"]).port or 0, stack.record["db_port"]]


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def identities(stack: Stack) -> list[str]:
    """Whom the playbooks run as, and whom a person looks around as."""
    deployer = stack.session(stack.record["access_key"], stack.record["secret_key"])
    return [stack.client("sts", each).get_caller_identity()["Arn"] for each in (deployer, stack.session())]


def test_up_on_a_healthy_stack_changes_nothing(stack: Stack) -> None:
    before = (stack.record, pid(stack, "emulator"), pid(stack, "database"))
    assert stack.converge("local_up.yml").changed == 0
    assert (stack.record, pid(stack, "emulator"), pid(stack, "database")) == before


def test_everything_after_up_runs_as_a_user_not_as_root(stack: Stack) -> None:
    assert identities(stack) == IDENTITIES


def test_up_repairs_a_hung_database_and_a_killed_emulator(stack: Stack) -> None:
    stack.query("CREATE DATABASE kept")
    os.kill(pid(stack, "database"), signal.SIGSTOP)
    os.kill(pid(stack, "emulator"), signal.SIGKILL)
    stack.converge("local_up.yml", local_stack_user_policies={})
    assert identities(stack) == IDENTITIES
    assert stack.query("SHOW DATABASES LIKE 'kept'") != []


def test_without_policies_the_user_may_do_everything_and_with_them_no_more(stack: Stack) -> None:
    iam = stack.client("iam", stack.session(stack.record["access_key"], stack.record["secret_key"]))
    assert len(iam.list_users()["Users"]) == 2
    stack.converge("local_up.yml")
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.list_users()


def test_files_with_secrets_are_readable_by_their_owner_alone(stack: Stack) -> None:
    secrets = [stack.record[name] for name in ("secret_key", "admin_secret_key", "db_admin_password")]
    found = []
    for path in stack.directory.rglob("*"):
        in_data = path.is_relative_to(stack.directory / "data")
        if path.is_file() and not in_data and any(secret.encode() in path.read_bytes() for secret in secrets):
            found.append((path.name, oct(path.stat().st_mode & 0o777)))
    assert {"local.env", "stack.json"} <= {name for name, _ in found}
    assert {mode for _, mode in found} == {"0o600"}


def test_both_servers_listen_on_the_loopback_address_alone(stack: Stack) -> None:
    wanted = {f"{port:04X}" for port in ports(stack)}
    with open("/proc/net/tcp") as four, open("/proc/net/tcp6") as six:
        rows = [line.split() for line in [*four, *six]]
    listening = {row[1] for row in rows if row[3] == "0A" and row[1].rpartition(":")[2] in wanted}
    assert listening == {f"0100007F:{port}" for port in wanted}


def test_down_leaves_no_process_and_no_port(stack: Stack) -> None:
    taken = ports(stack)
    assert [listens(port) for port in taken] == [True, True]
    assert stack.converge("local_down.yml").changed > 0
    assert [listens(port) for port in taken] == [False, False]
    assert stack.pids() == []
    assert stack.converge("local_down.yml").changed == 0
