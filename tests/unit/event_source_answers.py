# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWS answers of an event source mapping, for the tests of lambda_event_source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from ansible_collections.taskmanager.aws.plugins.module_utils.event_source import Settings
from botocore.stub import Stubber

QUEUE = "arn:aws:sqs:eu-north-1:123456789012:orders"
FUNCTION = "arn:aws:lambda:eu-north-1:123456789012:function:take_order"
UUID = "a1b2c3d4-5678-90ab-cdef-111111111111"
SETTINGS = Settings(
    batch_size=10,
    maximum_batching_window=0,
    maximum_concurrency=None,
    report_batch_item_failures=True,
    filter_criteria=(),
    enabled=True,
)
CREATION = {
    "BatchSize": 10,
    "MaximumBatchingWindowInSeconds": 0,
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
    "Enabled": True,
}
UPDATE = CREATION | {"ScalingConfig": {}, "FilterCriteria": {}}


def mapping(state: str = "Enabled", function_arn: str = FUNCTION, **fields: Any) -> dict[str, Any]:
    """A mapping as Lambda answers it."""
    return {
        "UUID": UUID,
        "EventSourceArn": QUEUE,
        "FunctionArn": function_arn,
        "State": state,
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    } | fields


@contextmanager
def stubbed(service: str) -> Iterator[Stubber]:
    """A client that answers as told, and is asked all that it was told of."""
    client = boto3.client(service, region_name="eu-north-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def answer_get(aws: Stubber, *states: str) -> None:
    """Let the next looks at the mapping find it in these states."""
    for state in states:
        aws.add_response("get_event_source_mapping", mapping(state), {"UUID": UUID})
