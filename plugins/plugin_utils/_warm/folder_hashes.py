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


class FolderHashes:
    """The hash of all Python files in a folder, by content.

    `memory` is a file of this run, with the hashes and what `stat` said of the files. Another answer, another hash.
    """

    def __init__(self, memory: Path) -> None:
        self.memory = memory
        self.known: dict[str, list[str]] = {}
        with contextlib.suppress(OSError, ValueError):
            self.known = json.loads(memory.read_text())

    def of(self, folder: str, stays: bool = False) -> str:
        """What tells a folder from all others: the paths and contents of the Python files in it, at any depth.

        One that stays as it is in a run is looked at once.
        """
        if stays and folder in self.known:
            return self.known[folder][1]
        stats = _stats(folder)
        seen = hashlib.sha256("".join(stats.values()).encode(errors="surrogateescape")).hexdigest()
        if folder not in self.known or self.known[folder][0] != seen:
            self.known[folder] = [seen, _of_contents(sorted(stats))]
            with tempfile.NamedTemporaryFile("w", dir=self.memory.parent, delete=False) as file:
                json.dump(self.known, file)
            os.rename(file.name, self.memory)
        return self.known[folder][1]


def _of_contents(paths: list[str]) -> str:
    found = hashlib.sha256()
    for path in paths:
        found.update(f"{path}\0".encode(errors="surrogateescape"))
        found.update(hashlib.sha256(Path(path).read_bytes()).digest())
    return found.hexdigest()


def _stats(top: str) -> dict[str, str]:
    """What tells the Python files in a folder from others without reading them."""
    stats: dict[str, str] = {}
    folders = [top]
    while folders:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    found = entry.stat()
                    times = f"{found.st_mtime_ns} {found.st_ctime_ns}"
                    stats[entry.path] = f"{entry.path} {found.st_ino} {found.st_size} {times}\n"
                elif entry.name != "__pycache__" and entry.is_dir():
                    folders.append(entry.path)
    return stats
