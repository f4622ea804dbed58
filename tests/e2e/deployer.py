# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the playbooks' user may do, and what it did."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stack import ROOT, Stack

USER = "arn:aws:iam::123456789012:user/taskmanager-deployer"
# Asked for by a module that does without the answer.
DONE_WITHOUT = {"iam:ListAccountAliases"}
# AWS asks for them, the embedded AWS does not: it can't be shown that they are needed.
NOT_ENFORCED = {
    "ec2:CreateTags": "it tags what is created without asking",
    "iam:CreateServiceLinkedRole": "its databases need no role of RDS",
    "iam:PassRole": "it passes every role",
    "ssm:GetParameters": "it starts an instance of any image",
}
# Used where a system is adopted (test_adoption.py), where functions change (test_drift_by_others.py), and where
# something was changed by hand (test_idempotence.py, test_deployer.py).
ADOPTED = {"lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"}
RELEASED = {"lambda:PublishVersion", "lambda:UpdateAlias"}
SUBSCRIBED = {"lambda:UpdateEventSourceMapping"}
REPAIRED = {
    "ec2:DescribeIamInstanceProfileAssociations",
    "ec2:ReplaceIamInstanceProfileAssociation",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicyVersion",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
}
# Needed where AWS or somebody else left a thing in a state that the tests of whole playbooks don't make.
RARE = {
    "ec2:ReplaceRoute": "the route to the internet leads elsewhere",
    "ec2:StartInstances": "somebody stopped the instance",
    "ec2:UpdateSecurityGroupRuleDescriptionsEgress": "a rule has another description",
    "ec2:UpdateSecurityGroupRuleDescriptionsIngress": "a rule has another description",
    "iam:PutRolePermissionsBoundary": "a role that is there has no boundary, or another",
    "lambda:DeleteFunctionConcurrency": "somebody reserved concurrency for a function",
    "rds:ModifyDBSubnetGroup": "the subnets are others",
    "sns:SetSubscriptionAttributes": "the subscription delivers raw messages",
}


def documents() -> dict[str, dict[str, Any]]:
    """The shipped policies by name; tests/unit/test_deployer_policy.py holds them to the inventory."""
    return {path.stem: json.loads(path.read_text()) for path in sorted((ROOT / "docs").glob("deployer-policy*.json"))}


def granted() -> set[str]:
    """The actions that the shipped policies allow."""
    statements = [statement for document in documents().values() for statement in document["Statement"]]
    return {action for statement in statements for action in statement["Action"]}


def decided(stack: Stack, decision: str, after: int = 0) -> set[str]:
    """The actions of the playbooks' user that were `allowed` or `denied`, in the log after so many lines."""
    calls = [line.split("\t") for line in log(stack)[after:]]
    return {action for caller, action, _, outcome in calls if (caller, outcome) == (USER, decision)}


def log(stack: Stack) -> list[str]:
    """All calls that were decided until now."""
    return (stack.directory / "log/calls.log").read_text().splitlines()


@contextmanager
def without(stack: Stack, sid: str) -> Iterator[None]:
    """Take a statement out of the playbooks' user's policies."""
    iam = stack.client("iam")
    (name,) = [name for name, document in documents().items() if sid in [each["Sid"] for each in document["Statement"]]]
    arn = f"arn:aws:iam::123456789012:policy/{name}"
    good = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=good)["PolicyVersion"]["Document"]
    assert document == documents()[name]
    rest = document | {"Statement": [each for each in document["Statement"] if each["Sid"] != sid]}
    bad = iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(rest), SetAsDefault=True)["PolicyVersion"]
    try:
        yield
    finally:
        iam.set_default_policy_version(PolicyArn=arn, VersionId=good)
        iam.delete_policy_version(PolicyArn=arn, VersionId=bad["VersionId"])
