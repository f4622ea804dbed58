# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inputs of the role iam."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.kinds import Kind, duplicates, shown, values

KINDS: Final[dict[str, Kind]] = {
    "iam_policies[].name": aws.POLICY_NAME,
    "iam_policies[].description?": aws.IAM_DESCRIPTION,
    "iam_policies[].path?": aws.IAM_PATH,
    "iam_policies[].tags{}": aws.TAG_KEY,
    "iam_roles[].name": aws.ROLE_NAME,
    "iam_roles[].description?": aws.IAM_DESCRIPTION,
    "iam_roles[].service": aws.SERVICE,
    "iam_roles[].managed_policies[]": aws.POLICY_NAME_OR_ARN,
    "iam_roles[].inline_policies{}": aws.POLICY_NAME,
    "iam_roles[].boundary?": aws.POLICY_NAME_OR_ARN,
    "iam_roles[].path?": aws.IAM_PATH,
    "iam_roles[].tags{}": aws.TAG_KEY,
    "iam_instances[].id": aws.INSTANCE_ID,
    "iam_instances[].role": aws.ROLE_NAME,
}


def contradictions(inputs: Mapping[str, Any]) -> list[str]:
    """What is there twice, too large, or names what is not there."""
    found = duplicates(inputs, "iam_policies[].name") + duplicates(inputs, "iam_roles[].name")
    found += duplicates(inputs, "iam_instances[].id")
    if inputs["iam_state"] == "present":
        found += [*_of_documents(inputs), *_of_references(inputs)]
    return found


def _of_documents(inputs: Mapping[str, Any]) -> Iterator[str]:
    for place, statements in values(inputs, "iam_policies[].statements"):
        yield from _of_statements(place, statements)
        size = _size(statements)
        if size > aws.MOST_OF_MANAGED_POLICY:
            yield (
                f"{place} makes a policy of {size} characters: AWS takes {aws.MOST_OF_MANAGED_POLICY} at most; "
                "split it into several policies"
            )
    for place, policies in values(inputs, "iam_roles[].inline_policies?"):
        for name, statements in policies.items():
            yield from _of_statements(f"{place}.{name}", statements)
        size = sum(_size(statements) for statements in policies.values())
        if size > aws.MOST_OF_INLINE_POLICIES:
            yield (
                f"{place} makes policies of {size} characters: AWS takes {aws.MOST_OF_INLINE_POLICIES} at most; make "
                "managed policies of some, in iam_policies"
            )


def _of_statements(place: str, statements: Any) -> Iterator[str]:
    if not isinstance(statements, list) or not statements:
        yield f"{place} is {shown(statements)}: it must be a list of at least one statement"
        return
    for index, statement in enumerate(statements):
        if not isinstance(statement, Mapping) or statement.get("Effect") not in ("Allow", "Deny"):
            yield f"{place}[{index}] is {shown(statement)}: it must be a mapping whose Effect is Allow or Deny"


def _size(statements: Any) -> int:
    """The characters of the policy as AWS counts them, without white space between."""
    return len(
        json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"), ensure_ascii=False)
    )


def _of_references(inputs: Mapping[str, Any]) -> Iterator[str]:
    policies = [name for _place, name in values(inputs, "iam_policies[].name")]
    profiles = {role["name"]: role.get("instance_profile") for role in inputs["iam_roles"]}
    for place, boundary in values(inputs, "iam_roles[].boundary?"):
        if boundary not in policies and not str(boundary).startswith("arn:"):
            yield (
                f"{place} is {shown(boundary)}, which is neither a policy of iam_policies nor an ARN: add it to "
                "iam_policies, or give the ARN of a policy of AWS or of others"
            )
    for place, role in values(inputs, "iam_instances[].role"):
        if role not in profiles:
            yield f"{place} is {shown(role)}, which is not in iam_roles: add it there, with instance_profile: true"
        elif not profiles[role]:
            yield f"{place} is {shown(role)}, which has no instance profile: give that role instance_profile: true"
