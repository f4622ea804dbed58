#!/usr/bin/env python3
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose the ports of a stack, and clear away what is of no use in its folder; print a line for each thing mended.

usage: mend.py FOLDER

What is cleared away is made anew by whoever needs it. Fails when the disk is too full for the servers.
"""

import json
import os
import re
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import server

MEGABYTE = 10**6
NEEDED = {True: 20 * MEGABYTE, False: 200 * MEGABYTE}  # with and without the data of the database, which has 130 MB
SERVERS = ("emulator", "database")
KEYS: tuple[str, ...] = ("endpoint_url", "region", "access_key", "secret_key", "admin_access_key", "admin_secret_key")
KEYS += ("root_access_key", "root_secret_key", "db_host", "db_port", "db_ca", "db_admin_user", "db_admin_password")


def parse(text: str) -> dict[str, object]:
    """A JSON object, empty when the text is not one."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def are_ports(text: str) -> bool:
    """Whether a text has a port for each server."""
    found = [parse(text).get(name) for name in SERVERS]
    return all(type(port) is int and 0 < port < 65536 for port in found) and found[0] != found[1]


def is_record(text: str) -> bool:
    """Whether a text tells all about a stack."""
    return all(parse(text).get(key) for key in KEYS)


def matches(pattern: str) -> Callable[[str], bool]:
    """Whether a text is of a form."""
    return lambda text: re.fullmatch(pattern, text, re.DOTALL) is not None


# Files that are of use together or not at all, and what makes each of use.
SETS: tuple[tuple[tuple[str, ...], Callable[[str], bool]], ...] = (
    (("ports.json",), are_ports),
    (("stack.json",), is_record),
    (("root_secret",), matches(r"\w{40}\n")),
    (("admin_password",), matches(r"\w{32}\n")),
    (("broker.conf",), matches(r"\d+ [0-9a-f]{64}\n")),
    (("tls/ca.pem", "tls/ca-key.pem", "tls/server.pem", "tls/server-key.pem"), matches(r"-----BEGIN .+ .*-----\n?")),
)


def clear(folder: Path) -> list[str]:
    """Remove the files that are of no use; tell which."""
    told = []
    for names, is_of_use in SETS:
        there = [folder / name for name in names if (folder / name).exists()]
        good = [path for path in there if is_of_use(path.read_text(errors="replace"))]
        if there and len(good) < len(names):
            told += [f"{path} was of no use, and is made anew." for path in there]
            for path in there:
                path.unlink()
    return told


def free_ports() -> dict[str, int]:
    """A free port of 127.0.0.1 for each server."""
    with ExitStack() as held:  # both are held until both are known, so they differ
        return {name: held.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for name in SERVERS}


def is_free(port: int) -> bool:
    """Whether a server could listen on a port."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def holds(pids: set[int], port: int) -> bool:
    """Whether one of these processes listens on a port."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {f"socket:[{row[9]}]" for row in rows if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port}
    return any(link_of(each) in sockets for pid in pids for each in Path(f"/proc/{pid}/fd").glob("*"))


def link_of(path: Path) -> str:
    """Where a link leads, `` when it is gone or somebody else's."""
    try:
        return os.readlink(path)
    except OSError:
        return ""


def choose_ports(folder: Path) -> list[str]:
    """Keep the ports of the stack, but for those that a server of somebody else has; tell which."""
    path = folder / "ports.json"
    recorded = json.loads(path.read_text()) if path.exists() else {}
    chosen, told = free_ports(), []
    for name, port in recorded.items():
        if is_free(port) or holds(server.marked(folder, name), port):
            chosen[name] = port
        else:
            told.append(f"Port {port} of the {name} is taken by another program; it gets {chosen[name]}.")
    if chosen != recorded:
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(chosen) + "\n")
        draft.rename(path)
    return told


def free_space(folder: Path) -> int:
    """The bytes that may still be written there."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def why_too_full(folder: Path, free: int) -> str:
    """Why so many free bytes are no room for the servers, `` when they are."""
    needed = NEEDED[(folder / "data").exists()]
    if free >= needed:
        return ""
    return (
        f"{folder} has {free // MEGABYTE} MB of free space, and the servers need {needed // MEGABYTE} MB: "
        "make room there, or set local_stack_dir to a folder on another disk."
    )


def main() -> None:
    """Run the command line."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    if reason := why_too_full(folder, free_space(folder)):
        sys.exit(reason)
    print("\n".join([*clear(folder), *choose_ports(folder)]))


if __name__ == "__main__":
    main()
