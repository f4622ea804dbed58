# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""cloudwatch_composite_alarm: what is compared, and that an update loses nothing of what has no option."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.composite_alarm import (
    desired_settings,
    request_of,
    settings_of,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.composite_alarm_api import CompositeAlarmError
from ansible_collections.taskmanager.aws.plugins.modules import cloudwatch_composite_alarm
from botocore.stub import Stubber

NAME = "orders-unhealthy"
RULE = 'ALARM("late") OR ALARM("lost")'
TOPIC = "arn:aws:sns:eu-north-1:123456789012:alarms"
PARAMS: dict[str, Any] = {
    "name": NAME,
    "state": "present",
    "alarm_rule": RULE,
    "description": "Customers notice",
    "actions_enabled": True,
    "alarm_actions": [TOPIC],
    "ok_actions": [],
    "insufficient_data_actions": [],
}
SETTINGS = {key: value for key, value in PARAMS.items() if key not in ("name", "state")}
REQUEST = {
    "AlarmName": NAME,
    "AlarmRule": RULE,
    "AlarmDescription": "Customers notice",
    "ActionsEnabled": True,
    "AlarmActions": [TOPIC],
    "OKActions": [],
    "InsufficientDataActions": [],
}
ALARM = REQUEST | {"AlarmArn": f"arn:aws:cloudwatch:eu-north-1:123456789012:alarm:{NAME}", "StateValue": "OK"}


@pytest.fixture
def client() -> Any:
    return boto3.client("cloudwatch", region_name="eu-north-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def aws(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


class FakeModule:
    """What `run` uses of AnsibleAWSModule."""

    def __init__(self, client: Any, check_mode: bool = False, **params: Any) -> None:
        self.params = PARAMS | params
        self.check_mode = check_mode
        self._diff = True
        self._client = client

    def client(self, _service: str) -> Any:
        return self._client


def answer_describe(aws: Stubber, *alarms: dict[str, Any]) -> None:
    expected = {"AlarmNames": [NAME], "AlarmTypes": ["CompositeAlarm"]}
    aws.add_response("describe_alarms", {"CompositeAlarms": list(alarms)}, expected)


def test_space_around_a_rule_and_the_order_of_actions_mean_nothing() -> None:
    given = desired_settings(PARAMS | {"alarm_rule": f"{RULE}\n", "alarm_actions": ["b", "a"]}, None)
    assert given == settings_of(ALARM | {"AlarmActions": ["a", "b"]})


def test_fields_that_aws_leaves_out_are_empty() -> None:
    bare = settings_of({"AlarmName": NAME, "AlarmRule": RULE, "ActionsEnabled": True})
    assert (bare.description, bare.alarm_actions, bare.ok_actions, bare.insufficient_data_actions) == ("", [], [], [])


@pytest.mark.parametrize(
    ("field", "drifted", "option"),
    [
        ("AlarmRule", 'ALARM("late")', "alarm_rule"),
        ("AlarmDescription", "?", "description"),
        ("ActionsEnabled", False, "actions_enabled"),
        ("AlarmActions", [], "alarm_actions"),
        ("OKActions", [TOPIC], "ok_actions"),
        ("InsufficientDataActions", [TOPIC], "insufficient_data_actions"),
    ],
)
def test_what_drifted_is_put_right_and_is_the_whole_diff(
    client: Any, aws: Stubber, field: str, drifted: Any, option: str
) -> None:
    answer_describe(aws, ALARM | {field: drifted})
    aws.add_response("put_composite_alarm", {}, REQUEST)
    result = cloudwatch_composite_alarm.run(FakeModule(client))
    assert result["diff"] == {"before": {option: drifted}, "after": {option: PARAMS[option]}}


def test_an_update_keeps_what_has_no_option() -> None:
    suppressor = {"ActionsSuppressor": "repairs", "ActionsSuppressorWaitPeriod": 60}
    assert request_of(NAME, desired_settings(PARAMS, None), ALARM | suppressor) == REQUEST | suppressor


BY_HAND = {"OKActions": [TOPIC], "InsufficientDataActions": [TOPIC], "ActionsEnabled": False, "AlarmDescription": "?"}
NOT_GIVEN: dict[str, Any] = dict.fromkeys(("ok_actions", "insufficient_data_actions", "actions_enabled", "description"))


def test_what_others_set_and_the_data_does_not_give_survives_a_change(client: Any, aws: Stubber) -> None:
    answer_describe(aws, ALARM | BY_HAND)
    assert not cloudwatch_composite_alarm.run(FakeModule(client, **NOT_GIVEN))["changed"]
    answer_describe(aws, ALARM | BY_HAND)
    aws.add_response("put_composite_alarm", {}, REQUEST | BY_HAND | {"AlarmRule": "TRUE"})
    result = cloudwatch_composite_alarm.run(FakeModule(client, alarm_rule="TRUE", **NOT_GIVEN))
    assert result["diff"] == {"before": {"alarm_rule": RULE}, "after": {"alarm_rule": "TRUE"}}


def test_a_new_alarm_has_the_defaults_of_cloudwatch(client: Any, aws: Stubber) -> None:
    answer_describe(aws)
    aws.add_response("put_composite_alarm", {}, REQUEST | {"AlarmDescription": ""})
    assert cloudwatch_composite_alarm.run(FakeModule(client, **NOT_GIVEN))["changed"]


def test_a_missing_alarm_is_created(client: Any, aws: Stubber) -> None:
    answer_describe(aws)
    aws.add_response("put_composite_alarm", {}, REQUEST)
    assert cloudwatch_composite_alarm.run(FakeModule(client)) == {
        "changed": True,
        "settings": SETTINGS,
        "diff": {"before": {}, "after": SETTINGS},
    }


def test_an_alarm_as_desired_is_left_alone(client: Any, aws: Stubber) -> None:
    answer_describe(aws, ALARM)
    assert not cloudwatch_composite_alarm.run(FakeModule(client))["changed"]


def test_an_alarm_is_deleted_and_only_once(client: Any, aws: Stubber) -> None:
    answer_describe(aws, ALARM)
    aws.add_response("delete_alarms", {}, {"AlarmNames": [NAME]})
    result = cloudwatch_composite_alarm.run(FakeModule(client, state="absent", alarm_rule=None))
    assert result == {"changed": True, "diff": {"before": SETTINGS, "after": {}}}
    answer_describe(aws)
    assert not cloudwatch_composite_alarm.run(FakeModule(client, state="absent", alarm_rule=None))["changed"]


@pytest.mark.parametrize("found", [[], [ALARM | {"ActionsEnabled": False}]])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_check_mode_predicts_and_writes_nothing(
    client: Any, aws: Stubber, found: list[dict[str, Any]], state: str
) -> None:
    answer_describe(aws, *found)
    result = cloudwatch_composite_alarm.run(FakeModule(client, check_mode=True, state=state))
    assert result["changed"] == (state == "present" or bool(found))


def test_a_refused_rule_names_the_alarm_and_keeps_the_reason_of_aws(client: Any, aws: Stubber) -> None:
    answer_describe(aws)
    aws.add_client_error("put_composite_alarm", "ValidationError", "alarms [lost] in the alarm rule do not exist")
    with pytest.raises(CompositeAlarmError, match=rf"put composite alarm {NAME}.*\[lost\] in the alarm rule"):
        cloudwatch_composite_alarm.run(FakeModule(client))
