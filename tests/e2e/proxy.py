# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A proxy in front of the embedded AWS: as AWS may, it answers chosen actions otherwise, throttles and repeats."""

from __future__ import annotations

import http.client
import json
import random
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

IS_REST = re.compile(r"/20\d\d-\d\d-\d\d/")  # Lambda's paths begin with the version of its API
OF_A_CONNECTION = {"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"}


@dataclass(frozen=True)
class Answer:
    """What an action is answered."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Proxy:
    """A running proxy: its address, what it does to whose calls, and the actions that it saw and throttled.

    `answers` are given in place of AWS's, `rewrites` make another body of AWS's, both by action. `throttled_share` of
    the other calls are refused for their rate, and the actions in `repeated` are passed on twice.
    """

    url: str
    answers: dict[str, Answer] = field(default_factory=dict)
    rewrites: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    throttled_share: float = 0
    repeated: frozenset[str] = frozenset()
    seen: list[str] = field(default_factory=list)
    throttled: list[str] = field(default_factory=list)


@contextmanager
def running_proxy(endpoint_url: str) -> Iterator[Proxy]:
    """Run a proxy in front of `endpoint_url`."""
    upstream = urlsplit(endpoint_url).netloc
    server = _Server(("127.0.0.1", 0), lambda *connection: _Handler(proxy, upstream, *connection))
    proxy = Proxy(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def action_of(method: str, path: str, headers: Message, body: bytes) -> str:
    """The action that a request asks for in AWS's JSON, CBOR or query protocol; its method and path in that of REST."""
    if "X-Amz-Target" in headers:
        return headers["X-Amz-Target"].rpartition(".")[2]
    if "/operation/" in path:
        return path.rpartition("/")[2]
    if IS_REST.match(path):
        return f"{method} {urlsplit(path).path}"
    return parse_qs(body.decode()).get("Action", [""])[0]


def throttling(path: str, headers: Message) -> Answer:
    """What AWS answers a request that exceeds a rate, in the protocol of the request."""
    error = {"__type": "ThrottlingException", "message": "Rate exceeded"}
    if "X-Amz-Target" in headers:
        return Answer(400, json.dumps(error).encode(), {"Content-Type": "application/x-amz-json-1.0"})
    if "/operation/" in path:
        texts = [text.encode() for pair in error.items() for text in pair]
        # RFC 8949: a map of two pairs of texts that are shorter than 24 bytes
        body = b"\xa2" + b"".join(bytes([0x60 + len(text)]) + text for text in texts)
        return Answer(400, body, {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"})
    if IS_REST.match(path):
        headers_of_rest = {"Content-Type": "application/json", "x-amzn-ErrorType": "TooManyRequestsException"}
        return Answer(429, json.dumps({"message": error["message"]}).encode(), headers_of_rest)
    xml = f"<Error><Type>Sender</Type><Code>Throttling</Code><Message>{error['message']}</Message></Error>"
    return Answer(400, f"<ErrorResponse>{xml}</ErrorResponse>".encode(), {"Content-Type": "text/xml"})


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away, for example since they were killed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one packet: a second one would wait for the first one's acknowledgement

    def __init__(self, proxy: Proxy, upstream: str, *connection: Any) -> None:
        """Take what all connections share; the base class answers at once, so that comes first."""
        self._proxy, self._upstream = proxy, upstream
        super().__init__(*connection)

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        action = action_of(self.command, self.path, self.headers, body)
        self._proxy.seen.append(action)
        answer = self._proxy.answers.get(action) or self._throttle(action) or self._ask_upstream(body)
        if action in self._proxy.repeated and answer.status == 200:
            self._ask_upstream(body)
        if rewrite := self._proxy.rewrites.get(action):
            answer = replace(answer, body=rewrite(answer.body))
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_DELETE = do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the names are the base class's

    def _throttle(self, action: str) -> Answer | None:
        if random.random() >= self._proxy.throttled_share:  # noqa: S311 - it guards nothing
            return None
        self._proxy.throttled.append(action)
        return throttling(self.path, self.headers)

    def _ask_upstream(self, body: bytes) -> Answer:
        connection = http.client.HTTPConnection(self._upstream)
        # The signature covers the header Host, so it stays ours.
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        copied = {name: value for name, value in response.headers.items() if name.lower() not in OF_A_CONNECTION}
        answer = Answer(response.status, response.read(), copied)
        connection.close()
        return answer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""
