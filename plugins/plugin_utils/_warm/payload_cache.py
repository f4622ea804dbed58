# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Payloads that Ansible has built, kept from run to run for as long as all that they were built from is the same.

To build a module's payload, Ansible reads its module_utils, and theirs: about 0.2 s. It keeps what it has built in a
folder that ends with the run, `ansiballz_cache`. `install` has it find there what an earlier run has built of the same
files. That meets ansible-core, from 2.17 to 2.21, where `module_common._find_module_utils` asks for a module's name.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import json
import os
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from ansible import constants
from ansible.executor import module_common
from ansible.plugins.loader import module_utils_loader
from ansible.release import __version__
from ansible.utils.collection_loader._collection_finder import _get_collection_path

from .folder_hashes import FolderHashes
from .interpreter.warm_folder import Folder

PARAMETERS = {"module_name", "b_module_data", "module_path", "module_compression"}
COLLECTION = re.compile(rb"ansible_collections[./]([a-z]\w*)[./]([a-z]\w*)")


def install(run: Path) -> Callable[[], None]:
    """From now on, have this process's payloads come from earlier runs; `run` is a folder of this run alone.

    Returns what is to be called once a payload was built: it keeps it.
    """
    name = module_common._get_ansible_module_fqn
    kept = Folder.of_user("warm", "payloads")
    built: list[KeptPayload] = []

    @functools.wraps(name)
    def named(module_path: str) -> str:
        # what this is called by is about to look for a payload; to wrap that would show in tracebacks of modules
        building = sys._getframe(1).f_locals
        if kept and all(parameter in building for parameter in PARAMETERS):
            hashes = FolderHashes(run / "hashes.json")
            payload = KeptPayload(kept, hashes, *(building[parameter] for parameter in sorted(PARAMETERS)))
            if not payload.fetch():
                built.append(payload)
        return name(module_path)

    def keep() -> None:
        while built:
            built.pop().keep()

    module_common._get_ansible_module_fqn = named
    return keep


class KeptPayload:
    """A module's payload: in the folder of this run, and in that of all runs.

    What it is kept under says what it was built from: Ansible, Python, the module, and each file in the folders where
    Ansible looks for module_utils outside of collections. With it is kept, for each collection that its files name, the
    state of that one's module_utils: any other file there could change what is found.
    """

    def __init__(
        self, kept: Folder, hashes: FolderHashes, source: bytes, compression: str, module_name: str, path: str
    ) -> None:
        self.kept = kept
        self.hashes = hashes
        try:
            name = getattr(fqn := module_common._get_ansible_module_fqn, "__wrapped__", fqn)(path)
        except ValueError:  # a module of a role
            name = f"ansible.legacy.{module_name}"
        folder = Path(constants.DEFAULT_LOCAL_TMP, "ansiballz_cache")
        # since ansible-core 2.19, where "none" says that it brings no debugger, and before
        ending = "-none" if hasattr(module_common, "_CachedModule") else ""
        self.file = folder / f"{name}-{compression}{ending}"
        self.facts = [__version__, sys.version, path, module_name, hashlib.sha256(source).hexdigest(), self.file.name]

    @functools.cached_property
    def key(self) -> str:
        """What it is kept under."""
        core = os.path.realpath(module_common._MODULE_UTILS_PATH)
        folders = {os.path.realpath(path): None for path in module_utils_loader._get_paths(subdirs=False)}
        folders[core] = None  # in any case, and last
        states = [(folder, self.hashes.of(folder, stays=folder == core)) for folder in folders]
        return hashlib.sha256(json.dumps([*self.facts, states]).encode()).hexdigest()

    def fetch(self) -> bool:
        """Put it into this run's folder, if an earlier run has kept it. Whether it is there, from whomever."""
        if self.file.exists():
            return True
        header, _end, content = (self.kept.read(self.key) or b"").partition(b"\n")
        if not content or any(self._state(name) != state for name, state in json.loads(header).items()):
            return False
        self.file.parent.mkdir(exist_ok=True)
        Folder(str(self.file.parent)).write(self.file.name, content)
        return True

    def keep(self) -> None:
        """Keep what this run has built, if it is what we think."""
        if not self.file.exists():
            return
        names = {".".join(match) for match in self._collections()}
        header = json.dumps({name: self._state(name) for name in sorted(names)})
        self.kept.write(self.key, header.encode() + b"\n" + self.file.read_bytes())
        self.kept.prune()

    def _collections(self) -> Iterator[tuple[str, str]]:
        """The collections that files of the payload name, or are of."""
        cached = getattr(module_common, "_CachedModule", None)
        encoded = cached.load(str(self.file)).zip_data if cached else self.file.read_bytes()
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(encoded))) as files:
            for path in files.namelist():
                for namespace, name in COLLECTION.findall(path.encode() + b"\n" + files.read(path)):
                    yield namespace.decode(), name.decode()

    def _state(self, collection: str) -> str | None:
        """What tells a collection's module_utils from others, in place and content; None if it is not installed."""
        try:
            path = _get_collection_path(collection)
        except ValueError:
            return None
        # a redirection there changes what is found
        routing = Path(path, "meta", "runtime.yml")
        redirects = hashlib.sha256(routing.read_bytes()).hexdigest() if routing.exists() else ""
        return f"{path} {redirects} {self.hashes.of(os.path.join(path, 'plugins', 'module_utils'))}"
