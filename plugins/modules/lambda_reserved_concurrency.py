#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: lambda_reserved_concurrency
version_added: 0.1.0
short_description: Manage the reserved concurrency of a Lambda function
description:
  - Reserves concurrent executions of the account for one function, which are also the most that it gets.
author:
  - taskmanager.aws contributors
options:
  function_name:
    description:
      - The name or ARN of the function.
    type: str
    required: true
  executions:
    description:
      - How many executions are reserved. V(0) stops the function. Needed with O(state=present).
      - AWS keeps at least 100 of the account's executions for functions that reserve none.
    type: int
  state:
    description:
      - Whether executions are reserved.
    type: str
    choices: [present, absent]
    default: present
attributes:
  check_mode:
    description: Predicts the change and writes nothing.
    support: full
  diff_mode:
    description: Shows the number, before and after.
    support: full
  idempotent:
    description: A second run with the same options changes nothing.
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - M(amazon.aws.lambda) has no option for it.
"""

EXAMPLES = r"""
- name: Let no more than five run at once
  taskmanager.aws.lambda_reserved_concurrency:
    function_name: take_order
    executions: 5

- name: Stop the function
  taskmanager.aws.lambda_reserved_concurrency:
    function_name: take_order
    executions: 0

- name: Reserve none
  taskmanager.aws.lambda_reserved_concurrency:
    function_name: take_order
    state: absent
"""

RETURN = r"""
executions:
  description: How many executions are reserved; in check mode the predicted number. Left out when none are.
  returned: when O(state=present)
  type: int
  sample: 5
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.refuse import refuse_wrong_options
from ansible_collections.taskmanager.aws.plugins.module_utils.plan import compare
from ansible_collections.taskmanager.aws.plugins.module_utils.reserved_concurrency_api import (
    ReservedConcurrencyError,
    find_reserved,
    release,
    reserve,
)

CHECKED = {
    "function_name": aws.FUNCTION_REFERENCE,
}


def run(module: AnsibleAWSModule) -> dict[str, Any]:
    """Converge the reserved concurrency and return the module's result.

    :raises ReservedConcurrencyError: AWS refused or failed a call.
    """
    name = module.params["function_name"]
    executions = module.params["executions"] if module.params["state"] == "present" else None
    client = module.client("lambda")
    change = compare(settings(find_reserved(client, name)), settings(executions))
    if change.changed and not module.check_mode:
        if executions is None:
            release(client, name)
        else:
            reserve(client, name, executions)
    result = settings(executions) | {"changed": change.changed}
    if module._diff:
        result["diff"] = {"before": change.before, "after": change.after}
    return result


def settings(executions: int | None) -> dict[str, Any]:
    """Return the number by its name; nothing where none is reserved."""
    return {} if executions is None else {"executions": executions}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "function_name": {"type": "str", "required": True},
            "executions": {"type": "int"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        required_if=[("state", "present", ["executions"])],
        supports_check_mode=True,
    )
    refuse_wrong_options(module, CHECKED)
    if (module.params["executions"] or 0) < 0:
        module.fail_json(msg=f"executions: {module.params['executions']}, must be 0 or more")
    try:
        result = run(module)
    except ReservedConcurrencyError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
