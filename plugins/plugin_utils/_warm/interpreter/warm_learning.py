# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the interpreter that waits learns from the payloads of programs, before it forks for them."""

from __future__ import annotations

import builtins
import gc
import hashlib
from pathlib import Path

from warm_botocore import Models
from warm_folder import Folder
from warm_payload import Codes, Payload
from warm_shelf import Shelf
from warm_state import differences, silence, state
from warm_utils import Utils
from warm_watch import Watch


class Learned:
    """All that was learned; `folder` is where a payload may lie meanwhile."""

    def __init__(self, shelf: Shelf, folder: str) -> None:
        self.shelf = shelf
        self.folder = folder
        self.watch = Watch(Path(folder, "command").read_text())
        self.cache = Folder.of_user("warm", "code")
        self.codes = Codes(self.cache)
        self.utils = Utils(shelf, self.codes)
        self.models = Models(shelf, self.watch)
        self.payloads: dict[str, tuple[str, set[str]]] = {}  # each with the names of what it may be given

    def learn(self, encoded: bytes) -> tuple[str, list[str]]:
        """Learn from a payload: what it is known by, and what its imports have changed in this process."""
        digest = hashlib.sha256(encoded).hexdigest()
        if digest in self.payloads:
            return digest, []
        payload = Payload(encoded)
        gc.disable()
        self.codes.learn(payload)
        changed: list[str] = []
        new = self.utils.new(payload)
        if new or self.models.new(payload):
            before = state()
            with silence() as said:
                with self.watch.opened():
                    self.utils.learn(payload, new, self.folder)
                self.models.learn(payload)
            changed = ["output"] if said() else []
            self.watch.add_modules(entry.module for entry in self.shelf.entries.values())
            changed += differences(before, state())
        self.payloads[digest] = encoded.decode(), self.utils.allowed(payload)
        gc.enable()
        gc.freeze()  # keeps the collector from touching, and so copying, the pages that forks share
        return digest, changed

    def give(self, digest: str) -> None:
        """From now on, give this process what was learned from a payload, as if it came from there."""
        encoded, allowed = self.payloads[digest]
        builtins.__dict__["_taskmanager_aws_payload"] = encoded  # the program takes it away
        self.utils.give(allowed)

    def end(self) -> None:
        """Leave no more in the user's cache than it may have."""
        for folder in filter(None, (self.cache, self.models.folder)):
            folder.prune()
