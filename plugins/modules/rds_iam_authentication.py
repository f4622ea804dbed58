#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_iam_authentication
version_added: 0.1.0
short_description: Enable IAM authentication of an RDS instance or a cluster
description:
  - Has a database on Amazon RDS take IAM tokens, at once, and waits until it does. Logins with a password go on to
    work.
  - Changes this one setting. A database with other changes that wait for its maintenance window is refused, since RDS
    makes those too whenever it makes a change at once.
  - It is not disabled again by this module, since others may use it.
notes:
  - M(amazon.aws.rds_cluster) of amazon.aws 11.4 fails with a KeyError when it is to change this setting of an existing
    cluster, and sets O(amazon.aws.rds_cluster#module:backup_retention_period) to V(1) where it is not given.
    M(amazon.aws.rds_instance) fails on an instance with provisioned IOPS (C(io1), C(io2)) unless its storage is given
    too. Both make what waits for the maintenance window along with their change.
  - While it waits, it shows what it is waiting for, each O(wait_delay) seconds.
author:
  - taskmanager.aws contributors
options:
  db_instance_identifier:
    description:
      - The RDS instance. One that is a member of a cluster has the setting of its cluster.
      - Give either this or O(db_cluster_identifier).
    type: str
  db_cluster_identifier:
    description:
      - The Aurora cluster, or Multi-AZ cluster.
    type: str
  wait_timeout:
    description:
      - How many seconds to wait for a database that can't be modified yet, since it is being backed up for example, and
        then until the change is in force.
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
    description: Shows the setting before and after.
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
- name: Have an RDS instance take IAM tokens
  taskmanager.aws.rds_iam_authentication:
    db_instance_identifier: orders

- name: Have an Aurora cluster take them
  taskmanager.aws.rds_iam_authentication:
    db_cluster_identifier: orders-cluster
    wait_timeout: 1800
"""

RETURN = r"""
status:
  description: The status of the database.
  returned: always
  type: str
  sample: available
waiting_for:
  description: What there is still to wait for; empty when IAM authentication is in force.
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
    Database,
    DatabaseError,
    check,
    cluster_of,
    instance_of,
    to_modify,
    waiting_for,
)

CHECKED = {
    "db_instance_identifier": aws.DB_IDENTIFIER,
    "db_cluster_identifier": aws.DB_IDENTIFIER,
}


def look(client: Any, instance: str | None, cluster: str | None) -> Database:
    """Read the instance, or the cluster.

    :raises DatabaseError: there is none.
    :raises RdsError: AWS refused or failed a call.
    """
    if instance is not None:
        if found := rds_api.find_instance(client, instance):
            return instance_of(found)
    elif cluster is not None and (found := rds_api.find_cluster(client, cluster)):
        return cluster_of(found, rds_api.find_members(client, cluster))
    kind, identifier = ("cluster", cluster) if instance is None else ("instance", instance)
    raise DatabaseError(
        f"db_{kind}_identifier: there is no {kind} {identifier!r} in this account and region; give the identifier that "
        "the RDS console shows"
    )


def run(module: AnsibleAWSModule) -> dict[str, Any]:
    """Take one step to IAM authentication, if one can be taken now, and return the module's result.

    :raises DatabaseError: it can't be enabled for this database as it is.
    :raises RdsError: AWS refused or failed a call.
    """
    client = module.client("rds")
    instance, cluster = module.params["db_instance_identifier"], module.params["db_cluster_identifier"]
    before = after = look(client, instance, cluster)
    check(before)
    changed = not before.reached
    if not module.check_mode:
        changed = to_modify(before)
        if changed and instance is not None:
            after = instance_of(rds_api.enable_for_instance(client, instance))
        elif changed:
            after = cluster_of(rds_api.enable_for_cluster(client, cluster), [])
    result: dict[str, Any] = {"changed": changed, "status": after.status, "waiting_for": waiting_for(after)}
    if module._diff and changed:
        state = {"iam_authentication": "enabled" if before.enabled else "disabled"}
        result["diff"] = {"before": state, "after": {"iam_authentication": "enabled"}}
    return result


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "db_instance_identifier": {"type": "str"},
            "db_cluster_identifier": {"type": "str"},
            # these two are for the action plugin of the same name
            "wait_timeout": {"type": "int", "default": WAIT_TIMEOUT},
            "wait_delay": {"type": "int", "default": WAIT_DELAY},
        },
        required_one_of=[("db_instance_identifier", "db_cluster_identifier")],
        mutually_exclusive=[("db_instance_identifier", "db_cluster_identifier")],
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
