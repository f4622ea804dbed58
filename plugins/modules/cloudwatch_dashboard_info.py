#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatch_dashboard_info
version_added: 0.1.0
short_description: Read CloudWatch dashboards
description:
  - Reads one, several or all dashboards of an account, each with its body parsed.
  - Dashboards are global in an account, whatever the region.
author:
  - taskmanager.aws contributors
options:
  names:
    description:
      - The names of the dashboards to read. Those that do not exist are left out of the result.
      - Without it, all that begin with O(prefix) are read.
    type: list
    elements: str
  prefix:
    description:
      - What the names begin with; by default anything.
    type: str
    default: ""
attributes:
  check_mode:
    description: Reads only.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
  idempotent:
    description: Changes nothing.
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Read one dashboard
  taskmanager.aws.cloudwatch_dashboard_info:
    names: [orders]

- name: Read several
  taskmanager.aws.cloudwatch_dashboard_info:
    names: [orders, stock]

- name: Read all whose names begin with shop-
  taskmanager.aws.cloudwatch_dashboard_info:
    prefix: shop-

- name: Read all
  taskmanager.aws.cloudwatch_dashboard_info: {}
"""

RETURN = r"""
dashboards:
  description: The dashboards, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      returned: always
      type: str
      sample: orders
    arn:
      description: The ARN.
      returned: always
      type: str
      sample: arn:aws:cloudwatch::123456789012:dashboard/orders
    body:
      description: The body, parsed.
      returned: always
      type: dict
      sample: {"widgets": []}
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_api import (
    DashboardError,
    get_dashboard,
    list_dashboards,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.refuse import refuse_wrong_options

CHECKED = {
    "names[]": aws.DASHBOARD_NAME,
}


def run(module: AnsibleAWSModule) -> dict[str, Any]:
    """Return the module's result.

    :raises DashboardError: AWS refused or failed a call.
    """
    client = module.client("cloudwatch")
    names = module.params["names"]
    if names is None:
        names = list_dashboards(client, module.params["prefix"])
    found = [(name, get_dashboard(client, name)) for name in sorted(set(names))]
    dashboards = [{"name": name, "arn": one.arn, "body": one.body} for name, one in found if one]
    return {"changed": False, "dashboards": dashboards}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "names": {"type": "list", "elements": "str"},
            "prefix": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    refuse_wrong_options(module, CHECKED)
    try:
        result = run(module)
    except DashboardError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
