# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The handler that the chaos test puts before a function's own, `shipped.py`: it kills each so many-th invocation."""

import os
import random
import tempfile
import threading
from typing import Any

import shipped

KILLED_EACH = int(os.environ["KILLED_EACH"])
# seconds
LONGEST = 0.1


def handler(event: Any, context: Any) -> Any:
    """Answer as the function does, or die: by turns when all is done but the answer, and at a moment before that."""
    number = count_invocation(context.function_name)
    if number % KILLED_EACH:
        return shipped.handler(event, context)
    if number % (2 * KILLED_EACH):
        threading.Timer(random.uniform(0, LONGEST), os._exit, [1]).start()  # noqa: S311 - it guards nothing
    try:
        shipped.handler(event, context)
    finally:
        os._exit(1)


def count_invocation(function: str) -> int:
    """The number of this invocation among those of all the function's processes: each adds a byte to a file."""
    file = os.open(f"{tempfile.gettempdir()}/{function}.invocations", os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(file, b".")
    number = os.lseek(file, 0, os.SEEK_CUR)
    os.close(file)
    return number
