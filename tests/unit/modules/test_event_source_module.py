# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""lambda_event_source: what it asks of AWS, how transitions are waited out, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import boto3
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.event_source import (
    InvalidEventSourceError,
    Settings,
    VisibilityTimeoutError,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.event_source_api import (
    EventSourceError,
    create_mapping,
    delete_mapping,
    find_mapping,
    settle,
    update_mapping,
    visibility_timeout,
    wait_until,
)
from ansible_collections.taskmanager.aws.plugins.modules import lambda_event_source
from botocore.stub import Stubber

QUEUE = "arn:aws:sqs:eu-north-1:123456789012:orders"
URL = "https://sqs.eu-north-1.amazonaws.com/123456789012/orders"
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
    return {
        "UUID": UUID,
        "EventSourceArn": QUEUE,
        "FunctionArn": function_arn,
        "State": state,
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    } | fields


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the pauses between polls instead of making them."""
    made: list[float] = []
    monkeypatch.setattr("botocore.waiter.time.sleep", made.append)
    return made


def client_of(service: str) -> Any:
    return boto3.client(service, region_name="eu-north-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def client() -> Any:
    return client_of("lambda")


@pytest.fixture
def aws(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def sqs() -> Iterator[Stubber]:
    with Stubber(client_of("sqs")) as stubber:
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
    expected = {"FunctionName": "take_order", "EventSourceArn": QUEUE, **CREATION}
    aws.add_response("create_event_source_mapping", mapping("Creating"), expected)
    assert create_mapping(client, "take_order", QUEUE, SETTINGS) == mapping("Creating")


def test_an_updated_mapping_has_every_setting(client: Any, aws: Stubber) -> None:
    aws.add_response("update_event_source_mapping", mapping("Updating"), {"UUID": UUID, **UPDATE})
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


def answer_timeouts(aws: Stubber, sqs: Stubber, function: int = 10, visibility: int = 60) -> None:
    aws.add_response("get_function_configuration", {"Timeout": function}, {"FunctionName": "take_order"})
    asked = {"QueueName": "orders", "QueueOwnerAWSAccountId": "123456789012"}
    sqs.add_response("get_queue_url", {"QueueUrl": URL}, asked)
    answer = {"Attributes": {"VisibilityTimeout": str(visibility)}}
    sqs.add_response("get_queue_attributes", answer, {"QueueUrl": URL, "AttributeNames": ["VisibilityTimeout"]})


@pytest.mark.parametrize("code", ["AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"])
def test_a_queue_that_is_not_there_yet_has_no_visibility_timeout(sqs: Stubber, code: str) -> None:
    sqs.add_client_error("get_queue_url", code)
    assert visibility_timeout(sqs.client, QUEUE) is None


def test_a_refused_look_at_the_queue_fails_with_the_reason_of_aws(sqs: Stubber) -> None:
    sqs.add_response("get_queue_url", {"QueueUrl": URL})
    sqs.add_client_error("get_queue_attributes", "AccessDenied", "sqs:GetQueueAttributes")
    with pytest.raises(EventSourceError, match=f"visibility timeout of queue {QUEUE}.*sqs:GetQueueAttributes"):
        visibility_timeout(sqs.client, QUEUE)


class FakeModule:
    """What `run` uses of AnsibleAWSModule."""

    def __init__(self, aws: Stubber, sqs: Stubber, check_mode: bool = False, **params: Any) -> None:
        given = {"function_name": "take_order", "event_source_arn": QUEUE, "state": "present", "wait_timeout": 10}
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
