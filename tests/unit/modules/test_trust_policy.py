# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The trust policy of a role: what is ours, what is others', and what is kept of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.trust_policy import trust_policy

SERVICE = "lambda.amazonaws.com"
OURS = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
CONDITION = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
SOMEBODY = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/ci"}, "Action": "sts:AssumeRole"}
DENIAL = {"Effect": "Deny", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole", "Condition": CONDITION}


def document(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.mark.parametrize(
    "current",
    [
        None,
        {},
        document(OURS),
        {"Version": "2008-10-17", "Statement": OURS},
        document(OURS | {"Sid": "", "Action": ["sts:AssumeRole"], "Principal": {"Service": [SERVICE]}}),
    ],
)
@pytest.mark.parametrize("keep", [True, False])
def test_what_says_the_same_is_ours(current: Any, keep: bool) -> None:
    assert trust_policy(current, SERVICE, keep) == {"document": document(OURS), "foreign": []}


@pytest.mark.parametrize(
    ("current", "kept"),
    [
        ([OURS, SOMEBODY], [OURS, SOMEBODY]),
        ([SOMEBODY], [OURS, SOMEBODY]),
        ([OURS | {"Condition": CONDITION}], [OURS | {"Condition": CONDITION}]),
        ([OURS, DENIAL], [OURS, DENIAL]),
        ([OURS | {"Principal": {"Service": [SERVICE, "ec2.amazonaws.com"]}}], None),
    ],
    ids=["another principal", "another principal alone", "a condition", "a denial", "another service beside ours"],
)
def test_what_others_let_in_is_told_and_kept_on_request(current: list[Any], kept: list[Any] | None) -> None:
    theirs = [json.dumps(statement, sort_keys=True) for statement in current if statement != OURS]
    replaced = trust_policy(document(*current), SERVICE)
    assert replaced == {"document": document(OURS), "foreign": theirs}
    held = trust_policy(document(*current), SERVICE, keep=True)
    assert held == {"document": document(*(kept or [OURS, *current])), "foreign": theirs}
    assert trust_policy(held["document"], SERVICE, keep=True)["document"] == held["document"], "nothing to do"
