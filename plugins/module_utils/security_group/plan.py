# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done to the security groups of a VPC, and which rules on them are foreign.

Pure: no Ansible, no AWS. The groups are those of the role security_groups; what was found is what
amazon.aws.ec2_security_group_info returns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.security_group.rules import (
    ADDRESSES,
    ALLOW_ALL,
    Rule,
    listed,
    option,
    rules_of_aws,
    rules_of_data,
    words,
)

# The direction, its option in the data and in amazon.aws.ec2_security_group, and where AWS keeps its rules.
DIRECTIONS: Final = (
    ("ingress", "rules", "ip_permissions"),
    ("egress", "rules_egress", "ip_permissions_egress"),
)
# A group of which check mode knows that it will be there.
NEW: Final = {"ip_permissions_egress": [{"ip_protocol": "-1", "ip_ranges": [{"cidr_ip": "0.0.0.0/0"}]}]}


@dataclass(frozen=True)
class Difference:
    """How the rules of one direction differ from the data."""

    wanted: list[Rule]
    default: list[Rule]  # what AWS itself put there, to be removed
    foreign: list[Rule]
    missing: list[Rule]  # wanted, and not there with this description


def plan(
    groups: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]], purge: bool = False
) -> list[dict[str, Any]]:
    """For each group the options of amazon.aws.ec2_security_group, whether they change anything, and foreign rules."""
    by_name = {each["group_name"]: each for each in found}
    return [_plan_of(group, by_name, purge) for group in groups]


def _plan_of(group: Mapping[str, Any], by_name: Mapping[str, Mapping[str, Any]], purge: bool) -> dict[str, Any]:
    current = by_name.get(group["name"], NEW)
    ids = {name: each["group_id"] for name, each in by_name.items()}
    names = {group_id: name for name, group_id in ids.items()}
    description = current.get("description", group["description"])
    result: dict[str, Any] = {"name": group["name"], "description": description, "changes": False, "foreign": []}
    result["description_kept"] = description != group["description"]
    for direction, rules, kept in DIRECTIONS:
        result[f"purge_{rules}"] = False
        if group.get(rules) is None:
            continue
        difference = _compare(group[rules], rules_of_aws(listed(current.get(kept)), current.get("owner_id", "")), ids)
        result |= _options(rules, difference, purge)
        result["changes"] |= bool(difference.missing or difference.default or (purge and difference.foreign))
        closed = direction == "ingress" and group.get("allowed_cidr_rules") is not None
        result["foreign"] += [
            {
                "group": group["name"],
                "direction": direction,
                "rule": words(rule, direction, names),
                "forbidden": closed and rule.kind in ADDRESSES,
            }
            for rule in difference.foreign
        ]
    return result


def _compare(given: Sequence[Mapping[str, Any]], there: Sequence[Rule], ids: Mapping[str, str]) -> Difference:
    wanted = {rule: rule for each in given for rule in rules_of_data(each, ids)}
    described = {rule: rule.description for rule in there}
    others = [rule for rule in there if rule not in wanted]
    default = [rule for rule in others if rule in ALLOW_ALL and not rule.description]
    return Difference(
        wanted=list(wanted.values()),
        default=default,
        foreign=[rule for rule in others if rule not in default],
        missing=[rule for rule in wanted.values() if described.get(rule) != rule.description],
    )


def _options(rules: str, difference: Difference, purge: bool) -> dict[str, Any]:
    """The module removes all that it is not given, or nothing.

    Where it is to remove AWS's default alone, foreign rules are given as ours. Where it is to remove nothing, it is
    given what is missing alone, or its diff would show the rest twice.
    """
    removes = purge or bool(difference.default)
    kept = [] if purge else difference.foreign
    given = [*difference.wanted, *kept] if removes else difference.missing
    return {rules: [option(rule) for rule in given], f"purge_{rules}": removes}
