# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which security groups an RDS instance is to have, whether they can be changed now, and what there is to wait for.

Pure: no Ansible, no AWS. Instances are the dictionaries of RDS's API (DBInstance).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.taskmanager.aws.plugins.module_utils.rds_iam_authentication import (
    CHANGING,
    READY,
    STUCK,
    DatabaseError,
)


@dataclass(frozen=True)
class Instance:
    """What decides: `groups` are those that it has or is about to have, `queued` the changes that wait."""

    name: str
    status: str
    groups: frozenset[str]
    queued: tuple[str, ...] = ()
    cluster: str = ""


def instance_of(described: Mapping[str, Any]) -> Instance:
    """Read an instance. A group that it is about to lose is none of its groups."""
    groups = [group for group in described.get("VpcSecurityGroups", []) if group.get("Status") != "removing"]
    pending = described.get("PendingModifiedValues") or {}
    return Instance(
        described["DBInstanceIdentifier"],
        described["DBInstanceStatus"],
        frozenset(group["VpcSecurityGroupId"] for group in groups),
        tuple(sorted(key for key, value in pending.items() if value not in (None, "", [], {}))),
        described.get("DBClusterIdentifier") or "",
    )


def check(instance: Instance, wanted: Sequence[str]) -> None:
    """Refuse what can't be changed, or not without changing something else.

    :raises DatabaseError: names what keeps from it, and the way out.
    """
    name = f"RDS instance {instance.name!r}"
    if not wanted:
        raise DatabaseError(f"vpc_security_group_ids: [] would leave {name} without a group; RDS wants one at least")
    if instance.groups == set(wanted):
        return
    if instance.cluster:
        raise DatabaseError(
            f"db_instance_identifier: {name} is a member of the cluster {instance.cluster!r}, which has the groups of "
            "all its members; change them on the cluster"
        )
    if STUCK.fullmatch(instance.status):
        raise DatabaseError(
            f"{name} is {instance.status}, and can't be modified in this state, which does not pass by itself; have it "
            "available, and run again"
        )
    if instance.queued:
        raise DatabaseError(
            f"{name} has changes that wait for its maintenance window: {', '.join(instance.queued)}. RDS would make "
            "them too, at once and perhaps with an outage, when it changes the groups; make or revert them first, "
            "or run again after the window"
        )


def to_modify(instance: Instance, wanted: Sequence[str]) -> bool:
    """Whether the groups are to be changed, and can be now."""
    return instance.groups != set(wanted) and instance.status in READY


def waiting_for(instance: Instance, wanted: Sequence[str]) -> str:
    """What there is to wait for, in words; nothing when the instance has the groups."""
    if instance.groups == set(wanted) and instance.status not in CHANGING:
        return ""
    return f"RDS instance {instance.name!r} is {instance.status}, with the groups {', '.join(sorted(instance.groups))}"
