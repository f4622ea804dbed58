# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""lambda_event_source: what it does about which mapping, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.event_source import (
    InvalidEventSourceError,
    VisibilityTimeoutError,
)
from ansible_collections.taskmanager.aws.plugins.modules import lambda_event_source
from botocore.stub import Stubber
from event_source_answers import QUEUE, SETTINGS, UPDATE, UUID, answer_get, mapping, stubbed

URL = "https://sqs.eu-north-1.amazonaws.com/123456789012/orders"


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the pauses between polls instead of making them."""
    made: list[float] = []
    monkeypatch.setattr("botocore.waiter.time.sleep", made.append)
    return made


@pytest.fixture
def aws() -> Iterator[Stubber]:
    with stubbed("lambda") as stubber:
        yield stubber


@pytest.fixture
def sqs() -> Iterator[Stubber]:
    with stubbed("sqs") as stubber:
        yield stubber


def answer_timeouts(aws: Stubber, sqs: Stubber, function: int = 10, visibility: int = 60) -> None:
    aws.add_response("get_function_configuration", {"Timeout": function}, {"FunctionName": "take_order"})
    answer_visibility(sqs, visibility)


def answer_visibility(sqs: Stubber, visibility: int) -> None:
    asked = {"QueueName": "orders", "QueueOwnerAWSAccountId": "123456789012"}
    sqs.add_response("get_queue_url", {"QueueUrl": URL}, asked)
    answer = {"Attributes": {"VisibilityTimeout": str(visibility)}}
    sqs.add_response("get_queue_attributes", answer, {"QueueUrl": URL, "AttributeNames": ["VisibilityTimeout"]})


class FakeModule:
    """What `run` uses of AnsibleAWSModule."""

    def __init__(self, aws: Stubber, sqs: Stubber, check_mode: bool = False, **params: Any) -> None:
        given = {"function_name": "take_order", "event_source_arn": QUEUE, "state": "present", "wait_timeout": 10}
        given |= {"function_timeout": None}
        self.params = given | asdict(SETTINGS) | params
        self.check_mode = check_mode
        self._diff = True
        self.warnings: list[str] = []
        self.warn = self.warnings.append
        self._clients = {"lambda": aws.client, "sqs": sqs.client}

    def client(self, service: str) -> Any:
        return self._clients[service]


def answer_list(aws: Stubber, *mappings: dict[str, Any]) -> None:
    aws.add_response("list_event_source_mappings", {"EventSourceMappings": list(mappings)})


@pytest.mark.usefixtures("pauses")
def test_a_missing_mapping_is_created_and_waited_for(aws: Stubber, sqs: Stubber) -> None:
    answer_timeouts(aws, sqs)
    answer_list(aws)
    aws.add_response("create_event_source_mapping", mapping("Creating"))
    answer_get(aws, "Creating", "Enabled", "Enabled")
    assert lambda_event_source.run(FakeModule(aws, sqs)) == {
        "changed": True,
        "uuid": UUID,
        "state": "Enabled",
        "settings": asdict(SETTINGS),
        "diff": {"before": {}, "after": asdict(SETTINGS)},
    }


def test_a_mapping_as_desired_is_left_alone(aws: Stubber, sqs: Stubber) -> None:
    answer_timeouts(aws, sqs)
    answer_list(aws, mapping())
    result = lambda_event_source.run(FakeModule(aws, sqs))
    assert (result["changed"], result["uuid"], result["settings"]) == (False, UUID, asdict(SETTINGS))


@pytest.mark.usefixtures("pauses")
def test_an_update_waits_for_the_change_before_it_and_for_its_own(aws: Stubber, sqs: Stubber) -> None:
    answer_timeouts(aws, sqs)
    answer_list(aws, mapping("Enabling"))
    answer_get(aws, "Enabled", "Enabled")
    aws.add_response("update_event_source_mapping", mapping("Disabling"), {"UUID": UUID, **UPDATE, "Enabled": False})
    answer_get(aws, "Disabling", "Disabled", "Disabled")
    result = lambda_event_source.run(FakeModule(aws, sqs, enabled=False))
    assert (result["changed"], result["state"]) == (True, "Disabled")
    assert result["diff"] == {"before": {"enabled": True}, "after": {"enabled": False}}


@pytest.mark.parametrize(
    ("option", "fields"),
    [
        ({"batch_size": 3}, {"BatchSize": 3}),
        ({"maximum_batching_window": 3}, {"MaximumBatchingWindowInSeconds": 3}),
        ({"maximum_concurrency": 3}, {"ScalingConfig": {"MaximumConcurrency": 3}}),
        ({"report_batch_item_failures": False}, {"FunctionResponseTypes": []}),
        ({"filter_criteria": [{"a": [3]}]}, {"FilterCriteria": {"Filters": [{"Pattern": '{"a":[3]}'}]}}),
    ],
)
def test_each_option_is_the_field_that_is_updated(
    aws: Stubber, sqs: Stubber, option: dict[str, Any], fields: dict[str, Any]
) -> None:
    answer_timeouts(aws, sqs)
    answer_list(aws, mapping())
    aws.add_response("update_event_source_mapping", mapping(**fields), {"UUID": UUID, **UPDATE, **fields})
    assert lambda_event_source.run(FakeModule(aws, sqs, **option))["changed"]


def test_a_mapping_that_is_being_deleted_is_made_anew(aws: Stubber, sqs: Stubber) -> None:
    answer_timeouts(aws, sqs)
    answer_list(aws, mapping("Deleting"))
    aws.add_client_error("get_event_source_mapping", "ResourceNotFoundException", http_status_code=404)
    aws.add_response("create_event_source_mapping", mapping())
    assert lambda_event_source.run(FakeModule(aws, sqs))["changed"]


@pytest.mark.usefixtures("pauses")
def test_a_removed_mapping_is_waited_for_until_it_is_gone(aws: Stubber, sqs: Stubber) -> None:
    answer_list(aws, mapping())
    aws.add_response("delete_event_source_mapping", mapping("Deleting"), {"UUID": UUID})
    answer_get(aws, "Deleting")
    aws.add_client_error("get_event_source_mapping", "ResourceNotFoundException", http_status_code=404)
    result = lambda_event_source.run(FakeModule(aws, sqs, state="absent"))
    assert result == {"changed": True, "diff": {"before": asdict(SETTINGS), "after": {}}}


def test_a_removal_of_what_does_not_exist_changes_nothing(aws: Stubber, sqs: Stubber) -> None:
    answer_list(aws)
    assert not lambda_event_source.run(FakeModule(aws, sqs, state="absent"))["changed"]


@pytest.mark.parametrize("params", [{"enabled": False}, {"state": "absent"}])
def test_check_mode_predicts_and_writes_nothing(aws: Stubber, sqs: Stubber, params: dict[str, Any]) -> None:
    if "state" not in params:
        answer_timeouts(aws, sqs)
    answer_list(aws, mapping())
    result = lambda_event_source.run(FakeModule(aws, sqs, check_mode=True, **params))
    assert result["changed"]
    assert result.get("state") in ("Disabled", None)


def test_check_mode_predicts_a_creation_without_a_uuid(aws: Stubber, sqs: Stubber) -> None:
    answer_timeouts(aws, sqs)
    answer_list(aws)
    result = lambda_event_source.run(FakeModule(aws, sqs, check_mode=True))
    assert (result["changed"], result["settings"]) == (True, asdict(SETTINGS))
    assert "uuid" not in result


def test_refused_settings_reach_no_call(aws: Stubber, sqs: Stubber) -> None:
    with pytest.raises(InvalidEventSourceError):
        lambda_event_source.run(FakeModule(aws, sqs, batch_size=11))


def test_a_queue_that_would_deliver_twice_is_refused_before_any_change(aws: Stubber, sqs: Stubber) -> None:
    answer_timeouts(aws, sqs, function=10, visibility=9)
    with pytest.raises(VisibilityTimeoutError):
        lambda_event_source.run(FakeModule(aws, sqs))


def test_a_timeout_that_the_function_is_about_to_get_counts(aws: Stubber, sqs: Stubber) -> None:
    answer_visibility(sqs, 30)
    with pytest.raises(VisibilityTimeoutError, match="function take_order is 31 seconds"):
        lambda_event_source.run(FakeModule(aws, sqs, function_timeout=31))


@pytest.mark.parametrize(("found", "warnings"), [([], 1), ([mapping()], 0)], ids=["created", "unchanged"])
def test_a_visibility_timeout_that_is_rather_short_is_warned_of_with_a_change(
    aws: Stubber, sqs: Stubber, found: list[dict[str, Any]], warnings: int
) -> None:
    answer_timeouts(aws, sqs, function=10, visibility=59)
    answer_list(aws, *found)
    module = FakeModule(aws, sqs, check_mode=True)
    lambda_event_source.run(module)
    assert len(module.warnings) == warnings


def test_check_mode_predicts_a_creation_for_a_function_that_is_not_there_yet(aws: Stubber, sqs: Stubber) -> None:
    aws.add_client_error("get_function_configuration", "ResourceNotFoundException")
    sqs.add_client_error("get_queue_url", "AWS.SimpleQueueService.NonExistentQueue")
    answer_list(aws)
    assert lambda_event_source.run(FakeModule(aws, sqs, check_mode=True))["changed"]


def test_a_queue_of_another_region_is_refused_before_the_first_call(aws: Stubber, sqs: Stubber) -> None:
    elsewhere = QUEUE.replace("eu-north-1", "us-east-1")
    with pytest.raises(InvalidEventSourceError, match=f"{elsewhere} is not in eu-north-1, the function's region"):
        lambda_event_source.run(FakeModule(aws, sqs, event_source_arn=elsewhere))
