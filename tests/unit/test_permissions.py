# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each role of the inventory may do: exactly this, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import access
import pytest
import test_least_privilege as removals
from test_inventory import template

ACCOUNT = "eu-north-1:123456789012"
TOPIC = f"arn:aws:sns:{ACCOUNT}:new-task-notification"
QUEUE = f"arn:aws:sqs:{ACCOUNT}:task-processing-queue"
FOUND = {  # what the role foundation finds
    "region": "eu-north-1",
    "partition": "aws",
    "account_id": "123456789012",
    "vpc_id": "vpc-0123456789abcdef0",
    "subnet_ids": [],
    "instance_id": "i-0123456789abcdef0",
    "db_endpoint": "database.example",
    "db_port": 3306,
    "db_resource_id": "db-ABCDEFGHIJKL",
    "topic_arn": TOPIC,
    "queue_arn": QUEUE,
    "queue_url": "https://queue.example",
}
Permission = tuple[str, str, str]  # action, resource, condition as JSON

NAMESPACE = json.dumps({"StringEquals": {"cloudwatch:namespace": "TaskManagementSystem"}})
WRITE_LOGS: set[Permission] = {
    (action, f"arn:aws:logs:{ACCOUNT}:log-group:/aws/lambda/{function}:*", "")
    for action in ("logs:CreateLogStream", "logs:PutLogEvents")
    for function in ("add_task", "process_task")
}
CONNECT: set[Permission] = {("rds-db:connect", f"arn:aws:rds-db:{ACCOUNT}:dbuser:db-ABCDEFGHIJKL/lambda_user", "")}
COUNT: set[Permission] = {("cloudwatch:PutMetricData", "*", NAMESPACE)}
ATTACH_TO_VPC: set[Permission] = {
    (f"ec2:{action}", "*", "")
    for action in (
        "CreateNetworkInterface",
        "DescribeNetworkInterfaces",
        "DescribeSubnets",
        "DeleteNetworkInterface",
        "AssignPrivateIpAddresses",
        "UnassignPrivateIpAddresses",
    )
}
ANNOUNCE: set[Permission] = {("sns:Publish", TOPIC, "")}
RECEIVE: set[Permission] = {
    (f"sqs:{action}", QUEUE, "") for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
}
SHARED = WRITE_LOGS | CONNECT | COUNT | ATTACH_TO_VPC
# (service that may assume it, managed policies of AWS, permissions) by role
ROLES: dict[str, tuple[str, set[str], set[Permission]]] = {
    "TaskManagementEC2Role": (
        "ec2.amazonaws.com",
        {"AmazonSSMManagedInstanceCore", "CloudWatchAgentServerPolicy"},
        set(),
    ),
    "TaskManagementAddTaskRole": ("lambda.amazonaws.com", set(), SHARED | ANNOUNCE),
    "TaskManagementProcessTaskRole": ("lambda.amazonaws.com", set(), SHARED | RECEIVE),
}


def as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def permissions(statements: list[dict[str, Any]]) -> set[Permission]:
    """What statements allow, one by one; a key that is not looked at here would be a hole."""
    allowed: set[Permission] = set()
    for statement in statements:
        assert set(statement) <= {"Sid", "Effect", "Action", "Resource", "Condition"}, statement
        assert statement["Effect"] == "Allow", statement
        condition = json.dumps(statement["Condition"], sort_keys=True) if "Condition" in statement else ""
        allowed |= {
            (action, resource, condition)
            for action in as_list(statement["Action"])
            for resource in as_list(statement["Resource"])
        }
    return allowed


def granted(role: dict[str, Any], policies: dict[str, list[dict[str, Any]]]) -> tuple[str, set[str], set[Permission]]:
    """What a role of the inventory is given."""
    managed = set(role.get("managed_policies", []))
    own = [statement for name in managed & set(policies) for statement in policies[name]]
    inline = [statement for statements in role.get("inline_policies", {}).values() for statement in statements]
    return role["service"], managed - set(policies), permissions(own + inline)


@pytest.mark.parametrize(
    ("variables", "taken_out"),
    [
        ({}, set()),
        ({"taskmanager_metrics_format": "emf"}, COUNT),
        ({"taskmanager_functions_in_vpc": False}, ATTACH_TO_VPC),
    ],
    ids=["shipped", "metrics printed", "outside the VPC"],
)
def test_each_role_has_exactly_its_permissions(variables: dict[str, Any], taken_out: set[Permission]) -> None:
    rendered = template("{'roles': iam_roles, 'policies': iam_policies}", foundation_out=FOUND, **variables)
    policies = {policy["name"]: policy["statements"] for policy in rendered["policies"] if "retain" not in policy}
    assert set(policies) == {"TaskManagementLambdaPolicy"}
    assert {role["name"]: granted(role, policies) for role in rendered["roles"]} == {
        name: (service, managed, allowed - taken_out) for name, (service, managed, allowed) in ROLES.items()
    }


def test_the_boundary_of_the_functions_allows_what_they_may_do_and_no_more() -> None:
    rendered = template("{'roles': iam_roles, 'policies': iam_policies}", foundation_out=FOUND)
    boundaries = {each["name"]: permissions(each["statements"]) for each in rendered["policies"] if "retain" in each}
    any_database = {(action, resource.replace("db-ABCDEFGHIJKL", "*"), "") for action, resource, _ in CONNECT}
    given = SHARED - CONNECT | any_database | ANNOUNCE | RECEIVE
    assert boundaries["TaskManagementFunctionBoundary"] == given


@pytest.mark.parametrize("change", [{"Effect": "Deny"}, {"NotResource": "*"}, {"NotAction": "*"}])
def test_a_statement_that_says_more_is_not_overlooked(change: dict[str, str]) -> None:
    with pytest.raises(AssertionError):
        permissions([{"Effect": "Allow", "Action": "sns:Publish", "Resource": TOPIC} | change])


def test_a_broader_resource_or_no_condition_is_another_permission() -> None:
    statement = {"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*"}
    assert permissions([statement]) != COUNT
    assert permissions([statement | {"Condition": json.loads(NAMESPACE)}]) == COUNT


def test_each_statement_is_taken_out_by_a_test_and_each_role_asked_for_its_neighbours() -> None:
    rendered = template("{'roles': iam_roles, 'policies': iam_policies}", foundation_out=FOUND)
    documents = [policy["statements"] for policy in rendered["policies"] if "retain" not in policy]
    documents += [statements for role in rendered["roles"] for statements in role.get("inline_policies", {}).values()]
    names = {statement["Sid"] for statements in documents for statement in statements}
    assert names == {*removals.REMOVED, *removals.NOT_ENFORCED}, "taken out of the running system"
    assert names == {*access.SHARED, *access.OWN.values()}, "taken out of the roles"
    policies_of_aws = set.union(*(managed for _, managed, _ in ROLES.values()))
    assert names | policies_of_aws == {call.admitted_by for call in access.CALLS.values()} - {""}
    assert access.MAY.keys() == {role["name"] for role in rendered["roles"]}
