# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which instances have detailed monitoring, and which ones are to be changed.

Pure: no Ansible, no AWS. An instance is the dictionary of EC2's API (Instance).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

ENABLED: Final = "enabled"
DISABLED: Final = "disabled"
# A change that is under way needs no other.
COMING: Final = {"pending": ENABLED, "disabling": DISABLED}
GONE: Final = ("shutting-down", "terminated")


class MissingInstanceError(ValueError):
    """Instances that are to be monitored do not exist."""


def states_of(instances: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return `enabled` or `disabled` by the ids of the instances that still exist."""
    return {
        instance["InstanceId"]: COMING.get(instance["Monitoring"]["State"], instance["Monitoring"]["State"])
        for instance in instances
        if instance["State"]["Name"] not in GONE
    }


def desired(state: str, instance_ids: Sequence[str], current: Mapping[str, str]) -> dict[str, str]:
    """Return the state by instance id that is wanted. An instance that is gone needs no monitoring to be disabled.

    :raises MissingInstanceError: monitoring is to be enabled for instances that do not exist.
    """
    missing = [instance_id for instance_id in instance_ids if instance_id not in current]
    if missing and state == ENABLED:
        raise MissingInstanceError(
            f"instance_ids: {', '.join(repr(instance_id) for instance_id in missing)} not found, or terminated; "
            "give ids of instances in this account and region"
        )
    return {instance_id: state for instance_id in instance_ids if instance_id in current}
