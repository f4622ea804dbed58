# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a new task from the event of a direct invocation or of an HTTP request."""

import base64
import json
from dataclasses import dataclass
from typing import Any

# The columns of the table `tasks`: VARCHAR counts characters, TEXT bytes.
TITLE_MAX_CHARACTERS = 255
DESCRIPTION_MAX_BYTES = 65_535


class InvalidRequestError(ValueError):
    """The request can't be a task; its text tells the caller why, in words that hold nothing of the request."""


@dataclass(frozen=True)
class NewTask:
    """A task to add, within the limits of its table."""

    title: str
    description: str | None


def parse(event: object) -> NewTask:
    """Return the task of `event`: the event itself, or the body of an API Gateway proxy event (REST v1 or HTTP v2).

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    Raises InvalidRequestError.
    """
    is_http = isinstance(event, dict) and "requestContext" in event
    document = _document_of(event) if is_http else event
    if not isinstance(document, dict):
        raise InvalidRequestError(f"the {'body' if is_http else 'event'} must be a JSON object with a title")
    return NewTask(_title(document.get("title")), _description(document.get("description")))


def _document_of(event: Any) -> object:
    body = event.get("body")
    if body is None or body == "":
        raise InvalidRequestError("the request has no body: send a JSON object with a title")
    if not isinstance(body, str):  # the body of a proxy event is text: this event was not made by API Gateway
        raise InvalidRequestError(f"the body must be a string that holds JSON, not {type(body).__name__}")
    try:
        return json.loads(base64.b64decode(body) if event.get("isBase64Encoded") else body)
    except UnicodeDecodeError as error:  # its own text holds a byte of the body, and the reason is logged
        raise InvalidRequestError(f"the body is not valid Unicode: {error.reason} at {error.start}") from error
    except (ValueError, RecursionError) as error:  # a RecursionError is JSON that nests too deeply
        raise InvalidRequestError(f"the body is not JSON: {error}") from error


def _title(title: object) -> str:
    if title is None:
        raise InvalidRequestError(f"title is missing: give a string of 1 to {TITLE_MAX_CHARACTERS} characters")
    if not isinstance(title, str):
        raise InvalidRequestError(f"title must be a string, not {type(title).__name__}")
    if not title.strip():
        raise InvalidRequestError(f"title is blank: give 1 to {TITLE_MAX_CHARACTERS} characters")
    if len(title) > TITLE_MAX_CHARACTERS:
        raise InvalidRequestError(f"title has {len(title)} characters, more than {TITLE_MAX_CHARACTERS}")
    _encoded("title", title)
    return title


def _description(description: object) -> str | None:
    if description is None:
        return None
    if not isinstance(description, str):
        raise InvalidRequestError(f"description must be a string, not {type(description).__name__}")
    size = len(_encoded("description", description))
    if size > DESCRIPTION_MAX_BYTES:
        raise InvalidRequestError(f"description has {size} bytes, more than {DESCRIPTION_MAX_BYTES}")
    return description


def _encoded(field: str, value: str) -> bytes:
    try:
        return value.encode()
    except UnicodeEncodeError as error:  # JSON can write half of a surrogate pair
        raise InvalidRequestError(f"{field} is not valid Unicode: {error.reason} at {error.start}") from error
