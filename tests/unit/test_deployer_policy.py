# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deployer's policy: what is shipped is what the inventory says, and what the roles' READMEs ask for."""

from __future__ import annotations

import json
import re
from typing import Any

import botocore.session
import pytest
from test_inventory import ROOT, template
from test_permissions import FOUND
from test_roles import ROLES, readme

LONGEST = 6144  # characters that AWS keeps of a managed policy, white space aside
ACTION = re.compile(r"`([a-z0-9-]+:[A-Z]\w+)`")
# All that AWS checks against no resource, or that may be anywhere; each has its reason beside it in the inventory.
ANYWHERE = {
    "cloudwatch:DescribeAlarms",
    "cloudwatch:PutCompositeAlarm",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeIamInstanceProfileAssociations",
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeInstances",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeTags",
    "ec2:DescribeVpcs",
    "iam:ListPolicies",
    "lambda:ListEventSourceMappings",
    "logs:DeleteQueryDefinition",
    "logs:DescribeLogGroups",
    "logs:DescribeQueryDefinitions",
    "logs:PutQueryDefinition",
    "sns:GetSubscriptionAttributes",
    "sns:ListTopics",
    "sns:SetSubscriptionAttributes",
    "sns:Unsubscribe",
}
GIVING = {"iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"}
Statements = list[dict[str, Any]]


@pytest.fixture(scope="module")
def inventory() -> dict[str, Any]:
    """The policies as data and as documents."""
    rendered: dict[str, Any] = template(
        "{'policies': taskmanager_deployer_policies, 'documents': taskmanager_deployer_documents}", foundation_out=FOUND
    )
    return rendered


@pytest.fixture(scope="module")
def statements(inventory: dict[str, Any]) -> Statements:
    return [statement for policy in inventory["policies"].values() for statement in policy]


def as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def needed_by(role: str) -> set[str]:
    """The actions that a role's README asks for, but for those of inputs that the inventory does not use."""
    _, _, section = readme(role).partition("## Permissions of the caller\n")
    items = re.split(r"^- ", section.partition("\n## ")[0], flags=re.MULTILINE)
    return {action for item in items if not item.startswith("Not in [") for action in ACTION.findall(item)}


def test_the_shipped_documents_are_those_of_the_inventory(inventory: dict[str, Any]) -> None:
    shipped = {path.stem: json.loads(path.read_text()) for path in (ROOT / "docs").glob("deployer-policy*.json")}
    assert shipped == inventory["documents"], "run `make policies`"


def test_the_shipped_boundaries_are_those_of_the_inventory() -> None:
    shipped = {path.stem: json.loads(path.read_text()) for path in (ROOT / "docs").glob("*Boundary.json")}
    assert shipped == template("taskmanager_boundary_documents", foundation_out=FOUND), "run `make policies`"


def test_no_role_is_made_or_given_anything_without_its_boundary(statements: Statements) -> None:
    """And nobody but an administrator changes a boundary."""
    roles = template("dict(iam_roles | map(attribute='name') | zip(iam_roles | map(attribute='boundary')))")
    bounded = {
        (action, arn.rpartition("/")[2])
        for statement in statements
        for action in statement["Action"]
        if action in GIVING
        for arn in as_list(statement["Resource"])
        if statement["Condition"]["ArnEquals"]["iam:PermissionsBoundary"]
        == f"arn:aws:iam::123456789012:policy/{roles[arn.rpartition('/')[2]]}"
    }
    functions = {"TaskManagementAddTaskRole", "TaskManagementProcessTaskRole"}
    assert bounded == {(action, role) for action in GIVING for role in functions} | {
        (action, "TaskManagementEC2Role") for action in GIVING - {"iam:PutRolePolicy"}
    }
    changing = {
        action
        for statement in statements
        if any("Boundary" in arn for arn in as_list(statement["Resource"]))
        for action in statement["Action"]
    }
    assert changing == {"iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions"}


def test_aws_keeps_policies_of_that_length(inventory: dict[str, Any]) -> None:
    lengths = {name: len("".join(json.dumps(each).split())) for name, each in inventory["documents"].items()}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_statements_allow_single_actions_and_have_names_of_their_own(statements: Statements) -> None:
    for statement in statements:
        assert set(statement) <= {"Sid", "roles", "Action", "Resource", "Condition"}, statement
        assert re.fullmatch(r"[A-Za-z0-9]+", statement["Sid"]), statement
        assert [each for each in statement["Action"] if not re.fullmatch(r"[a-z0-9-]+:\w+", each)] == []
    names = [statement["Sid"] for statement in statements]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "local_stack"])
def test_a_readme_asks_for_what_the_policy_allows(role: str, statements: Statements) -> None:
    allowed = {action for statement in statements if role in statement["roles"] for action in statement["Action"]}
    assert needed_by(role) == allowed


def test_each_statement_is_for_roles_that_exist(statements: Statements) -> None:
    assert [statement["Sid"] for statement in statements if not set(statement["roles"]) <= set(ROLES)] == []
    assert [statement["Sid"] for statement in statements if not statement["roles"]] == []


def test_what_has_a_resource_is_held_to_it(statements: Statements) -> None:
    anywhere = {each for statement in statements if statement["Resource"] == "*" for each in statement["Action"]}
    held_by_condition = {
        each for each in anywhere if each.startswith("lambda:") and each.endswith("EventSourceMapping")
    }
    assert anywhere - held_by_condition == ANYWHERE
    here = re.compile(r"arn:aws:[a-z0-9-]+:(eu-north-1)?:(123456789012)?:\S+")
    for statement in statements:
        wild = [each for each in as_list(statement["Resource"]) if each != "*" and not here.fullmatch(each)]
        assert wild == [], statement["Sid"]


def test_roles_are_passed_to_their_service_alone(statements: Statements) -> None:
    passed = {
        (arn.rpartition("/")[2], statement["Condition"]["StringEquals"]["iam:PassedToService"])
        for statement in statements
        if "iam:PassRole" in statement["Action"]
        for arn in as_list(statement["Resource"])
    }
    assert passed == {
        ("TaskManagementEC2Role", "ec2.amazonaws.com"),
        ("TaskManagementAddTaskRole", "lambda.amazonaws.com"),
        ("TaskManagementProcessTaskRole", "lambda.amazonaws.com"),
    }


def test_of_others_policies_two_are_attached(statements: Statements) -> None:
    attached = {
        (arn.rpartition("/")[2], policy.rpartition("/")[2])
        for statement in statements
        if "iam:AttachRolePolicy" in statement["Action"]
        for arn in as_list(statement["Resource"])
        for policy in as_list(statement["Condition"]["ArnEquals"]["iam:PolicyARN"])
    }
    assert attached == {
        ("TaskManagementAddTaskRole", "TaskManagementLambdaPolicy"),
        ("TaskManagementProcessTaskRole", "TaskManagementLambdaPolicy"),
        ("TaskManagementEC2Role", "AmazonSSMManagedInstanceCore"),
        ("TaskManagementEC2Role", "CloudWatchAgentServerPolicy"),
    }


def test_of_an_instance_that_is_there_the_groups_alone_are_changed(statements: Statements) -> None:
    model = botocore.session.get_session().get_service_model("ec2").operation_model("ModifyInstanceAttribute")
    shapes = model.input_shape.members.items()
    members = {each.serialization.get("name", name[0].lower() + name[1:]) for name, each in shapes}
    (change,) = [each for each in statements if each["Sid"] == "TakeSecurityGroups"]
    others = members - {"GroupId", "instanceId", "dryRun", "attribute", "value"}
    assert change["Action"] == ["ec2:ModifyInstanceAttribute"]
    assert set(change["Condition"]["StringNotEqualsIgnoreCase"]["ec2:Attribute"]) == others


@pytest.mark.parametrize(
    "action",
    ["ec2:AssociateIamInstanceProfile", "ec2:MonitorInstances", "ec2:TerminateInstances", "ec2:DeleteVpc"],
)
def test_machines_and_networks_of_others_are_out_of_reach(action: str, statements: Statements) -> None:
    (statement,) = [each for each in statements if action in each["Action"]]
    assert set(as_list(statement["Condition"]["StringEquals"]["aws:ResourceTag/Name"])) <= {
        "task-management-web",
        "task-management-vpc",
        "task-management-vpc-a",
        "task-management-vpc-b",
    }
