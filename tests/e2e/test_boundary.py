# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The permissions boundaries: the deployer gets nowhere by the roles, groups and policies that it may change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from deployer import documents
from stack import Stack

IAM = "arn:aws:iam::123456789012"
BOUNDARY = f"{IAM}:policy/TaskManagementFunctionBoundary"
INSTANCE_BOUNDARY = f"{IAM}:policy/TaskManagementInstanceBoundary"
ADMINISTRATOR = f"{IAM}:user/administrator"
ROLE = "TaskManagementAddTaskRole"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def client(stack: Stack, service: str) -> Any:
    """A client of the playbooks' user."""
    return stack.client(service, stack.session(stack.record["access_key"], stack.record["secret_key"]))


def as_administrator(stack: Stack) -> dict[str, Any]:
    """The input that has a playbook run as the administrator."""
    keys = {"access_key": stack.record["admin_access_key"], "secret_key": stack.record["admin_secret_key"]}
    return {"taskmanager_aws": {"endpoint_url": stack.record["endpoint_url"], "region": stack.record["region"]} | keys}


def test_each_role_has_its_boundary(system: Stack) -> None:
    iam = system.client("iam")
    of_role = {
        role: iam.get_role(RoleName=role)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
        for role in (ROLE, "TaskManagementProcessTaskRole", "TaskManagementEC2Role")
    }
    assert list(of_role.values()) == [BOUNDARY, BOUNDARY, INSTANCE_BOUNDARY]


def actions(stack: Stack, arn: str) -> set[str]:
    """What a policy allows."""
    iam = stack.client("iam")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    statements = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]["Statement"]
    return {action for statement in statements for action in statement["Action"]}


def test_that_of_the_instance_allows_what_the_policies_of_aws_do(system: Stack) -> None:
    managed = ("AmazonSSMManagedInstanceCore", "CloudWatchAgentServerPolicy")
    given = {action for name in managed for action in actions(system, f"arn:aws:iam::aws:policy/{name}")}
    assert actions(system, INSTANCE_BOUNDARY) == given


def test_who_takes_a_role_that_was_given_everything_may_do_nothing_more(system: Stack) -> None:
    deployer = client(system, "iam")
    deployer.put_role_policy(RoleName=ROLE, PolicyName="everything", PolicyDocument=document(EVERYTHING))
    # AWS would admit the deployer too; the embedded one admits only who may take roles besides
    trust = {"Effect": "Allow", "Principal": {"AWS": ADMINISTRATOR}, "Action": "sts:AssumeRole"}
    deployer.update_assume_role_policy(RoleName=ROLE, PolicyDocument=document(trust))
    keys = system.client("sts").assume_role(RoleArn=f"{IAM}:role/{ROLE}", RoleSessionName="any")["Credentials"]
    session = system.session(keys["AccessKeyId"], keys["SecretAccessKey"])
    session._session.set_credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    queue = system.client("sqs").get_queue_url(QueueName="task-processing-queue")["QueueUrl"]
    assert system.client("sqs", session).get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    for service, operation in (("iam", "list_users"), ("ssm", "describe_parameters"), ("sns", "list_topics")):
        with pytest.raises(ClientError, match="not authorized to perform"):
            getattr(system.client(service, session), operation)()
    deployer.delete_role_policy(RoleName=ROLE, PolicyName="everything")
    system.converge("site.yml", "--tags", "iam")


ANOTHER = {"PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}
TRUST = {"AssumeRolePolicyDocument": document(EVERYTHING)}


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("delete_role_permissions_boundary", {"RoleName": ROLE}),
        ("put_role_permissions_boundary", {"RoleName": ROLE} | ANOTHER),
        ("put_role_permissions_boundary", {"RoleName": "TaskManagementEC2Role"} | ANOTHER),
        ("create_role", {"RoleName": ROLE} | TRUST),
        ("create_role", {"RoleName": ROLE} | TRUST | ANOTHER),
        ("create_role", {"RoleName": "new", "PermissionsBoundary": BOUNDARY} | TRUST),
        ("create_policy_version", {"PolicyArn": BOUNDARY, "PolicyDocument": document(EVERYTHING)}),
        ("set_default_policy_version", {"PolicyArn": BOUNDARY, "VersionId": "v1"}),
        ("delete_policy", {"PolicyArn": BOUNDARY}),
        ("put_role_policy", {"RoleName": "TaskManagementEC2Role", "PolicyName": "a", "PolicyDocument": "{}"}),
    ],
)
def test_the_boundary_is_out_of_reach(system: Stack, operation: str, request_: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        getattr(client(system, "iam"), operation)(**request_)


def test_a_role_that_lost_it_is_given_nothing_until_it_has_it_again(system: Stack) -> None:
    deployer = client(system, "iam")
    system.client("iam").delete_role_permissions_boundary(RoleName=ROLE)
    with pytest.raises(ClientError, match="AccessDenied"):
        deployer.put_role_policy(RoleName=ROLE, PolicyName="any", PolicyDocument=document(EVERYTHING))
    with pytest.raises(ClientError, match="AccessDenied"):
        deployer.attach_role_policy(RoleName=ROLE, PolicyArn=f"{IAM}:policy/TaskManagementLambdaPolicy")
    assert system.converge("site.yml", "--tags", "iam").changed == 1
    test_each_role_has_its_boundary(system)


def test_a_boundary_that_differs_is_left_to_an_administrator(system: Stack) -> None:
    iam = system.client("iam")
    other = iam.create_policy_version(PolicyArn=BOUNDARY, PolicyDocument=document(EVERYTHING), SetAsDefault=True)
    run = system.run("site.yml", "--tags", "iam")
    assert (run.code, run.changed) == (2, 0)
    assert "failed: [local] (item=TaskManagementFunctionBoundary)" in run.output
    assert "is not authorized to perform: iam:SetDefaultPolicyVersion" in " ".join(run.output.split())
    assert system.converge("site.yml", "--tags", "iam", **as_administrator(system)).changed == 1
    assert iam.get_policy(PolicyArn=BOUNDARY)["Policy"]["DefaultVersionId"] != other["PolicyVersion"]["VersionId"]
    assert system.converge("site.yml", "--tags", "iam").changed == 0


@contextmanager
def policy(stack: Stack, name: str, text: str) -> Iterator[None]:
    """Another document of a policy for a while."""
    iam, arn = stack.client("iam"), f"{IAM}:policy/{name}"
    good = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    new = iam.create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)["PolicyVersion"]
    try:
        yield
    finally:
        iam.set_default_policy_version(PolicyArn=arn, VersionId=good)
        iam.delete_policy_version(PolicyArn=arn, VersionId=new["VersionId"])


def group(stack: Stack, name: str, vpc: str) -> tuple[str, Any]:
    """A new security group, and how the deployer would open it to everybody."""
    group_id = stack.client("ec2").create_security_group(GroupName=name, Description="Any", VpcId=vpc)["GroupId"]
    ranges = [{"CidrIp": "0.0.0.0/0"}]
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": ranges}
    return group_id, {"GroupId": group_id, "IpPermissions": [rule]}


def test_once_the_vpc_is_known_groups_elsewhere_are_out_of_reach(system: Stack) -> None:
    ec2, deployer = system.client("ec2"), client(system, "ec2")
    filters = [{"Name": "tag:Name", "Values": ["task-management-vpc"]}]
    (ours,) = [each["VpcId"] for each in ec2.describe_vpcs(Filters=filters)["Vpcs"]]
    theirs = ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    (other, opened), (own, ours_opened) = group(system, "of-others", theirs), group(system, "of-ours", ours)
    target = system.directory / "narrow"
    system.converge("deployer_policy.yml", deployer_policy_dir=str(target), taskmanager_deployer_vpc_id=ours)
    assert {path.stem for path in target.iterdir()} >= documents().keys()
    try:
        with policy(system, "deployer-policy", (target / "deployer-policy.json").read_text()):
            deployer.authorize_security_group_ingress(**ours_opened)  # the control
            for operation in (deployer.authorize_security_group_ingress, deployer.revoke_security_group_ingress):
                with pytest.raises(ClientError, match="not authorized to perform"):
                    operation(**opened)
            with pytest.raises(ClientError, match="not authorized to perform"):
                deployer.delete_security_group(GroupId=other)
            assert system.converge("site.yml", "--tags", "security_groups").changed == 0
    finally:
        for each in (own, other):
            ec2.delete_security_group(GroupId=each)
        ec2.delete_vpc(VpcId=theirs)


def test_without_a_boundary_the_deployer_changes_nothing(system: Stack) -> None:
    run = system.run("site.yml", "--tags", "iam", taskmanager_function_boundary="NoSuchBoundary")
    assert (run.code, run.changed) == (2, 0)
    assert "failed: [local] (item=NoSuchBoundary)" in run.output
    assert "is not authorized to perform: iam:CreatePolicy " in " ".join(run.output.split())
