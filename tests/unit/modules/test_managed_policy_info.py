# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""iam_managed_policy_info: the document in force of the policy of that name, and of no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.amazon.aws.plugins.module_utils.iam import AnsibleIAMError
from ansible_collections.taskmanager.aws.plugins.modules.iam_managed_policy_info import read_policies
from botocore.stub import Stubber

ARN = "arn:aws:iam::123456789012:policy/shop/ShopLogs"
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}]}


def version() -> dict[str, Any]:
    """What AWS answers, in a copy: boto3's stub gives out what it was given, and what reads it changes it."""
    return {"PolicyVersion": {"Document": json.dumps(DOCUMENT), "VersionId": "v3", "IsDefaultVersion": True}}


@pytest.fixture
def iam() -> Iterator[tuple[Any, Stubber]]:
    client = boto3.client("iam", region_name="eu-north-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        yield client, stub
        stub.assert_no_pending_responses()


def listed(*names: str) -> dict[str, Any]:
    return {"Policies": [{"PolicyName": name, "Arn": ARN, "DefaultVersionId": "v3"} for name in names]}


def test_the_version_in_force_is_read(iam: tuple[Any, Stubber]) -> None:
    client, stub = iam
    stub.add_response("list_policies", listed("ShopLog", "ShopLogs", "ShopLogs2"), {"Scope": "Local"})
    stub.add_response("get_policy_version", version(), {"PolicyArn": ARN, "VersionId": "v3"})
    assert read_policies(client, "ShopLogs") == [{"policy_name": "ShopLogs", "arn": ARN, "policy_document": DOCUMENT}]


def test_there_may_be_none(iam: tuple[Any, Stubber]) -> None:
    client, stub = iam
    stub.add_response("list_policies", listed("ShopLog"), {"Scope": "Local"})
    assert read_policies(client, "ShopLogs") == []


def test_who_has_it_is_told_with_the_usage_and_page_by_page(iam: tuple[Any, Stubber]) -> None:
    client, stub = iam
    attached, boundary = (
        {"PolicyArn": ARN, "PolicyUsageFilter": usage} for usage in ("PermissionsPolicy", "PermissionsBoundary")
    )
    stub.add_response("list_policies", listed("ShopLogs"), {"Scope": "Local"})
    stub.add_response("get_policy_version", version(), {"PolicyArn": ARN, "VersionId": "v3"})
    first = {"PolicyUsers": [{"UserName": "till"}], "PolicyRoles": [{"RoleName": "Shop"}]}
    stub.add_response("list_entities_for_policy", first | {"IsTruncated": True, "Marker": "next"}, attached)
    stub.add_response(
        "list_entities_for_policy", {"PolicyRoles": [{"RoleName": "Billing"}]}, attached | {"Marker": "next"}
    )
    stub.add_response("list_entities_for_policy", {"PolicyGroups": [{"GroupName": "Staff"}]}, boundary)
    (found,) = read_policies(client, "ShopLogs", entities=True)
    assert [" ".join(each.values()) for each in found["entities"]] == [
        "attached role Billing",
        "attached role Shop",
        "attached user till",
        "boundary group Staff",
    ]


@pytest.mark.parametrize("call", ["list_policies", "get_policy_version"])
def test_a_refusal_is_an_error(iam: tuple[Any, Stubber], call: str) -> None:
    client, stub = iam
    if call != "list_policies":
        stub.add_response("list_policies", listed("ShopLogs"), {"Scope": "Local"})
    stub.add_client_error(call, "AccessDenied", "not you")
    with pytest.raises(AnsibleIAMError, match="AccessDenied"):
        read_policies(client, "ShopLogs")
