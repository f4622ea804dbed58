#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatch_dashboard
version_added: 0.1.0
short_description: Manage a CloudWatch dashboard
description:
  - Creates, replaces and deletes a CloudWatch dashboard.
  - Bodies are compared as parsed JSON, so the order of keys, white space and V(1) against V(1.0) are no difference.
  - A name or body that breaks the rules of CloudWatch is refused before any call, with everything that is wrong at
    once and where it is. The rules are those of
    U(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Dashboard-Body-Structure.html).
  - What AWS accepts but warns of becomes a warning of the task.
  - Dashboards are global in an account, whatever the region.
author:
  - taskmanager.aws contributors
options:
  name:
    description:
      - The name of the dashboard, 1 to 255 characters of A-Z, a-z, 0-9, C(-) and C(_).
    type: str
    required: true
  state:
    description:
      - Whether the dashboard exists. With V(absent), O(body) and O(widgets) are ignored.
    type: str
    choices: [present, absent]
    default: present
  body:
    description:
      - The whole body, as a dictionary or as a string of JSON.
      - A body that exists is replaced as a whole.
      - Either this or O(widgets) is required when O(state=present).
    type: raw
  widgets:
    description:
      - The widgets in CloudWatch's own structure, when the body needs nothing besides.
      - Short for a O(body) with the one key C(widgets).
    type: list
    elements: dict
attributes:
  check_mode:
    description: Predicts the change and writes nothing.
    support: full
    details:
      - AWS checks the inside of C(properties) only when a dashboard is really put.
  diff_mode:
    description: Shows the body before and after, as JSON with sorted keys.
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
- name: Show the errors of a function
  taskmanager.aws.cloudwatch_dashboard:
    name: orders
    widgets:
      - type: metric
        x: 0
        y: 0
        width: 12
        height: 6
        properties:
          region: eu-north-1
          title: Errors
          view: singleValue
          stat: Sum
          period: 300
          metrics:
            - [AWS/Lambda, Errors, FunctionName, take_order]

- name: Put a dashboard that was exported from the console
  taskmanager.aws.cloudwatch_dashboard:
    name: orders
    body: "{{ lookup('ansible.builtin.file', 'orders.json') }}"

- name: Remove a dashboard
  taskmanager.aws.cloudwatch_dashboard:
    name: orders
    state: absent
"""

RETURN = r"""
name:
  description: The name of the dashboard.
  returned: success
  type: str
  sample: orders
arn:
  description: The ARN of the dashboard.
  returned: when O(state=present), but not when check mode predicts its creation
  type: str
  sample: arn:aws:cloudwatch::123456789012:dashboard/orders
body:
  description: The body of the dashboard, parsed.
  returned: when O(state=present)
  type: dict
  sample: {"widgets": []}
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard import (
    InvalidDashboardError,
    parse_desired,
    plan,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_api import (
    Dashboard,
    DashboardError,
    delete_dashboard,
    get_dashboard,
    put_dashboard,
)


def run(module: AnsibleAWSModule) -> dict[str, Any]:
    """Converge the dashboard and return the module's result.

    :raises InvalidDashboardError: what was asked for breaks CloudWatch's rules.
    :raises DashboardError: AWS refused or failed a call.
    """
    name = module.params["name"]
    desired = parse_desired(name, given_body(module.params))
    client = module.client("cloudwatch")
    current = get_dashboard(client, name)
    change = plan(current.body if current else None, desired)
    if change.changed and not module.check_mode:
        current = apply(module, client, name, desired)
    result: dict[str, Any] = {"changed": change.changed, "name": name}
    if desired is not None:
        result |= {"body": desired} | ({"arn": current.arn} if current else {})
    if module._diff:
        result["diff"] = {"before": change.before, "after": change.after}
    return result


def given_body(params: dict[str, Any]) -> Any | None:
    """Return the body that the options describe, not parsed yet, or None for a dashboard that is to be absent."""
    if params["state"] == "absent":
        return None
    return params["body"] if params["widgets"] is None else {"widgets": params["widgets"]}


def apply(module: AnsibleAWSModule, client: Any, name: str, desired: Any | None) -> Dashboard | None:
    """Put or delete the dashboard, pass on what AWS warns of, and return the dashboard that is there then."""
    if desired is None:
        delete_dashboard(client, name)
        return None
    for warning in put_dashboard(client, name, desired):
        module.warn(f"Dashboard {name}: {warning}")
    # PutDashboard does not answer the ARN.
    return get_dashboard(client, name)


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "body": {"type": "raw"},
            "widgets": {"type": "list", "elements": "dict"},
        },
        mutually_exclusive=[("body", "widgets")],
        required_if=[("state", "present", ("body", "widgets"), True)],
        supports_check_mode=True,
    )
    try:
        result = run(module)
    except InvalidDashboardError as error:
        module.fail_json(msg=str(error))
    except DashboardError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
