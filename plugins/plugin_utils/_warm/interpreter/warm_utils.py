# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module_utils of payloads, and the libraries that these import: imported once, in the interpreter that waits."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import zipimport
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from warm_payload import Codes, Payload
from warm_place import Place
from warm_purity import only_defines
from warm_shelf import PAYLOAD, Shelf


class Utils:
    """Which files of payloads are on the shelf, and which of them a payload may be given."""

    def __init__(self, shelf: Shelf, codes: Codes) -> None:
        self.shelf = shelf
        self.codes = codes
        self.hashes: dict[str, str] = {}  # of those on the shelf, by name
        self.left: dict[str, str] = {}  # of those that are left to each program
        self.places: dict[str, Place] = {}

    def new(self, payload: Payload) -> list[str]:
        """The names that a payload would bring to the shelf.

        One with another version of what was seen brings nothing: one version is enough for a run.
        """
        known = {**self.left, **self.hashes}
        if any(known.get(name, digest) != digest for name, digest in payload.hashes.items()):
            return []
        new = [name for name in payload.hashes if name not in known and ".module_utils" in name]
        sharable = [name for name in new if only_defines(name, payload.source(name))]
        self.left.update((name, payload.hashes[name]) for name in new if name not in sharable)
        return sharable

    def learn(self, payload: Payload, new: list[str], folder: str) -> None:
        """Import what is new of a payload as its module would: out of a zip file, put into a folder meanwhile."""
        if not new:
            return
        path = os.path.join(folder, f"learn{PAYLOAD}")
        self._serve(self.allowed(payload))
        with self._refused(payload, new), _first_in_path(path, payload.content), self.shelf.filling:
            for name in new:
                with contextlib.suppress(Exception, SystemExit):  # it fails in the module again, if it gets there
                    importlib.import_module(name)
        broken = self._take_back(payload)
        for name in payload.hashes.keys() - self.hashes.keys():
            entry = self.shelf.entries.get(name)
            if entry:
                self.hashes[name] = payload.hashes[name]
                self.places[name] = Place(entry.module, path, payload.source(name))
            elif name in new or name in broken:
                self.left[name] = payload.hashes[name]

    @contextlib.contextmanager
    def _refused(self, payload: Payload, new: list[str]) -> Iterator[None]:
        """Have nothing imported of a payload that is not to be shared."""
        utils = {name for name in payload.hashes if ".module_utils" in name}
        self.shelf.refused = frozenset(utils - set(new) - self.allowed(payload))
        try:
            yield
        finally:
            self.shelf.refused = frozenset()

    def _take_back(self, payload: Payload) -> set[str]:
        """Take from the shelf what was refused something, and all that needs it."""
        entries = self.shelf.entries
        ours = {name for name in payload.hashes.keys() - self.hashes.keys() if name in entries}
        broken = {name for name in ours if not entries[name].is_whole}
        while more := {name for name in ours - broken if entries[name].needs & broken}:
            broken |= more
        for name in broken:
            del entries[name]
        return broken

    def give(self, allowed: set[str]) -> None:
        """From now on, have the shelf give this process what a payload may have, as if it came from the payload."""
        self._serve(allowed)
        self.shelf.placed = self._move

    def _serve(self, allowed: set[str]) -> None:
        self.shelf.serves = lambda name: name not in self.hashes or (name in allowed and sys.path[0].endswith(PAYLOAD))

    def allowed(self, payload: Payload) -> set[str]:
        """The names of what the payload's own import would make alike: the same code, out of the same code."""
        same = {
            name
            for name, digest in payload.hashes.items()
            if self.hashes.get(name) == digest and self.places[name].can_be_left
        }
        while unlike := {name for name in same if not self._has_same_needs(name, same, payload)}:
            same -= unlike
        return same

    def _has_same_needs(self, name: str, same: set[str], payload: Payload) -> bool:
        entry = self.shelf.entries[name]
        return self.hashes.keys() & entry.needs <= same and not payload.hashes.keys() & entry.missing

    def _move(self, name: str, module: ModuleType) -> None:
        if name in self.places:
            path = self.places[name].move(module, sys.path[0])
            if self.hashes[name] in self.codes.codes:
                self.codes.named(self.hashes[name], path)


@contextlib.contextmanager
def _first_in_path(path: str, content: bytes) -> Iterator[None]:
    """Have a zip file first in sys.path, and leave nothing of it."""
    Path(path).write_bytes(content)
    sys.path.insert(0, path)
    try:
        yield
    finally:
        sys.path.remove(path)
        os.unlink(path)
        for known in (sys.path_importer_cache, zipimport._zip_directory_cache):  # type: ignore[attr-defined]
            for key in [key for key in known if key.startswith(path)]:
                del known[key]
