# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secrets of a stack, and where they are found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from stack import Stack

# The end of a presigned request: a token for the database, or a link by which anybody may do what its maker may.
SIGNED = re.compile(rb"X-Amz-Signature=[\w-]{16,}")
Secrets = Mapping[str, bytes]


def secrets_of(stack: Stack) -> Secrets:
    """Each secret of a running stack, by what it is."""
    record = (stack.directory / "stack.json").read_text()
    found = {
        f"{name} of stack.json": value for name, value in re.findall(r'"(\w*(?:secret|password)\w*)": "(.+)"', record)
    }
    found["the broker's capability"] = (stack.directory / "broker.conf").read_text().split()[1]
    for name in ("ca", "server"):
        found[f"the key of {name}.pem"] = (stack.directory / f"tls/{name}-key.pem").read_text().splitlines()[2]
    for pid in stack.pids():
        environment = dict(re.findall(r"(\w+)=([^\0]*)", Path(f"/proc/{pid}/environ").read_text()))
        for name in environment.keys() & {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}:
            found[f"{name} of a function's process {pid}"] = environment[name]
    return {name: value.encode() for name, value in found.items()}


def traces(content: str | bytes, secrets: Secrets) -> list[str]:
    """What secrets are in a text or file."""
    content = content.encode() if isinstance(content, str) else content
    signed = ["a signed token or link"] if SIGNED.search(content) else []
    return signed + [what for what, secret in secrets.items() if secret in content]


def files_with(secrets: Secrets, folders: Iterable[Path]) -> dict[Path, list[str]]:
    """The files that have secrets."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    found = {path: traces(read(path), secrets) for path in files}
    return {path: what for path, what in found.items() if what}


def read(path: Path) -> bytes:
    """What is in a file; nothing when it is gone by now, as those of other runs of playbooks are."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
