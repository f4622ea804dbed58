# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limits that inputs are checked against are those of AWS, as botocore's models of its services have them."""

from __future__ import annotations

import re
from typing import Any

import botocore.session
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.kinds import Kind

TEXTS = [
    (aws.POLICY_NAME, "iam", "policyNameType", ""),
    (aws.ROLE_NAME, "iam", "roleNameType", ""),
    (aws.IAM_DESCRIPTION, "iam", "roleDescriptionType", ""),
    (aws.TAG_KEY, "iam", "tagKeyType", ""),
    (aws.ALIAS, "lambda", "Alias", ""),
    (aws.FUNCTION_DESCRIPTION, "lambda", "Description", ""),
    (aws.HANDLER, "lambda", "Handler", ""),
    (aws.VARIABLE_NAME, "lambda", "EnvironmentVariableName", ""),
    (aws.LAYER_ARN, "lambda", "LayerVersionArn", "arn:aws:lambda:eu-north-1:123456789012:layer:shop:3"),
    (aws.ROLE_ARN, "lambda", "RoleArn", "arn:aws:iam::123456789012:role/Shop"),
    (aws.LOG_GROUP_NAME, "logs", "LogGroupName", ""),
    (aws.QUERY_NAME, "logs", "QueryDefinitionName", ""),
    (aws.QUERY_STRING, "logs", "QueryDefinitionString", ""),
    (aws.ALARM_NAME, "cloudwatch", "AlarmName", ""),
    (aws.ALARM_DESCRIPTION, "cloudwatch", "AlarmDescription", ""),
    (aws.NAMESPACE, "cloudwatch", "Namespace", ""),
    (aws.METRIC_NAME, "cloudwatch", "MetricName", ""),
    (aws.DIMENSION_NAME, "cloudwatch", "DimensionName", ""),
    (aws.ALARM_RULE, "cloudwatch", "AlarmRule", ""),
    (aws.ACTION_ARN, "cloudwatch", "ResourceName", "arn:aws:sns:eu-north-1:123456789012:shop"),
]
NUMBERS = [(aws.TIMEOUT, "lambda", "Timeout"), (aws.MEMORY, "lambda", "MemorySize")]


def limits(service: str, shape: str) -> dict[str, Any]:
    """The minimum, maximum and pattern of a shape."""
    model = botocore.session.get_session().get_service_model(service)
    return dict(model.shape_for(shape).metadata)


@pytest.mark.parametrize(("kind", "service", "shape", "example"), TEXTS, ids=[each[2] for each in TEXTS])
def test_the_lengths_are_those_of_aws(kind: Kind, service: str, shape: str, example: str) -> None:
    most = limits(service, shape).get("max", 1_024)
    if example:
        assert kind.accepts(example)
        assert not kind.accepts(example + "x" * most)
    else:
        assert kind.accepts("x" * most)
        assert not kind.accepts("x" * (most + 1))
    if limits(service, shape).get("min"):
        assert not kind.accepts("")


@pytest.mark.parametrize(("kind", "service", "shape", "example"), TEXTS, ids=[each[2] for each in TEXTS])
def test_no_character_is_taken_that_aws_refuses(kind: Kind, service: str, shape: str, example: str) -> None:
    pattern = limits(service, shape).get("pattern", r"(?s:.*)").replace(r"\p{L}\p{Z}\p{N}", r"\w\s")
    for number in range(1, 0x250):
        text = f"{example or 'a'}{chr(number)}a"
        if kind.accepts(text) and kind is not aws.TAG_KEY:
            assert re.fullmatch(pattern, text, re.DOTALL | re.ASCII), text


@pytest.mark.parametrize(("kind", "service", "shape"), NUMBERS)
def test_the_ranges_are_those_of_aws(kind: Kind, service: str, shape: str) -> None:
    found = limits(service, shape)
    assert [kind.accepts(found["min"] - 1), kind.accepts(found["min"])] == [False, True]
    assert [kind.accepts(found["max"]), kind.accepts(str(found["max"] + 1))] == [True, False]
