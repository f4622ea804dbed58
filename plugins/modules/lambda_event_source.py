#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: lambda_event_source
version_added: 0.1.0
short_description: Manage the mapping from an SQS queue to a Lambda function
description:
  - Creates, updates and deletes the event source mapping by which Lambda takes messages from one SQS queue to one
    function.
  - The options state the whole mapping. An option that is not given is converged to its default, not left as it is.
  - A mapping is updated in place. Messages that are being worked on stay with the invocation that has them.
  - Settings of a mapping that have no option here are left as they are.
  - Lambda changes mappings in the background. The module waits until an earlier change is finished, and until its own
    is.
  - A queue whose visibility timeout is shorter than the function's timeout is refused before any change, since its
    messages would come again while the function is still at work on them. AWS recommends six times the function's
    timeout, and O(maximum_batching_window) on top. Below that the module warns when it creates or changes the mapping,
    and not in each run, since the queue may be one that you can't change.
notes:
  - Needs C(lambda:ListEventSourceMappings), C(lambda:GetEventSourceMapping), C(lambda:CreateEventSourceMapping),
    C(lambda:UpdateEventSourceMapping), C(lambda:DeleteEventSourceMapping), C(lambda:GetFunctionConfiguration),
    C(sqs:GetQueueUrl) and C(sqs:GetQueueAttributes).
author:
  - taskmanager.aws contributors
options:
  function_name:
    description:
      - The name or ARN of the function, or C(name:alias) for one of its aliases.
      - A mapping to an alias and a mapping to the function itself are two different mappings.
    type: str
    required: true
  event_source_arn:
    description:
      - The ARN of the queue.
    type: str
    required: true
  state:
    description:
      - Whether the mapping exists.
    type: str
    choices: [present, absent]
    default: present
  batch_size:
    description:
      - The highest number of messages in one invocation, from 1 to 10000.
      - More than 10 need a O(maximum_batching_window) of at least 1. A FIFO queue allows 10 at the most.
    type: int
    default: 10
  maximum_batching_window:
    description:
      - The longest time to gather messages for one invocation, from 0 to 300 seconds. A FIFO queue allows none.
    type: int
    default: 0
  maximum_concurrency:
    description:
      - The highest number of invocations at a time, from 2 to 1000. Without it there is no limit but the function's.
    type: int
  filter_criteria:
    description:
      - Patterns of which a message has to match one. Without them the function gets every message.
      - Up to 10 (5, unless your account's quota was raised), each of up to 4096 characters as JSON.
      - Lambda deletes messages that match none.
      - They are compared by what they mean. The order of patterns, that of keys, and white space don't count.
    type: list
    elements: dict
    default: []
  report_batch_item_failures:
    description:
      - Whether the function answers which messages failed (C(ReportBatchItemFailures)), so that only those come again.
      - A function that does not answer so must have it off, or Lambda takes its failed messages for processed.
    type: bool
    default: true
  enabled:
    description:
      - Whether Lambda takes messages from the queue.
    type: bool
    default: true
  function_timeout:
    description:
      - The timeout that the function is about to get, in seconds, which the queue's visibility timeout has to suit.
        In check mode, that is found out before the function has it.
      - Without it, the timeout that the function has counts.
    type: int
  wait_timeout:
    description:
      - The longest wait for each change of Lambda's to finish, in seconds.
    type: int
    default: 180
attributes:
  check_mode:
    description: Predicts the change and writes nothing.
    support: full
    details:
      - An earlier change that is not finished is waited for in check mode as well.
      - Whether the queue and the function exist, and whether the function's role may read the queue, is asked by AWS
        only when a mapping is really created. Where one of the two is not there yet, their timeouts are not compared.
  diff_mode:
    description: Shows the settings that differ, before and after.
    support: full
  idempotent:
    description: A second run with the same options changes nothing.
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Feed a function that reports the messages that failed
  taskmanager.aws.lambda_event_source:
    function_name: take_order
    event_source_arn: arn:aws:sqs:eu-north-1:123456789012:orders

- name: Gather up to 100 messages for 5 seconds
  taskmanager.aws.lambda_event_source:
    function_name: take_order
    event_source_arn: arn:aws:sqs:eu-north-1:123456789012:orders
    batch_size: 100
    maximum_batching_window: 5

- name: Take paid and express orders alone, in five invocations at a time
  taskmanager.aws.lambda_event_source:
    function_name: take_order
    event_source_arn: arn:aws:sqs:eu-north-1:123456789012:orders
    maximum_concurrency: 5
    filter_criteria:
      - body: {status: [paid]}
      - body: {delivery: [{prefix: express}]}

- name: Stop taking messages for now
  taskmanager.aws.lambda_event_source:
    function_name: take_order
    event_source_arn: arn:aws:sqs:eu-north-1:123456789012:orders
    enabled: false

- name: Remove the mapping
  taskmanager.aws.lambda_event_source:
    function_name: take_order
    event_source_arn: arn:aws:sqs:eu-north-1:123456789012:orders
    state: absent
"""

RETURN = r"""
uuid:
  description: The identifier of the mapping.
  returned: when O(state=present), but not when check mode predicts its creation
  type: str
  sample: a1b2c3d4-5678-90ab-cdef-11111example
state:
  description: The state of the mapping, V(Enabled) or V(Disabled); in check mode the predicted one.
  returned: when O(state=present)
  type: str
  sample: Enabled
settings:
  description: The settings of the mapping; in check mode the predicted ones.
  returned: when O(state=present)
  type: dict
  contains:
    batch_size:
      description: The highest number of messages in one invocation.
      returned: always
      type: int
      sample: 10
    maximum_batching_window:
      description: The longest time to gather messages for one invocation, in seconds.
      returned: always
      type: int
      sample: 0
    maximum_concurrency:
      description: The highest number of invocations at a time; null without a limit.
      returned: always
      type: int
      sample: 5
    report_batch_item_failures:
      description: Whether the function answers which messages failed.
      returned: always
      type: bool
      sample: true
    filter_criteria:
      description: The patterns as JSON, sorted.
      returned: always
      type: list
      elements: str
      sample: ['{"body":{"status":["paid"]}}']
    enabled:
      description: Whether Lambda takes messages from the queue.
      returned: always
      type: bool
      sample: true
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.taskmanager.aws.plugins.module_utils.event_source import (
    InvalidEventSourceError,
    Settings,
    VisibilityTimeoutError,
    canonical,
    check,
    check_region,
    plan,
    settings_of,
    visibility_warning,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.event_source_api import (
    EventSourceError,
    create_mapping,
    delete_mapping,
    find_mapping,
    function_timeout,
    settle,
    update_mapping,
    visibility_timeout,
    wait_until,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.refuse import refuse_wrong_options

CHECKED = {
    "function_name": aws.FUNCTION_REFERENCE,
}


def run(module: AnsibleAWSModule) -> dict[str, Any]:
    """Converge the mapping and return the module's result.

    :raises InvalidEventSourceError: what was asked for breaks Lambda's rules.
    :raises VisibilityTimeoutError: the queue would deliver messages again that are still worked on.
    :raises EventSourceError: AWS refused or failed a call, or did not finish a change in time.
    """
    given = given_settings(module.params)
    check(module.params["event_source_arn"], given)
    desired = given if module.params["state"] == "present" else None
    client = module.client("lambda")
    check_region(module.params["event_source_arn"], client.meta.region_name)
    warning = compared_timeouts(client, module, given) if desired else None
    current = settled_mapping(client, module.params)
    change = plan(settings_of(current) if current else None, desired)
    if warning and change.changed:
        module.warn(warning)
    if change.changed and not module.check_mode:
        current = apply(client, module.params, current, desired)
    result: dict[str, Any] = {"changed": change.changed}
    if desired:
        result |= described(current, desired if module.check_mode or not current else settings_of(current))
    if module._diff:
        result["diff"] = {"before": change.before, "after": change.after}
    return result


def given_settings(params: dict[str, Any]) -> Settings:
    """Return the settings that the options state."""
    return Settings(
        batch_size=params["batch_size"],
        maximum_batching_window=params["maximum_batching_window"],
        maximum_concurrency=params["maximum_concurrency"],
        report_batch_item_failures=params["report_batch_item_failures"],
        filter_criteria=canonical(params["filter_criteria"]),
        enabled=params["enabled"],
    )


def compared_timeouts(client: Any, module: AnsibleAWSModule, settings: Settings) -> str | None:
    """Return what is to be warned of; nothing where the function or the queue is not there yet.

    :raises VisibilityTimeoutError: the queue's visibility timeout is shorter than the function's timeout.
    """
    function, queue = module.params["function_name"], module.params["event_source_arn"]
    about_to_have = module.params["function_timeout"]
    timeout = function_timeout(client, function) if about_to_have is None else about_to_have
    visibility = visibility_timeout(module.client("sqs"), queue)
    if timeout is None or visibility is None:
        return None
    return visibility_warning(settings, function, timeout, queue, visibility)


def settled_mapping(client: Any, params: dict[str, Any]) -> Mapping[str, Any] | None:
    """Return the mapping as it is once Lambda is not at work on it, or None.

    Settings cannot be compared before: a mapping that is being updated does not tell whether it is enabled.
    """
    mapping = find_mapping(client, params["function_name"], params["event_source_arn"])
    return settle(client, mapping, params["wait_timeout"]) if mapping else None


def apply(
    client: Any, params: dict[str, Any], current: Mapping[str, Any] | None, desired: Settings | None
) -> Mapping[str, Any] | None:
    """Create, update or delete the mapping, wait for Lambda to finish, and return the mapping that is there then."""
    timeout = params["wait_timeout"]
    if desired is None:
        if current:
            delete_mapping(client, current["UUID"])
            wait_until("deleted", client, current["UUID"], timeout)
        return None
    if current:
        return settle(client, update_mapping(client, current["UUID"], desired), timeout)
    return settle(client, create_mapping(client, params["function_name"], params["event_source_arn"], desired), timeout)


def described(mapping: Mapping[str, Any] | None, settings: Settings) -> dict[str, Any]:
    """Return the module's values for a mapping with these settings; one that check mode would create has no UUID."""
    identity = {"uuid": mapping["UUID"]} if mapping else {}
    return identity | {"state": "Enabled" if settings.enabled else "Disabled", "settings": asdict(settings)}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "function_name": {"type": "str", "required": True},
            "event_source_arn": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "batch_size": {"type": "int", "default": 10},
            "maximum_batching_window": {"type": "int", "default": 0},
            "maximum_concurrency": {"type": "int"},
            "report_batch_item_failures": {"type": "bool", "default": True},
            "filter_criteria": {"type": "list", "elements": "dict", "default": []},
            "enabled": {"type": "bool", "default": True},
            "function_timeout": {"type": "int"},
            "wait_timeout": {"type": "int", "default": 180},
        },
        supports_check_mode=True,
    )
    refuse_wrong_options(module, CHECKED)
    try:
        result = run(module)
    except (InvalidEventSourceError, VisibilityTimeoutError) as error:
        module.fail_json(msg=str(error))
    except EventSourceError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
