# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log lines as JSON, with the names that Lambda's own JSON format uses."""

import json
import logging
from datetime import UTC, datetime
from typing import Protocol

_FIELDS = ("task_id", "message_id")


class Context(Protocol):
    """What the functions use of Lambda's context object."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until Lambda ends the invocation."""
        ...


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON; `task_id` and `message_id` are taken from the record's `extra`."""

    def __init__(self, request_id: str) -> None:
        """Take the id that each line is to name."""
        super().__init__()
        self._request_id = request_id

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for `record`."""
        line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "requestId": self._request_id,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {field: getattr(record, field) for field in _FIELDS if hasattr(record, field)}
        if record.exc_info:
            line["stackTrace"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configure(context: Context) -> None:
    """Log from INFO upwards for the invocation of `context`, in place of the handler that Lambda's runtime set."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(context.aws_request_id))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
