# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an event source mapping from an SQS queue to a Lambda function is, and what has to change to get there.

Pure: no Ansible, no AWS. A mapping is the dictionary of Lambda's API (EventSourceMappingConfiguration). The rules are
those of the API reference of CreateEventSourceMapping (RULES).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.plan import Plan, compare

RULES: Final = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html"
QUEUE_ARN: Final = re.compile(r"arn:[^:]+:sqs:[^:]+:\d{12}:[^:]+")
HIGHEST_BATCH_SIZE: Final = 10_000
HIGHEST_BATCH_SIZE_WITHOUT_WINDOW: Final = 10
HIGHEST_BATCHING_WINDOW: Final = 300
REPORT_BATCH_ITEM_FAILURES: Final = "ReportBatchItemFailures"
SETTLED_STATES: Final = ("Enabled", "Disabled")


class InvalidEventSourceError(ValueError):
    """A mapping that Lambda cannot make; its text lists every problem, one a line."""

    def __init__(self, problems: list[str]) -> None:
        lines = "\n".join(f"- {problem}" for problem in problems)
        super().__init__(f"The event source mapping is refused before any call to AWS:\n{lines}\nThe rules: {RULES}")


@dataclass(frozen=True)
class Settings:
    """Everything that is converged on a mapping; the window is in seconds."""

    batch_size: int
    maximum_batching_window: int
    report_batch_item_failures: bool
    enabled: bool


def plan(current: Settings | None, desired: Settings | None) -> Plan:
    """Compare the settings, where None is a mapping that does not exist."""
    return compare(asdict(current) if current else None, asdict(desired) if desired else None)


def check(event_source_arn: str, settings: Settings) -> None:
    """Refuse what Lambda cannot take.

    :raises InvalidEventSourceError: naming everything that is wrong.
    """
    problems = []
    if not QUEUE_ARN.fullmatch(event_source_arn):
        problems.append(
            f"event_source_arn: {event_source_arn!r}, must be the ARN of an SQS queue, "
            "such as arn:aws:sqs:eu-north-1:123456789012:orders"
        )
    if not 1 <= settings.batch_size <= HIGHEST_BATCH_SIZE:
        problems.append(f"batch_size: {settings.batch_size}, must be from 1 to {HIGHEST_BATCH_SIZE}")
    if not 0 <= settings.maximum_batching_window <= HIGHEST_BATCHING_WINDOW:
        problems.append(
            f"maximum_batching_window: {settings.maximum_batching_window}, "
            f"must be from 0 to {HIGHEST_BATCHING_WINDOW} seconds"
        )
    if settings.batch_size > HIGHEST_BATCH_SIZE_WITHOUT_WINDOW and settings.maximum_batching_window == 0:
        problems.append(
            f"maximum_batching_window: 0, must be at least 1 second for a batch_size of {settings.batch_size} "
            f"(more than {HIGHEST_BATCH_SIZE_WITHOUT_WINDOW})"
        )
    if problems:
        raise InvalidEventSourceError(problems)


def settings_of(mapping: Mapping[str, Any]) -> Settings:
    """Read the settings of a settled mapping; Lambda leaves out fields that were never set."""
    return Settings(
        batch_size=mapping["BatchSize"],
        maximum_batching_window=mapping.get("MaximumBatchingWindowInSeconds", 0),
        report_batch_item_failures=REPORT_BATCH_ITEM_FAILURES in mapping.get("FunctionResponseTypes", []),
        enabled=mapping["State"] == "Enabled",
    )


def request_of(settings: Settings) -> dict[str, Any]:
    """Write the settings as the fields of CreateEventSourceMapping and UpdateEventSourceMapping."""
    return {
        "BatchSize": settings.batch_size,
        "MaximumBatchingWindowInSeconds": settings.maximum_batching_window,
        "FunctionResponseTypes": [REPORT_BATCH_ITEM_FAILURES] if settings.report_batch_item_failures else [],
        "Enabled": settings.enabled,
    }


def mapping_to(function_name: str, mappings: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the mapping to exactly this function, or None.

    :param function_name: a name, `name:alias` or ARN. A mapping to an alias is not one to the function itself.
    """
    name = function_name.rpartition(":function:")[2]
    return next((mapping for mapping in mappings if mapping["FunctionArn"].endswith(f":function:{name}")), None)
