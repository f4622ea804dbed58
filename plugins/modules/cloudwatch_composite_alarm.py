#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatch_composite_alarm
version_added: 0.1.0
short_description: Manage a CloudWatch composite alarm
description:
  - Creates, changes and deletes an alarm whose state follows from the states of other alarms.
  - An option that is not given is left as it is on an alarm that exists, so that actions that somebody added by hand
    stay unless their option is given. So is what has no option, such as a suppressor of its actions and its tags.
  - M(taskmanager.aws.cloudwatch_metric_alarm) manages alarms on metrics.
author:
  - taskmanager.aws contributors
options:
  name:
    description:
      - The name of the alarm.
    type: str
    required: true
  state:
    description:
      - Whether the alarm exists.
      - CloudWatch deletes no alarm that the rule of a composite alarm names, so delete the composite alarm first.
    type: str
    choices: [present, absent]
    default: present
  alarm_rule:
    description:
      - The rule, such as C(ALARM("orders-late") OR ALARM("orders-lost")), in CloudWatch's own language. The alarms that
        it names must exist.
      - Required with O(state=present).
    type: str
  description:
    description:
      - What it means when the alarm goes off.
    type: str
  actions_enabled:
    description:
      - Whether the actions are taken; on a new alarm they are.
    type: bool
  alarm_actions:
    description:
      - The ARNs to notify when the state becomes C(ALARM); V([]) for none.
    type: list
    elements: str
  ok_actions:
    description:
      - The ARNs to notify when the state becomes C(OK); V([]) for none.
    type: list
    elements: str
  insufficient_data_actions:
    description:
      - The ARNs to notify when the state becomes C(INSUFFICIENT_DATA); V([]) for none.
    type: list
    elements: str
attributes:
  check_mode:
    description: Predicts the change and writes nothing.
    support: full
    details:
      - Whether the rule is valid, and whether the alarms that it names exist, is asked by AWS only when the alarm is
        really written.
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
- name: Tell when orders are late or lost
  taskmanager.aws.cloudwatch_composite_alarm:
    name: orders-unhealthy
    description: Customers don't get what they ordered
    alarm_rule: ALARM("orders-late") OR ALARM("orders-lost")
    alarm_actions: ["arn:aws:sns:eu-north-1:123456789012:shop-alarms"]

- name: Remove it
  taskmanager.aws.cloudwatch_composite_alarm:
    name: orders-unhealthy
    state: absent
"""

RETURN = r"""
settings:
  description: The settings of the alarm; in check mode the predicted ones.
  returned: when O(state=present)
  type: dict
  contains:
    alarm_rule:
      description: The rule.
      returned: always
      type: str
      sample: ALARM("orders-late") OR ALARM("orders-lost")
    description:
      description: What it means when the alarm goes off.
      returned: always
      type: str
      sample: Customers don't get what they ordered
    actions_enabled:
      description: Whether the actions are taken.
      returned: always
      type: bool
      sample: true
    alarm_actions:
      description: The ARNs to notify when the state becomes C(ALARM), sorted.
      returned: always
      type: list
      elements: str
      sample: ["arn:aws:sns:eu-north-1:123456789012:shop-alarms"]
    ok_actions:
      description: The ARNs to notify when the state becomes C(OK), sorted.
      returned: always
      type: list
      elements: str
      sample: []
    insufficient_data_actions:
      description: The ARNs to notify when the state becomes C(INSUFFICIENT_DATA), sorted.
      returned: always
      type: list
      elements: str
      sample: []
"""

from dataclasses import asdict
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.taskmanager.aws.plugins.module_utils.composite_alarm import (
    desired_settings,
    request_of,
    settings_of,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.composite_alarm_api import (
    CompositeAlarmError,
    delete_alarm,
    find_alarm,
    put_alarm,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.refuse import refuse_wrong_options
from ansible_collections.taskmanager.aws.plugins.module_utils.plan import compare

CHECKED = {
    "name": aws.ALARM_NAME,
    "alarm_rule": aws.ALARM_RULE,
    "description": aws.ALARM_DESCRIPTION,
    "alarm_actions[]": aws.ACTION_ARN,
    "ok_actions[]": aws.ACTION_ARN,
    "insufficient_data_actions[]": aws.ACTION_ARN,
}


def run(module: AnsibleAWSModule) -> dict[str, Any]:
    """Converge the alarm and return the module's result.

    :raises CompositeAlarmError: AWS refused or failed a call.
    """
    name = module.params["name"]
    client = module.client("cloudwatch")
    alarm = find_alarm(client, name)
    current = settings_of(alarm) if alarm else None
    desired = desired_settings(module.params, current) if module.params["state"] == "present" else None
    change = compare(asdict(current) if current else None, asdict(desired) if desired else None)
    if change.changed and not module.check_mode:
        if desired:
            put_alarm(client, request_of(name, desired, alarm))
        else:
            delete_alarm(client, name)
    result: dict[str, Any] = {"changed": change.changed}
    if desired:
        result["settings"] = asdict(desired)
    if module._diff:
        result["diff"] = {"before": change.before, "after": change.after}
    return result


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "alarm_rule": {"type": "str"},
            "description": {"type": "str"},
            "actions_enabled": {"type": "bool"},
            "alarm_actions": {"type": "list", "elements": "str"},
            "ok_actions": {"type": "list", "elements": "str"},
            "insufficient_data_actions": {"type": "list", "elements": "str"},
        },
        required_if=[("state", "present", ["alarm_rule"])],
        supports_check_mode=True,
    )
    refuse_wrong_options(module, CHECKED)
    try:
        result = run(module)
    except CompositeAlarmError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
