# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What botocore works out anew for each session though it is always the same: most of the start of a client.

That is the models of services, which loaders read from the same folders; the names of events; and whether a handler
takes keyword arguments. What sessions have of their own (configuration, credentials, clients) stays their own.
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
KINDS = ("service-2", "endpoint-rule-set-1")  # of the models that a client reads


class Shared(dict[Any, Any]):
    """What a loader has read (`botocore.loaders.instance_cache`), and what was read from the same folders before."""

    learning = False

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
        if Shared.learning:
            MODELS[self._key(key)] = value


class Models:
    """Which services' models were read."""

    def __init__(self, shelf: Shelf, watch: Watch) -> None:
        self.shelf = shelf
        self.watch = watch
        self.services: set[str] = set()
        self.is_shared = False
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
        from botocore.exceptions import BotoCoreError

        Shared.learning = True
        # what is wrong with the user's configuration or models, the module meets too, and tells
        with contextlib.suppress(BotoCoreError, OSError, ValueError):
            self.loader = self.loader or self._first_loader()
            for service in services & set(self.loader.list_available_services("service-2")):
                self.watch.add_tree(os.path.join(self.loader.BUILTIN_DATA_PATH, service))
                for kind in KINDS:
                    self.loader.load_service_model(service, kind, api_version=None)
        Shared.learning = False

    def _first_loader(self) -> Any:
        """A loader as sessions have it, and what a session and a client work out besides. Neither of them is kept."""
        import boto3.session
        from botocore import UNSIGNED, hooks, loaders
        from botocore.config import Config

        if not self.is_shared:
            self.is_shared = True
            share(loaders, hooks)
        session = boto3.session.Session(region_name="us-east-1")
        loader = session._session.get_component("data_loader")
        for folder in loader.search_paths:
            if folder == loader.BUILTIN_DATA_PATH:
                self.watch.add([folder])
            else:
                self.watch.add_tree(folder)
        # signed by nobody, so that no credentials are looked for
        unsigned = Config(signature_version=UNSIGNED)
        session.client("sts", aws_access_key_id="none", aws_secret_access_key="none", config=unsigned)  # noqa: S106
        EVENT_NAMES.update(session._session.get_component("event_emitter")._alias_name_cache)
        return loader


def share(loaders: Any, hooks: Any) -> None:
    """Have all sessions use what was learned. `loaders` and `hooks` are modules of botocore."""
    init_loader, init_aliaser, accepts_kwargs = (
        loaders.Loader.__init__,
        hooks.EventAliaser.__init__,
        hooks.accepts_kwargs,
    )

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
        if isinstance(function, FunctionType) and Shared.learning and function not in TAKES_KEYWORDS:
            TAKES_KEYWORDS[function] = accepts_kwargs(function)
        return TAKES_KEYWORDS[function] if function in TAKES_KEYWORDS else accepts_kwargs(function)

    loaders.Loader.__init__, hooks.EventAliaser.__init__ = loader, aliaser
    hooks.accepts_kwargs = takes_keywords
