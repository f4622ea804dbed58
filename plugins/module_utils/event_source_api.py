# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls that event source mappings need. `client` is boto3's client of `lambda`, `sqs` that of SQS."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

# A missing botocore is reported by AnsibleAWSModule, in its own words.
with suppress(ImportError):
    from botocore.exceptions import WaiterError

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.amazon.aws.plugins.module_utils.waiter import BaseWaiterFactory, custom_waiter_config
from ansible_collections.taskmanager.aws.plugins.module_utils.event_source import (
    SETTLED_STATES,
    Settings,
    mapping_to,
    request_of,
)

# Lambda answers so while it is still busy with an earlier change.
BUSY = ["ResourceInUseException"]
# A function or mapping; a queue, by the code on the wire and by the name that the API reference gives it.
MISSING = ["ResourceNotFoundException", "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"]


class EventSourceError(AnsibleAWSError):
    """AWS refused or failed a call about an event source mapping, or did not finish a change in time."""


class EventSourceErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into EventSourceError."""

    _CUSTOM_EXCEPTION = EventSourceError

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code(MISSING)


class MappingWaiters(BaseWaiterFactory):
    """boto3 has no waiters for event source mappings."""

    @property
    def _waiter_model_data(self) -> dict[str, Any]:
        missing = {"matcher": "error", "expected": "ResourceNotFoundException"}
        # A mapping that was just made may not be readable at once.
        settled = [missing | {"state": "retry"}] + [
            {"matcher": "path", "argument": "State", "expected": state, "state": "success"} for state in SETTLED_STATES
        ]
        common = {"operation": "GetEventSourceMapping", "delay": 2, "maxAttempts": 60}
        return {
            "settled": common | {"acceptors": settled},
            "deleted": common | {"acceptors": [missing | {"state": "success"}]},
        }


@EventSourceErrorHandler.list_error_handler("read the timeout of function {function_name}")
@AWSRetry.jittered_backoff()
def function_timeout(client: Any, function_name: str) -> int | None:
    """Return the function's timeout in seconds, or None where there is no such function (yet).

    :raises EventSourceError: GetFunctionConfiguration was refused or failed.
    """
    return client.get_function_configuration(FunctionName=function_name)["Timeout"]


@EventSourceErrorHandler.list_error_handler("read the visibility timeout of queue {queue_arn}")
@AWSRetry.jittered_backoff()
def visibility_timeout(sqs: Any, queue_arn: str) -> int | None:
    """Return the queue's visibility timeout in seconds, or None where there is no such queue (yet).

    :raises EventSourceError: GetQueueUrl or GetQueueAttributes was refused or failed.
    """
    account, name = queue_arn.split(":")[-2:]
    url = sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    return int(answer["Attributes"]["VisibilityTimeout"])


@EventSourceErrorHandler.common_error_handler("list event source mappings of {event_source_arn}")
@AWSRetry.jittered_backoff()
def find_mapping(client: Any, function_name: str, event_source_arn: str) -> Mapping[str, Any] | None:
    """Return the mapping from the queue to the function, or None.

    The function is told apart here, not by the call, so that a function that does not exist (yet, or any more) is no
    error and an alias is not taken for its function.

    :raises EventSourceError: ListEventSourceMappings was refused or failed.
    """
    pages = client.get_paginator("list_event_source_mappings").paginate(EventSourceArn=event_source_arn)
    return mapping_to(function_name, (mapping for page in pages for mapping in page["EventSourceMappings"]))


@EventSourceErrorHandler.common_error_handler("get event source mapping {uuid}")
@AWSRetry.jittered_backoff()
def get_mapping(client: Any, uuid: str) -> Mapping[str, Any]:
    """Return the mapping.

    :raises EventSourceError: there is none, or GetEventSourceMapping was refused or failed.
    """
    return client.get_event_source_mapping(UUID=uuid)


@EventSourceErrorHandler.common_error_handler("map {event_source_arn} to function {function_name}")
@AWSRetry.jittered_backoff()
def create_mapping(client: Any, function_name: str, event_source_arn: str, settings: Settings) -> Mapping[str, Any]:
    """Create the mapping and return it as Lambda answers it, in transition.

    :raises EventSourceError: CreateEventSourceMapping was refused or failed.
    """
    # an empty structure is what an update clears a setting with
    fields = {name: value for name, value in request_of(settings).items() if value != {}}
    return client.create_event_source_mapping(FunctionName=function_name, EventSourceArn=event_source_arn, **fields)


@EventSourceErrorHandler.common_error_handler("update event source mapping {uuid}")
@AWSRetry.jittered_backoff(catch_extra_error_codes=BUSY)
def update_mapping(client: Any, uuid: str, settings: Settings) -> Mapping[str, Any]:
    """State all settings of the mapping and return it as Lambda answers it, in transition.

    :raises EventSourceError: UpdateEventSourceMapping was refused or failed.
    """
    return client.update_event_source_mapping(UUID=uuid, **request_of(settings))


@EventSourceErrorHandler.deletion_error_handler("delete event source mapping {uuid}")
@AWSRetry.jittered_backoff(catch_extra_error_codes=BUSY)
def delete_mapping(client: Any, uuid: str) -> None:
    """Start the deletion of the mapping; one that is gone already is no error.

    :raises EventSourceError: any other refusal or failure of DeleteEventSourceMapping.
    """
    client.delete_event_source_mapping(UUID=uuid)


def settle(client: Any, mapping: Mapping[str, Any], timeout: int) -> Mapping[str, Any] | None:
    """Wait until Lambda has finished what it is doing to the mapping; None when that was to delete it.

    :param timeout: the longest wait, in seconds.
    :raises EventSourceError: it takes longer, or a call was refused or failed.
    """
    if mapping["State"] in SETTLED_STATES:
        return mapping
    uuid = mapping["UUID"]
    if mapping["State"] == "Deleting":
        wait_until("deleted", client, uuid, timeout)
        return None
    wait_until("settled", client, uuid, timeout)
    return get_mapping(client, uuid)


def wait_until(goal: str, client: Any, uuid: str, timeout: int) -> None:
    """Wait until the mapping is `settled` or `deleted`.

    :param timeout: the longest wait, in seconds.
    :raises EventSourceError: it takes longer, or GetEventSourceMapping was refused or failed.
    """
    try:
        waiter = MappingWaiters().get_waiter(client, goal)
        waiter.wait(UUID=uuid, WaiterConfig=custom_waiter_config(timeout))
    except WaiterError as error:
        state = error.last_response.get("State", "in an unknown state")
        raise EventSourceError(
            message=f"Event source mapping {uuid} is {state}, not {goal}, at the end of the wait "
            f"(wait_timeout is {timeout} seconds)",
            exception=error,
        ) from error
