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
import os
from types import FunctionType
from typing import Any

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


class Models:
    """Which services' models were read."""

    def __init__(self, shelf: Shelf, watch: Watch) -> None:
        self.shelf = shelf
        self.watch = watch
        self.services: set[str] = set()
        self.is_shared = False
        self.session: Any = None
        self.loader: Any = None

    def new(self, payload: Payload) -> set[str]:
        """The services of a payload's module whose models were not read."""
        return payload.services() - self.services

    def learn(self, payload: Payload) -> None:
        """Read the models of services, if boto3 is in use and the user's configuration has no fault."""
        new = self.new(payload)
        if new and "boto3.session" in self.shelf.entries:
            with self.shelf.filling:
                self._read(new)
        self.services |= new

    def _read(self, services: set[str]) -> None:
        import boto3.session  # noqa: F401 # a session's code asks for modules that come back with this one
        from botocore.exceptions import BotoCoreError

        LEARNING.append(True)
        # what is wrong with the user's configuration or models, the module meets too, and tells
        with contextlib.suppress(BotoCoreError, OSError, ValueError):
            self.session = self.session or self._new_session()
            for service in services & set(self.session.get_available_services()):
                self._read_service(service)
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
        self.loader = core.get_component("data_loader")
        for folder in self.loader.search_paths:
            if folder == self.loader.BUILTIN_DATA_PATH:
                self.watch.add([folder])
            else:
                self.watch.add_tree(folder)
        return session

    def _read_service(self, service: str) -> None:
        from botocore import UNSIGNED
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        self.watch.add_tree(os.path.join(self.loader.BUILTIN_DATA_PATH, service))
        unsigned = Config(signature_version=UNSIGNED)
        client = self.session.client(
            service,
            aws_access_key_id="none",
            aws_secret_access_key="none",  # noqa: S106
            config=unsigned,
        )
        for kind in ("paginators-1", "waiters-2"):
            with contextlib.suppress(BotoCoreError):  # not each has them
                self.loader.load_service_model(service, kind, client.meta.service_model.api_version)
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
