# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policy documents are compared by what they mean."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.verify.documents import differences

SEND: dict[str, Any] = {
    "Sid": "Send",
    "Effect": "Allow",
    "Action": ["sqs:SendMessage", "sqs:GetQueueUrl"],
    "Resource": "q",
}
IF: dict[str, Any] = {"StringEquals": {"aws:PrincipalTag/Team": ["a", "b"]}, "Bool": {"aws:SecureTransport": True}}
TRUST: dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


@pytest.mark.parametrize(
    "found",
    [
        pytest.param([SEND], id="itself"),
        pytest.param(SEND, id="one statement without a list"),
        pytest.param([SEND | {"Sid": "AnotherName"}], id="another name"),
        pytest.param([SEND | {"Action": ["sqs:getqueueurl", "SQS:SendMessage"]}], id="order and case of actions"),
        pytest.param([SEND | {"Resource": ["q"]}], id="a list of one"),
        pytest.param([SEND | {"Action": action} for action in SEND["Action"]], id="split"),
        pytest.param([SEND, SEND | {"Action": "sqs:SendMessage"}], id="said twice"),
    ],
)
def test_documents_that_mean_the_same_do_not_differ(found: Any) -> None:
    assert differences(found, [SEND]) == []


def test_a_condition_is_the_same_in_any_order_and_way_of_writing() -> None:
    other = {"Bool": {"AWS:SecureTransport": "true"}, "StringEquals": {"aws:principaltag/team": ["b", "a"]}}
    assert differences([SEND | {"Condition": other}], [SEND | {"Condition": IF}]) == []


@pytest.mark.parametrize(
    ("found", "lacking", "too_much"),
    [
        ([], ["Allow sqs:getqueueurl on q", "Allow sqs:sendmessage on q"], []),
        ([SEND | {"Action": "sqs:SendMessage"}], ["Allow sqs:getqueueurl on q"], []),
        ([SEND, TRUST], [], ["Allow Service ec2.amazonaws.com sts:assumerole"]),
        ([SEND, SEND | {"Effect": "Deny", "Action": "sqs:*"}], [], ["Deny sqs:* on q"]),
        (
            [SEND, {"Effect": "Allow", "NotAction": ["iam:B", "iam:A"], "Resource": "*"}],
            [],
            ["Allow all but iam:a, iam:b on *"],
        ),
        ([SEND, {"Effect": "Allow", "Action": "s3:*", "NotResource": "x"}], [], ["Allow s3:* on all but x"]),
        (
            [SEND | {"Condition": {"Bool": {"a": "true"}}}],
            ["Allow sqs:getqueueurl on q", "Allow sqs:sendmessage on q"],
            [
                'Allow sqs:getqueueurl on q if {"Bool": {"a": ["true"]}}',
                'Allow sqs:sendmessage on q if {"Bool": {"a": ["true"]}}',
            ],
        ),
    ],
)
def test_what_lacks_and_what_is_too_much_is_told(found: Any, lacking: list[str], too_much: list[str]) -> None:
    told = [f"lacks: {each}" for each in lacking] + [f"too much: {each}" for each in too_much]
    assert differences(found, [SEND]) == told


@pytest.mark.parametrize(
    "principal", [{"Service": ["ec2.amazonaws.com", "x.amazonaws.com"]}, {"AWS": "ec2.amazonaws.com"}, "*"]
)
def test_another_principal_is_told(principal: Any) -> None:
    assert differences([TRUST | {"Principal": principal}], [TRUST]) != []
