# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""lambda_event_source: what is compared and refused, whose mapping it is, and how transitions are waited out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import boto3
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.event_source import (
    InvalidEventSourceError,
    Settings,
    check,
    mapping_to,
    plan,
    request_of,
    settings_of,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.event_source_api import (
    EventSourceError,
    create_mapping,
    delete_mapping,
    find_mapping,
    settle,
    update_mapping,
    wait_until,
)
from ansible_collections.taskmanager.aws.plugins.modules import lambda_event_source
from botocore.stub import Stubber

QUEUE = "arn:aws:sqs:eu-north-1:123456789012:orders"
FUNCTION = "arn:aws:lambda:eu-north-1:123456789012:function:take_order"
UUID = "a1b2c3d4-5678-90ab-cdef-111111111111"
SETTINGS = Settings(batch_size=10, maximum_batching_window=0, report_batch_item_failures=True, enabled=True)
REQUEST = {
    "BatchSize": 10,
    "MaximumBatchingWindowInSeconds": 0,
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
    "Enabled": True,
}


def mapping(state: str = "Enabled", function_arn: str = FUNCTION, **fields: Any) -> dict[str, Any]:
    return {
        "UUID": UUID,
        "EventSourceArn": QUEUE,
        "FunctionArn": function_arn,
        "State": state,
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    } | fields


DRIFTS = [
    pytest.param({"BatchSize": 7}, {"batch_size": 7}, id="batch size"),
    pytest.param({"MaximumBatchingWindowInSeconds": 5}, {"maximum_batching_window": 5}, id="window"),
    pytest.param({"FunctionResponseTypes": []}, {"report_batch_item_failures": False}, id="failure reports"),
    pytest.param({"state": "Disabled"}, {"enabled": False}, id="disabled"),
]


@pytest.mark.parametrize(("drift", "shown"), DRIFTS)
def test_a_setting_that_drifted_is_the_whole_plan(drift: dict[str, Any], shown: dict[str, Any]) -> None:
    change = plan(settings_of(mapping(**drift)), SETTINGS)
    assert change.changed
    assert change.before == shown
    assert change.after == {key: asdict(SETTINGS)[key] for key in shown}


def test_a_mapping_as_desired_needs_no_change() -> None:
    change = plan(settings_of(mapping()), SETTINGS)
    assert (change.changed, change.before, change.after) == (False, {}, {})


def test_the_plan_of_a_creation_shows_all_settings() -> None:
    change = plan(None, SETTINGS)
    assert (change.changed, change.before, change.after) == (True, {}, asdict(SETTINGS))


def test_the_plan_of_a_removal_shows_all_settings() -> None:
    change = plan(SETTINGS, None)
    assert (change.changed, change.before, change.after) == (True, asdict(SETTINGS), {})


def test_removing_what_does_not_exist_is_no_change() -> None:
    assert not plan(None, None).changed


def test_fields_that_lambda_leaves_out_are_off() -> None:
    bare = {"UUID": UUID, "FunctionArn": FUNCTION, "State": "Enabled", "BatchSize": 10}
    assert settings_of(bare) == replace(SETTINGS, report_batch_item_failures=False)


def test_settings_are_written_as_the_fields_of_the_api() -> None:
    assert request_of(SETTINGS) == REQUEST
    assert request_of(Settings(100, 5, False, False)) == {
        "BatchSize": 100,
        "MaximumBatchingWindowInSeconds": 5,
        "FunctionResponseTypes": [],
        "Enabled": False,
    }


@pytest.mark.parametrize(
    ("batch_size", "window"),
    [(1, 0), (10, 0), (11, 1), (10_000, 300)],
)
def test_settings_within_the_rules_are_accepted(batch_size: int, window: int) -> None:
    check(QUEUE, Settings(batch_size, window, True, True))


@pytest.mark.parametrize(
    ("batch_size", "window", "option", "found"),
    [
        (0, 0, "batch_size", "0"),
        (10_001, 1, "batch_size", "10001"),
        (10, -1, "maximum_batching_window", "-1"),
        (10, 301, "maximum_batching_window", "301"),
        (11, 0, "maximum_batching_window", "0"),
    ],
)
def test_settings_against_the_rules_are_refused(batch_size: int, window: int, option: str, found: str) -> None:
    with pytest.raises(InvalidEventSourceError, match=rf"- {option}: {found}, must be .*\n") as refusal:
        check(QUEUE, Settings(batch_size, window, True, True))
    assert str(refusal.value).count("\n- ") == 1


@pytest.mark.parametrize(
    "arn",
    [
        "orders",
        "https://sqs.eu-north-1.amazonaws.com/123456789012/orders",
        "arn:aws:kinesis:eu-north-1:123456789012:stream/orders",
        f"{QUEUE}:",
        "",
    ],
)
def test_a_source_that_is_no_queue_is_refused(arn: str) -> None:
    with pytest.raises(InvalidEventSourceError, match="event_source_arn"):
        check(arn, SETTINGS)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(InvalidEventSourceError) as refusal:
        check("orders", Settings(0, 301, True, True))
    assert str(refusal.value).count("\n- ") == 3


@pytest.mark.parametrize("name", ["take_order", FUNCTION, "123456789012:function:take_order"])
def test_a_mapping_is_found_by_name_and_arn_of_its_function(name: str) -> None:
    assert mapping_to(name, [mapping(function_arn=f"{FUNCTION}s"), mapping()]) == mapping()


@pytest.mark.parametrize(
    ("name", "arn"),
    [
        pytest.param("take_order", f"{FUNCTION}:live", id="alias when the function is meant"),
        pytest.param("take_order:live", FUNCTION, id="function when the alias is meant"),
        pytest.param("order", FUNCTION, id="end of another name"),
        pytest.param("take", FUNCTION, id="start of another name"),
    ],
)
def test_a_mapping_to_something_else_is_not_taken(name: str, arn: str) -> None:
    assert mapping_to(name, [mapping(function_arn=arn)]) is None


def test_a_mapping_to_an_alias_is_found_by_the_alias() -> None:
    alias = mapping(function_arn=f"{FUNCTION}:live")
    assert mapping_to("take_order:live", [mapping(), alias]) == alias


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the pauses between polls instead of making them."""
    made: list[float] = []
    monkeypatch.setattr("botocore.waiter.time.sleep", made.append)
    return made


@pytest.fixture
def client() -> Any:
    return boto3.client("lambda", region_name="eu-north-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def aws(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def answer_get(aws: Stubber, *states: str) -> None:
    for state in states:
        aws.add_response("get_event_source_mapping", mapping(state), {"UUID": UUID})


def test_a_mapping_on_a_later_page_is_found(client: Any, aws: Stubber) -> None:
    other = mapping(function_arn=f"{FUNCTION}s")
    aws.add_response(
        "list_event_source_mappings", {"EventSourceMappings": [other], "NextMarker": "2"}, {"EventSourceArn": QUEUE}
    )
    aws.add_response(
        "list_event_source_mappings", {"EventSourceMappings": [mapping()]}, {"EventSourceArn": QUEUE, "Marker": "2"}
    )
    assert find_mapping(client, "take_order", QUEUE) == mapping()


def test_a_created_mapping_has_every_setting(client: Any, aws: Stubber) -> None:
    expected = {"FunctionName": "take_order", "EventSourceArn": QUEUE, **REQUEST}
    aws.add_response("create_event_source_mapping", mapping("Creating"), expected)
    assert create_mapping(client, "take_order", QUEUE, SETTINGS) == mapping("Creating")


def test_an_updated_mapping_has_every_setting(client: Any, aws: Stubber) -> None:
    aws.add_response("update_event_source_mapping", mapping("Updating"), {"UUID": UUID, **REQUEST})
    assert update_mapping(client, UUID, SETTINGS) == mapping("Updating")


def test_a_refused_creation_names_both_ends_and_keeps_the_reason_of_aws(client: Any, aws: Stubber) -> None:
    reason = "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds"
    aws.add_client_error("create_event_source_mapping", "InvalidParameterValueException", reason)
    with pytest.raises(EventSourceError) as failure:
        create_mapping(client, "take_order", QUEUE, SETTINGS)
    for part in (QUEUE, "take_order", reason):
        assert part in str(failure.value)


def test_a_mapping_that_is_gone_can_be_deleted(client: Any, aws: Stubber) -> None:
    aws.add_client_error("delete_event_source_mapping", "ResourceNotFoundException")
    delete_mapping(client, UUID)


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("update_event_source_mapping", lambda client: update_mapping(client, UUID, SETTINGS)),
        ("delete_event_source_mapping", lambda client: delete_mapping(client, UUID)),
    ],
)
def test_a_mapping_in_use_is_tried_again(
    client: Any, aws: Stubber, monkeypatch: pytest.MonkeyPatch, operation: str, call: Any
) -> None:
    monkeypatch.setattr("ansible_collections.amazon.aws.plugins.module_utils.cloud.time.sleep", lambda _seconds: None)
    aws.add_client_error(operation, "ResourceInUseException")
    aws.add_response(operation, mapping("Updating"))
    call(client)


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("state", ["Enabled", "Disabled"])
def test_a_settled_mapping_is_not_asked_for_again(client: Any, state: str) -> None:
    assert settle(client, mapping(state), timeout=10) == mapping(state)


@pytest.mark.parametrize("state", ["Creating", "Enabling", "Disabling", "Updating"])
@pytest.mark.parametrize("end", ["Enabled", "Disabled"])
def test_a_mapping_in_transition_is_waited_for(
    client: Any, aws: Stubber, pauses: list[float], state: str, end: str
) -> None:
    answer_get(aws, state, end, end)
    assert settle(client, mapping(state), timeout=10) == mapping(end)
    assert len(pauses) == 1


def test_a_new_mapping_may_not_be_readable_yet(client: Any, aws: Stubber, pauses: list[float]) -> None:
    aws.add_client_error("get_event_source_mapping", "ResourceNotFoundException", http_status_code=404)
    answer_get(aws, "Enabled", "Enabled")
    assert settle(client, mapping("Creating"), timeout=10) == mapping()
    assert len(pauses) == 1


def test_a_mapping_that_is_being_deleted_is_waited_out(client: Any, aws: Stubber, pauses: list[float]) -> None:
    answer_get(aws, "Deleting")
    aws.add_client_error("get_event_source_mapping", "ResourceNotFoundException", http_status_code=404)
    assert settle(client, mapping("Deleting"), timeout=10) is None
    assert len(pauses) == 1


def test_a_wait_ends_at_its_limit_and_tells_where_it_stood(client: Any, aws: Stubber, pauses: list[float]) -> None:
    answer_get(aws, *["Updating"] * 6)
    with pytest.raises(EventSourceError) as failure:
        wait_until("settled", client, UUID, timeout=10)
    for part in (UUID, "Updating", "wait_timeout is 10 seconds"):
        assert part in str(failure.value)
    assert sum(pauses) == 10


def test_a_refused_poll_ends_the_wait_with_the_reason_of_aws(client: Any, aws: Stubber) -> None:
    aws.add_client_error("get_event_source_mapping", "AccessDeniedException", "lambda:GetEventSourceMapping")
    with pytest.raises(EventSourceError, match="lambda:GetEventSourceMapping"):
        wait_until("settled", client, UUID, timeout=10)


class FakeModule:
    """What `run` uses of AnsibleAWSModule."""

    def __init__(self, client: Any, check_mode: bool = False, **params: Any) -> None:
        given = {"function_name": "take_order", "event_source_arn": QUEUE, "state": "present", "wait_timeout": 10}
        self.params = given | asdict(SETTINGS) | params
        self.check_mode = check_mode
        self._diff = True
        self._client = client

    def client(self, _service: str) -> Any:
        return self._client


def answer_list(aws: Stubber, *mappings: dict[str, Any]) -> None:
    aws.add_response("list_event_source_mappings", {"EventSourceMappings": list(mappings)})


@pytest.mark.usefixtures("pauses")
def test_a_missing_mapping_is_created_and_waited_for(client: Any, aws: Stubber) -> None:
    answer_list(aws)
    aws.add_response("create_event_source_mapping", mapping("Creating"))
    answer_get(aws, "Creating", "Enabled", "Enabled")
    assert lambda_event_source.run(FakeModule(client)) == {
        "changed": True,
        "uuid": UUID,
        "state": "Enabled",
        "settings": asdict(SETTINGS),
        "diff": {"before": {}, "after": asdict(SETTINGS)},
    }


def test_a_mapping_as_desired_is_left_alone(client: Any, aws: Stubber) -> None:
    answer_list(aws, mapping())
    result = lambda_event_source.run(FakeModule(client))
    assert (result["changed"], result["uuid"], result["settings"]) == (False, UUID, asdict(SETTINGS))


@pytest.mark.usefixtures("pauses")
def test_an_update_waits_for_the_change_before_it_and_for_its_own(client: Any, aws: Stubber) -> None:
    answer_list(aws, mapping("Enabling"))
    answer_get(aws, "Enabled", "Enabled")
    aws.add_response("update_event_source_mapping", mapping("Disabling"), {"UUID": UUID, **REQUEST, "Enabled": False})
    answer_get(aws, "Disabling", "Disabled", "Disabled")
    result = lambda_event_source.run(FakeModule(client, enabled=False))
    assert (result["changed"], result["state"]) == (True, "Disabled")
    assert result["diff"] == {"before": {"enabled": True}, "after": {"enabled": False}}


def test_a_mapping_that_is_being_deleted_is_made_anew(client: Any, aws: Stubber) -> None:
    answer_list(aws, mapping("Deleting"))
    aws.add_client_error("get_event_source_mapping", "ResourceNotFoundException", http_status_code=404)
    aws.add_response("create_event_source_mapping", mapping())
    assert lambda_event_source.run(FakeModule(client))["changed"]


@pytest.mark.usefixtures("pauses")
def test_a_removed_mapping_is_waited_for_until_it_is_gone(client: Any, aws: Stubber) -> None:
    answer_list(aws, mapping())
    aws.add_response("delete_event_source_mapping", mapping("Deleting"), {"UUID": UUID})
    answer_get(aws, "Deleting")
    aws.add_client_error("get_event_source_mapping", "ResourceNotFoundException", http_status_code=404)
    result = lambda_event_source.run(FakeModule(client, state="absent"))
    assert result == {"changed": True, "diff": {"before": asdict(SETTINGS), "after": {}}}


def test_a_removal_of_what_does_not_exist_changes_nothing(client: Any, aws: Stubber) -> None:
    answer_list(aws)
    assert not lambda_event_source.run(FakeModule(client, state="absent"))["changed"]


@pytest.mark.parametrize("params", [{"enabled": False}, {"state": "absent"}])
def test_check_mode_predicts_and_writes_nothing(client: Any, aws: Stubber, params: dict[str, Any]) -> None:
    answer_list(aws, mapping())
    result = lambda_event_source.run(FakeModule(client, check_mode=True, **params))
    assert result["changed"]
    assert result.get("state") in ("Disabled", None)


def test_check_mode_predicts_a_creation_without_a_uuid(client: Any, aws: Stubber) -> None:
    answer_list(aws)
    result = lambda_event_source.run(FakeModule(client, check_mode=True))
    assert (result["changed"], result["settings"]) == (True, asdict(SETTINGS))
    assert "uuid" not in result


@pytest.mark.usefixtures("aws")
def test_refused_settings_reach_no_call(client: Any) -> None:
    with pytest.raises(InvalidEventSourceError):
        lambda_event_source.run(FakeModule(client, batch_size=11))
