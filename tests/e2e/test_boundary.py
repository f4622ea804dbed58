# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""With a permissions boundary the system works, and the deployer gets nowhere by the roles that it writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from stack import ROOT, Stack
from system import add_task, wait_completed

BOUNDARY = "arn:aws:iam::123456789012:policy/task-management-boundary"
ADMINISTRATOR = "arn:aws:iam::123456789012:user/administrator"
ROLE = "TaskManagementAddTaskRole"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module")
def bounded(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    """The system, with the shipped boundary, which an administrator made first."""
    with new_stack("e2e-boundary", "-e", f"taskmanager_permissions_boundary={BOUNDARY}") as stack:
        shipped = (ROOT / "docs/permissions-boundary.json").read_text()
        stack.client("iam").create_policy(PolicyName=BOUNDARY.rpartition("/")[2], PolicyDocument=shipped)
        stack.converge("site.yml")
        yield stack


@pytest.fixture
def deployer(bounded: Stack) -> Any:
    """IAM, as the playbooks' user."""
    record = bounded.record
    return bounded.client("iam", bounded.session(record["access_key"], record["secret_key"]))


def test_the_system_works_within_it(bounded: Stack) -> None:
    wait_completed(bounded, [add_task(bounded, "bounded")])
    assert bounded.converge("site.yml").changed == 0


def test_who_takes_a_role_that_was_given_everything_may_do_nothing_more(bounded: Stack, deployer: Any) -> None:
    deployer.put_role_policy(RoleName=ROLE, PolicyName="everything", PolicyDocument=document(EVERYTHING))
    # AWS would admit the deployer too; the embedded one admits only who may take roles besides
    trust = {"Effect": "Allow", "Principal": {"AWS": ADMINISTRATOR}, "Action": "sts:AssumeRole"}
    deployer.update_assume_role_policy(RoleName=ROLE, PolicyDocument=document(trust))
    role = f"arn:aws:iam::123456789012:role/{ROLE}"
    keys = bounded.client("sts").assume_role(RoleArn=role, RoleSessionName="any")["Credentials"]
    session = bounded.session(keys["AccessKeyId"], keys["SecretAccessKey"])
    session._session.set_credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    queue = bounded.client("sqs").get_queue_url(QueueName="task-processing-queue")["QueueUrl"]
    assert bounded.client("sqs", session).get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    with pytest.raises(ClientError, match="AccessDenied"):
        bounded.client("iam", session).list_users()
    deployer.delete_role_policy(RoleName=ROLE, PolicyName="everything")
    bounded.converge("site.yml")


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("delete_role_permissions_boundary", {}),
        ("put_role_permissions_boundary", {"PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        ("create_role", {"AssumeRolePolicyDocument": document(EVERYTHING)}),
    ],
)
def test_the_boundary_is_out_of_reach(deployer: Any, operation: str, request_: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        getattr(deployer, operation)(RoleName=ROLE, **request_)


def test_a_role_that_lost_it_is_given_nothing(bounded: Stack, deployer: Any) -> None:
    bounded.client("iam").delete_role_permissions_boundary(RoleName=ROLE)
    try:
        with pytest.raises(ClientError, match="AccessDenied"):
            deployer.put_role_policy(RoleName=ROLE, PolicyName="any", PolicyDocument=document(EVERYTHING))
        with pytest.raises(ClientError, match="AccessDenied"):
            deployer.attach_role_policy(
                RoleName=ROLE, PolicyArn="arn:aws:iam::123456789012:policy/TaskManagementLambdaPolicy"
            )
    finally:
        bounded.client("iam").put_role_permissions_boundary(RoleName=ROLE, PermissionsBoundary=BOUNDARY)


def test_a_teardown_leaves_the_boundary(bounded: Stack) -> None:
    bounded.converge("teardown.yml", teardown_confirm="local")
    found = bounded.client("iam").list_policies(Scope="Local")["Policies"]
    assert BOUNDARY in [each["Arn"] for each in found]
    assert [each for each in bounded.client("iam").list_roles()["Roles"] if each["RoleName"] == ROLE] == []
