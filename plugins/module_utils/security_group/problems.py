# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with the data of the role security_groups, before anything is changed.

Pure: no Ansible, no AWS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.taskmanager.aws.plugins.module_utils.security_group.rules import (
    ADDRESSES,
    SOURCES,
    listed,
    rules_of_data,
)

Data = Sequence[Mapping[str, Any]]


def problems(groups: Data, instances: Data = (), db_instances: Data = ()) -> list[str]:
    """What is wrong: the input, the value, the reason and the way out."""
    names = [str(group["name"]) for group in groups]
    found = [
        f"security_groups_groups: the group {name} is there {names.count(name)} times: give it once, with all rules"
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    for group in groups:
        found += _of_group(group, names)
    found += _of_attachments("security_groups_instances", "id", instances, names)
    found += _of_attachments("security_groups_db_instances", "identifier", db_instances, names)
    return found


def _of_group(group: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    closed = group.get("allowed_cidr_rules") is not None
    if closed and group.get("rules") is None:
        yield (
            f"security_groups_groups: {group['name']} has allowed_cidr_rules and no rules, "
            "so that its ingress is not managed: give it rules, [] for none"
        )
    for option in ("rules", "rules_egress"):
        for index, rule in enumerate(listed(group.get(option))):
            where = f"security_groups_groups: {option}[{index}] of {group['name']}"
            yield from _of_rule(where, rule, names)
            if closed and option == "rules":
                yield from _of_admitted(where, rule, listed(group["allowed_cidr_rules"]))


def _of_rule(where: str, rule: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    if not any(listed(rule.get(source)) for source in SOURCES):
        yield f"{where} ({dict(rule)}) has no source or target: give one of {', '.join(SOURCES)}"
    if rule.get("group") is not None and rule["group"] not in names:
        yield (
            f"{where} names the group {rule['group']}, which is not in security_groups_groups: "
            "add it there, or give a group of others by its group_id"
        )
    try:
        rules_of_data(rule, {})
    except ValueError as error:
        yield f"{where} ({dict(rule)}): {error}"


def _of_admitted(where: str, rule: Mapping[str, Any], allowed: Sequence[str]) -> Iterator[str]:
    admitted = [source for kind in ADDRESSES for source in listed(rule.get(kind))]
    if admitted and rule.get("rule_desc") not in allowed:
        yield (
            f"{where} admits {', '.join(map(str, admitted))} and has the rule_desc {rule.get('rule_desc')!r}, "
            f"which is not in the group's allowed_cidr_rules {list(allowed)}: "
            "give a group as the source, or add the rule_desc there"
        )


def _of_attachments(given: str, key: str, attachments: Data, names: Sequence[str]) -> Iterator[str]:
    for attachment in attachments:
        for name in listed(attachment["groups"]):
            if name not in names:
                yield (
                    f"{given}: {attachment[key] or 'an instance'} is to have the group {name}, which is not in "
                    "security_groups_groups: add it there; groups that others attached need not be named"
                )
