# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The known ways from a policy to more than it allows: the deployer's refuse them, but for those that are named here.

The ways are those of the IAM User Guide's and of public lists of privilege escalation, with resources of this system.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

import pytest
from test_inventory import ROOT

ACCOUNT = "123456789012"
HERE = f"eu-north-1:{ACCOUNT}"
IAM = f"arn:aws:iam::{ACCOUNT}"
EC2 = f"arn:aws:ec2:{HERE}"
LAMBDA = f"arn:aws:lambda:{HERE}:function"
OURS = f"{IAM}:role/TaskManagementAddTaskRole"
OTHERS = f"{IAM}:role/administrators"
MYSELF = f"{IAM}:user/taskmanager-deployer"
OUR_INSTANCE = {"aws:ResourceTag/Name": "task-management-web"}
ADMINISTRATOR = {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}
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
    ("iam:AttachRolePolicy", OURS, ADMINISTRATOR),
    ("iam:AttachRolePolicy", OURS, {"iam:PolicyARN": f"{IAM}:policy/deployer-policy"}),
    ("iam:AttachRolePolicy", OTHERS, {"iam:PolicyARN": f"{IAM}:policy/TaskManagementLambdaPolicy"}),
    ("iam:PutRolePolicy", OTHERS, {}),
    ("iam:UpdateAssumeRolePolicy", OTHERS, {}),
    ("iam:DeleteRolePermissionsBoundary", OURS, {}),
    ("iam:PutRolePermissionsBoundary", OURS, {}),
    ("iam:AddRoleToInstanceProfile", f"{IAM}:instance-profile/administrators", {}),
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
# AWS has no condition that would tell these from what site.yml does. A permissions boundary makes the first three
# worthless (tests/e2e/test_boundary.py). The README says so.
OPEN: list[Way] = [
    ("iam:PutRolePolicy", OURS, {}),
    ("iam:UpdateAssumeRolePolicy", OURS, {}),
    ("iam:CreatePolicyVersion", f"{IAM}:policy/TaskManagementLambdaPolicy", {}),
    ("rds:ModifyDBInstance", f"arn:aws:rds:{HERE}:db:task-management-db", {}),
    ("ec2:AuthorizeSecurityGroupIngress", f"{EC2}:security-group/sg-1", {"ec2:Vpc": f"{EC2}:vpc/vpc-others"}),
]
# What the ways are near to, and site.yml needs: that the evaluation here does not refuse everything.
NEEDED: list[Way] = [
    ("iam:AttachRolePolicy", OURS, {"iam:PolicyARN": f"{IAM}:policy/TaskManagementLambdaPolicy"}),
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


def allowed(action: str, resource: str, keys: dict[str, str]) -> bool:
    """Whether one of the deployer's statements allows it."""
    return any(
        action in as_list(statement["Action"])
        and any(fnmatchcase(resource, pattern) for pattern in as_list(statement["Resource"]))
        and all(
            met(operator, as_list(wanted), keys.get(key))
            for operator, conditions in statement.get("Condition", {}).items()
            for key, wanted in conditions.items()
        )
        for path in ROOT.glob("docs/deployer-policy*.json")
        for statement in json.loads(path.read_text())["Statement"]
    )


@pytest.mark.parametrize("way", REFUSED, ids=lambda way: f"{way[0]} {way[1].rpartition(':')[2]}")
def test_a_way_to_more_is_refused(way: Way) -> None:
    assert not allowed(*way)


@pytest.mark.parametrize("way", OPEN, ids=lambda way: way[0])
def test_a_way_that_is_open_is_told_in_the_readme(way: Way) -> None:
    assert allowed(*way), "it is closed: move it to REFUSED, and take it out of the README"
    assert f"`{way[0]}`" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("way", NEEDED, ids=lambda way: way[0])
def test_what_is_needed_is_allowed(way: Way) -> None:
    assert allowed(*way)
