# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the interpreter that waits has learned from, and whether a new one would learn the same."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable
from typing import Any, Optional

# the interpreter, and the libraries that extension modules link to
SYSTEM = (sys.executable, "/etc/ld.so.cache")

Signature = Optional[tuple[int, int, int]]


class Watch:
    """Files and folders, and how each was when it was first named. One that is not there is watched for."""

    def __init__(self) -> None:
        self.seen: dict[str, Signature] = {}
        self.add((*SYSTEM, *sys.path))

    def add(self, paths: Iterable[str]) -> None:
        """Watch files and folders: of a folder, what is in it by name."""
        for path in paths:
            if path not in self.seen:
                self.seen[path] = _signature(path)

    def add_tree(self, top: str) -> None:
        """Watch a folder and all that is in it."""
        self.add([top])
        for folder, folders, files in os.walk(top):
            self.add(os.path.join(folder, name) for name in folders + files)

    def add_modules(self, modules: Iterable[Any]) -> None:
        """Watch the files that modules were loaded from."""
        origins = (getattr(getattr(module, "__spec__", None), "origin", None) for module in modules)
        new = {origin for origin in origins if origin and os.path.isabs(origin)} - self.seen.keys()
        self.add(origin for origin in new if os.path.isfile(origin))

    def changed(self) -> str | None:
        """A path that is not what it was, if there is one."""
        return next((path for path, signature in self.seen.items() if _signature(path) != signature), None)


def _signature(path: str) -> Signature:
    with contextlib.suppress(OSError):
        found = os.stat(path)
        return found.st_mtime_ns, found.st_size, found.st_ino
    return None
