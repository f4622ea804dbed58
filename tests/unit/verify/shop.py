# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small system, what was asked for and what modules answer of it while it is healthy."""

from __future__ import annotations

from typing import Any

from ansible_collections.taskmanager.aws.plugins.filter.verify_checks import verify_checks

ROLE = "arn:aws:iam::123456789012:role/ShopOrders"
QUEUE = "arn:aws:sqs:eu-north-1:123456789012:orders"
MISSING = "(not found)"
LOG = {"Effect": "Allow", "Action": ["logs:PutLogEvents", "logs:CreateLogStream"], "Resource": "*"}
RECEIVE = {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": QUEUE}
ACCESS_DENIED = {"msg": "An error occurred (AccessDenied) when calling it", "failed": False}


def healthy() -> dict[str, dict[str, list[Any]]]:
    """Made anew for each test, since tests break it."""
    configuration = {
        "functions": [
            {
                "function_arn": "arn:x",
                "role": ROLE,
                "environment": {"variables": {"SHOP": "1", "QUEUE": QUEUE, "MORE": "x"}},
            }
        ]
    }
    source = {"event_source_arn": QUEUE, "batch_size": 5}
    function = {
        "name": "orders",
        "role_arn": ROLE,
        "environment": {"SHOP": 1, "QUEUE": QUEUE},
        "event_sources": [source],
    }
    groups = {"security_groups": [{"group_name": "web", "group_id": "sg-1", "ip_permissions": [tcp(443, "0.0.0.0/0")]}]}
    vpc = {
        "security_groups": [
            {"group_name": "web", "group_id": "sg-1", "ip_permissions": []},
            {"group_name": "db", "group_id": "sg-2", "ip_permissions": [tcp(3306, group="sg-1")]},
        ]
    }
    return {
        "existing": {"wanted": [{"name": "queue orders", "id": QUEUE}]},
        "functions": {
            "wanted": [function],
            "configuration": [configuration],
            "health": [{"result": {"output": {"statusCode": 200, "body": '{"database": "ok"}'}}}],
            "logs": [{"events": [{"message": "START"}]}],
        },
        "event_sources": {
            "wanted": [(function, source)],
            "configuration": [configuration],
            "mapping": [{"diff": {"before": {}, "after": {}}}],
        },
        "policies": {
            "wanted": [{"name": "ShopLogs", "statements": [LOG]}],
            "policy": [{"policies": [{"policy_name": "ShopLogs", "policy_document": {"Statement": [LOG]}}]}],
        },
        "roles": {
            "wanted": [
                {
                    "name": "ShopOrders",
                    "service": "lambda.amazonaws.com",
                    "managed_policies": ["ShopLogs"],
                    "inline_policies": {"receive": [RECEIVE]},
                    "boundary": "ShopBoundary",
                    "instance_profile": True,
                }
            ],
            "role": [{"iam_roles": [role()]}],
            "inline": [{"policies": [{"policy_name": "receive", "policy_document": {"Statement": [RECEIVE]}}]}],
        },
        "instances": {
            "wanted": [{"id": "i-1", "name": "web", "profile": "ShopWeb", "open_ports": [443]}],
            "instance": [
                {"instances": [{"state": {"name": "running"}, "iam_instance_profile": {"arn": "arn:x/ShopWeb"}}]}
            ],
            "groups": [groups],
        },
        "security_groups": {
            "wanted": [{"name": "db", "rules": [{"ports": [3306], "group": "web"}], "allowed_cidr_rules": []}],
            "groups": [vpc],
            "vpc_id": ["vpc-1"],
        },
        "db_instances": {
            "wanted": ["shop-db"],
            "instance": [{"instances": [{"iam_database_authentication_enabled": True}]}],
        },
        "db_users": {"wanted": [{"name": "clerk"}], "user": [{"statements": []}], "host": ["db.example"]},
        "alarms": {"wanted": [alarm_wanted()], "alarms": [{"metric_alarms": [alarm()]}]},
        "probes": {
            "wanted": [{"url": "https://clerk:secret@shop.example/health?token=secret"}],
            "response": [{"status": 200, "msg": "OK (2 bytes)"}],
        },
    }


def tcp(port: int, cidr: str = "", group: str = "", description: str = "") -> dict[str, Any]:
    """A rule of a security group, as ec2_security_group_info returns it."""
    return {
        "ip_protocol": "tcp",
        "from_port": port,
        "to_port": port,
        "ip_ranges": [{"cidr_ip": cidr, "description": description}] if cidr else [],
        "ipv6_ranges": [],
        "prefix_list_ids": [],
        "user_id_group_pairs": [{"group_id": group}] if group else [],
    }


def role(**other: Any) -> dict[str, Any]:
    """A role, as iam_role_info returns it."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    found = {
        "role_name": "ShopOrders",
        "assume_role_policy_document": {"Version": "2012-10-17", "Statement": [trust]},
        "managed_policies": [policy("ShopLogs")],
        "instance_profiles": [{"instance_profile_name": "ShopOrders"}],
        "permissions_boundary": {"permissions_boundary_arn": "arn:aws:iam::123456789012:policy/ShopBoundary"},
    }
    return found | other


def policy(name: str) -> dict[str, str]:
    """An attached policy."""
    return {"policy_name": name, "policy_arn": f"arn:aws:iam::123456789012:policy/shop/{name}"}


def alarm_wanted() -> dict[str, Any]:
    """An alarm, as the role cloudwatch takes it."""
    metric = {"namespace": "Shop", "metric_name": "Lost", "dimensions": {"Shop": "1"}}
    return {"name": "orders-lost", "threshold": "5"} | metric


def alarm(**other: Any) -> dict[str, Any]:
    """An alarm, as cloudwatch_metric_alarm_info returns it."""
    found = {
        "alarm_name": "orders-lost",
        "namespace": "Shop",
        "metric_name": "Lost",
        "dimensions": [{"name": "Shop", "value": "1"}],
        "threshold": 5.0,
        "actions_enabled": True,
        "state_value": "OK",
        "treat_missing_data": "missing",
    }
    return found | other


HTTPS = "https://shop.example/health answers 200"
ALL = [
    "queue orders exists",
    "function orders exists",
    "orders reaches everything that it needs",
    "orders has the right environment",
    "orders runs as ShopOrders",
    "orders writes logs",
    "orders feeds orders",
    "policy ShopLogs grants what was asked for",
    "role ShopOrders exists",
    "ShopOrders is trusted to lambda.amazonaws.com alone",
    "ShopOrders has its managed policies",
    "ShopOrders has its inline policies",
    "ShopOrders has its boundary",
    "ShopOrders is in its instance profile",
    "instance web runs",
    "web is open on 443",
    "web has the instance profile ShopWeb",
    "security group db exists",
    "db admits what was asked for",
    "db admits no address",
    "database shop-db exists",
    "shop-db takes IAM tokens",
    "database user clerk@% is as asked for",
    "alarm orders-lost can go off",
    HTTPS,
]


def judged(kind: str = "", column: str = "", value: Any = None) -> list[dict[str, Any]]:
    """The checks of the small system, with one answer or wish in place of the healthy one."""
    kinds = healthy()
    if kind:
        kinds[kind][column] = [value]
    return verify_checks(kinds, MISSING)


def failed(checks: list[dict[str, Any]]) -> dict[str, str]:
    return {check["name"]: check["found"] for check in checks if not check["ok"]}


def names(checks: list[dict[str, Any]]) -> list[str]:
    return [check["name"] for check in checks]
