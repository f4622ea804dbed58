#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_security_groups
version_added: 0.1.0
short_description: Set the security groups of an RDS instance
description:
  - Gives an RDS instance the security groups of its VPC that it is to have, at once, and waits until it has them.
  - Changes nothing else. An instance with other changes that wait for its maintenance window is refused, since RDS
    makes those too whenever it makes a change at once.
  - An instance that does not exist is refused.
notes:
  - M(amazon.aws.rds_instance) of amazon.aws 11.4 creates an instance that does not exist, makes what waits for the
    maintenance window along with its change, and fails on an instance with provisioned IOPS (C(io1), C(io2)) unless its
    storage is given too.
  - While it waits, it shows what it is waiting for, each O(wait_delay) seconds.
author:
  - taskmanager.aws contributors
options:
  db_instance_identifier:
    description:
      - The RDS instance.
    type: str
    required: true
  vpc_security_group_ids:
    description:
      - The ids of all the groups that it is to have; others are taken off.
    type: list
    elements: str
    required: true
  wait_timeout:
    description:
      - How many seconds to wait for an instance that can't be modified yet, since it is being backed up for example,
        and then until it has the groups.
    type: int
    default: 900
  wait_delay:
    description:
      - Seconds between two looks.
    type: int
    default: 10
attributes:
  action:
    description: The waiting is on the controller, or nobody would see its progress.
    support: full
  check_mode:
    description: Predicts the change, writes nothing, and does not wait.
    support: full
  diff_mode:
    description: Shows the groups before and after.
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
- name: Admit to the database who the group admits
  taskmanager.aws.rds_security_groups:
    db_instance_identifier: orders
    vpc_security_group_ids: [sg-0123456789abcdef0]
"""

RETURN = r"""
vpc_security_group_ids:
  description: The ids of the groups that it has, or would have in check mode; sorted.
  returned: always
  type: list
  elements: str
  sample: [sg-0123456789abcdef0]
waiting_for:
  description: What there is still to wait for; empty when it has the groups.
  returned: always
  type: str
  sample: ""
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.taskmanager.aws.plugins.module_utils import rds_api
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.refuse import refuse_wrong_options
from ansible_collections.taskmanager.aws.plugins.module_utils.rds_iam_authentication import (
    WAIT_DELAY,
    WAIT_TIMEOUT,
    DatabaseError,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.rds_security_groups import (
    Instance,
    check,
    instance_of,
    to_modify,
    waiting_for,
)

CHECKED = {
    "db_instance_identifier": aws.DB_IDENTIFIER,
    "vpc_security_group_ids[]": aws.GROUP_ID,
}


def look(client: Any, identifier: str) -> Instance:
    """Read the instance.

    :raises DatabaseError: there is none.
    :raises RdsError: AWS refused or failed a call.
    """
    if found := rds_api.find_instance(client, identifier):
        return instance_of(found)
    raise DatabaseError(
        f"db_instance_identifier: there is no instance {identifier!r} in this account and region; give the identifier "
        "that the RDS console shows"
    )


def run(module: AnsibleAWSModule) -> dict[str, Any]:
    """Take the step to the groups, if it can be taken now, and return the module's result.

    :raises DatabaseError: the instance does not exist, or can't be changed as it is.
    :raises RdsError: AWS refused or failed a call.
    """
    client = module.client("rds")
    identifier, wanted = module.params["db_instance_identifier"], sorted(set(module.params["vpc_security_group_ids"]))
    before = after = look(client, identifier)
    check(before, wanted)
    changed = before.groups != set(wanted) if module.check_mode else to_modify(before, wanted)
    if changed and not module.check_mode:
        after = instance_of(rds_api.set_security_groups(client, identifier, wanted))
    result: dict[str, Any] = {
        "changed": changed,
        "vpc_security_group_ids": wanted if module.check_mode else sorted(after.groups),
        "waiting_for": waiting_for(after, wanted),
    }
    if module._diff and changed:
        diff = [{"vpc_security_group_ids": groups} for groups in (sorted(before.groups), wanted)]
        result["diff"] = {"before": diff[0], "after": diff[1]}
    return result


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "db_instance_identifier": {"type": "str", "required": True},
            "vpc_security_group_ids": {"type": "list", "elements": "str", "required": True},
            # these two are for the action plugin of the same name
            "wait_timeout": {"type": "int", "default": WAIT_TIMEOUT},
            "wait_delay": {"type": "int", "default": WAIT_DELAY},
        },
        supports_check_mode=True,
    )
    refuse_wrong_options(module, CHECKED)
    try:
        result = run(module)
    except DatabaseError as error:
        module.fail_json(msg=str(error))
    except rds_api.RdsError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
