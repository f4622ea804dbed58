# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets nobody in to MiniStack who doesn't know a secret, and nothing that a web page can send.

As it comes, MiniStack takes a 12-digit access key with any signature for the root of that account, serves some paths
without one, and answers each origin. Here each request has to be signed (SigV4, in its header or its query): by the
root with the secret of this stack, by others with the secret that MiniStack gave them.
"""

import hashlib
import re
import sys
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote

from ministack import app as ministack
from ministack.core import iam_evaluator, responses, router, sigv4

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Pairs = dict[str, list[str]]

ALGORITHM = "AWS4-HMAC-SHA256"
# any port: a forwarded one is as good. A name that is not of this machine tells a page that rebinds its own name.
OWN_HOST = re.compile(r"(127\.0\.0\.1|localhost)(:\d+)?")
ROOT_KEY = re.compile(r"\d{12}")
BROKER = "/_ministack/rds/iam-auth"  # asks for the capability in broker.conf
ROOT_ALONE = ("/_ministack/", "/_localstack/")  # resets, mails that were sent, the code of functions
UNHASHED = ("UNSIGNED-PAYLOAD", "STREAMING-")
UNKNOWN_KEY = ("UnrecognizedClientException", "The security token included in the request is invalid.")


class RefusedError(Exception):
    """AWS's error code and message for a request whose signature isn't good."""


def close(root_secret: str) -> None:
    """Put the door in front of MiniStack; its root has this secret from now on, for requests and tokens alike."""
    original = iam_evaluator.resolve_credential

    def resolve(access_key_id: str, *account_and_token: Any, **named: Any) -> Any:
        found = original(access_key_id, *account_and_token, **named)
        is_root = getattr(found, "principal_type", "") == "Root"
        return replace(found, secret_access_key=root_secret) if is_root else found

    for module in list(sys.modules.values()):  # some have taken it by name
        if getattr(module, "resolve_credential", None) is original:
            module.resolve_credential = resolve  # type: ignore[attr-defined]
    ministack.app = Door(ministack.app)


class Door:
    """An ASGI application in front of another."""

    def __init__(self, app: Any) -> None:
        """Stand in front of an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http":
            await self._serve(scope, receive, without_cors(send))
        else:
            await self._app(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = join_headers(scope["headers"])
        if reason := why_not_ours(scope["method"], headers):
            await ministack._send_response(send, 403, {"Content-Type": "text/plain"}, f"{reason}\n")
            return
        if scope["path"] == BROKER:
            await self._app(scope, receive, send)
            return
        body = await read(receive)
        if body is None:
            return
        query = parse_qs(scope.get("query_string", b"").decode(errors="replace"), keep_blank_values=True)
        try:
            check(scope, headers, query, body)
        except RefusedError as error:
            service = router.detect_service(scope["method"], scope["path"], headers, query)
            failure = iam_evaluator.AuthError(*error.args)
            answer = ministack._credential_failure(service, "", str(uuid.uuid4()), failure, headers)
            await ministack._send_response(send, *answer, head=scope["method"] == "HEAD")
            return
        await self._app(scope, replay(body, receive), send)


def why_not_ours(method: str, headers: dict[str, str]) -> str:
    """Why a request is one that a web page sends, `` when it is not."""
    if not OWN_HOST.fullmatch(headers.get("host", "")):
        return "The header Host has to be 127.0.0.1 or localhost, with the port."
    if "origin" in headers or method == "OPTIONS":
        return "The embedded AWS answers no web page."
    return ""


def check(scope: Scope, headers: dict[str, str], query: Pairs, body: bytes) -> None:
    """Check a request's signature.

    :raises RefusedError: it has none, it is another's or too old, or its key may not do that.
    """
    presigned = "authorization" not in headers
    signature = parse(headers, query, presigned)
    # MiniStack decides by the key that it finds, which must be the one whose signature is checked here
    if router.extract_access_key_id(headers, query) != signature.access_key_id:
        raise RefusedError("IncompleteSignature", "The request names more than one access key.")
    check_time(signature, query, presigned)
    check_body(headers, body)
    token = query.get("X-Amz-Security-Token", [""])[0] if presigned else headers.get("x-amz-security-token", "")
    raw_path = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1")
    secret = secret_of(signature.access_key_id, token)
    failure = sigv4.header_signature_failure(
        signature, secret, scope["method"], raw_path, query, headers, body, presigned=presigned
    )
    if failure:
        raise RefusedError(*failure)
    if scope["path"].startswith(ROOT_ALONE) and not ROOT_KEY.fullmatch(signature.access_key_id):
        raise RefusedError("AccessDeniedException", "This path is for the root of the embedded AWS alone.")


def secret_of(access_key: str, token: str) -> str:
    """The secret of an access key.

    :raises RefusedError: nobody has the key, or not with this session token.
    """
    if ROOT_KEY.fullmatch(access_key):
        account = access_key
    elif iam_evaluator.is_root_access_key(access_key):  # MiniStack's `test`, and none
        raise RefusedError(*UNKNOWN_KEY)
    else:
        account = responses._account_from_sts_session(access_key)
        account = account or iam_evaluator.find_iam_access_key_account(access_key)
    found = iam_evaluator.resolve_credential(access_key, account, token)
    if isinstance(found, iam_evaluator.CredentialResolutionError):
        raise RefusedError(found.code, found.message)
    return str(found.secret_access_key)


def parse(headers: dict[str, str], query: Pairs, presigned: bool) -> Any:
    """The parts of a request's signature.

    :raises RefusedError: there is none, or none that this door can check.
    """
    if presigned and "X-Amz-Algorithm" not in query:
        raise RefusedError("MissingAuthenticationToken", "The embedded AWS answers signed requests alone.")
    algorithm = query["X-Amz-Algorithm"][0] if presigned else headers["authorization"].split(" ")[0]
    if algorithm != ALGORITHM:
        raise RefusedError("UnsupportedSignature", f"The embedded AWS checks signatures of {ALGORITHM} alone.")
    found = sigv4.parse_query_signature(query) if presigned else sigv4.parse_header_signature(headers)
    if isinstance(found, tuple):
        raise RefusedError(*found)
    if not found.signature.isascii():  # which can't be compared
        raise RefusedError("IncompleteSignature", "A signature has hexadecimal digits alone.")
    return found


def check_time(signature: Any, query: Pairs, presigned: bool) -> None:
    """Refuse a signature that is too old.

    :raises RefusedError: it is.
    """
    if not presigned:
        if failure := sigv4.request_time_failure(signature):
            raise RefusedError(*failure)
        return
    try:
        expired = sigv4.presigned_request_is_expired(signature.amz_date, query["X-Amz-Expires"][0])
    except (KeyError, ValueError):
        raise RefusedError("IncompleteSignature", "X-Amz-Date or X-Amz-Expires is missing or wrong.") from None
    if expired:
        raise RefusedError("RequestExpired", "Request has expired")


def check_body(headers: dict[str, str], body: bytes) -> None:
    """Refuse a body that isn't the one whose hash was signed.

    :raises RefusedError: it isn't.
    """
    claimed = headers.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
    if not claimed.startswith(UNHASHED) and claimed != hashlib.sha256(body).hexdigest():
        raise RefusedError("XAmzContentSHA256Mismatch", "The body is not the one that was signed.")


def join_headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers by name, a repeated one's values joined as SigV4 signs them."""
    found: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), sigv4.decode_header_value(value)
        found[key] = f"{found[key]},{text}" if key in found else text
    return found


async def read(receive: Receive) -> bytes | None:
    """The whole body, None when the client went away."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def replay(body: bytes, receive: Receive) -> Receive:
    """What gives a body that was read once more, and then what comes after it."""
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again


def without_cors(send: Send) -> Send:
    """Leave out the headers that would let a web page read an answer."""

    async def filtered(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message["headers"] if not pair[0].lower().startswith(b"access-control-")]
            message = {**message, "headers": kept}
        await send(message)

    return filtered
