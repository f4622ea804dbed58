# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls of lambda_event_source: what they ask of AWS, and how transitions are waited out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
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
from botocore.stub import Stubber
from event_source_answers import CREATION, FUNCTION, QUEUE, SETTINGS, UPDATE, UUID, answer_get, mapping, stubbed


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


@pytest.fixture
def client(aws: Stubber) -> Any:
    return aws.client


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


@pytest.mark.parametrize("code", ["AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"])
def test_a_queue_that_is_not_there_yet_has_no_visibility_timeout(sqs: Stubber, code: str) -> None:
    sqs.add_client_error("get_queue_url", code)
    assert visibility_timeout(sqs.client, QUEUE) is None


def test_a_refused_look_at_the_queue_fails_with_the_reason_of_aws(sqs: Stubber) -> None:
    sqs.add_response("get_queue_url", {"QueueUrl": "url"})
    sqs.add_client_error("get_queue_attributes", "AccessDenied", "sqs:GetQueueAttributes")
    with pytest.raises(EventSourceError, match=f"visibility timeout of queue {QUEUE}.*sqs:GetQueueAttributes"):
        visibility_timeout(sqs.client, QUEUE)
