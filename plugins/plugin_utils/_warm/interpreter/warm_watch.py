# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the interpreter that waits has learned from, and whether a new one would learn the same."""

from __future__ import annotations

import builtins
import contextlib
import glob
import io
import os
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator
from typing import Any, Optional

Signature = Optional[tuple[int, int, int]]


class Watch:
    """Files and folders, and how each was when it was first named. One that is not there is watched for."""

    def __init__(self, command: str) -> None:
        self.seen: dict[str, Signature] = {}
        self.add(_of_a_start(command))

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
        """Watch the files that libraries were loaded from, and the folders of packages: not of Python itself."""
        paths = set()
        for module in modules:
            spec = getattr(module, "__spec__", None)
            folders = getattr(spec, "submodule_search_locations", None) or ()
            paths.update([getattr(spec, "origin", None) or "", *folders])
        new = {path for path in paths if os.path.isabs(path) and not _is_pythons(path)} - self.seen.keys()
        self.add(path for path in new if os.path.exists(path))

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Watch the files that are opened meanwhile, as by a library that reads its settings when it is imported."""
        plain = builtins.open

        def watching(file: Any, *args: Any, **options: Any) -> Any:
            if isinstance(file, (str, os.PathLike)) and os.path.isfile(file):
                self.add([os.path.abspath(file)])
            return plain(file, *args, **options)

        builtins.open = io.open = watching
        try:
            yield
        finally:
            builtins.open = io.open = plain

    def changed(self) -> str | None:
        """A path that is not what it was, if there is one."""
        return next((path for path, signature in self.seen.items() if _signature(path) != signature), None)


def _is_pythons(path: str) -> bool:
    library = os.path.dirname(os.__file__)
    return path.startswith(f"{library}/") and "-packages/" not in path[len(library) :]


def _of_a_start(command: str) -> Iterator[str]:
    """What the start of an interpreter looks at: what it is started by, the time zone, and where `site` looks."""
    yield from (sys.executable, "/etc/ld.so.cache", "/etc/localtime")
    yield os.environ.get("TZ", "").lstrip(":") or "/etc/timezone"
    with contextlib.suppress(ValueError):
        for word in shlex.split(command):
            for part in shlex.split(word):
                yield shutil.which(part) or part
    user = getattr(sys.modules["site"], "USER_SITE", None)
    while user and user not in ("/", ""):
        yield user
        user = os.path.dirname(user)
    for folder in sys.path:
        yield folder
        yield from glob.glob(os.path.join(glob.escape(folder), "*.pth"))
        for name in ("sitecustomize", "usercustomize"):
            yield os.path.join(folder, f"{name}.py")


def _signature(path: str) -> Signature:
    with contextlib.suppress(OSError):
        found = os.stat(path)
        return found.st_mtime_ns, found.st_size, found.st_ino
    return None
