# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What botocore works out anew for each session though it is always the same: most of the start of a client.

That is the models of services, which loaders read from the same folders, and the methods made of them; the names of
events; and whether a handler takes keyword arguments. What sessions have of their own (configuration, credentials,
clients) stays their own.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import pickle
import sys
from collections import Counter
from collections.abc import Callable
from types import FunctionType
from typing import Any

from warm_folder import Folder
from warm_payload import Payload
from warm_shelf import Shelf
from warm_watch import Watch

MODELS: dict[Any, Any] = {}  # by the folders and what a loader was asked for
EVENT_NAMES: dict[str, str] = {}  # by botocore's older names
TAKES_KEYWORDS: dict[FunctionType, Any] = {}
METHODS: dict[int, tuple[Any, dict[str, Any]]] = {}  # of clients, by the id of the model that is kept beside them
LEARNING: list[bool] = []  # not empty while what sessions work out is kept


class Shared(dict[Any, Any]):
    """What a loader has read (`botocore.loaders.instance_cache`), and what was read from the same folders before."""

    def __init__(self, loader: Any) -> None:
        super().__init__()
        self.loader = loader

    def _key(self, key: Any) -> Any:
        return tuple(self.loader.search_paths), key

    def __contains__(self, key: Any) -> bool:
        return super().__contains__(key) or self._key(key) in MODELS

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(key) if super().__contains__(key) else MODELS[self._key(key)]

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        if LEARNING:
            MODELS[self._key(key)] = value


class KeptFiles:
    """In place of `botocore.loaders.JSONFileLoader`: what files hold, kept from run to run by their content."""

    def __init__(self, plain: Any, folder: Folder | None) -> None:
        self.plain = plain
        self.folder = folder
        self.exists = plain.exists

    def load_file(self, path: str) -> Any:
        """What a file of JSON holds, whose path comes without its ending; None if there is no such file."""
        packed = f"{path}.json.gz"
        if not self.folder or not os.path.isfile(packed):
            return self.plain.load_file(path)
        with open(packed, "rb") as file:
            name = f"{hashlib.sha256(file.read()).hexdigest()}-{sys.implementation.cache_tag}"
        with contextlib.suppress(EOFError, pickle.UnpicklingError, ValueError):  # cut off, or not ours
            return pickle.loads(self.folder.read(name) or b"")  # noqa: S301 # from a folder of this user's alone
        content = self.plain.load_file(path)
        self.folder.write(name, pickle.dumps(content, protocol=5))
        return content


class Models:
    """What is known of services: after one use, their models; after two, the methods of their clients."""

    def __init__(self, shelf: Shelf, watch: Watch) -> None:
        self.shelf = shelf
        self.watch = watch
        self.folder = Folder.of_user("warm", "models")
        self.uses: Counter[str] = Counter()
        self.is_shared = False
        self.session: Any = None
        self.loader: Any = None

    def new(self, payload: Payload) -> set[str]:
        """The services of a payload's module of which more can be learned."""
        return {service for service in payload.services() if self.uses[service] < len(self._steps())}

    def _steps(self) -> list[Callable[[str], None]]:
        return [self._read_models, self._make_client]

    def learn(self, payload: Payload) -> None:
        """Learn of services, if boto3 is in use and the user's configuration has no fault."""
        new = self.new(payload)
        if new and "boto3.session" in self.shelf.entries:
            with self.shelf.filling:
                self._learn(new)
        self.uses.update(new)

    def _learn(self, services: set[str]) -> None:
        import boto3.session  # noqa: F401 # a session's code asks for modules that come back with this one
        from botocore.exceptions import BotoCoreError

        LEARNING.append(True)
        # what is wrong with the user's configuration or models, the module meets too, and tells
        with contextlib.suppress(BotoCoreError, OSError, ValueError):
            self.session = self.session or self._new_session()
            for service in services & set(self.session.get_available_services()):
                self._steps()[self.uses[service]](service)
        LEARNING.pop()

    def _new_session(self) -> Any:
        """A session that reads none of the user's files, so that it has no credentials."""
        import boto3.session
        from botocore import client, hooks, loaders
        from botocore.session import get_session

        if not self.is_shared:
            self.is_shared = True
            share(loaders, hooks, client)
        core = get_session()
        for file in ("config_file", "credentials_file"):
            core.set_config_variable(file, os.devnull)
        session = boto3.session.Session(botocore_session=core, region_name="us-east-1")
        EVENT_NAMES.update(session.events._alias_name_cache)
        self.loader = core.get_component("data_loader")
        self.loader.file_loader = KeptFiles(self.loader.file_loader, self.folder)
        for folder in self.loader.search_paths:
            if folder == self.loader.BUILTIN_DATA_PATH:
                self.watch.add([folder])
            else:
                self.watch.add_tree(folder)
        return session

    def _read_models(self, service: str) -> None:
        """Have a loader read what clients have it read, in the words that they use."""
        from botocore.exceptions import BotoCoreError

        self.watch.add_tree(os.path.join(self.loader.BUILTIN_DATA_PATH, service))
        model = self.loader.load_service_model(service, "service-2", api_version=None)
        self.loader.load_service_model(service, "endpoint-rule-set-1", api_version=None)
        for kind in ("paginators-1", "waiters-2"):
            with contextlib.suppress(BotoCoreError):  # not each has them
                self.loader.load_service_model(service, kind, model["metadata"]["apiVersion"])

    def _make_client(self, service: str) -> None:
        """Make a client, for its methods. It is signed by nobody, so that no credentials are looked for."""
        from botocore import UNSIGNED
        from botocore.config import Config

        unsigned = Config(signature_version=UNSIGNED)
        self.session.client(service, aws_access_key_id="none", aws_secret_access_key="none", config=unsigned)  # noqa: S106
        EVENT_NAMES.update(self.session.events._alias_name_cache)


def share(loaders: Any, hooks: Any, client: Any) -> None:
    """Have all sessions use what was learned; the arguments are botocore's modules of these names."""
    creator = client.ClientCreator
    init_loader, init_aliaser = loaders.Loader.__init__, hooks.EventAliaser.__init__
    accepts_kwargs, create_methods = hooks.accepts_kwargs, creator._create_methods

    @functools.wraps(init_loader)
    def loader(self: Any, *args: Any, **options: Any) -> None:
        init_loader(self, *args, **options)
        self._cache = Shared(self)

    @functools.wraps(init_aliaser)
    def aliaser(self: Any, event_emitter: Any, event_aliases: Any = None) -> None:
        init_aliaser(self, event_emitter, event_aliases)
        if self._event_aliases == hooks.EVENT_ALIASES:
            self._alias_name_cache.update(EVENT_NAMES)

    @functools.wraps(accepts_kwargs)
    def takes_keywords(function: Any) -> Any:
        if isinstance(function, FunctionType) and LEARNING and function not in TAKES_KEYWORDS:
            TAKES_KEYWORDS[function] = accepts_kwargs(function)
        return TAKES_KEYWORDS[function] if function in TAKES_KEYWORDS else accepts_kwargs(function)

    @functools.wraps(create_methods)
    def methods(self: Any, service_model: Any) -> Any:
        model = service_model._service_description
        if LEARNING and id(model) not in METHODS:
            METHODS[id(model)] = model, create_methods(self, service_model)
        return dict(METHODS[id(model)][1]) if id(model) in METHODS else create_methods(self, service_model)

    loaders.Loader.__init__, hooks.EventAliaser.__init__ = loader, aliaser
    hooks.accepts_kwargs, creator._create_methods = takes_keywords, methods
