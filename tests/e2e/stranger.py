# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Another user of the machine, and requests as anybody can make them, down to the header."""

from __future__ import annotations

import encodings.idna  # noqa: F401 - which is loaded at the first connection, when the stranger may not read it
import http.client
import multiprocessing
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NOBODY = 65534
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What a request was answered."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Request:
    """A request to the embedded AWS."""

    url: str
    service: str
    body: str = ""
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": FORM})

    def signed(self, access_key: str, secret: str, token: str | None = None) -> Request:
        """The request, signed in its header."""
        raw = AWSRequest(method=self.method, url=self.url, data=self.body, headers=self.headers)
        SigV4Auth(Credentials(access_key, secret, token), self.service, "eu-north-1").add_auth(raw)
        return replace(self, headers=dict(raw.headers))

    def presigned(self, access_key: str, secret: str, seconds: int = 60) -> Request:
        """The request, signed in its query."""
        raw = AWSRequest(method=self.method, url=self.url, data=self.body)
        SigV4QueryAuth(Credentials(access_key, secret), self.service, "eu-north-1", expires=seconds).add_auth(raw)
        return replace(self, url=str(raw.url), headers={})

    def with_headers(self, **headers: str) -> Request:
        """The request with more headers, which its signature doesn't cover."""
        return replace(self, headers={**self.headers, **headers})

    def send(self) -> Answer:
        """Send it as it is."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(self.method, path, self.body.encode(), self.headers)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        answer = Answer(response.status, headers, response.read().decode(errors="replace"))
        connection.close()
        return answer


def become_stranger() -> None:
    """Make this process another user's, for good."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def as_stranger[T](act: Callable[[], T]) -> T:
    """Act in a process of another user, and return what came of it, or raise that."""
    context = multiprocessing.get_context("fork")  # which takes what is loaded along: the stranger may not read it
    receiver, sender = context.Pipe(duplex=False)

    def run() -> None:
        try:
            become_stranger()
            outcome: Any = act()
        except Exception as error:
            outcome = error
        sender.send(outcome)

    process = context.Process(target=run)
    process.start()
    outcome = receiver.recv() if receiver.poll(60) else AssertionError("the stranger does not answer")
    process.terminate()
    process.join()
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
