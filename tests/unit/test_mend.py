# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a killed run, a full disk or another program did to a stack is told and made anew; the rest is kept."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import mend
import pytest
import server
from stranger import as_stranger

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
GOOD = {
    "ports.json": json.dumps({"emulator": 40001, "database": 40002}),
    "stack.json": json.dumps(dict.fromkeys(mend.KEYS, "any")),
    "root_secret": "a" * 40 + "\n",
    "admin_password": "a" * 32 + "\n",
    "broker.conf": f"40001 {'0' * 64}\n",
    "tls/ca.pem": PEM,
    "tls/ca-key.pem": PEM,
    "tls/server.pem": PEM,
    "tls/server-key.pem": PEM,
}
GARBAGE = ["", "\n", "\0\0\0\0", "{", "[]", "null", "{}", '"text"', "1", "-----BEGIN", "nonsense\n" * 9, "ü"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a stack that doesn't run."""
    for name, text in GOOD.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "log").mkdir()
    return tmp_path


def contents(folder: Path) -> dict[str, str]:
    return {name: (folder / name).read_text() for name in GOOD if (folder / name).exists()}


def test_what_is_good_is_kept(folder: Path) -> None:
    assert mend.clear(folder) == []
    assert contents(folder) == GOOD


def test_a_new_folder_is_nothing_to_mend(tmp_path: Path) -> None:
    assert mend.clear(tmp_path) == []
    assert mend.choose_ports(tmp_path) == []
    assert mend.are_ports((tmp_path / "ports.json").read_text())


@pytest.mark.parametrize("text", GARBAGE)
@pytest.mark.parametrize("name", GOOD)
def test_garbage_is_told_and_removed_and_all_else_is_kept(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    told = mend.clear(folder)
    gone = [each for each in GOOD if each == name or (each.startswith("tls/") and name.startswith("tls/"))]
    assert told == [f"{folder / each} was of no use, and is made anew." for each in gone]
    assert contents(folder) == {each: text for each, text in GOOD.items() if each not in gone}


def test_a_file_of_another_encoding_is_garbage(folder: Path) -> None:
    (folder / "stack.json").write_bytes(b"\xff\xfe\x00")
    assert len(mend.clear(folder)) == 1


def test_certificates_of_which_one_is_missing_are_made_anew(folder: Path) -> None:
    (folder / "tls/ca.pem").unlink()
    assert len(mend.clear(folder)) == 3
    assert list((folder / "tls").iterdir()) == []


@pytest.mark.parametrize("key", mend.KEYS)
def test_a_record_without_a_key_is_of_no_use(folder: Path, key: str) -> None:
    (folder / "stack.json").write_text(json.dumps({name: "any" for name in mend.KEYS if name != key}))
    assert len(mend.clear(folder)) == 1


@pytest.mark.parametrize(
    "ports",
    [{}, {"emulator": 2}, *({"emulator": 1, "database": port} for port in (1, True, "2", 0, 65536, -1, 2.0, None))],
)
def test_ports_are_two_numbers(ports: dict[str, object]) -> None:
    assert not mend.are_ports(json.dumps(ports))


def test_a_port_that_another_program_has_is_changed_and_told(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as foreign, socket.create_server(("127.0.0.1", 0)) as other:
        port, free = foreign.getsockname()[1], other.getsockname()[1]
        other.close()
        (folder / "ports.json").write_text(json.dumps({"emulator": port, "database": free}))
        (told,) = mend.choose_ports(folder)
        chosen = json.loads((folder / "ports.json").read_text())
    assert chosen["database"] == free
    assert chosen["emulator"] not in (port, free)
    assert told == f"Port {port} of the emulator is taken by another program; it gets {chosen['emulator']}."


LISTENS = """
import socket, sys, time
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1], flush=True)
    time.sleep(60)
"""


@pytest.fixture
def running(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has the emulator's command line, and prints the port that it listens on."""
    command = [sys.executable, "-c", LISTENS, f"{folder}/emulator"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        yield process
        process.kill()


def test_the_port_of_our_own_server_is_kept(folder: Path, running: subprocess.Popen[str]) -> None:
    assert running.stdout
    ports = {"emulator": int(running.stdout.readline()), "database": mend.free_ports()["database"]}
    (folder / "ports.json").write_text(json.dumps(ports))
    assert mend.choose_ports(folder) == []
    assert json.loads((folder / "ports.json").read_text()) == ports


@pytest.mark.parametrize("record", [None, *GARBAGE, "1 2 3", "99999999 1", "x y"])
def test_a_server_is_stopped_whatever_its_record_says(
    folder: Path, running: subprocess.Popen[str], record: str | None
) -> None:
    if record is not None:
        (folder / "emulator.pid").write_text(record)
    assert running.stdout
    assert running.stdout.readline()
    assert server.stop(folder, "emulator")
    assert running.wait(5) != 0
    assert not (folder / "emulator.pid").exists()
    assert not server.stop(folder, "emulator")


def test_what_a_server_left_is_stopped_too(folder: Path) -> None:
    """A function outlives an emulator that was killed, and is known by the environment that it has from it."""
    environment = {"STATE_DIR": str(folder / "tmp/state")}
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], env=environment) as orphan:
        deadline = time.monotonic() + 10
        while orphan.pid not in server.marked(folder, "emulator"):  # until it has become that command
            assert time.monotonic() < deadline
        assert server.stop(folder, "emulator")
        assert orphan.wait(5) != 0


def test_a_process_that_only_looks_at_the_folder_is_left_alone(folder: Path) -> None:
    with subprocess.Popen([shutil.which("tail") or "", "-f", f"{folder}/stack.json"]) as reader:
        assert not server.stop(folder, "emulator")
        assert not server.stop(folder, "database")
        assert reader.poll() is None
        reader.kill()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user of the machine")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_process_of_another_user_is_told() -> None:
    pid = os.getpid()
    expected = rf"not yours to end: process {pid} of user root \(.+\); stop the stack as that user"
    with pytest.raises(server.NotStoppedError, match=expected):
        as_stranger(lambda: server.send(signal.SIGTERM, {pid}))


def test_a_disk_without_room_is_told(folder: Path) -> None:
    told = mend.why_too_full(folder, 99 * mend.MEGABYTE)
    assert told.startswith(f"{folder} has 99 MB of free space, and the servers need 200 MB: make room there")
    (folder / "data").mkdir()
    assert mend.why_too_full(folder, 99 * mend.MEGABYTE) == ""
    assert "need 20 MB" in mend.why_too_full(folder, 0)
