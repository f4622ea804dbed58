# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The zip file that a module was imported from, and how it comes to be from another one with the same file in it."""

from __future__ import annotations

import os
import sys
from pathlib import PurePath
from types import FunctionType, ModuleType
from typing import Any

WORDS = (b"__file__", b"__path__", b"__spec__", b"__loader__", b"__cached__", b"sys.path", b"inspect")
DEPTH = 3  # of collections in collections


class Place:
    """Where a module was imported from, and what of it tells so."""

    def __init__(self, module: ModuleType, archive: str, source: bytes) -> None:
        self.archive = archive
        own = {"__file__", "__cached__", "__path__", "__spec__", "__loader__"}
        values = {name: value for name, value in vars(module).items() if name not in own}
        self.paths = [
            name for name, value in values.items() if isinstance(value, (str, PurePath)) and archive in str(value)
        ]
        # what its code has made of its place is out of reach when it is further inside
        self.can_be_left = not (
            any(word in source for word in WORDS)
            and any(_names(value, archive, DEPTH) for name, value in values.items() if name not in self.paths)
        )

    def move(self, module: ModuleType, archive: str) -> str:
        """Have the module come from another zip file. Return its path there."""
        machinery: Any = sys.modules["_frozen_importlib_external"]
        spec: Any = module.__spec__
        path = self._moved(spec.origin, archive)
        package = [os.path.dirname(path)] if spec.submodule_search_locations is not None else None
        loader = machinery.PathFinder._path_importer_cache(os.path.dirname(package[0] if package else path))
        new = machinery.spec_from_file_location(
            module.__name__, path, loader=loader, submodule_search_locations=package
        )
        if package:
            new.submodule_search_locations = module.__path__ = [self._moved(each, archive) for each in module.__path__]
        vars(module).update(__spec__=new, __loader__=loader, __file__=path, __cached__=new.cached)
        for name in self.paths:
            value = vars(module)[name]
            vars(module)[name] = type(value)(str(value).replace(self.archive, archive))
        return path

    def _moved(self, path: str, archive: str) -> str:
        return archive + path[len(self.archive) :] if path.startswith(self.archive) else path


def _names(value: Any, archive: str, depth: int) -> bool:
    """Whether a value has a path in it, as far as one can see without running anybody's code."""
    if isinstance(value, (str, PurePath)):
        return archive in str(value)
    inner: Any = ()
    if depth and isinstance(value, (list, tuple, set, frozenset)):
        inner = value
    elif depth and type(value) is dict:
        inner = [*value, *value.values()]
    elif depth and isinstance(value, FunctionType):
        inner = value.__defaults__ or ()
    elif depth and isinstance(value, type):
        inner = [each for name, each in vars(value).items() if name != "__dict__"]
    return any(_names(each, archive, depth - 1) for each in inner)
