# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hashes of folders' Python files, computed once in a run for all of its processes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path

Stat = list[int | str]


class FolderHashes:
    """The hash of all Python files in a folder, by content.

    `memory` is a file of this run, with the hashes and what `stat` said of the files. Another answer, another hash.
    """

    def __init__(self, memory: Path) -> None:
        self.memory = memory
        self.known: dict[str, tuple[list[Stat], str]] = {}
        with contextlib.suppress(OSError, ValueError):
            self.known = json.loads(memory.read_text())

    def of(self, folder: str) -> str:
        """What tells a folder from all others: the paths and contents of the Python files in it, at any depth."""
        stats: list[Stat] = []
        _collect(folder, stats)
        stats.sort()
        known = self.known.get(folder)
        if known and known[0] == stats:
            return known[1]
        found = hashlib.sha256()
        for path, *_rest in stats:
            found.update(f"{path}\0".encode(errors="surrogateescape"))
            found.update(hashlib.sha256(Path(str(path)).read_bytes()).digest())
        self.known[folder] = stats, found.hexdigest()
        self._remember()
        return found.hexdigest()

    def _remember(self) -> None:
        with tempfile.NamedTemporaryFile("w", dir=self.memory.parent, delete=False) as file:
            json.dump(self.known, file)
        os.rename(file.name, self.memory)


def _collect(folder: str, stats: list[Stat]) -> None:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.name.endswith(".py"):
            found = entry.stat()
            stats.append([entry.path, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns])
        elif entry.name != "__pycache__" and entry.is_dir():
            _collect(entry.path, stats)
