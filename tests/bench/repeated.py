# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A handler that runs another one several times in its own process, and measures each time.

The event names the module of the other handler and has its events. The answer has the seconds of each, and how many
requests to each action of AWS left the process.
"""

import importlib
import time
from collections import Counter
from typing import Any

import botocore.handlers


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Run the handler of `module` on each of `events`."""
    target = importlib.import_module(event["module"]).handler
    requests.clear()
    seconds = []
    for each in event["events"]:
        start = time.perf_counter()
        target(each, context)
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds, "requests": requests}


def count(event_name: str, **_: Any) -> None:
    """Count a request by its action, as botocore's event `before-send.<service>.<action>` names it."""
    requests[event_name.rpartition(".")[2]] += 1


requests: Counter[str] = Counter()
# every client made from now on has it: https://boto3.amazonaws.com/v1/documentation/api/latest/guide/events.html
botocore.handlers.BUILTIN_HANDLERS.append(("before-send", count))
