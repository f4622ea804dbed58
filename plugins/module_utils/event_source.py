# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an event source mapping from an SQS queue to a Lambda function is, and what has to change to get there.

Pure: no Ansible, no AWS. A mapping is the dictionary of Lambda's API (EventSourceMappingConfiguration). The rules are
those of the API reference of CreateEventSourceMapping (RULES), and of the developer guide for queues (QUEUE_RULES).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.plan import Plan, compare

RULES: Final = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html"
QUEUE_RULES: Final = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"
QUEUE_ARN: Final = re.compile(r"arn:[^:]+:sqs:[^:]+:\d{12}:[^:]+")
HIGHEST_BATCH_SIZE: Final = 10_000
HIGHEST_BATCH_SIZE_WITHOUT_WINDOW: Final = 10
HIGHEST_BATCHING_WINDOW: Final = 300
LOWEST_CONCURRENCY: Final = 2
HIGHEST_CONCURRENCY: Final = 1000
# Five are an account's quota, which can be raised to ten: between the two, AWS has to be asked.
HIGHEST_NUMBER_OF_PATTERNS: Final = 10
LONGEST_PATTERN: Final = 4096
# AWS recommends a visibility timeout of so many times the function's timeout, and the batching window on top.
RECOMMENDED_FUNCTION_TIMEOUTS: Final = 6
REPORT_BATCH_ITEM_FAILURES: Final = "ReportBatchItemFailures"
SETTLED_STATES: Final = ("Enabled", "Disabled")


class InvalidEventSourceError(ValueError):
    """A mapping that Lambda cannot make; its text lists every problem, one a line."""

    def __init__(self, problems: list[str]) -> None:
        lines = "\n".join(f"- {problem}" for problem in problems)
        super().__init__(f"The event source mapping is refused before any call to AWS:\n{lines}\nThe rules: {RULES}")


class VisibilityTimeoutError(ValueError):
    """A queue that would deliver a message again while the function is still at work on it."""


@dataclass(frozen=True)
class Settings:
    """Everything that is converged on a mapping.

    :param maximum_batching_window: in seconds.
    :param maximum_concurrency: None where there is no limit.
    :param filter_criteria: patterns as `canonical` makes them; none takes every message.
    """

    batch_size: int
    maximum_batching_window: int
    maximum_concurrency: int | None
    report_batch_item_failures: bool
    filter_criteria: tuple[str, ...]
    enabled: bool


def plan(current: Settings | None, desired: Settings | None) -> Plan:
    """Compare the settings, where None is a mapping that does not exist."""
    return compare(asdict(current) if current else None, asdict(desired) if desired else None)


def canonical(patterns: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Write patterns so that those that mean the same are the same; their order means nothing."""
    return tuple(
        sorted({json.dumps(each, sort_keys=True, separators=(",", ":"), ensure_ascii=False) for each in patterns})
    )


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
    problems += batch_problems(settings, fifo=event_source_arn.endswith(".fifo"))
    concurrency = settings.maximum_concurrency
    if concurrency is not None and not LOWEST_CONCURRENCY <= concurrency <= HIGHEST_CONCURRENCY:
        problems.append(
            f"maximum_concurrency: {concurrency}, must be from {LOWEST_CONCURRENCY} to {HIGHEST_CONCURRENCY}, "
            "or left out for no limit"
        )
    problems += filter_problems(settings.filter_criteria)
    if problems:
        raise InvalidEventSourceError(problems)


def check_region(queue_arn: str, region: str) -> None:
    """Refuse a queue of another region than the function's.

    :raises InvalidEventSourceError: Lambda takes none (QUEUE_RULES).
    """
    if queue_arn.split(":")[3] != region:
        raise InvalidEventSourceError(
            [f"event_source_arn: {queue_arn} is not in {region}, the function's region: give a queue that is"]
        )


def batch_problems(settings: Settings, *, fifo: bool) -> list[str]:
    """Return what is wrong with the batch size and the batching window."""
    size, window = settings.batch_size, settings.maximum_batching_window
    problems = []
    highest = HIGHEST_BATCH_SIZE_WITHOUT_WINDOW if fifo else HIGHEST_BATCH_SIZE
    if not 1 <= size <= highest:
        problems.append(f"batch_size: {size}, must be from 1 to {highest}{' for a FIFO queue' if fifo else ''}")
    if fifo and window:
        problems.append(f"maximum_batching_window: {window}, must be 0 for a FIFO queue")
    elif not 0 <= window <= HIGHEST_BATCHING_WINDOW:
        problems.append(f"maximum_batching_window: {window}, must be from 0 to {HIGHEST_BATCHING_WINDOW} seconds")
    if not fifo and size > HIGHEST_BATCH_SIZE_WITHOUT_WINDOW and window == 0:
        problems.append(
            f"maximum_batching_window: 0, must be at least 1 second for a batch_size of {size} "
            f"(more than {HIGHEST_BATCH_SIZE_WITHOUT_WINDOW})"
        )
    return problems


def filter_problems(patterns: tuple[str, ...]) -> list[str]:
    """Return what is wrong with the patterns of the filter criteria."""
    problems = []
    if len(patterns) > HIGHEST_NUMBER_OF_PATTERNS:
        problems.append(
            f"filter_criteria: {len(patterns)} patterns, must be {HIGHEST_NUMBER_OF_PATTERNS} at the most "
            "(and 5, unless the account's quota was raised)"
        )
    for pattern in patterns:
        if len(pattern) > LONGEST_PATTERN:
            problems.append(
                f"filter_criteria: {pattern[:40]}…, must be {LONGEST_PATTERN} characters of JSON at the most, "
                f"is {len(pattern)}"
            )
        problems += [
            f"filter_criteria: {json.dumps(value)} at {path} in {pattern[:200]}, must be a list of what is taken"
            for path, value in bare_values(json.loads(pattern))
        ]
    return problems


def bare_values(pattern: Mapping[str, Any], where: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what stands in a pattern where a list of values or a mapping must, each with its path."""
    for key, value in pattern.items():
        if isinstance(value, dict):
            yield from bare_values(value, f"{where}{key}.")
        elif not isinstance(value, list) or not value:
            yield f"{where}{key}", value


def visibility_warning(
    settings: Settings, function: str, function_timeout: int, queue: str, visibility_timeout: int
) -> str | None:
    """Compare the queue's visibility timeout with the function's timeout, and return what is to be warned of, or None.

    :raises VisibilityTimeoutError: it is shorter.
    """
    recommended = RECOMMENDED_FUNCTION_TIMEOUTS * function_timeout + settings.maximum_batching_window
    advice = (
        f"AWS recommends at least {recommended} seconds: {RECOMMENDED_FUNCTION_TIMEOUTS} times the function's timeout "
        f"plus the batching window. See {QUEUE_RULES}"
    )
    found = (
        f"The visibility timeout of queue {queue} is {visibility_timeout} seconds, "
        f"the timeout of function {function} is {function_timeout} seconds"
    )
    if visibility_timeout < function_timeout:
        raise VisibilityTimeoutError(
            f"The event source mapping is refused before any change. {found}: a message would come again while the "
            f"function is still at work on it. Raise the queue's visibility timeout, or lower the function's timeout. "
            f"{advice}"
        )
    if visibility_timeout < recommended:
        return f"{found}: a message may come again before Lambda has tried it enough. {advice}"
    return None


def settings_of(mapping: Mapping[str, Any]) -> Settings:
    """Read the settings of a settled mapping; Lambda leaves out fields that were never set."""
    filters = mapping.get("FilterCriteria", {}).get("Filters", [])
    return Settings(
        batch_size=mapping["BatchSize"],
        maximum_batching_window=mapping.get("MaximumBatchingWindowInSeconds", 0),
        maximum_concurrency=mapping.get("ScalingConfig", {}).get("MaximumConcurrency"),
        report_batch_item_failures=REPORT_BATCH_ITEM_FAILURES in mapping.get("FunctionResponseTypes", []),
        filter_criteria=canonical(json.loads(each["Pattern"]) for each in filters),
        enabled=mapping["State"] == "Enabled",
    )


def request_of(settings: Settings) -> dict[str, Any]:
    """Write the settings as the fields of CreateEventSourceMapping and UpdateEventSourceMapping.

    What is to be off is said too: Lambda leaves alone what an update does not name, and empties what is given empty.
    """
    concurrency = settings.maximum_concurrency
    filters = [{"Pattern": pattern} for pattern in settings.filter_criteria]
    return {
        "BatchSize": settings.batch_size,
        "MaximumBatchingWindowInSeconds": settings.maximum_batching_window,
        "ScalingConfig": {} if concurrency is None else {"MaximumConcurrency": concurrency},
        "FunctionResponseTypes": [REPORT_BATCH_ITEM_FAILURES] if settings.report_batch_item_failures else [],
        "FilterCriteria": {"Filters": filters} if filters else {},
        "Enabled": settings.enabled,
    }


def mapping_to(function_name: str, mappings: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the mapping to exactly this function, or None.

    :param function_name: a name, `name:alias` or ARN. A mapping to an alias is not one to the function itself.
    """
    name = function_name.rpartition(":function:")[2]
    return next((mapping for mapping in mappings if mapping["FunctionArn"].endswith(f":function:{name}")), None)
