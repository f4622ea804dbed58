#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: lambda_function_configuration
version_added: 0.1.0
short_description: Set what other modules don't take off a Lambda function
description:
  - Sets the description, the layers and the ephemeral storage of a function that exists, and empties the first two.
  - An option that is not given is left as it is.
notes:
  - M(amazon.aws.lambda) of amazon.aws 11.4 sets a description and layers, and leaves those that a function has when
    they are empty. It has no option for ephemeral storage.
author:
  - taskmanager.aws contributors
options:
  function_name:
    description:
      - The name of the function.
    type: str
    required: true
  description:
    description:
      - The description; empty for none.
    type: str
  layers:
    description:
      - The ARNs of the versions of all its layers, in the order in which Lambda puts one over the other; empty
        for none.
    type: list
    elements: str
  ephemeral_storage:
    description:
      - The size of its folder C(/tmp), in MB.
    type: int
  wait_timeout:
    description:
      - How many seconds to wait for a change of the function that is under way, and then for this one.
    type: int
    default: 180
attributes:
  check_mode:
    description: Predicts the change and writes nothing. A function that is not there yet is no error.
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
- name: Take all layers off, and give it room
  taskmanager.aws.lambda_function_configuration:
    function_name: take_order
    layers: []
    ephemeral_storage: 1024
"""

RETURN = r"""
settings:
  description: The settings that were asked for, by the names of their options.
  returned: always
  type: dict
  sample: {"layers": [], "ephemeral_storage": 1024}
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.taskmanager.aws.plugins.module_utils.function_configuration import request_of, settings_of
from ansible_collections.taskmanager.aws.plugins.module_utils.function_version_api import (
    FunctionVersionError,
    find_configuration,
    update_configuration,
    wait_until,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.refuse import refuse_wrong_options
from ansible_collections.taskmanager.aws.plugins.module_utils.plan import compare

CHECKED = {
    "function_name": aws.FUNCTION_NAME,
    "description": aws.FUNCTION_DESCRIPTION,
    "layers[]": aws.LAYER_ARN,
    "ephemeral_storage": aws.EPHEMERAL_STORAGE,
}
OPTIONS = ("description", "layers", "ephemeral_storage")


def run(module: AnsibleAWSModule) -> dict[str, Any]:
    """Converge the settings and return the module's result.

    :raises FunctionVersionError: there is no such function, or AWS refused or failed a call.
    """
    name, timeout = module.params["function_name"], module.params["wait_timeout"]
    wanted = {option: module.params[option] for option in OPTIONS if module.params[option] is not None}
    client = module.client("lambda")
    current = find_configuration(client, name)
    if current is None and not module.check_mode:
        raise FunctionVersionError(message=f"function_name: there is no function {name!r} in this account and region")
    change = compare(settings_of(current or {}, wanted), wanted)
    if change.changed and not module.check_mode:
        wait_until("function_updated_v2", client, name, timeout)
        update_configuration(client, request_of(name, change.after))
        wait_until("function_updated_v2", client, name, timeout)
    result: dict[str, Any] = {"changed": change.changed, "settings": wanted}
    if module._diff:
        result["diff"] = {"before": change.before, "after": change.after}
    return result


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "function_name": {"type": "str", "required": True},
            "description": {"type": "str"},
            "layers": {"type": "list", "elements": "str"},
            "ephemeral_storage": {"type": "int"},
            "wait_timeout": {"type": "int", "default": 180},
        },
        supports_check_mode=True,
    )
    refuse_wrong_options(module, CHECKED)
    try:
        result = run(module)
    except FunctionVersionError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
