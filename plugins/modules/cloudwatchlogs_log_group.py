#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatchlogs_log_group
version_added: 0.1.0
short_description: Manage a CloudWatch log group
description:
  - Creates, changes and deletes a log group. One that exists already, such as one that Lambda made, is changed in place
    and keeps its events.
  - In amazon.aws 11.4, M(amazon.aws.cloudwatchlogs_log_group) sets the retention in check mode as well, changes the KMS
    key of an existing log group only by deleting it with all its events, and deletes an existing log group whose new
    retention is not in its list, which lacks five of the numbers that AWS offers. Hence this one.
author:
  - taskmanager.aws contributors
options:
  log_group_name:
    description:
      - The name of the log group.
    type: str
    required: true
  state:
    description:
      - Whether the log group exists. V(absent) deletes it with all its events.
    type: str
    choices: [present, absent]
    default: present
  retention:
    description:
      - How many days events are kept; V(0) for ever.
      - Without it, the retention is left as it is. A new log group keeps events for ever.
    type: int
    choices:
      [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
  kms_key_id:
    description:
      - The ARN of the KMS key that new events are encrypted with; empty for the key of CloudWatch itself.
      - The key's policy must allow CloudWatch Logs to use it. Events that were encrypted with an earlier key still need
        that one.
      - Without it, the key is left as it is.
    type: str
  tags:
    description:
      - The tags of the log group. Without it, they are left as they are, and not read.
    type: dict
  purge_tags:
    description:
      - Whether tags that O(tags) does not name are removed.
    type: bool
    default: true
attributes:
  check_mode:
    description: Predicts the change and writes nothing.
    support: full
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
- name: Keep what a function logs for two weeks
  taskmanager.aws.cloudwatchlogs_log_group:
    log_group_name: /aws/lambda/take_order
    retention: 14

- name: Encrypt it, and set one tag beside others
  taskmanager.aws.cloudwatchlogs_log_group:
    log_group_name: /aws/lambda/take_order
    kms_key_id: arn:aws:kms:eu-north-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
    tags: {shop: north}
    purge_tags: false

- name: Remove it with all its events
  taskmanager.aws.cloudwatchlogs_log_group:
    log_group_name: /aws/lambda/take_order
    state: absent
"""

RETURN = r"""
settings:
  description: The settings of the log group; in check mode the predicted ones.
  returned: when O(state=present)
  type: dict
  contains:
    retention:
      description: How many days events are kept; V(0) for ever.
      returned: always
      type: int
      sample: 14
    kms_key_id:
      description: The ARN of the KMS key, or empty.
      returned: always
      type: str
      sample: ""
    tags:
      description: The tags; empty when O(tags) was not given.
      returned: always
      type: dict
      sample: {"shop": "north"}
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.refuse import refuse_wrong_options
from ansible_collections.taskmanager.aws.plugins.module_utils.log_group import (
    FOR_EVER,
    RETENTIONS,
    Given,
    InvalidLogGroupError,
    Settings,
    check,
    desired,
    settings_of,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.log_group_api import (
    LogGroupError,
    create_log_group,
    delete_log_group,
    find_log_group,
    list_tags,
    set_kms_key,
    set_retention,
    set_tags,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.plan import compare

CHECKED = {
    "log_group_name": aws.LOG_GROUP_NAME,
    "kms_key_id": aws.KMS_KEY_OR_NONE,
    "tags{}": aws.TAG_KEY,
}


def run(module: AnsibleAWSModule) -> dict[str, Any]:
    """Converge the log group and return the module's result.

    :raises InvalidLogGroupError: what was asked for is nothing that CloudWatch takes.
    :raises LogGroupError: AWS refused or failed a call.
    """
    name, given = module.params["log_group_name"], given_settings(module.params)
    check(given)
    client = module.client("logs")
    group = find_log_group(client, name)
    current = read_settings(client, group, given) if group else None
    wanted = desired(given, current) if module.params["state"] == "present" else None
    change = compare(asdict(current) if current else None, asdict(wanted) if wanted else None)
    if change.changed and not module.check_mode:
        apply(client, name, group, current, wanted)
    result: dict[str, Any] = {"changed": change.changed}
    if wanted:
        result["settings"] = asdict(wanted)
    if module._diff:
        result["diff"] = {"before": change.before, "after": change.after}
    return result


def given_settings(params: dict[str, Any]) -> Given:
    """Return what the options ask for; AWS takes tags as strings alone."""
    tags = params["tags"]
    return Given(
        retention=params["retention"],
        kms_key_id=params["kms_key_id"],
        tags=None if tags is None else {key: str(value) for key, value in tags.items()},
        purge_tags=params["purge_tags"],
    )


def read_settings(client: Any, group: Mapping[str, Any], given: Given) -> Settings:
    """Return the settings of the log group, with its tags only where they matter."""
    return settings_of(group, {} if given.tags is None else list_tags(client, group["logGroupArn"]))


def apply(
    client: Any, name: str, group: Mapping[str, Any] | None, current: Settings | None, wanted: Settings | None
) -> None:
    """Create, change or delete the log group."""
    if wanted is None:
        delete_log_group(client, name)
    elif group is None or current is None:
        create_log_group(client, name, wanted)
        change_settings(client, name, "", replace(wanted, retention=FOR_EVER), wanted)
    else:
        change_settings(client, name, group["logGroupArn"], current, wanted)


def change_settings(client: Any, name: str, arn: str, current: Settings, wanted: Settings) -> None:
    """Make the calls for the settings that differ."""
    if current.retention != wanted.retention:
        set_retention(client, name, wanted.retention)
    if current.kms_key_id != wanted.kms_key_id:
        set_kms_key(client, name, wanted.kms_key_id)
    if current.tags != wanted.tags:
        set_tags(client, arn, current.tags, wanted.tags)


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "log_group_name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "retention": {"type": "int", "choices": [FOR_EVER, *RETENTIONS]},
            "kms_key_id": {"type": "str", "no_log": False},
            "tags": {"type": "dict"},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    refuse_wrong_options(module, CHECKED)
    try:
        result = run(module)
    except InvalidLogGroupError as error:
        module.fail_json(msg=str(error))
    except LogGroupError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
