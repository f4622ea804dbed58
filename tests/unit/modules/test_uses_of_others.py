# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What others use is told by name, and what is removed as well does not count."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.policy_uses import policies_in_use
from ansible_collections.taskmanager.aws.plugins.module_utils.security_group.uses import groups_in_use

UUID = "01234567-89ab-cdef-0123-456789abcdef"


def policy(*entities: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "policy_name": "ShopLogs",
        "entities": [{"usage": usage, "type": kind, "name": name} for usage, kind, name in entities],
    }


@pytest.mark.parametrize(
    ("entities", "told"),
    [
        ([], []),
        ([("attached", "role", "ShopRole"), ("boundary", "role", "ShopRole")], []),
        ([("attached", "role", "Billing")], ["The policy ShopLogs is attached to the role Billing"]),
        ([("boundary", "role", "Billing")], ["The policy ShopLogs is the boundary of the role Billing"]),
        (
            [("attached", "user", "ShopRole"), ("attached", "role", "ShopRole"), ("attached", "group", "Staff")],
            ["The policy ShopLogs is attached to the user ShopRole, attached to the group Staff"],
        ),
    ],
    ids=["nobody", "our role", "a role", "a boundary", "a user of our role's name, and a group"],
)
def test_a_policy_of_others(entities: list[tuple[str, str, str]], told: list[str]) -> None:
    assert policies_in_use([policy(*entities), policy()], ["ShopRole"]) == told


def group(group_id: str, name: str, *named: str, direction: str = "ip_permissions") -> dict[str, Any]:
    rule = {"ip_protocol": "tcp", "user_id_group_pairs": [{"group_id": each} for each in named]}
    return {"group_id": group_id, "group_name": name, "ip_permissions": [], "ip_permissions_egress": []} | {
        direction: [rule]
    }


def interface(description: str = "", instance: str | None = None, group_id: str = "sg-1") -> dict[str, Any]:
    attachment = {"attachment": {"instance_id": instance} if instance else {"status": "attached"}}
    groups = [{"group_id": "sg-9"}, {"group_id": group_id}]
    return {"network_interface_id": "eni-1", "description": description, "groups": groups, **attachment}


def database(identifier: str, *groups: str) -> dict[str, Any]:
    return {
        "db_instance_identifier": identifier,
        "vpc_security_groups": [{"vpc_security_group_id": each} for each in groups],
    }


# The web servers' group and the databases', which name each other.
OURS = [group("sg-1", "shop-web", "sg-2"), group("sg-2", "shop-db", "sg-1")]


def used(others: list[dict[str, Any]], interfaces: list[dict[str, Any]], databases: list[dict[str, Any]]) -> list[str]:
    """Who uses the group shop-web."""
    instances = [{"id": "i-web", "groups": ["shop-web"]}, {"id": "i-db", "groups": ["shop-db"]}]
    db_instances = [{"identifier": "shop", "groups": ["shop-web"]}, {"identifier": "stock", "groups": ["shop-db"]}]
    found = groups_in_use(
        OURS, [*OURS, *others], interfaces, databases, instances, db_instances, ["take_order", "take-order"]
    )
    prefix = "The group shop-web is used by "
    assert all(each.startswith(prefix) for each in found)
    return [each.removeprefix(prefix) for each in found]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (interface(), "the network interface eni-1"),
        (interface("ELB app/billing/1"), "the network interface eni-1 (ELB app/billing/1)"),
        (interface("Primary", "i-others"), "the network interface eni-1 of the instance i-others"),
        (interface("", "i-db"), "the network interface eni-1 of the instance i-db"),
        (interface("", "i-web"), None),
        (interface("", "i-others", "sg-8"), None),
        (interface("RDSNetworkInterface"), None),
        (interface(f"AWS Lambda VPC ENI-take_order-{UUID}"), None),
        (interface(f"AWS Lambda VPC ENI-take-order-{UUID}"), None),
        (
            interface(f"AWS Lambda VPC ENI-take_orders-{UUID}"),
            f"the network interface eni-1 (AWS Lambda VPC ENI-take_orders-{UUID})",
        ),
        (
            interface(f"AWS Lambda VPC ENI-take_order-2-{UUID}"),
            f"the network interface eni-1 (AWS Lambda VPC ENI-take_order-2-{UUID})",
        ),
    ],
)
def test_a_network_interface(found: dict[str, Any], told: str | None) -> None:
    assert used([], [found], []) == ([told] if told else [])


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (database("billing", "sg-9", "sg-1"), ["the RDS instance billing"]),
        (database("stock", "sg-1"), ["the RDS instance stock"]),
        (database("shop", "sg-1"), []),
        (database("billing", "sg-9"), []),
    ],
)
def test_an_rds_instance(found: dict[str, Any], told: list[str]) -> None:
    assert used([], [], [found]) == told


@pytest.mark.parametrize("direction", ["ip_permissions", "ip_permissions_egress"])
def test_a_rule_of_another_group(direction: str) -> None:
    assert used([group("sg-8", "billing", "sg-8", "sg-1", direction=direction)], [], []) == [
        "a rule of the group billing"
    ]
    assert used([group("sg-8", "billing", "sg-8", direction=direction)], [], []) == []


def test_all_users_of_all_groups_are_told() -> None:
    interfaces = [interface("", "i-others"), interface("", "i-others", "sg-2")]
    others = [group("sg-8", "billing", "sg-1")]
    assert groups_in_use(OURS, [*OURS, *others], interfaces, [database("billing", "sg-2")], [], [], []) == [
        "The group shop-web is used by the network interface eni-1 of the instance i-others, "
        "a rule of the group billing",
        "The group shop-db is used by the network interface eni-1 of the instance i-others, the RDS instance billing",
    ]
