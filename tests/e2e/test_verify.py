# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""R19: what is wrong with a running system is found, and named with the way out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from stack import Stack

HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


@contextmanager
def wrong_environment(stack: Stack) -> Iterator[None]:
    functions = stack.client("lambda")
    good = functions.get_function_configuration(FunctionName="add_task")["Environment"]["Variables"]
    wrong = good | {"DB_HOST": "127.0.0.9"}
    functions.update_function_configuration(FunctionName="add_task", Environment={"Variables": wrong})
    yield
    functions.update_function_configuration(FunctionName="add_task", Environment={"Variables": good})


@contextmanager
def closed_port(stack: Stack) -> Iterator[None]:
    ec2 = stack.client("ec2")
    filters = [{"Name": "group-name", "Values": ["task-management-ec2-sg"]}]
    (group,) = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
    ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[HTTPS])
    yield
    described = HTTPS | {"IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "HTTPS"}]}
    ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[described])


@contextmanager
def detached_policy(stack: Stack) -> Iterator[None]:
    iam, role = stack.client("iam"), "TaskManagementEC2Role"
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    (arn,) = [each["PolicyArn"] for each in attached if each["PolicyName"] == "CloudWatchAgentServerPolicy"]
    iam.detach_role_policy(RoleName=role, PolicyArn=arn)
    yield
    iam.attach_role_policy(RoleName=role, PolicyArn=arn)


@contextmanager
def tokens_refused(stack: Stack) -> Iterator[None]:
    rds, which = stack.client("rds"), {"DBInstanceIdentifier": "task-management-db", "ApplyImmediately": True}
    rds.modify_db_instance(EnableIAMDatabaseAuthentication=False, **which)
    yield
    rds.modify_db_instance(EnableIAMDatabaseAuthentication=True, **which)


def test_each_fault_is_named_and_nothing_else_is(system: Stack) -> None:
    with ExitStack() as faults:
        for fault in (wrong_environment, closed_port, detached_policy, tokens_refused):
            faults.enter_context(fault(system))
        run = system.run("verify.yml")
    assert run.code != 0
    failed = re.findall(r"^ +- FAILED (.*)$", run.output, re.MULTILINE)
    assert [re.sub(r"^i-\w+", "the instance", name) for name in failed] == [
        "add_task reaches everything that it needs",
        "add_task has the right environment",
        "process_task reaches everything that it needs",
        "TaskManagementEC2Role has its policies",
        "the instance receives HTTP and HTTPS",
        "task-management-db takes IAM tokens",
    ]
    assert "run site.yml with the tag security_groups" in run.output
    assert system.run("verify.yml").code == 0
