#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ec2_instance_monitoring
version_added: 0.1.0
short_description: Enable or disable detailed monitoring of EC2 instances
description:
  - Has existing instances report their metrics each minute (detailed monitoring, which AWS charges for) or each five
    minutes (basic monitoring).
  - M(amazon.aws.ec2_instance) takes O(amazon.aws.ec2_instance#module:detailed_monitoring) only when it launches an
    instance.
author:
  - taskmanager.aws contributors
options:
  instance_ids:
    description:
      - The ids of the instances.
    type: list
    elements: str
    required: true
  state:
    description:
      - Whether detailed monitoring is on.
      - An instance that does not exist, or is terminated, is refused with V(enabled) and passed over with V(disabled).
    type: str
    choices: [enabled, disabled]
    default: enabled
attributes:
  check_mode:
    description: Predicts the change and writes nothing.
    support: full
  diff_mode:
    description: Shows the instances whose monitoring differs, before and after.
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
- name: Have an instance report its metrics each minute
  taskmanager.aws.ec2_instance_monitoring:
    instance_ids: [i-0123456789abcdef0]

- name: Go back to five minutes
  taskmanager.aws.ec2_instance_monitoring:
    instance_ids: [i-0123456789abcdef0]
    state: disabled
"""

RETURN = r"""
monitoring:
  description: V(enabled) or V(disabled) by the ids of the instances that exist; in check mode the predicted states.
  returned: always
  type: dict
  sample: {"i-0123456789abcdef0": "enabled"}
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.refuse import refuse_wrong_options
from ansible_collections.taskmanager.aws.plugins.module_utils.instance_monitoring import (
    DISABLED,
    ENABLED,
    MissingInstanceError,
    desired,
    states_of,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.instance_monitoring_api import (
    InstanceMonitoringError,
    find_instances,
    set_monitoring,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.plan import compare

CHECKED = {
    "instance_ids[]": aws.INSTANCE_ID,
}


def run(module: AnsibleAWSModule) -> dict[str, Any]:
    """Converge the monitoring of the instances and return the module's result.

    :raises MissingInstanceError: an instance that is to be monitored does not exist.
    :raises InstanceMonitoringError: AWS refused or failed a call.
    """
    state, instance_ids = module.params["state"], module.params["instance_ids"]
    client = module.client("ec2")
    current = states_of(find_instances(client, instance_ids))
    wanted = desired(state, instance_ids, current)
    change = compare(current, wanted)
    if change.changed and not module.check_mode:
        set_monitoring(client, sorted(change.after), state)
    result: dict[str, Any] = {"changed": change.changed, "monitoring": wanted}
    if module._diff:
        result["diff"] = {"before": change.before, "after": change.after}
    return result


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "instance_ids": {"type": "list", "elements": "str", "required": True},
            "state": {"type": "str", "choices": [ENABLED, DISABLED], "default": ENABLED},
        },
        supports_check_mode=True,
    )
    refuse_wrong_options(module, CHECKED)
    try:
        result = run(module)
    except MissingInstanceError as error:
        module.fail_json(msg=str(error))
    except InstanceMonitoringError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
