# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which security groups others use, so that they can't be removed.

Pure: no Ansible, no AWS. AWS deletes no group that a network interface has or a rule of another group of its VPC names
(https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

# It tells neither whose it is nor of which RDS instance; the instances themselves tell their groups.
OF_RDS: Final = "RDSNetworkInterface"
OF_LAMBDA: Final = re.compile(r"AWS Lambda VPC ENI-(?P<function>.+)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Found = Mapping[str, Any]
Attachments = Sequence[Mapping[str, Any]]


def groups_in_use(
    groups: Sequence[Found],
    vpc_groups: Sequence[Found],
    interfaces: Sequence[Found],
    databases: Sequence[Found],
    instances: Attachments,
    db_instances: Attachments,
    functions: Sequence[str],
) -> list[str]:
    """For each group that others use, a clause that names it and them.

    What is found is as modules of amazon.aws return it.

    :param groups: the groups to be removed, of those of the VPC.
    :param instances: the EC2 instances that the groups are taken off first, as `security_groups_instances` of the role.
    :param db_instances: the same of RDS instances.
    :param functions: the functions whose network interfaces Lambda removes by itself, some time after them.
    """
    going = {group["group_id"] for group in groups}
    found = []
    for group in groups:
        group_id, name = group["group_id"], group["group_name"]
        taken_off = {each["id"] for each in instances if name in each["groups"]}
        databases_taken_off = {each["identifier"] for each in db_instances if name in each["groups"]}
        users = [
            *_interfaces(interfaces, group_id, taken_off, functions),
            *_databases(databases, group_id, databases_taken_off),
            *(
                f"a rule of the group {other['group_name']}"
                for other in vpc_groups
                if other["group_id"] not in going and group_id in _named(other)
            ),
        ]
        if users:
            found.append(f"The group {name} is used by {', '.join(users)}")
    return found


def _interfaces(
    interfaces: Sequence[Found], group_id: str, instances: set[str], functions: Sequence[str]
) -> Iterator[str]:
    for interface in interfaces:
        description = interface.get("description", "")
        of_lambda = OF_LAMBDA.fullmatch(description)
        instance = interface.get("attachment", {}).get("instance_id")
        if (
            group_id not in [each["group_id"] for each in interface["groups"]]
            or description == OF_RDS
            or instance in instances
            or (of_lambda and of_lambda["function"] in functions)
        ):
            continue
        name = f"the network interface {interface['network_interface_id']}"
        of = f" of the instance {instance}" if instance else f" ({description})" if description else ""
        yield name + of


def _databases(databases: Sequence[Found], group_id: str, taken_off: set[str]) -> Iterator[str]:
    for database in databases:
        groups = [each["vpc_security_group_id"] for each in database["vpc_security_groups"]]
        if group_id in groups and database["db_instance_identifier"] not in taken_off:
            yield f"the RDS instance {database['db_instance_identifier']}"


def _named(group: Found) -> set[str]:
    """The ids of the groups that its rules name."""
    rules = [*group["ip_permissions"], *group["ip_permissions_egress"]]
    return {pair["group_id"] for rule in rules for pair in rule.get("user_id_group_pairs", [])}
