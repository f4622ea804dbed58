# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`up` repairs what is dead or half dead and leaves the rest alone; `down` leaves no process and no port."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from multiprocessing.synchronize import Event
from pathlib import Path
from urllib.parse import urlsplit

import pymysql
import pytest
from botocore.exceptions import ClientError
from stack import Stack
from stranger import become_stranger

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


def test_up_tells_and_makes_anew_what_is_garbage(stack: Stack) -> None:
    spoilt = ["ports.json", "stack.json", "root_secret", "admin_password", "broker.conf", "tls/server.pem"]
    for name in ("database.pid", "emulator.pid", *spoilt):
        (stack.directory / name).write_text("" if name == "ports.json" else "garbage\n")
    running = stack.pids()
    run = stack.converge("local_up.yml")
    assert [name for name in spoilt if f"{stack.directory / name} was of no use" not in run.output] == []
    assert identities(stack) == IDENTITIES
    assert stack.query("SHOW DATABASES LIKE 'kept'") != []
    assert set(running) & set(stack.pids()) == set()
    assert stack.converge("local_up.yml").changed == 0


def test_up_leaves_a_port_that_another_program_has(stack: Stack) -> None:
    taken = ports(stack)
    for name in ("emulator", "database"):
        stack.stop_server(name)
    with ExitStack() as foreign:
        for port in taken:
            foreign.enter_context(socket.create_server(("127.0.0.1", port)))
        run = stack.converge("local_up.yml")
        assert [port for port in taken if f"Port {port} of the " not in run.output] == []
        assert set(ports(stack)) & set(taken) == set()
        assert identities(stack) == IDENTITIES
    assert stack.converge("local_up.yml").changed == 0


def say_yes(port: int, is_stranger: bool, listens: Event) -> None:
    """Be a server that answers 200 to whatever is asked."""
    if is_stranger:
        become_stranger()
    with socket.create_server(("127.0.0.1", port)) as server:
        listens.set()
        while True:
            with server.accept()[0] as client:
                client.recv(65536)
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user of the machine")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_token_broker_of_another_user_is_not_asked(stack: Stack) -> None:
    """While the emulator is down, anybody may listen on its port and say that a token is good."""
    port, context = ports(stack)[0], multiprocessing.get_context("fork")
    stack.query("CREATE USER 'any'@'%%' IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'")
    (stack.directory / "broker.conf").write_text(f"{port} {'0' * 64}\n")
    stack.stop_server("emulator")
    for is_stranger in (False, True):
        listens = context.Event()
        broker = context.Process(target=say_yes, args=(port, is_stranger, listens))
        broker.start()
        try:
            assert listens.wait(30)
            if is_stranger:
                with pytest.raises(pymysql.err.OperationalError, match="1045"):
                    stack.login("any", "no-token")
            else:
                stack.login("any", "no-token").close()  # the control
        finally:
            broker.kill()
            broker.join()
    stack.converge("local_up.yml")


@pytest.mark.parametrize("record", [None, "garbage"])
def test_down_finds_its_servers_without_their_record(stack: Stack, record: str | None) -> None:
    for name in ("database.pid", "emulator.pid"):
        (stack.directory / name).unlink()
        if record:
            (stack.directory / name).write_text(record)
    assert len(stack.pids()) == 2
    stack.converge("local_down.yml")
    assert stack.pids() == []
    assert {path.name for path in stack.directory.iterdir()} <= {"log", "build"}
    stack.converge("local_up.yml")


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """The mount point of a small disk."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", tmp_path], check=False)
    if mounted.returncode:
        pytest.skip("this user may not mount a file system")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def test_a_full_disk_is_told_and_up_goes_on_when_there_is_room(full_disk: Path) -> None:
    stack = Stack(full_disk / "stack")
    run = stack.run("local_up.yml")
    assert run.code != 0
    assert f"{stack.directory} has 4 MB of free space, and the servers need 200 MB" in " ".join(run.output.split())
    assert stack.pids() == []
    subprocess.run(["mount", "-o", "remount,size=1g", full_disk], check=True)
    stack.converge("local_up.yml")
    assert identities(stack) == IDENTITIES
    stack.converge("local_down.yml")
    assert stack.pids() == []


def test_files_with_secrets_are_readable_by_their_owner_alone(stack: Stack) -> None:
    secrets = [stack.record[name] for name in ("secret_key", "admin_secret_key", "db_admin_password")]
    secrets.append(stack.record["root_secret_key"])
    found = []
    for path in stack.directory.rglob("*"):
        in_data = path.is_relative_to(stack.directory / "data")
        if path.is_file() and not in_data and any(secret.encode() in path.read_bytes() for secret in secrets):
            found.append((path.name, oct(path.stat().st_mode & 0o777)))
    assert {"local.env", "root_secret", "stack.json"} <= {name for name, _ in found}
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
