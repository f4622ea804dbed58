# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks run with the shipped policies alone; that each statement is needed is sampled here.

That they suffice is shown by every test that runs a playbook; that all they allow is used, by test_teardown.py (from
an empty account and back), test_adoption.py and the repair below.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from deployer import DONE_WITHOUT, REPAIRED, decided, log, without
from stack import Stack

FIND = {"foundation_manage": False}
# The statement that is taken out, the run that needs it, and the action that AWS refuses.
SAMPLE: list[tuple[str, list[str], str, dict[str, Any]]] = [
    ("ReadNetwork", ["converge.yml", "--tags", "iam"], "ec2:DescribeTags", {}),
    ("ReadDatabase", ["converge.yml", "--tags", "iam"], "rds:DescribeDBInstances", FIND),
    ("ReadSecurityGroups", ["converge.yml", "--tags", "security_groups"], "ec2:DescribeSecurityGroups", FIND),
    ("ReadPolicyVersions", ["converge.yml", "--tags", "iam"], "iam:GetPolicy", FIND),
    ("ReadRoles", ["converge.yml", "--tags", "iam"], "iam:GetRole", FIND),
    ("ChangeDatabase", ["converge.yml", "--tags", "rds_iam_auth"], "rds:ModifyDBInstance", FIND),
    ("ReadLogGroups", ["converge.yml", "--tags", "cloudwatch"], "logs:DescribeLogGroups", FIND),
    ("InvokeFunctions", ["verify.yml"], "lambda:InvokeFunction", {"verify_wait_seconds": 2}),
    ("ReadLogs", ["verify.yml"], "logs:FilterLogEvents", {"verify_wait_seconds": 2}),
    ("DeployFunctions", ["teardown.yml", "--tags", "lambda_deploy"], "lambda:GetFunction", {}),
    ("ConvergeInstanceProfile", ["teardown.yml", "--tags", "iam"], "iam:GetInstanceProfile", {}),
]
# Of these, amazon.aws tells that it failed to describe things, and not what AWS said.
KEPT_QUIET = {"ReadDatabase", "ReadSecurityGroups"}


@pytest.fixture
def tokens_refused(system: Stack) -> Iterator[None]:
    """IAM authentication is off, so that there is something to change."""
    rds, which = system.client("rds"), {"DBInstanceIdentifier": "task-management-db", "ApplyImmediately": True}
    rds.modify_db_instance(EnableIAMDatabaseAuthentication=False, **which)
    yield
    rds.modify_db_instance(EnableIAMDatabaseAuthentication=True, **which)


@pytest.mark.usefixtures("tokens_refused")
@pytest.mark.parametrize(("sid", "run", "action", "variables"), SAMPLE, ids=[each[0] for each in SAMPLE])
def test_without_a_statement_the_run_fails_and_names_the_action(
    system: Stack, sid: str, run: list[str], action: str, variables: dict[str, Any]
) -> None:
    calls = len(log(system))
    with without(system, sid):
        done = system.run(*run, teardown_confirm="local", **variables)
    assert done.code != 0
    assert done.changed == 0
    assert decided(system, "denied", calls) - DONE_WITHOUT == {action}
    if sid in KEPT_QUIET:
        return
    said = " ".join(done.output.split())  # Ansible folds long lines
    assert f"is not authorized to perform: {action}" in said
    assert re.search("AccessDenied|UnauthorizedOperation", said)


def test_what_others_changed_is_put_right(system: Stack) -> None:
    before, calls = shape(system), len(log(system))
    change(system)
    assert [name for name, found in shape(system).items() if found == before[name]] == []
    system.converge("converge.yml", "--tags", "iam", **FIND)
    tidy(system)
    assert shape(system) == before
    assert REPAIRED - decided(system, "allowed", calls) == set()


ROLE, POLICY = "TaskManagementEC2Role", "arn:aws:iam::123456789012:policy/TaskManagementLambdaPolicy"


def shape(stack: Stack) -> dict[str, Any]:
    """What `change` changes."""
    iam = stack.client("iam")
    role = iam.get_role(RoleName=ROLE)["Role"]
    version = iam.get_policy(PolicyArn=POLICY)["Policy"]["DefaultVersionId"]
    return {
        "description": role["Description"],
        "trust": role["AssumeRolePolicyDocument"],
        "policy": iam.get_policy_version(PolicyArn=POLICY, VersionId=version)["PolicyVersion"]["Document"],
        "profile": association(stack)["IamInstanceProfile"]["Arn"],
    }


def association(stack: Stack) -> dict[str, Any]:
    (found,) = stack.client("ec2").describe_iam_instance_profile_associations()["IamInstanceProfileAssociations"]
    return dict(found)


def change(stack: Stack) -> None:
    """Change by hand what the role iam converges, and leave the policy no room for a version."""
    iam, ec2 = stack.client("iam"), stack.client("ec2")
    iam.update_role(RoleName=ROLE, Description="somebody else's")
    trust = {"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=policy(trust))
    ours = iam.get_policy(PolicyArn=POLICY)["Policy"]["DefaultVersionId"]
    other = policy({"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"})
    iam.create_policy_version(PolicyArn=POLICY, PolicyDocument=other, SetAsDefault=True)
    iam.delete_policy_version(PolicyArn=POLICY, VersionId=ours)
    for _ in range(4):
        iam.create_policy_version(PolicyArn=POLICY, PolicyDocument=other)
    iam.create_instance_profile(InstanceProfileName="others")
    ec2.replace_iam_instance_profile_association(
        IamInstanceProfile={"Name": "others"}, AssociationId=association(stack)["AssociationId"]
    )


def tidy(stack: Stack) -> None:
    """Remove what `change` added."""
    iam = stack.client("iam")
    iam.delete_instance_profile(InstanceProfileName="others")
    for version in iam.list_policy_versions(PolicyArn=POLICY)["Versions"]:
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=POLICY, VersionId=version["VersionId"])


def policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
