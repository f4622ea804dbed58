# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A proxy in front of the embedded AWS that answers chosen actions in its place, as AWS would."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Answer:
    """What an action is answered, in the JSON protocol."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Proxy:
    """A running proxy: its address, what it answers or makes of answers by action, and the actions that it saw."""

    url: str
    answers: dict[str, Answer] = field(default_factory=dict)
    rewrites: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)


@contextmanager
def running_proxy(endpoint_url: str) -> Iterator[Proxy]:
    """Run a proxy in front of `endpoint_url`."""
    upstream = urlsplit(endpoint_url).netloc
    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *connection: _Handler(proxy, upstream, *connection))
    proxy = Proxy(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, proxy: Proxy, upstream: str, *connection: Any) -> None:
        """Take what all connections share; the base class answers at once, so that comes first."""
        self._proxy, self._upstream = proxy, upstream
        super().__init__(*connection)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        target = self.headers.get("X-Amz-Target")
        action = target.rpartition(".")[2] if target else parse_qs(body.decode())["Action"][0]
        self._proxy.seen.append(action)
        answer = self._proxy.answers.get(action) or self._ask_upstream(body)
        if rewrite := self._proxy.rewrites.get(action):
            answer = replace(answer, body=rewrite(answer.body))
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _ask_upstream(self, body: bytes) -> Answer:
        connection = http.client.HTTPConnection(self._upstream)
        # The signature covers the header Host, so it stays ours.
        connection.putrequest("POST", self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        answer = Answer(response.status, response.read(), {"Content-Type": response.headers["Content-Type"]})
        connection.close()
        return answer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""
