# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ways to break a converged system, each mended at the end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stack import Stack, wait_until
from system import mapping

EC2_ROLE = "TaskManagementEC2Role"
LAMBDA_POLICY = "TaskManagementLambdaPolicy"
EVERYBODY = {"CidrIp": "0.0.0.0/0"}


@contextmanager
def released_by_hand(stack: Stack, name: str, **variables: str) -> Iterator[None]:
    """Let a function serve with other variables."""
    functions = stack.client("lambda")
    served = functions.get_function_configuration(FunctionName=name, Qualifier="live")
    good, point = served["Environment"]["Variables"], {"FunctionName": name, "Name": "live"}
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": good | variables})
    bad = functions.publish_version(FunctionName=name)["Version"]
    functions.update_alias(**point, FunctionVersion=bad)
    try:
        yield
    finally:
        functions.update_alias(**point, FunctionVersion=served["Version"])
        functions.delete_function(FunctionName=name, Qualifier=bad)
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": good})


@contextmanager
def wrong_variable(stack: Stack) -> Iterator[None]:
    """Give a function another value of one variable."""
    with released_by_hand(stack, "process_task", PROCESSING_SECONDS="0.3"):
        yield


@contextmanager
def whole_batches_fail(stack: Stack) -> Iterator[None]:
    """Have the queue ask for no partial batch response."""
    functions, uuid = stack.client("lambda"), mapping(stack)["UUID"]
    functions.update_event_source_mapping(UUID=uuid, FunctionResponseTypes=[])
    try:
        yield
    finally:
        functions.update_event_source_mapping(UUID=uuid, FunctionResponseTypes=["ReportBatchItemFailures"])
        wait_until(lambda: mapping(stack)["State"] == "Enabled", "the mapping is mended")


def group_id(stack: Stack, name: str) -> str:
    """The id of a security group."""
    filters = [{"Name": "group-name", "Values": [name]}]
    (group,) = stack.client("ec2").describe_security_groups(Filters=filters)["SecurityGroups"]
    return str(group["GroupId"])


def rule(port: int, **source: Any) -> list[dict[str, Any]]:
    """A rule on one TCP port."""
    return [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port} | source]


@contextmanager
def closed_port(stack: Stack) -> Iterator[None]:
    """Close HTTPS."""
    ec2, group = stack.client("ec2"), group_id(stack, "task-management-ec2-sg")
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=rule(443, IpRanges=[EVERYBODY]))
    try:
        yield
    finally:
        described = EVERYBODY | {"Description": "HTTPS"}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rule(443, IpRanges=[described]))


@contextmanager
def open_database(stack: Stack) -> Iterator[None]:
    """Open the database to everybody."""
    ec2, group = stack.client("ec2"), group_id(stack, "task-management-rds-sg")
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rule(3306, IpRanges=[EVERYBODY]))
    try:
        yield
    finally:
        ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=rule(3306, IpRanges=[EVERYBODY]))


@contextmanager
def web_shut_out(stack: Stack) -> Iterator[None]:
    """Take the rule away that lets the web application into the database."""
    ec2, group = stack.client("ec2"), group_id(stack, "task-management-rds-sg")
    web = group_id(stack, "task-management-ec2-sg")
    (found,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    (permission,) = [each for each in found["IpPermissions"] if web in str(each["UserIdGroupPairs"])]
    (pair,) = [each for each in permission["UserIdGroupPairs"] if each["GroupId"] == web]
    rules = rule(permission["FromPort"], UserIdGroupPairs=[pair])
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=rules)
    try:
        yield
    finally:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rules)


@contextmanager
def lost_instance(stack: Stack) -> Iterator[None]:
    """Have the instance not be found: another one has its name."""
    ec2 = stack.client("ec2")
    filters = [{"Name": "tag:Name", "Values": ["task-management-web"]}]
    (reservation,) = ec2.describe_instances(Filters=filters)["Reservations"]
    instance = [reservation["Instances"][0]["InstanceId"]]
    ec2.create_tags(Resources=instance, Tags=[{"Key": "Name", "Value": "renamed"}])
    try:
        yield
    finally:
        ec2.create_tags(Resources=instance, Tags=[{"Key": "Name", "Value": "task-management-web"}])


@contextmanager
def detached_policy(stack: Stack) -> Iterator[None]:
    """Take one managed policy off a role."""
    iam, arn = stack.client("iam"), "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"
    iam.detach_role_policy(RoleName=EC2_ROLE, PolicyArn=arn)
    try:
        yield
    finally:
        iam.attach_role_policy(RoleName=EC2_ROLE, PolicyArn=arn)


@contextmanager
def profile_without_role(stack: Stack) -> Iterator[None]:
    """Take the role out of its instance profile."""
    iam, both = stack.client("iam"), {"InstanceProfileName": EC2_ROLE, "RoleName": EC2_ROLE}
    iam.remove_role_from_instance_profile(**both)
    try:
        yield
    finally:
        iam.add_role_to_instance_profile(**both)


@contextmanager
def deleted_role(stack: Stack) -> Iterator[None]:
    """Delete the instance's role."""
    iam = stack.client("iam")
    role = iam.get_role(RoleName=EC2_ROLE)["Role"]
    attached = [each["PolicyArn"] for each in iam.list_attached_role_policies(RoleName=EC2_ROLE)["AttachedPolicies"]]
    with profile_without_role(stack):
        for arn in attached:
            iam.detach_role_policy(RoleName=EC2_ROLE, PolicyArn=arn)
        iam.delete_role(RoleName=EC2_ROLE)
        try:
            yield
        finally:
            trust = json.dumps(role["AssumeRolePolicyDocument"])
            kept = {"Description": role["Description"]}
            kept["PermissionsBoundary"] = role["PermissionsBoundary"]["PermissionsBoundaryArn"]
            iam.create_role(RoleName=EC2_ROLE, AssumeRolePolicyDocument=trust, **kept)
            for arn in attached:
                iam.attach_role_policy(RoleName=EC2_ROLE, PolicyArn=arn)


@contextmanager
def too_much_inline(stack: Stack) -> Iterator[None]:
    """Let a function publish on any topic."""
    iam, which = stack.client("iam"), {"RoleName": "TaskManagementAddTaskRole", "PolicyName": "announce-tasks"}
    document = iam.get_role_policy(**which)["PolicyDocument"]
    wider = document | {"Statement": [each | {"Resource": "*"} for each in document["Statement"]]}
    iam.put_role_policy(**which, PolicyDocument=json.dumps(wider))
    try:
        yield
    finally:
        iam.put_role_policy(**which, PolicyDocument=json.dumps(document))


@contextmanager
def too_much_trust(stack: Stack) -> Iterator[None]:
    """Let another service take a function's role."""
    iam, role = stack.client("iam"), "TaskManagementProcessTaskRole"
    document = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    (statement,) = document["Statement"]
    wider = document | {
        "Statement": [statement | {"Principal": {"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}}]
    }
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(wider))
    try:
        yield
    finally:
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(document))


@contextmanager
def tokens_not_allowed(stack: Stack) -> Iterator[None]:
    """Take rds-db:connect out of the functions' policy."""
    iam = stack.client("iam")
    (arn,) = [
        each["Arn"] for each in iam.list_policies(Scope="Local")["Policies"] if each["PolicyName"] == LAMBDA_POLICY
    ]
    good = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=good)["PolicyVersion"]["Document"]
    rest = [statement for statement in document["Statement"] if statement["Action"] != "rds-db:connect"]
    policy = json.dumps(document | {"Statement": rest})
    bad = iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy, SetAsDefault=True)["PolicyVersion"]
    try:
        yield
    finally:
        iam.set_default_policy_version(PolicyArn=arn, VersionId=good)
        iam.delete_policy_version(PolicyArn=arn, VersionId=bad["VersionId"])


@contextmanager
def tokens_switched_off(stack: Stack) -> Iterator[None]:
    """Switch the database's IAM authentication off."""
    rds, which = stack.client("rds"), {"DBInstanceIdentifier": "task-management-db", "ApplyImmediately": True}
    rds.modify_db_instance(EnableIAMDatabaseAuthentication=False, **which)
    try:
        yield
    finally:
        rds.modify_db_instance(EnableIAMDatabaseAuthentication=True, **which)


@contextmanager
def user_without_tls(stack: Stack) -> Iterator[None]:
    """Let the database user in without TLS."""
    stack.query("ALTER USER lambda_user@'%%' REQUIRE NONE")
    try:
        yield
    finally:
        stack.query("ALTER USER lambda_user@'%%' REQUIRE SSL")


@contextmanager
def dropped_user(stack: Stack) -> Iterator[None]:
    """Drop the database user."""
    stack.query("DROP USER lambda_user@'%%'")
    try:
        yield
    finally:
        stack.query("CREATE USER lambda_user@'%%' IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL")
        stack.query("GRANT ALL ON taskmanager.* TO lambda_user@'%%'")


@contextmanager
def deleted_function(stack: Stack) -> Iterator[None]:
    """Delete add_task."""
    functions = stack.client("lambda")
    found = functions.get_function(FunctionName="add_task")
    kept = ("Runtime", "Role", "Handler", "Description", "Timeout", "MemorySize", "Environment", "Architectures")
    settings = {name: found["Configuration"][name] for name in kept} | {"Tags": found.get("Tags", {})}
    vpc = {name: found["Configuration"]["VpcConfig"][name] for name in ("SubnetIds", "SecurityGroupIds")}
    functions.delete_function(FunctionName="add_task")
    try:
        yield
    finally:
        code = {"ZipFile": (stack.build / "lambda/add_task.zip").read_bytes()}
        functions.create_function(FunctionName="add_task", Code=code, VpcConfig=vpc, Publish=True, **settings)
        functions.create_alias(FunctionName="add_task", Name="live", FunctionVersion="1")


@contextmanager
def changed_alarm(stack: Stack, name: str, **change: Any) -> Iterator[None]:
    """Change settings of an alarm."""
    cloudwatch = stack.client("cloudwatch")
    (found,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    read_only = re.compile("AlarmArn|AlarmConfigurationUpdatedTimestamp|State.*")
    good = {key: value for key, value in found.items() if not read_only.fullmatch(key)}
    cloudwatch.put_metric_alarm(**good | change)
    try:
        yield
    finally:
        cloudwatch.put_metric_alarm(**good)


@contextmanager
def deleted_alarm(stack: Stack, name: str) -> Iterator[None]:
    """Delete an alarm."""
    with changed_alarm(stack, name):
        stack.client("cloudwatch").delete_alarms(AlarmNames=[name])
        yield
