# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""MiniStack as it comes lacks what `emulator/fixes.py` and `resources.py` mend. A failure says: delete that fix."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from stack import ROOT, wait_until

PYTHON = ROOT / ".cache/emulator/bin/python"
ROOT_KEYS = ("123456789012", "test")


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """MiniStack without our launcher."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    folder = tmp_path_factory.mktemp("emulator")
    settings = {"AUTH": "true", "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": port, "EDGE_PORT": port}
    settings |= {"LAMBDA_EXECUTOR": "local", "MINISTACK_REGION": "eu-north-1", "SFTP_ENABLED": "0"}
    settings |= {"IOT_MTLS_ENABLED": "0", "STATE_DIR": str(folder), "TMPDIR": str(folder), "PATH": os.environ["PATH"]}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([PYTHON, "-m", "ministack"], env=settings, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{url}/_ministack/health"), "MiniStack answers")
        yield url
    finally:
        server.terminate()
        server.wait(20)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=3) as response:  # noqa: S310 - a loopback address
            return bool(response.status == 200)
    except OSError:
        return False


def client(endpoint: str, service: str, keys: tuple[str, str] = ROOT_KEYS) -> Any:
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="eu-north-1",
        aws_access_key_id=keys[0],
        aws_secret_access_key=keys[1],
    )


def run_instance(endpoint: str, **more: Any) -> dict[str, Any]:
    started = client(endpoint, "ec2").run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, **more)
    return dict(started["Instances"][0])


def test_set_default_policy_version_is_missing(endpoint: str) -> None:
    iam = client(endpoint, "iam")
    statement = {"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    arn = iam.create_policy(PolicyName="any", PolicyDocument=document)["Policy"]["Arn"]
    with pytest.raises(ClientError, match="SetDefaultPolicyVersion"):
        iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")


def test_instances_have_no_metadata_options(endpoint: str) -> None:
    assert "MetadataOptions" not in run_instance(endpoint)


def test_the_filter_instance_id_is_ignored(endpoint: str) -> None:
    wanted, _ = run_instance(endpoint), run_instance(endpoint)
    filters = [{"Name": "instance-id", "Values": [wanted["InstanceId"]]}]
    reservations = client(endpoint, "ec2").describe_instances(Filters=filters)["Reservations"]
    assert len([each for found in reservations for each in found["Instances"]]) > 1


def test_security_groups_of_an_interface_are_ignored_and_of_an_instance_not_changed(endpoint: str) -> None:
    ec2 = client(endpoint, "ec2")
    group = ec2.create_security_group(GroupName="any", Description="any")["GroupId"]
    instance = run_instance(endpoint, NetworkInterfaces=[{"DeviceIndex": 0, "Groups": [group]}])
    assert group not in [each["GroupId"] for each in instance["SecurityGroups"]]
    with pytest.raises(ClientError, match="ModifyInstanceAttribute"):
        ec2.modify_instance_attribute(InstanceId=instance["InstanceId"], Groups=[group])


def make_group(endpoint: str, name: str) -> str:
    made = client(endpoint, "ec2").create_security_group(GroupName=name, Description=name)
    return str(made["GroupId"])


PORT = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1}


def test_descriptions_of_rules_cannot_be_changed(endpoint: str) -> None:
    ec2, group = client(endpoint, "ec2"), make_group(endpoint, "described")
    for direction in ("ingress", "egress"):
        with pytest.raises(ClientError, match="UpdateSecurityGroupRuleDescriptions"):
            getattr(ec2, f"update_security_group_rule_descriptions_{direction}")(GroupId=group, IpPermissions=[PORT])


@pytest.mark.parametrize(
    ("added", "revoked"),
    [
        ({"IpRanges": [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "11.0.0.0/8"}]}, {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}),
        ({"UserIdGroupPairs": [{}]}, {"UserIdGroupPairs": [{"UserId": ROOT_KEYS[0]}]}),
        ({"UserIdGroupPairs": [{"Description": "any"}]}, {"UserIdGroupPairs": [{}]}),
    ],
    ids=["one of two sources", "a group by its account", "a group without its description"],
)
def test_a_rule_is_not_revoked_as_aws_does(endpoint: str, added: dict[str, Any], revoked: dict[str, Any]) -> None:
    ec2, group = client(endpoint, "ec2"), make_group(endpoint, f"revoked {added} {revoked}")
    for rule in (added, revoked):
        for pair in rule.get("UserIdGroupPairs", []):
            pair["GroupId"] = group
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[PORT | added])
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[PORT | revoked])
    (left,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    (rule,) = left["IpPermissions"]
    assert [len(rule[name]) for name in added] == [len(added[name]) for name in added]


def test_prefix_lists_in_rules_are_ignored(endpoint: str) -> None:
    ec2, group = client(endpoint, "ec2"), make_group(endpoint, "prefix")
    rule = PORT | {"PrefixListIds": [{"PrefixListId": "pl-1"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    (found,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert found["IpPermissions"][0]["PrefixListIds"] == []


def test_interfaces_of_instances_are_not_told_of_and_not_found_by_their_group(endpoint: str) -> None:
    ec2, group = client(endpoint, "ec2"), make_group(endpoint, "of an interface")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    ec2.create_network_interface(SubnetId=subnet, Groups=[group])
    instance = run_instance(endpoint)["InstanceId"]
    found = ec2.describe_network_interfaces(Filters=[{"Name": "group-id", "Values": ["sg-none"]}])["NetworkInterfaces"]
    assert len(found) == 1
    assert instance not in json.dumps(found, default=str)


def test_a_group_that_a_rule_names_can_be_deleted(endpoint: str) -> None:
    ec2, named, naming = client(endpoint, "ec2"), make_group(endpoint, "named"), make_group(endpoint, "naming")
    pair = {"UserIdGroupPairs": [{"GroupId": named}]}
    ec2.authorize_security_group_egress(GroupId=naming, IpPermissions=[PORT | pair])
    ec2.delete_security_group(GroupId=named)


@pytest.mark.parametrize("action", ["monitor_instances", "unmonitor_instances"])
def test_the_monitoring_of_an_instance_cannot_be_changed(endpoint: str, action: str) -> None:
    instance = run_instance(endpoint)["InstanceId"]
    with pytest.raises(ClientError, match=action.partition("_")[0].capitalize()):
        getattr(client(endpoint, "ec2"), action)(InstanceIds=[instance])


@pytest.mark.parametrize(
    ("action", "request_"),
    [
        ("associate_kms_key", {"logGroupName": "/any", "kmsKeyId": "arn:aws:kms:eu-north-1:123456789012:key/any"}),
        ("disassociate_kms_key", {"logGroupName": "/any"}),
        ("put_query_definition", {"name": "any", "queryString": "fields @message"}),
        ("describe_query_definitions", {}),
        ("delete_query_definition", {"queryDefinitionId": "any"}),
    ],
)
def test_logs_have_no_change_of_key_and_no_saved_queries(endpoint: str, action: str, request_: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="Unknown action"):
        getattr(client(endpoint, "logs"), action)(**request_)


def limited(endpoint: str, service: str, statement: dict[str, Any]) -> Any:
    """The client of a user who may do one thing."""
    iam, name = client(endpoint, "iam"), f"user-{uuid.uuid4().hex}"
    iam.create_user(UserName=name)
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | statement]})
    iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return client(endpoint, service, (key["AccessKeyId"], key["SecretAccessKey"]))


def refused(endpoint: str, service: str, operation: str, request: dict[str, Any], **statement: Any) -> None:
    """Insist that an allowed call is refused."""
    action = statement["Action"]
    with pytest.raises(ClientError, match=f"not authorized to perform: {action}"):
        getattr(limited(endpoint, service, statement), operation)(**request)


def test_the_condition_on_a_metrics_namespace_is_never_met(endpoint: str) -> None:
    request = {"Namespace": "Mine", "MetricData": [{"MetricName": "Any", "Value": 1}]}
    condition = {"StringEquals": {"cloudwatch:namespace": "Mine"}}
    action = "cloudwatch:PutMetricData"
    refused(endpoint, "cloudwatch", "put_metric_data", request, Action=action, Resource="*", Condition=condition)


DASHBOARD = "arn:aws:cloudwatch::123456789012:dashboard/any"
ALARM = "arn:aws:cloudwatch:eu-north-1:123456789012:alarm:any"
EC2 = "arn:aws:ec2:eu-north-1:123456789012"
PROFILE = "arn:aws:iam::123456789012:instance-profile/any"
POLICY = "arn:aws:iam::123456789012:policy/any-new"
FUNCTION = "arn:aws:lambda:eu-north-1:123456789012:function:any"
LOG_GROUP = "arn:aws:logs:eu-north-1:123456789012:log-group:any:*"
SUBNETS = "arn:aws:rds:eu-north-1:123456789012:subgrp:any"
TOPIC = "arn:aws:sns:eu-north-1:123456789012:any"
GROUP = {"DBSubnetGroupName": "any"}
CODE = {
    "Runtime": "python3.13",
    "Handler": "a.b",
    "Role": "arn:aws:iam::123456789012:role/any",
    "Code": {"ZipFile": b"-"},
}
NAMED = {"InstanceProfileName": "any"}
WITH_ROLE = NAMED | {"RoleName": "any"}


# The action, the resource that AWS checks it against, and the rest of the request.
@pytest.mark.parametrize(
    ("action", "resource", "request_"),
    [
        ("cloudwatch:DeleteAlarms", ALARM, {"AlarmNames": ["any"]}),
        ("cloudwatch:DeleteDashboards", DASHBOARD, {"DashboardNames": ["any"]}),
        ("cloudwatch:GetDashboard", DASHBOARD, {"DashboardName": "any"}),
        ("cloudwatch:PutDashboard", DASHBOARD, {"DashboardName": "any", "DashboardBody": "{}"}),
        ("ec2:CreateInternetGateway", f"{EC2}:internet-gateway/*", {}),
        ("ec2:CreateVpc", f"{EC2}:vpc/*", {"CidrBlock": "10.0.0.0/16"}),
        ("ec2:DisassociateRouteTable", f"{EC2}:route-table/*", {"AssociationId": "rtbassoc-00000001"}),
        (
            "ec2:ReplaceIamInstanceProfileAssociation",
            f"{EC2}:instance/*",
            {"AssociationId": "any", "IamInstanceProfile": {"Name": "any"}},
        ),
        (
            "ec2:RunInstances",
            "arn:aws:ec2:eu-north-1::image/ami-1",
            {"ImageId": "ami-1", "MinCount": 1, "MaxCount": 1},
        ),
        ("iam:AddRoleToInstanceProfile", PROFILE, WITH_ROLE),
        ("iam:CreateInstanceProfile", PROFILE, NAMED),
        ("iam:CreatePolicy", POLICY, {"PolicyName": "any-new", "PolicyDocument": "{}"}),
        ("iam:DeleteInstanceProfile", PROFILE, NAMED),
        ("iam:GetInstanceProfile", PROFILE, NAMED),
        ("iam:RemoveRoleFromInstanceProfile", PROFILE, WITH_ROLE),
        ("lambda:CreateFunction", FUNCTION, {"FunctionName": "any"} | CODE),
        ("logs:CreateLogGroup", LOG_GROUP, {"logGroupName": "any"}),
        ("logs:DeleteLogGroup", LOG_GROUP, {"logGroupName": "any"}),
        ("logs:FilterLogEvents", LOG_GROUP, {"logGroupName": "any"}),
        ("logs:PutRetentionPolicy", LOG_GROUP, {"logGroupName": "any", "retentionInDays": 7}),
        ("rds:CreateDBSubnetGroup", SUBNETS, GROUP | {"DBSubnetGroupDescription": "any", "SubnetIds": ["a", "b"]}),
        ("rds:DeleteDBSubnetGroup", SUBNETS, GROUP),
        ("rds:DescribeDBInstances", "arn:aws:rds:eu-north-1:123456789012:db:*", {}),
        ("rds:DescribeDBSubnetGroups", SUBNETS, GROUP),
        ("rds:ListTagsForResource", SUBNETS, {"ResourceName": SUBNETS}),
        ("rds:ModifyDBSubnetGroup", SUBNETS, GROUP | {"SubnetIds": ["a", "b"]}),
        ("sns:ListTagsForResource", TOPIC, {"ResourceArn": TOPIC}),
    ],
    ids=lambda value: value if isinstance(value, str) and value.count(":") == 1 else "",
)
def test_an_action_is_not_checked_against_its_resource(
    endpoint: str, action: str, resource: str, request_: dict[str, Any]
) -> None:
    service, _, name = action.partition(":")
    refused(endpoint, service, xform_name(name), request_, Action=action, Resource=resource)


def test_a_condition_on_an_instances_tag_is_never_met(endpoint: str) -> None:
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "mine"}]}]
    instance = run_instance(endpoint, TagSpecifications=tags)["InstanceId"]
    condition = {"StringEquals": {"aws:ResourceTag/Name": "mine"}}
    action = "ec2:TerminateInstances"
    request = {"InstanceIds": [instance]}
    refused(endpoint, "ec2", "terminate_instances", request, Action=action, Resource="*", Condition=condition)


def test_a_condition_on_an_attached_policy_is_never_met(endpoint: str) -> None:
    arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    request = {"RoleName": "any", "PolicyArn": arn}
    condition = {"ArnEquals": {"iam:PolicyARN": arn}}
    action = "iam:AttachRolePolicy"
    refused(endpoint, "iam", "attach_role_policy", request, Action=action, Resource="*", Condition=condition)


def test_a_condition_on_a_boundary_is_never_met(endpoint: str) -> None:
    boundary = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    request = {"RoleName": "bounded", "AssumeRolePolicyDocument": "{}", "PermissionsBoundary": boundary}
    condition = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    refused(endpoint, "iam", "create_role", request, Action="iam:CreateRole", Resource="*", Condition=condition)


def test_a_condition_on_a_groups_vpc_is_never_met(endpoint: str) -> None:
    group = make_group(endpoint, "vpc")
    rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    condition = {"ArnLike": {"ec2:Vpc": f"{EC2}:vpc/*"}}
    action = "ec2:AuthorizeSecurityGroupIngress"
    request = {"GroupId": group, "IpPermissions": [rule]}
    refused(
        endpoint, "ec2", "authorize_security_group_ingress", request, Action=action, Resource="*", Condition=condition
    )


def test_a_condition_on_a_changed_attribute_is_never_met(endpoint: str) -> None:
    request = {"InstanceId": run_instance(endpoint)["InstanceId"], "Groups": [make_group(endpoint, "attribute")]}
    condition = {"StringEquals": {"ec2:Attribute": "GroupId"}}
    action = "ec2:ModifyInstanceAttribute"
    refused(endpoint, "ec2", "modify_instance_attribute", request, Action=action, Resource="*", Condition=condition)


def test_a_condition_on_a_mappings_function_is_never_met(endpoint: str) -> None:
    request = {"FunctionName": "any", "EventSourceArn": "arn:aws:sqs:eu-north-1:123456789012:any"}
    condition = {"ArnEquals": {"lambda:FunctionArn": FUNCTION}}
    action = "lambda:CreateEventSourceMapping"
    refused(
        endpoint, "lambda", "create_event_source_mapping", request, Action=action, Resource="*", Condition=condition
    )


def test_an_alias_is_not_told_from_its_function(endpoint: str) -> None:
    request = {"FunctionName": "any", "Qualifier": "live"}
    refused(endpoint, "lambda", "invoke", request, Action="lambda:InvokeFunction", Resource=f"{FUNCTION}:live")


NO_MAPPING = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("operation", "request_", "taken_for"),
    [
        ("get_alias", {"FunctionName": "any", "Name": "live"}, "ListAliases"),
        ("update_alias", {"FunctionName": "any", "Name": "live"}, "ListAliases"),
        ("delete_alias", {"FunctionName": "any", "Name": "live"}, "ListAliases"),
        ("get_event_source_mapping", {"UUID": NO_MAPPING}, "ListEventSourceMappings"),
        ("get_function_concurrency", {"FunctionName": "any"}, "PutFunctionConcurrency"),
        ("delete_function_concurrency", {"FunctionName": "any"}, "PutFunctionConcurrency"),
    ],
)
def test_an_action_of_lambda_is_taken_for_another(
    endpoint: str, operation: str, request_: dict[str, Any], taken_for: str
) -> None:
    nothing = {"Action": "lambda:Any", "Resource": "*"}
    with pytest.raises(ClientError, match=f"not authorized to perform: lambda:{taken_for}"):
        getattr(limited(endpoint, "lambda", nothing), operation)(**request_)


@pytest.mark.parametrize("operation", ["update_event_source_mapping", "delete_event_source_mapping"])
def test_a_mapping_may_be_changed_by_everybody(endpoint: str, operation: str) -> None:
    nothing = {"Action": "lambda:Any", "Resource": "*"}
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        getattr(limited(endpoint, "lambda", nothing), operation)(UUID=NO_MAPPING)


def test_an_alarm_loses_its_queries_and_gets_a_statistic_that_nobody_gave(endpoint: str) -> None:
    cloudwatch = client(endpoint, "cloudwatch")
    band = {"Id": "e1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)"}
    settings = {"Metrics": [band], "ThresholdMetricId": "e1", "EvaluateLowSampleCountPercentile": "ignore"}
    comparison = {"EvaluationPeriods": 1, "ComparisonOperator": "LessThanLowerThreshold"}
    cloudwatch.put_metric_alarm(AlarmName="any", **comparison, **settings)
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=["any"])["MetricAlarms"]
    assert settings.keys() & alarm.keys() == set()
    assert alarm["Statistic"] == "Average"
    assert alarm["Period"] == 60
    assert alarm["Threshold"] == 0


def test_a_policy_for_the_streams_of_a_log_group_admits_nobody(endpoint: str) -> None:
    client(endpoint, "logs").create_log_group(logGroupName="/mine")
    streams = "arn:aws:logs:eu-north-1:123456789012:log-group:/mine:*"
    request = {"logGroupName": "/mine", "logStreamName": "any"}
    refused(endpoint, "logs", "create_log_stream", request, Action="logs:CreateLogStream", Resource=streams)
