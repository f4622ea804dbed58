# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Functions: what they are, whether they work, and what feeds them.

Pure: no Ansible, no AWS.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.taskmanager.aws.plugins.module_utils.verify.check import (
    NONE,
    Answer,
    Check,
    Unknown,
    asked,
    check,
    first,
)

DEPLOY = "run site.yml with the tag lambda_deploy"
REACH = (
    "look at what was found, and at the function's log; a time-out in a VPC means that it has no way (NAT or interface "
    "endpoints) to SNS, SQS or CloudWatch"
)
Wanted = Mapping[str, Any]


def function_checks(
    wanted: Wanted, configuration: Answer, health: Answer, logs: Answer, unknown: Unknown
) -> Iterator[Check]:
    """The checks of a function, as the role lambda_deploy takes it; of one that is not there, that it is not."""
    name = wanted["name"]
    current = first(configuration.get("functions", []))
    there = "function_arn" in current
    yield asked(f"function {name} exists", configuration, "functions", lambda _: [] if there else [NONE], DEPLOY)
    if "functions" in configuration and not there:
        return
    yield asked(f"{name} reaches everything that it needs", health, "result", _health_faults, REACH)
    if there and not unknown(wanted.get("environment")):
        yield check(f"{name} has the right environment", _environment_faults(wanted, current), DEPLOY)
    if there:
        yield check(f"{name} runs as {_last(wanted['role_arn'])}", _role_faults(wanted, current), DEPLOY)
    if not logs.get("skipped"):
        group = f"log group /aws/lambda/{name}: does it exist, and may the function's role write to it?"
        yield asked(f"{name} writes logs", logs, "events", lambda found: [] if found else ["no line"], group)


def event_source_checks(
    wanted: tuple[Wanted, Wanted], configuration: Answer, mapping: Answer, unknown: Unknown
) -> Iterator[Check]:
    """The check of one event source of a function, unless one of them is not there."""
    function, source = wanted
    missing = "functions" in configuration and "function_arn" not in first(configuration["functions"])
    if missing or unknown(source):
        return
    name = f"{_last(source['event_source_arn'])} feeds {function['name']}"
    yield asked(name, mapping, "diff", _mapping_faults, DEPLOY)


def _health_faults(result: Mapping[str, Any]) -> list[str]:
    """What a health check found wrong; its body may tell it by name, `ok` or the reason."""
    output = result["output"]
    if not isinstance(output, Mapping):
        return [f"it answered {output!r}"]
    if output.get("statusCode") == 200:
        return []
    told = str(output.get("body") or output.get("errorMessage") or output)
    return _reasons(told) or [told]


def _reasons(body: str) -> list[str]:
    """What a body tells by name to be other than `ok`."""
    try:
        reasons = json.loads(body)
    except ValueError:
        return []
    if not isinstance(reasons, Mapping):
        return []
    return [f"{name}: {reason}" for name, reason in reasons.items() if reason != "ok"]


def _environment_faults(wanted: Wanted, current: Mapping[str, Any]) -> Iterator[str]:
    """The variables that are wrong, without their values: one of them might be a secret."""
    variables = (current.get("environment") or {}).get("variables") or {}
    for name, value in (wanted.get("environment") or {}).items():
        if name not in variables:
            yield f"{name} is missing"
        elif variables[name] != str(value):
            yield f"{name} has another value"


def _role_faults(wanted: Wanted, current: Mapping[str, Any]) -> list[str]:
    return [] if current["role"] == wanted["role_arn"] else [f"it runs as {current['role']}"]


def _mapping_faults(diff: Mapping[str, Any]) -> list[str]:
    """What the settings of a mapping are in place of what they should be."""
    before, after = diff["before"], diff["after"]
    if after and not before:
        return ["there is no event source mapping"]
    return [f"{name} is {before.get(name)}, not {value}" for name, value in after.items()]


def _last(arn: str) -> str:
    """The name at the end of an ARN."""
    return arn.replace("/", ":").rpartition(":")[2]
