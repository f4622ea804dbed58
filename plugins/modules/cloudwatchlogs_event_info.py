#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatchlogs_event_info
version_added: 0.1.0
short_description: Read the newest events of a CloudWatch log group
description:
  - Reads the newest events of all streams of a log group that are not older than a time, up to a number.
  - CloudWatch gives events oldest first, so all events since O(start_time) are read, and the newest of them kept.
  - The modules of amazon.aws manage log groups; none of them reads what was logged.
author:
  - taskmanager.aws contributors
options:
  log_group_name:
    description:
      - The name of the log group.
    type: str
    required: true
  start_time:
    description:
      - The time of the oldest event wanted, in seconds since 1970-01-01 00:00 UTC.
    type: int
    required: true
  filter_pattern:
    description:
      - CloudWatch's filter pattern that an event has to match. Without one, each event does.
    type: str
  limit:
    description:
      - How many events to return at the most; at least 1.
    type: int
    default: 100
attributes:
  check_mode:
    description: It only reads.
    support: full
  diff_mode:
    description: It changes nothing.
    support: none
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Read what a function logged in the last minute
  taskmanager.aws.cloudwatchlogs_event_info:
    log_group_name: /aws/lambda/take_order
    start_time: "{{ now().timestamp() | int - 60 }}"
"""

RETURN = r"""
events:
  description: The newest events, oldest first; empty when the log group does not exist.
  returned: always
  type: list
  elements: dict
  sample: [{"timestamp": 1796000000000, "message": "stored task 7", "log_stream_name": "2026/11/23/[1]a1b2"}]
"""

from collections import deque
from contextlib import suppress
from typing import Any

# A missing botocore is reported by AnsibleAWSModule, in its own words.
with suppress(ImportError):
    from botocore.exceptions import BotoCoreError, ClientError

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict
from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.refuse import refuse_wrong_options

MILLISECONDS = 1000

CHECKED = {
    "log_group_name": aws.LOG_GROUP_NAME,
}


@AWSRetry.jittered_backoff()
def read_events(client: Any, params: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the newest `limit` events of the log group, oldest first; none when it does not exist.

    FilterLogEvents gives the oldest events first, has no other order, and may answer an empty page with more behind it
    (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html).
    """
    request = {"logGroupName": params["log_group_name"], "startTime": params["start_time"] * MILLISECONDS}
    if params["filter_pattern"]:
        request["filterPattern"] = params["filter_pattern"]
    newest: deque[dict[str, Any]] = deque(maxlen=params["limit"])
    try:
        for page in client.get_paginator("filter_log_events").paginate(**request):
            newest.extend(page["events"])
    except is_boto3_error_code("ResourceNotFoundException"):
        return []
    return sorted(newest, key=lambda event: event["timestamp"])


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "log_group_name": {"type": "str", "required": True},
            "start_time": {"type": "int", "required": True},
            "filter_pattern": {"type": "str"},
            "limit": {"type": "int", "default": 100},
        },
        supports_check_mode=True,
    )
    refuse_wrong_options(module, CHECKED)
    for option, minimum in (("limit", 1), ("start_time", 0)):
        if module.params[option] < minimum:
            module.fail_json(msg=f"{option}: {module.params[option]} is less than {minimum}; give {minimum} or more")
    try:
        events = read_events(module.client("logs"), module.params)
    except (BotoCoreError, ClientError) as error:
        module.fail_json_aws(error, msg=f"Could not read the events of log group {module.params['log_group_name']}")
    module.exit_json(changed=False, events=[camel_dict_to_snake_dict(event) for event in events])


if __name__ == "__main__":
    main()
