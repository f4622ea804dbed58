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
  - A name or body that CloudWatch is known to refuse is refused before any call, with everything that is wrong at once,
    where it is, what is allowed there, the nearest valid name for a typo, and the document of AWS that says so, such as
    U(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Dashboard-Body-Structure.html).
  - What is only documented otherwise is a warning, once for each kind, since CloudWatch takes more than its documents
    know. So are an unknown key, and a dimension that is nearly one that AWS's namespace has.
  - Bodies are compared by what they mean. The order of keys, V(1) against V(1.0), C(.) and C(...) in C(metrics),
    values that are CloudWatch's defaults, what a row of C(metrics) repeats of its widget, and the case of a colour are
    no difference.
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
      - Whether the dashboard exists. With V(absent), only O(name) counts.
    type: str
    choices: [present, absent]
    default: present
  widgets:
    description:
      - The widgets, in the structure of CloudWatch's own dashboard body, so they can be pasted from the console.
      - Widgets without C(x) and C(y) follow each other from left to right and from top to bottom in the 24 columns, and
        overlap none that have them. Without C(width) and C(height), they are 6 by 6; where their place is not given
        either, alarm widgets are 6 by 3, log widgets 24 by 6, text widgets 24 by 2 and explorer widgets 24 by 15.
      - Metric and log widgets without C(region) get that of the task.
      - A row of C(metrics) may be a mapping too. It has C(namespace), C(metric_name) and C(dimensions), or
        C(expression), and with them what the array form has in its last object, such as C(stat), C(label) or C(id).
      - Either this or O(body) is required when O(state=present).
    type: list
    elements: dict
  period_override:
    description:
      - Whether graphs adapt their period to the time range that one looks at (V(auto)) or keep theirs (V(inherit)).
    type: str
    choices: [auto, inherit]
  start:
    description:
      - The beginning of the time range when the dashboard loads, as a range up to now such as V(-PT3H) or V(-P1W), or
        with O(end) as a time in ISO 8601.
    type: str
  end:
    description:
      - The end of the time range, as a time in ISO 8601.
    type: str
  variables:
    description:
      - The dashboard's variables, in CloudWatch's own structure.
    type: list
    elements: dict
  body:
    description:
      - The whole body in place of O(widgets), as a dictionary or as a string of JSON. All that is said of O(widgets)
        holds for those in it.
    type: raw
  keep_annotations:
    description:
      - Which annotations of an existing dashboard stay although they are not asked for. With V(vertical), those are the
        vertical ones of metric widgets, which others add to mark deployments and the like.
      - A widget is known by its type and title, or by its place where it has no title; a vertical annotation by its
        time. One that was asked for once and is no longer stays too.
    type: str
    choices: [none, vertical]
    default: none
attributes:
  check_mode:
    description: Predicts the change and writes nothing.
    support: full
    details:
      - AWS's own warnings come only when a dashboard is really put.
  diff_mode:
    description: Shows each widget that changes, before and after, a line for each of its values.
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
- name: Show a function, the widgets placed one after the other
  taskmanager.aws.cloudwatch_dashboard:
    name: orders
    start: -PT8H
    widgets:
      - type: text
        properties:
          markdown: "# Orders"
      - type: metric
        width: 12
        properties:
          title: Errors
          view: singleValue
          stat: Sum
          period: 300
          metrics:
            - [AWS/Lambda, Errors, FunctionName, take_order]
            - ["...", ship_order]
      - type: metric
        width: 12
        properties:
          title: Share of errors
          stat: Sum
          metrics:
            - {namespace: AWS/Lambda, metric_name: Errors, dimensions: {FunctionName: take_order}, id: m1}
            - namespace: AWS/Lambda
              metric_name: Invocations
              dimensions: {FunctionName: take_order}
              id: m2
              visible: false
            - {expression: 100 * m1 / m2, label: "%", id: e1}

- name: Put a dashboard as the console exports it
  taskmanager.aws.cloudwatch_dashboard:
    name: orders
    body: |
      {"widgets": [{"type": "text", "x": 0, "y": 0, "width": 6, "height": 3, "properties": {"markdown": "# Orders"}}]}

- name: Change it, and keep the markers of deployments that others put on its widgets
  taskmanager.aws.cloudwatch_dashboard:
    name: orders
    keep_annotations: vertical
    widgets:
      - type: metric
        properties:
          title: Errors
          metrics: [[AWS/Lambda, Errors, FunctionName, take_order]]

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
  description: The body of the dashboard, parsed, with everything filled in and the annotations that are kept.
  returned: when O(state=present)
  type: dict
  sample: {"widgets": []}
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.body import (
    InvalidDashboardError,
    build_body,
    check_name,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.canonical import Difference, differences
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.markers import with_markers
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_api import (
    Dashboard,
    DashboardError,
    delete_dashboard,
    get_dashboard,
    put_dashboard,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.refuse import refuse_wrong_options

CHECKED = {
    "name": aws.DASHBOARD_NAME,
}


def run(module: AnsibleAWSModule) -> dict[str, Any]:
    """Converge the dashboard and return the module's result.

    :raises InvalidDashboardError: what was asked for breaks CloudWatch's rules.
    :raises DashboardError: AWS refused or failed a call.
    """
    name = module.params["name"]
    desired = desired_body(module)
    client = module.client("cloudwatch")
    current = get_dashboard(client, name)
    if desired is not None and current and module.params["keep_annotations"] == "vertical":
        desired = with_markers(desired, current.body)
    changes = differences(current.body if current else None, desired)
    if changes and not module.check_mode:
        current = apply(module, client, name, desired)
    result: dict[str, Any] = {"changed": bool(changes), "name": name}
    if desired is not None:
        result |= {"body": desired} | ({"arn": current.arn} if current else {})
    if module._diff:
        result["diff"] = [as_diff(name, change) for change in changes]
    return result


def desired_body(module: AnsibleAWSModule) -> dict[str, Any] | None:
    """Return the body that is asked for, or None for a dashboard that is to be absent; warn of what is doubtful."""
    name = module.params["name"]
    if module.params["state"] == "absent":
        check_name(name)
        return None
    body, warnings = build_body(name, module.params, module.region)
    for warning in warnings:
        module.warn(f"Dashboard {name}: {warning}")
    return body


def apply(module: AnsibleAWSModule, client: Any, name: str, desired: dict[str, Any] | None) -> Dashboard | None:
    """Put or delete the dashboard, pass on what AWS warns of, and return the dashboard that is there then."""
    if desired is None:
        delete_dashboard(client, name)
        return None
    for warning in put_dashboard(client, name, desired):
        module.warn(f"Dashboard {name}: {warning}")
    # PutDashboard does not answer the ARN.
    return get_dashboard(client, name)


def as_diff(name: str, change: Difference) -> dict[str, str]:
    """Return a change as Ansible shows it: under a header that names the dashboard and the widget."""
    header = f"{name}: {change.part}"
    return {"before_header": header, "after_header": header, "before": change.before, "after": change.after}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "widgets": {"type": "list", "elements": "dict"},
            "period_override": {"type": "str", "choices": ["auto", "inherit"]},
            "start": {"type": "str"},
            "end": {"type": "str"},
            "variables": {"type": "list", "elements": "dict"},
            "body": {"type": "raw"},
            "keep_annotations": {"type": "str", "choices": ["none", "vertical"], "default": "none"},
        },
        mutually_exclusive=[("body", option) for option in ("widgets", "period_override", "start", "end", "variables")],
        required_if=[("state", "present", ("body", "widgets"), True)],
        supports_check_mode=True,
    )
    refuse_wrong_options(module, CHECKED)
    try:
        result = run(module)
    except InvalidDashboardError as error:
        module.fail_json(msg=str(error))
    except DashboardError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
