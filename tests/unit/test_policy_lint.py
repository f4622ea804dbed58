# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies that we write have no finding that is not explained here, and the lint finds what is planted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from explained_findings import explained
from policy_lint import Statement, findings
from test_inventory import ROOT, template
from test_permissions import ACCOUNT, FOUND, TOPIC


def documents() -> dict[str, list[Statement]]:
    """The statements of each policy of the inventory, inline ones too, and of those that docs/ ships."""
    rendered = template("{'roles': iam_roles, 'policies': iam_policies}", foundation_out=FOUND)
    found = {policy["name"]: policy["statements"] for policy in rendered["policies"]}
    for role in rendered["roles"]:
        found |= role.get("inline_policies", {})
    return found | {path.name: json.loads(path.read_text())["Statement"] for path in ROOT.glob("docs/*policy*.json")}


def test_each_finding_is_explained() -> None:
    found = {name: findings(statements) for name, statements in documents().items()}
    assert {"announce-tasks", "receive-tasks", "TaskManagementLambdaPolicy"} <= found.keys()
    assert found == {name: explained(name) for name in found}


ANYWHERE = "arn:aws:sns:*:123456789012:tasks"
ANYBODYS = "arn:aws:sns:eu-north-1:*:tasks"
GOOD: Statement = {"Sid": "Planted", "Effect": "Allow", "Action": "sns:Publish", "Resource": TOPIC}


def test_a_good_statement_has_no_finding() -> None:
    assert findings([GOOD]) == set()


@pytest.mark.parametrize(
    ("fault", "finding"),
    [
        ({"Action": "sns:Pubblish"}, ("NO_SUCH_ACTION", "sns:Pubblish")),
        ({"Action": "simple:Publish"}, ("NO_SUCH_ACTION", "simple:Publish")),
        ({"Action": "sns:*"}, ("ACTION_BY_PATTERN", "sns:*")),
        ({"Action": "sns:Publis?"}, ("ACTION_BY_PATTERN", "sns:Publis?")),
        ({"Action": ["sns:Publish", "iam:PassRole"]}, ("RESOURCE_MISMATCH", "iam:passrole")),
        ({"Resource": f"arn:aws:sqs:{ACCOUNT}:tasks"}, ("RESOURCE_MISMATCH", "sns:publish")),
        ({"Resource": f"arn:aws:sqs:{ACCOUNT}:tasks"}, ("NO_RESOURCE_FITS", "sns:Publish")),
        ({"Resource": [TOPIC, f"arn:aws:sqs:{ACCOUNT}:q"]}, ("NO_ACTION_FITS", f"arn:aws:sqs:{ACCOUNT}:q")),
        ({"Resource": "*"}, ("RESOURCE_STAR", "sns:publish")),
        (
            {"Resource": "arn:aws:sns:*:123456789012:tasks"},
            ("ANY_REGION_OR_ACCOUNT", "arn:aws:sns:*:123456789012:tasks"),
        ),
        ({"Resource": "arn:aws:sns:eu-north-1:*:tasks"}, ("ANY_REGION_OR_ACCOUNT", "arn:aws:sns:eu-north-1:*:tasks")),
        ({"Resource": "tasks"}, ("INVALID_ARN", "Does not have 6 parts")),
        (
            {"Condition": {"StringEquals": {"cloudwatch:namespace": "x"}}},
            ("UNKNOWN_CONDITION_FOR_ACTION", "Unknown condition cloudwatch:namespace for action sns:Publish"),
        ),
        ({"Condition": {"StringEqual": {"aws:SourceIp": "10.0.0.1"}}}, ("UNKNOWN_OPERATOR", "StringEqual")),
        ({"Effect": "Alow"}, ("MALFORMED", "Unknown Effect used. Effect must be either Allow or Deny")),
        ({"Conditions": {}}, ("MALFORMED", "Statement contains an unknown element")),
        (
            {"Action": "iam:PutRolePolicy", "Resource": "arn:aws:iam::123456789012:role/x"},
            ("PERMISSIONS_MANAGEMENT_ACTIONS", "iam:putrolepolicy"),
        ),
        (
            {"Action": "rds-db:connect", "Resource": f"arn:aws:rds-db:{ACCOUNT}:dbuser:db-A/x"},
            ("CREDENTIALS_EXPOSURE", "rds-db:connect"),
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else json.dumps(value)[1:60],
)
def test_a_planted_fault_is_found(fault: dict[str, Any], finding: tuple[str, str]) -> None:
    assert ("Planted", *finding) in findings([GOOD | fault])


def test_powers_that_add_up_over_statements_are_found() -> None:
    role = "arn:aws:iam::123456789012:role/x"
    statements = [
        GOOD | {"Sid": name, "Action": action, "Resource": role}
        for name, action in (("A", "iam:PutRolePolicy"), ("B", "sts:AssumeRole"))
    ]
    assert ("", "PRIVILEGE_ESCALATION", "PutRolePolicy") in findings(statements)
