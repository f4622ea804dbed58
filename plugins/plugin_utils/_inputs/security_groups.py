# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inputs of the role security_groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.kinds import Kind, duplicates, integer
from ansible_collections.taskmanager.aws.plugins.module_utils.security_group.problems import problems

_RULES: Final = ("security_groups_groups[].rules[]", "security_groups_groups[].rules_egress[]")
KINDS: Final[dict[str, Kind]] = {
    "security_groups_groups[].name": aws.GROUP_NAME,
    "security_groups_groups[].description": aws.GROUP_DESCRIPTION,
    "security_groups_groups[].allowed_cidr_rules[]": aws.RULE_DESCRIPTION,
    **{f"{rule}.group?": aws.GROUP_NAME for rule in _RULES},
    **{f"{rule}.group_id[]": aws.SOURCE_GROUP_ID for rule in _RULES},
    **{f"{rule}.ip_prefix[]": aws.PREFIX_LIST_ID for rule in _RULES},
    **{f"{rule}.rule_desc?": aws.RULE_DESCRIPTION for rule in _RULES},
    "security_groups_instances[].id": aws.INSTANCE_ID_OR_NONE,
    "security_groups_instances[].groups[]": aws.GROUP_NAME,
    "security_groups_db_instances[].identifier": aws.DB_IDENTIFIER,
    "security_groups_db_instances[].groups[]": aws.GROUP_NAME,
    "security_groups_functions[]": aws.FUNCTION_NAME,
    "security_groups_wait_minutes": integer(0, 1_440, "a number of minutes"),
}


def contradictions(inputs: Mapping[str, Any]) -> list[str]:
    """Groups, rules and attachments that don't fit each other, and a VPC that would be guessed."""
    groups = inputs["security_groups_groups"]
    found = []
    vpc = inputs.get("security_groups_vpc_id")
    unknown = vpc in (None, "") and (inputs["check_mode"] or inputs["security_groups_state"] == "absent")
    if groups and not unknown and not aws.VPC_ID.accepts(vpc):
        found.append(
            f"{aws.VPC_ID.problem('security_groups_vpc_id', vpc)}; without, AWS would take the account's default VPC"
        )
    if inputs["security_groups_state"] == "present":
        found += problems(groups, inputs["security_groups_instances"], inputs["security_groups_db_instances"])
    found += duplicates(inputs, "security_groups_instances[].id")
    return found + duplicates(inputs, "security_groups_db_instances[].identifier")
