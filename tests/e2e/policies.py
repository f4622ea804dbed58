# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes permissions out of the functions' policies, and puts them back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from stack import Stack

SHARED = "TaskManagementLambdaPolicy"


@contextmanager
def shared_statements(stack: Stack, change: Callable[[str], str]) -> Iterator[None]:
    """Put other statements into the policy of both functions: `change` makes their JSON from what is there."""
    iam = stack.client("iam")
    (arn,) = [each["Arn"] for each in iam.list_policies(Scope="Local")["Policies"] if each["PolicyName"] == SHARED]
    good = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=good)["PolicyVersion"]["Document"]
    changed = json.loads(change(json.dumps(document["Statement"])))
    assert changed != document["Statement"]
    policy = json.dumps(document | {"Statement": changed})
    bad = iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy, SetAsDefault=True)["PolicyVersion"]
    try:
        yield
    finally:
        iam.set_default_policy_version(PolicyArn=arn, VersionId=good)
        iam.delete_policy_version(PolicyArn=arn, VersionId=bad["VersionId"])


def without_shared(stack: Stack, sid: str) -> AbstractContextManager[None]:
    """Take a statement out of the policy of both functions."""

    def without(statements: str) -> str:
        return json.dumps([statement for statement in json.loads(statements) if statement["Sid"] != sid])

    return shared_statements(stack, without)


@contextmanager
def without_inline(stack: Stack, role: str, policy: str) -> Iterator[None]:
    """Take an inline policy off a role."""
    iam = stack.client("iam")
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName=policy)
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))
