# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What parliament, policy-sentry's list of the actions of AWS, and two rules of ours find in policy statements."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import parliament
from policy_sentry.querying.actions import get_action_data

Finding = tuple[str, str, str]  # the statement's Sid, what is wrong, and with which action or resource
Statement = dict[str, Any]
OF_MORE_THAN_ONE_STATEMENT = "PRIVILEGE_ESCALATION"  # what parliament finds in combinations of actions


def findings(statements: list[Statement]) -> set[Finding]:
    """All findings of a policy document."""
    found: set[Finding] = set()
    for statement in statements:
        sid = statement.get("Sid", "")
        found |= {(sid, *finding) for finding in [*by_parliament([statement]), *by_list(statement), *by_us(statement)]}
    return found | {("", *finding) for finding in by_parliament(statements) if finding[0] == OF_MORE_THAN_ONE_STATEMENT}


def by_parliament(statements: list[Statement]) -> Iterator[tuple[str, str]]:
    """Malformed documents, unknown actions and conditions, resources that don't fit, powers that need a reason."""
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    for finding in parliament.analyze_policy_string(document, include_community_auditors=True).findings:
        for about in subjects(finding):
            yield finding.issue, about


def subjects(finding: Any) -> list[str]:
    """The actions that a finding of parliament is about, or else its words."""
    about = finding.location.get("type") or finding.location.get("actions") or finding.detail
    if isinstance(about, str):
        return [about]
    return [(each["action"] if isinstance(each, dict) else each).lower() for each in about]


def by_list(statement: Statement) -> Iterator[tuple[str, str]]:
    """By policy-sentry's newer list: actions that AWS does not have, and what fits nothing of the statement."""
    resources = as_list(statement.get("Resource", []))
    formats = {action: formats_of(action) for action in as_list(statement.get("Action", []))}
    for action, known in formats.items():
        if not known:
            yield "NO_SUCH_ACTION", action
        elif not any(fits(known, resource) for resource in resources):
            yield "NO_RESOURCE_FITS", action
    for resource in resources:
        if not any(fits(known, resource) for known in formats.values()):
            yield "NO_ACTION_FITS", resource


def formats_of(action: str) -> list[str]:
    """The formats of the ARNs that an action is for; none for an action that there is not."""
    service, _, name = action.partition(":")
    rows = (get_action_data(service, name) or {}).get(service, [])
    return [re.sub(r"\$\{\w+\}", "*", row["resource_arn_format"]) for row in rows]


def fits(formats: list[str], resource: str) -> bool:
    """Whether a resource can be of one of the formats, in which `*` stands for anything."""
    if resource == "*" or resource.count(":") < 5:
        return resource == "*"
    return any(known != "*" and parliament.is_arn_match("", known, resource) for known in formats)


def by_us(statement: Statement) -> Iterator[tuple[str, str]]:
    """Actions by pattern, and resources of any region or account (D6)."""
    for action in as_list(statement.get("Action", [])):
        if "*" in action or "?" in action:
            yield "ACTION_BY_PATTERN", action
    for resource in as_list(statement.get("Resource", [])):
        if "*" in "".join(resource.split(":")[3:5]):
            yield "ANY_REGION_OR_ACCOUNT", resource


def as_list(value: Any) -> list[str]:
    """A value, or list of values, of a policy document as a list."""
    return value if isinstance(value, list) else [value]
