# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The known ways from a policy to more than it allows: the deployer's refuse them, but for those that are named here.

The ways are those of the IAM User Guide's and of public lists of privilege escalation, with resources of this system.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

import pytest
from test_inventory import ROOT, template
from test_permissions import FOUND

ACCOUNT = "123456789012"
HERE = f"eu-north-1:{ACCOUNT}"
IAM = f"arn:aws:iam::{ACCOUNT}"
EC2 = f"arn:aws:ec2:{HERE}"
LAMBDA = f"arn:aws:lambda:{HERE}:function"
OURS = f"{IAM}:role/TaskManagementAddTaskRole"
OTHERS = f"{IAM}:role/administrators"
MYSELF = f"{IAM}:user/taskmanager-deployer"
OUR_INSTANCE = {"aws:ResourceTag/Name": "task-management-web"}
EC2_ROLE = f"{IAM}:role/TaskManagementEC2Role"
BOUNDED = {"iam:PermissionsBoundary": f"{IAM}:policy/TaskManagementFunctionBoundary"}
INSTANCE_BOUNDED = {"iam:PermissionsBoundary": f"{IAM}:policy/TaskManagementInstanceBoundary"}
ADMINISTRATOR = {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}
LAMBDA_POLICY = {"iam:PolicyARN": f"{IAM}:policy/TaskManagementLambdaPolicy"}
TO_LAMBDA = {"iam:PassedToService": "lambda.amazonaws.com"}
Way = tuple[str, str, dict[str, str]]  # action, resource, the keys that AWS has for conditions

REFUSED: list[Way] = [
    # oneself
    ("iam:AttachUserPolicy", MYSELF, ADMINISTRATOR),
    ("iam:PutUserPolicy", MYSELF, {}),
    ("iam:AddUserToGroup", f"{IAM}:group/administrators", {}),
    ("iam:DeleteUserPermissionsBoundary", MYSELF, {}),
    ("iam:CreatePolicyVersion", f"{IAM}:policy/deployer-policy", {}),
    ("iam:SetDefaultPolicyVersion", f"{IAM}:policy/deployer-policy", {}),
    ("iam:CreatePolicyVersion", f"{IAM}:policy/deployer-policy-functions", {}),
    # somebody else
    ("iam:CreateUser", f"{IAM}:user/new", {}),
    ("iam:CreateAccessKey", f"{IAM}:user/administrator", {}),
    ("iam:CreateLoginProfile", f"{IAM}:user/administrator", {}),
    ("iam:UpdateLoginProfile", f"{IAM}:user/administrator", {}),
    ("iam:DeactivateMFADevice", f"{IAM}:user/administrator", {}),
    ("sts:AssumeRole", OTHERS, {}),
    ("sts:AssumeRole", OURS, {}),
    # roles
    ("iam:CreateRole", f"{IAM}:role/new", {}),
    ("iam:CreateRole", f"{IAM}:role/new", BOUNDED),
    ("iam:CreateRole", OURS, {}),
    ("iam:CreateRole", OURS, INSTANCE_BOUNDED),
    ("iam:CreateRole", OURS, {"iam:PermissionsBoundary": ADMINISTRATOR["iam:PolicyARN"]}),
    ("iam:AttachRolePolicy", OURS, ADMINISTRATOR | BOUNDED),
    ("iam:AttachRolePolicy", OURS, LAMBDA_POLICY),
    ("iam:AttachRolePolicy", OURS, {"iam:PolicyARN": f"{IAM}:policy/deployer-policy"} | BOUNDED),
    ("iam:AttachRolePolicy", OTHERS, LAMBDA_POLICY | BOUNDED),
    ("iam:AttachRolePolicy", EC2_ROLE, LAMBDA_POLICY | INSTANCE_BOUNDED),
    ("iam:PutRolePolicy", OURS, {}),
    ("iam:PutRolePolicy", OTHERS, BOUNDED),
    ("iam:PutRolePolicy", EC2_ROLE, INSTANCE_BOUNDED),
    ("iam:UpdateAssumeRolePolicy", OTHERS, {}),
    ("iam:AddRoleToInstanceProfile", f"{IAM}:instance-profile/administrators", {}),
    # boundaries
    ("iam:DeleteRolePermissionsBoundary", OURS, {}),
    ("iam:PutRolePermissionsBoundary", OURS, {"iam:PermissionsBoundary": ADMINISTRATOR["iam:PolicyARN"]}),
    ("iam:PutRolePermissionsBoundary", OURS, INSTANCE_BOUNDED),
    ("iam:PutRolePermissionsBoundary", EC2_ROLE, BOUNDED),
    ("iam:CreatePolicyVersion", BOUNDED["iam:PermissionsBoundary"], {}),
    ("iam:SetDefaultPolicyVersion", INSTANCE_BOUNDED["iam:PermissionsBoundary"], {}),
    ("iam:DeletePolicy", BOUNDED["iam:PermissionsBoundary"], {}),
    ("iam:CreatePolicy", BOUNDED["iam:PermissionsBoundary"], {}),
    # services that run as a role
    ("iam:PassRole", OTHERS, TO_LAMBDA),
    ("iam:PassRole", OTHERS, {"iam:PassedToService": "ec2.amazonaws.com"}),
    ("iam:PassRole", OURS, {"iam:PassedToService": "ec2.amazonaws.com"}),
    ("iam:PassRole", OURS, {"iam:PassedToService": "cloudformation.amazonaws.com"}),
    ("iam:PassRole", OURS, {}),
    ("iam:PassRole", f"{IAM}:role/TaskManagementEC2Role", TO_LAMBDA),
    ("cloudformation:CreateStack", f"arn:aws:cloudformation:{HERE}:stack/new/*", {}),
    ("ecs:RunTask", f"arn:aws:ecs:{HERE}:task-definition/new:1", {}),
    ("glue:CreateDevEndpoint", "*", {}),
    # functions
    ("lambda:CreateFunction", f"{LAMBDA}:new", {}),
    ("lambda:UpdateFunctionCode", f"{LAMBDA}:others", {}),
    ("lambda:UpdateFunctionConfiguration", f"{LAMBDA}:others", {}),
    ("lambda:UpdateFunctionCode", f"{LAMBDA}:add_task_2", {}),
    ("lambda:InvokeFunction", f"{LAMBDA}:others:live", {}),
    ("lambda:AddPermission", f"{LAMBDA}:add_task", {}),
    ("lambda:CreateFunctionUrlConfig", f"{LAMBDA}:add_task", {}),
    # machines
    ("ec2:ModifyInstanceAttribute", f"{EC2}:instance/i-1", OUR_INSTANCE | {"ec2:Attribute": "UserData"}),
    ("ec2:ModifyInstanceAttribute", f"{EC2}:instance/i-1", OUR_INSTANCE | {"ec2:Attribute": "userData"}),
    ("ec2:ModifyInstanceAttribute", f"{EC2}:instance/i-1", {"aws:ResourceTag/Name": "others"}),
    ("ec2:AssociateIamInstanceProfile", f"{EC2}:instance/i-1", {"aws:ResourceTag/Name": "others"}),
    ("ec2:CreateTags", f"{EC2}:instance/i-1", {}),
    ("ssm:SendCommand", f"{EC2}:instance/i-1", OUR_INSTANCE),
    ("ssm:StartSession", f"{EC2}:instance/i-1", OUR_INSTANCE),
    # data
    ("rds:ModifyDBInstance", f"arn:aws:rds:{HERE}:db:others", {}),
    ("rds-db:connect", f"arn:aws:rds-db:{HERE}:dbuser:*/lambda_user", {}),
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:any", {}),
    ("sqs:SetQueueAttributes", f"arn:aws:sqs:{HERE}:others", {}),
]
# AWS has no condition that would tell these from what site.yml does. The README says so.
OPEN: list[Way] = [
    ("rds:ModifyDBInstance", f"arn:aws:rds:{HERE}:db:task-management-db", {}),
]
# What the deployer writes into these, the boundaries limit: tests/e2e/test_boundary.py.
LIMITED: list[Way] = [
    ("iam:PutRolePolicy", OURS, BOUNDED),
    ("iam:UpdateAssumeRolePolicy", OURS, {}),
    ("iam:CreatePolicyVersion", f"{IAM}:policy/TaskManagementLambdaPolicy", {}),
]
# Open in what is shipped, where the VPC is not known yet, and closed once taskmanager_deployer_vpc_id says it.
OF_OTHER_VPCS: list[Way] = [
    (f"ec2:{action}", f"{EC2}:{resource}", {"ec2:Vpc": f"{EC2}:vpc/vpc-others"})
    for action, resource in (
        ("AuthorizeSecurityGroupIngress", "security-group/sg-1"),
        ("RevokeSecurityGroupEgress", "security-group/sg-1"),
        ("DeleteSecurityGroup", "security-group/sg-1"),
        ("ModifyInstanceAttribute", "security-group/sg-1"),
        ("CreateSecurityGroup", "vpc/vpc-others"),
    )
]
# What the ways are near to, and site.yml needs: that the evaluation here does not refuse everything.
NEEDED: list[Way] = [
    ("iam:AttachRolePolicy", OURS, LAMBDA_POLICY | BOUNDED),
    ("iam:CreateRole", OURS, BOUNDED),
    ("iam:CreateRole", EC2_ROLE, INSTANCE_BOUNDED),
    ("iam:PutRolePermissionsBoundary", OURS, BOUNDED),
    ("iam:PassRole", OURS, TO_LAMBDA),
    ("lambda:UpdateFunctionCode", f"{LAMBDA}:add_task", {}),
    ("lambda:InvokeFunction", f"{LAMBDA}:add_task:live", {}),
    ("ec2:ModifyInstanceAttribute", f"{EC2}:instance/i-1", OUR_INSTANCE | {"ec2:Attribute": "GroupSet"}),
    ("ec2:ModifyInstanceAttribute", f"{EC2}:instance/i-1", OUR_INSTANCE),
    ("ec2:AssociateIamInstanceProfile", f"{EC2}:instance/i-1", OUR_INSTANCE),
]


def as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def met(operator: str, wanted: list[str], actual: str | None) -> bool:
    """Whether a condition is, as AWS evaluates it; another operator would be a hole here."""
    if operator == "StringNotEqualsIgnoreCase":
        return actual is None or actual.lower() not in [each.lower() for each in wanted]
    assert operator in ("StringEquals", "ArnEquals"), operator
    return actual is not None and any(
        fnmatchcase(actual, each) if operator == "ArnEquals" else actual == each for each in wanted
    )


Documents = Iterable[dict[str, Any]]


def shipped() -> Documents:
    """The documents in docs/."""
    return [json.loads(path.read_text()) for path in ROOT.glob("docs/deployer-policy*.json")]


def allowed(documents: Documents, action: str, resource: str, keys: dict[str, str]) -> bool:
    """Whether one of the statements allows it."""
    return any(
        action in as_list(statement["Action"])
        and any(fnmatchcase(resource, pattern) for pattern in as_list(statement["Resource"]))
        and all(
            met(operator, as_list(wanted), keys.get(key))
            for operator, conditions in statement.get("Condition", {}).items()
            for key, wanted in conditions.items()
        )
        for document in documents
        for statement in document["Statement"]
    )


@pytest.mark.parametrize("way", REFUSED, ids=lambda way: f"{way[0]} {way[1].rpartition(':')[2]}")
def test_a_way_to_more_is_refused(way: Way) -> None:
    assert not allowed(shipped(), *way)


@pytest.mark.parametrize("way", OPEN, ids=lambda way: way[0])
def test_a_way_that_is_open_is_told_in_the_readme(way: Way) -> None:
    assert allowed(shipped(), *way), "it is closed: move it to REFUSED, and take it out of the README"
    assert f"`{way[0]}`" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("way", LIMITED, ids=lambda way: way[0])
def test_a_way_that_is_limited_is_told_in_the_readme(way: Way) -> None:
    assert allowed(shipped(), *way)
    assert f"`{way[0]}`" in (ROOT / "README.md").read_text()


def test_security_groups_are_those_of_the_vpc_once_it_is_known() -> None:
    narrow = template(
        "taskmanager_deployer_documents", foundation_out=FOUND, taskmanager_deployer_vpc_id="vpc-ours"
    ).values()
    assert all(allowed(shipped(), *way) for way in OF_OTHER_VPCS)
    assert [way for way in OF_OTHER_VPCS if allowed(narrow, *way)] == []
    ours = [
        (action, resource.replace("vpc-others", "vpc-ours"), {"ec2:Vpc": f"{EC2}:vpc/vpc-ours"})
        for action, resource, _ in OF_OTHER_VPCS
    ]
    assert all(allowed(narrow, *way) for way in ours)


@pytest.mark.parametrize("way", NEEDED, ids=lambda way: way[0])
def test_what_is_needed_is_allowed(way: Way) -> None:
    assert allowed(shipped(), *way)
