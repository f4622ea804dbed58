# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""cloudwatchlogs_event_info: which events it returns of those that CloudWatch gives oldest first, page by page."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.taskmanager.aws.plugins.modules import cloudwatchlogs_event_info
from botocore.stub import Stubber

REQUEST = {"logGroupName": "/shop", "startTime": 5_000}
EVENTS = [{"logStreamName": "s", "timestamp": 5_000 + number, "message": f"event {number}"} for number in range(20)]


def read(limit: int, *pages: list[dict[str, Any]]) -> list[str]:
    """The messages that are returned when CloudWatch answers these pages."""
    client = boto3.client("logs", region_name="eu-north-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as aws:
        for number, page in enumerate(pages):
            asked = REQUEST | ({"nextToken": str(number)} if number else {})
            more = {} if number == len(pages) - 1 else {"nextToken": str(number + 1)}
            aws.add_response("filter_log_events", {"events": page} | more, asked)
        params = {"log_group_name": "/shop", "start_time": 5, "filter_pattern": None, "limit": limit}
        events = cloudwatchlogs_event_info.read_events(client, params)
        aws.assert_no_pending_responses()
    return [event["message"] for event in events]


def test_the_newest_events_are_returned_oldest_first() -> None:
    assert read(3, EVENTS) == ["event 17", "event 18", "event 19"]


def test_events_of_all_pages_count_also_behind_an_empty_one() -> None:
    assert read(3, EVENTS[:18], [], EVENTS[18:]) == ["event 17", "event 18", "event 19"]


def test_fewer_events_than_the_limit_are_all_returned() -> None:
    assert read(100, EVENTS[:2]) == ["event 0", "event 1"]


@pytest.mark.parametrize(("option", "value", "minimum"), [("limit", 0, 1), ("limit", -1, 1), ("start_time", -1, 0)])
def test_a_number_below_the_minimum_is_refused(
    option: str, value: int, minimum: int, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"log_group_name": "/shop", "start_time": 0, "region": "eu-north-1", option: value}
    with patch_module_args(given), pytest.raises(SystemExit):
        cloudwatchlogs_event_info.main()
    message = f"{option}: {value} is less than {minimum}; give {minimum} or more"
    assert json.loads(capsys.readouterr().out)["msg"] == message
