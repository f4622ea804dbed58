# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has MiniStack 1.5.33 check an action against the resource, and with the condition keys, that AWS checks it with.

As it comes, it checks these against `*` or against something else, so that a policy with the right ARNs is refused.
`tests/e2e/test_emulator_fixes.py` shows for each that upstream still needs it: when that test fails, delete the fix.
"""

import json
from collections.abc import Iterator
from typing import Any

from ministack.core import iam_actions
from ministack.services import ec2, iam, tagging

Params = dict[str, Any]

INSTANCE_PROFILE = "arn:aws:iam::{account}:instance-profile/{InstanceProfileName}"
SUBNET_GROUP = "arn:aws:rds:{region}:{account}:subgrp:{DBSubnetGroupName}"
VPC = "arn:aws:ec2:{region}:{account}:vpc/{id}"
DASHBOARD = "arn:aws:cloudwatch::{account}:dashboard/"
# The ARN by action; parameters of the request stand in braces.
RESOURCES = {
    "cloudwatch:DeleteAlarms": "arn:aws:cloudwatch:{region}:{account}:alarm:{AlarmNames}",
    "cloudwatch:DeleteDashboards": DASHBOARD + "{DashboardNames}",
    "cloudwatch:GetDashboard": DASHBOARD + "{DashboardName}",
    "cloudwatch:PutDashboard": DASHBOARD + "{DashboardName}",
    "ec2:CreateInternetGateway": "arn:aws:ec2:{region}:{account}:internet-gateway/*",
    "ec2:CreateVpc": "arn:aws:ec2:{region}:{account}:vpc/*",
    "ec2:RunInstances": "arn:aws:ec2:{region}::image/{ImageId}",
    "iam:AddRoleToInstanceProfile": INSTANCE_PROFILE,
    "iam:CreateInstanceProfile": INSTANCE_PROFILE,
    "iam:CreatePolicy": "arn:aws:iam::{account}:policy/{PolicyName}",
    "iam:DeleteInstanceProfile": INSTANCE_PROFILE,
    "iam:GetInstanceProfile": INSTANCE_PROFILE,
    "iam:RemoveRoleFromInstanceProfile": INSTANCE_PROFILE,
    "lambda:CreateFunction": "arn:aws:lambda:{region}:{account}:function:{FunctionName}",
    "rds:CreateDBSubnetGroup": SUBNET_GROUP,
    "rds:DescribeDBInstances": "arn:aws:rds:{region}:{account}:db:{DBInstanceIdentifier}",
    "rds:DeleteDBSubnetGroup": SUBNET_GROUP,
    "rds:DescribeDBSubnetGroups": SUBNET_GROUP,
    "rds:ListTagsForResource": "{ResourceName}",
    "rds:ModifyDBSubnetGroup": SUBNET_GROUP,
    "sns:ListTagsForResource": "{ResourceArn}",
}
LOG_GROUP = "arn:aws:logs:{region}:{account}:log-group:{logGroupName}:*"
LOG_ACTIONS = ("CreateLogGroup", "DeleteLogGroup", "FilterLogEvents", "PutRetentionPolicy")
RESOURCES |= {f"logs:{action}": LOG_GROUP for action in LOG_ACTIONS}


class Request(dict[str, Any]):
    """A request's parameters by name; of a list the first, and `*` for what it has not."""

    def __init__(self, body: bytes, params: Params, **more: str) -> None:
        named = json.loads(body) if body[:1] == b"{" else params
        for name, value in named.items():
            self[name.removesuffix(".member.1")] = value[0] if isinstance(value, list) else value
        self.update(more)

    def __missing__(self, name: str) -> str:
        return "*"


def checked_resources() -> None:
    """Name the resource that AWS names."""
    original = iam_actions.extract_resource_arn

    def extract(
        service: str, method: str, path: str, headers: Params, body: bytes, params: Params, region: str, account: str
    ) -> str:
        action = iam_actions.extract_iam_action(service, method, path, headers, body, params)
        if action in ("ec2:DisassociateRouteTable", "ec2:ReplaceIamInstanceProfileAssociation"):
            resource = associated(iam_actions._query_param(params, "AssociationId"))
            return f"arn:aws:ec2:{region}:{account}:{resource}" if resource else "*"
        if action not in RESOURCES:
            return str(original(service, method, path, headers, body, params, region, account))
        return RESOURCES[action].format_map(Request(body, params, region=region, account=account))

    iam_actions.extract_resource_arn = extract


def associated(association_id: str) -> str:
    """The route table or instance that an association is of; nothing where there is none."""
    if association := ec2._iam_instance_profile_associations.get(association_id):
        return f"instance/{association['InstanceId']}"
    for table_id, table in ec2._route_tables.items():
        if association_id in [each["RouteTableAssociationId"] for each in table["Associations"]]:
            return f"route-table/{table_id}"
    return ""


def tag_conditions() -> None:
    """Supply `aws:ResourceTag` of what EC2 has."""
    kinds = {"i": "instance", "vpc": "vpc", "subnet": "subnet", "igw": "internet-gateway", "rtb": "route-table"}

    def collect() -> Iterator[tuple[str, list[Params]]]:
        here = f"arn:aws:ec2:{tagging.get_region()}:{tagging._account()}"
        for resource_id, tags in ec2._tags.items():
            if kind := kinds.get(resource_id.partition("-")[0]):
                yield f"{here}:{kind}/{resource_id}", tags

    tagging._RESOURCE_TAG_COLLECTORS["ec2"] = collect


def request_conditions() -> None:
    """Supply `iam:PolicyARN`, `iam:PermissionsBoundary` of roles, `ec2:Attribute` of instances, `ec2:Vpc` of groups."""
    original = iam_actions.request_tag_context

    def context(service: str, action: str, body: bytes, params: Params) -> Params:
        found = dict(original(service, action, body, params))
        if action == "iam:AttachRolePolicy":
            found["iam:PolicyARN"] = iam_actions._query_param(params, "PolicyArn")
        if boundary := boundary_of(action, params):
            found["iam:PermissionsBoundary"] = boundary
        if action == "ec2:ModifyInstanceAttribute":
            asked = {"Action", "Version", "InstanceId", "DryRun", "Attribute", "Value"}
            named = {name.partition(".")[0] for name in params} | {iam_actions._query_param(params, "Attribute")}
            found["ec2:Attribute"] = sorted(named - asked - {""})
        if group := ec2._security_groups.get(iam_actions._query_param(params, "GroupId")):
            found["ec2:Vpc"] = VPC.format(region=tagging.get_region(), account=tagging._account(), id=group["VpcId"])
        return found

    iam_actions.request_tag_context = context


def boundary_of(action: str, params: Params) -> str | None:
    """The boundary that a role is to have, or that the role that something is given to has."""
    if action in ("iam:CreateRole", "iam:PutRolePermissionsBoundary"):
        return str(iam_actions._query_param(params, "PermissionsBoundary"))
    if action in ("iam:PutRolePolicy", "iam:AttachRolePolicy"):
        role: Params = iam._roles.get(iam_actions._query_param(params, "RoleName"), {})
        return role.get("PermissionsBoundary")
    return None


FIXES = (checked_resources, tag_conditions, request_conditions)
