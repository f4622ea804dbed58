# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What others add by hand is told of by name and left alone; on request it is removed, and nothing else is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deployer import RELEASED, decided, log
from stack import Run, Stack

ROLES = ["TaskManagementEC2Role", "TaskManagementAddTaskRole", "TaskManagementProcessTaskRole"]
FUNCTIONS = ["add_task", "process_task"]
VALUE = "4e1f2a9c-what-others-keep-to-themselves"
RELEASING = [f"taskmanager.aws.lambda_deploy : Release | {task}" for task in ("Let it serve", "Publish a version")]
TAGS = ("--tags", "security_groups,iam,lambda_deploy", "-vvv")


@dataclass(frozen=True)
class Addition:
    """Something that others add: how, what a run calls it, whose data lacks it, which variable and task remove it."""

    add: Callable[[Stack], object]
    told: str
    data: str
    purge: str
    task: str


def add_inline_policy(stack: Stack) -> None:
    statement = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    stack.client("iam").put_role_policy(RoleName=ROLES[1], PolicyName="others", PolicyDocument=document)


def attach_managed_policy(stack: Stack) -> None:
    arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    stack.client("iam").attach_role_policy(RoleName=ROLES[0], PolicyArn=arn)


def set_variable(stack: Stack) -> None:
    functions = stack.client("lambda")
    there = functions.get_function_configuration(FunctionName="add_task")["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName="add_task", Environment={"Variables": there | {"OTHERS_TOKEN": VALUE}}
    )


def add_rule(stack: Stack) -> None:
    rule = {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "IpRanges": [{"CidrIp": "203.0.113.0/24"}]}
    stack.client("ec2").authorize_security_group_ingress(GroupId=group(stack)["GroupId"], IpPermissions=[rule])


def group(stack: Stack) -> dict[str, Any]:
    """The security group of the instance."""
    named = [{"Name": "group-name", "Values": ["task-management-ec2-sg"]}]
    (found,) = stack.client("ec2").describe_security_groups(Filters=named)["SecurityGroups"]
    return dict(found)


ADDITIONS = (
    Addition(
        add_rule,
        "the ingress rule TCP 8080 from 203.0.113.0/24 of task-management-ec2-sg",
        "security_groups_groups",
        "security_groups_purge_rules",
        "taskmanager.aws.security_groups : Groups | Converge the rules",
    ),
    Addition(
        add_inline_policy,
        "the inline policy others on TaskManagementAddTaskRole",
        "iam_roles",
        "iam_purge_policies",
        "taskmanager.aws.iam : Present | Remove the inline policies of others",
    ),
    Addition(
        attach_managed_policy,
        "the managed policy AmazonS3ReadOnlyAccess on TaskManagementEC2Role",
        "iam_roles",
        "iam_purge_policies",
        "taskmanager.aws.iam : Present | Converge the roles",
    ),
    Addition(
        set_variable,
        "the environment variable OTHERS_TOKEN of add_task",
        "lambda_deploy_functions",
        "lambda_deploy_purge_environment",
        "taskmanager.aws.lambda_deploy : Function | Deploy it",
    ),
)


def state(stack: Stack) -> dict[str, Any]:
    """All of the kinds that others add."""
    iam, functions = stack.client("iam"), stack.client("lambda")
    return {
        "rules": group(stack)["IpPermissions"],
        "managed policies": {
            role: iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] for role in ROLES
        },
        "inline policies": {role: iam.list_role_policies(RoleName=role)["PolicyNames"] for role in ROLES},
        "variables": {
            name: functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
            for name in FUNCTIONS
        },
    }


def changed_tasks(run: Run) -> list[str]:
    """The tasks that changed something."""
    tasks = [task.partition("]") for task in run.output.split("\nTASK [")[1:]]
    return sorted(name for name, _, output in tasks if re.search(r"^changed: ", output, re.MULTILINE))


def messages(run: Run) -> str:
    """The output with each run of white space as one blank, since long messages are folded."""
    return " ".join(run.output.split())


def test_what_others_added_is_told_of_and_left_alone_and_removed_on_request(system: Stack) -> None:
    before = state(system)
    for addition in ADDITIONS:
        addition.add(system)
    added = state(system)
    assert [kind for kind in before if added[kind] == before[kind]] == []

    purge = {addition.purge: True for addition in ADDITIONS}
    calls = len(log(system))
    left = system.converge("converge.yml", *TAGS, **dict.fromkeys(purge, "false"))  # a string, as `-e` gives it
    assert changed_tasks(left) == RELEASING, "a variable that is left alone serves with the rest"
    assert RELEASED - decided(system, "allowed", calls) == set()
    assert state(system) == added
    for each in ADDITIONS:
        wish = f"put it into {each.data}, or remove it with {each.purge}"
        assert f"Left alone: {wish}: {each.told}, which" in messages(left)

    removed = system.converge("converge.yml", *TAGS, **purge)
    assert changed_tasks(removed) == sorted([*RELEASING, *(addition.task for addition in ADDITIONS)])
    assert state(system) == before
    for each in ADDITIONS:
        assert f"Removed, as {each.purge} says: {each.told}" in messages(removed)

    again = system.converge("converge.yml", *TAGS, **purge)
    assert changed_tasks(again) == []
    assert [run for run in (left, removed, again) if VALUE in run.output] == [], "the value is nobody's business"
