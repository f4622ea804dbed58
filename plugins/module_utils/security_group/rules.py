# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of a security group, as the data gives them and as AWS keeps them.

Pure: no Ansible, no AWS. The data is that of the role security_groups; what AWS keeps is what
amazon.aws.ec2_security_group_info returns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.kinds import whole

ALL: Final = "-1"
PROTOCOLS: Final = {"all": ALL, "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
WITH_PORTS: Final = {"tcp", "udp"}
WITH_TYPES: Final = {"icmp", "icmpv6"}
ADDRESSES: Final = ("cidr_ip", "cidr_ipv6", "ip_prefix")
SOURCES: Final = ("group", "group_id", *ADDRESSES)
# Where AWS keeps the sources of a kind, and under which name.
KEPT: Final = {
    "cidr_ip": ("ip_ranges", "cidr_ip"),
    "cidr_ipv6": ("ipv6_ranges", "cidr_ipv6"),
    "ip_prefix": ("prefix_list_ids", "prefix_list_id"),
    "group_id": ("user_id_group_pairs", "group_id"),
}
HIGHEST_PROTOCOL: Final = 255
HIGHEST_PORT: Final = 65_535
HIGHEST_TYPE: Final = 255
Ports = tuple[int, int] | None


class InvalidRuleError(ValueError):
    """A rule that AWS would not take; the text says what is wrong with it."""


@dataclass(frozen=True)
class Rule:
    """One rule as AWS keeps it, the same rule whatever its description; `source` is the target where it is egress."""

    protocol: str
    ports: Ports  # type and code with ICMP; None for all
    kind: str  # `group` only while the group has no id
    source: str
    description: str = field(default="", compare=False)


# What AWS puts on each new group (the second where the VPC has IPv6 addresses).
ALLOW_ALL: Final = (Rule(ALL, None, "cidr_ip", "0.0.0.0/0"), Rule(ALL, None, "cidr_ipv6", "::/0"))


def rules_of_data(given: Mapping[str, Any], ids: Mapping[str, str]) -> list[Rule]:
    """The rules that one rule of the data stands for, with the ids of the groups that have one.

    :raises InvalidRuleError: it has no ports, keys that its protocol does not go with, or an address that is none.
    """
    protocol = _protocol(given.get("proto"))
    _refuse_ignored_keys(given, protocol)
    return [
        with_id(Rule(protocol, ports, kind, source, given.get("rule_desc") or ""), ids)
        for ports in _port_ranges(given, protocol)
        for kind in SOURCES
        for source in _sources(kind, given)
    ]


def with_id(rule: Rule, ids: Mapping[str, str]) -> Rule:
    """The rule with its group's id, where that group has one."""
    return (
        replace(rule, kind="group_id", source=ids[rule.source]) if rule.kind == "group" and rule.source in ids else rule
    )


def rules_of_aws(permissions: list[Mapping[str, Any]], owner: str) -> list[Rule]:
    """The rules that the permissions of a group of this owner stand for."""
    return [
        Rule(permission["ip_protocol"], _kept_ports(permission), kind, source, entry.get("description") or "")
        for permission in permissions
        for kind, (entries, _) in KEPT.items()
        for entry in permission.get(entries) or []
        for source in [_kept_source(kind, entry, owner)]
    ]


def option(rule: Rule) -> dict[str, Any]:
    """The rule as an element of amazon.aws.ec2_security_group's `rules` or `rules_egress`."""
    first, last = rule.ports or ((-1, -1) if rule.protocol in WITH_TYPES else (None, None))
    given: dict[str, Any] = {
        "proto": rule.protocol,
        "from_port": first,
        "to_port": last,
        "rule_desc": rule.description or None,
    }
    if rule.kind == "group":
        # check mode alone comes here; with a description, the module takes the group for one that it is to create
        given |= {"group_name": [rule.source], "group_desc": rule.source}
    elif rule.kind == "group_id" and "/" in rule.source:
        given["group_id"] = [f"{rule.source}/{rule.source.rpartition('/')[2]}"]  # the module wants a name at the end
    else:
        given[rule.kind] = [rule.source]
    return {name: value for name, value in given.items() if value is not None}


def words(rule: Rule, direction: str, names: Mapping[str, str]) -> str:
    """The rule as a person would tell it; `names` are those of groups by their ids."""
    source = rule.source if rule.kind in ADDRESSES else f"the group {names.get(rule.source, rule.source)}"
    described = f' ("{rule.description}")' if rule.description else ""
    return f"{_traffic(rule)} {'from' if direction == 'ingress' else 'to'} {source}{described}"


def listed(value: Any) -> list[Any]:
    """The elements of an option that takes a list or one element."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _traffic(rule: Rule) -> str:
    if rule.protocol == ALL:
        return "all traffic"
    name = f"protocol {rule.protocol}" if rule.protocol.isdigit() else rule.protocol.upper()
    if rule.ports is None:
        return name
    first, last = rule.ports
    if rule.protocol in WITH_TYPES:
        return f"{name} type {first}" + (f" code {last}" if last != -1 else "")
    return f"{name} {first}" + (f"-{last}" if last != first else "")


def _protocol(given: Any) -> str:
    """The protocol as AWS keeps it (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html)."""
    text = "tcp" if given is None else str(given).strip().lower()
    protocol = PROTOCOLS.get(text, text)
    if protocol in WITH_PORTS | WITH_TYPES | {ALL} or (protocol.isdecimal() and int(protocol) <= HIGHEST_PROTOCOL):
        return protocol
    raise InvalidRuleError(
        f"proto is {given!r}: give tcp, udp, icmp, icmpv6, all, or the number of a protocol, 0 to {HIGHEST_PROTOCOL}"
    )


def _refuse_ignored_keys(given: Mapping[str, Any], protocol: str) -> None:
    """Refuse what would be ignored, so that the rule would open more, or other things, than it says."""
    has = {key for key in ("ports", "from_port", "to_port", "icmp_type", "icmp_code") if listed(given.get(key))}
    if protocol not in WITH_PORTS and "ports" in has:
        raise InvalidRuleError(
            f"proto is {given.get('proto')!r}, which has no ports, so that ports {given['ports']!r} would be ignored: "
            "give proto tcp or udp, or leave ports out"
        )
    if protocol not in WITH_PORTS | WITH_TYPES and any(given.get(key) not in (None, -1, "-1") for key in has):
        raise InvalidRuleError(
            f"proto is {given.get('proto')!r}, which goes with neither ports nor types, so that "
            f"{', '.join(sorted(has))} would be ignored: leave that out, or give another proto"
        )
    if protocol not in WITH_TYPES and has & {"icmp_type", "icmp_code"}:
        raise InvalidRuleError(f"icmp_type and icmp_code go with proto icmp and icmpv6 alone, not with {protocol}")
    if "icmp_code" in has and "icmp_type" not in has:
        raise InvalidRuleError(
            "icmp_code without icmp_type would be ignored, and all types admitted: give icmp_type too"
        )
    ways = [way for way in ({"ports"}, {"from_port", "to_port"}, {"icmp_type", "icmp_code"}) if way & has]
    if len(ways) > 1:
        raise InvalidRuleError(
            f"{', '.join(sorted(has))} contradict each other: give one of them, as one way to say it"
        )


def _port_ranges(given: Mapping[str, Any], protocol: str) -> list[Ports]:
    if protocol not in WITH_PORTS | WITH_TYPES:
        return [None]
    if protocol in WITH_TYPES and given.get("icmp_type") is not None:
        code = given.get("icmp_code")
        return [_types(given["icmp_type"], -1 if code is None else code)]
    ends = [given[name] for name in ("from_port", "to_port") if given.get(name) is not None]
    if ends and protocol in WITH_TYPES:
        return [_types(ends[0], ends[-1])]
    if ends:
        return [_ordered("from_port and to_port", ends[0], ends[-1])]
    if protocol in WITH_TYPES:
        return [None]
    if not listed(given.get("ports")):
        raise InvalidRuleError(f"it has no ports, which {protocol} needs: give ports, such as [443] or [8000-8100]")
    return [_port_range(str(each)) for each in listed(given["ports"])]


def _port_range(text: str) -> Ports:
    match = re.fullmatch(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?", text)
    if not match:
        raise InvalidRuleError(f"ports has {text!r}: give a port, such as 443, or a range, such as 8000-8100")
    return _ordered("ports", match[1], match[2] or match[1])


def _ordered(option: str, first: Any, last: Any) -> tuple[int, int]:
    ends = whole(first), whole(last)
    if ends[0] is None or ends[1] is None or not 0 <= ends[0] <= ends[1] <= HIGHEST_PORT:
        raise InvalidRuleError(
            f"{option}: {first} to {last} is no range of ports: give the lower one first, both from 0 to {HIGHEST_PORT}"
        )
    return ends[0], ends[1]


def _types(first: Any, last: Any) -> Ports:
    """An ICMP type and code; -1 stands for all of them."""
    ends = whole(first), whole(last)
    if any(end is None or not -1 <= end <= HIGHEST_TYPE for end in ends) or (ends[0] == -1 != ends[1]):
        raise InvalidRuleError(
            f"the ICMP type {first} with the code {last} is none: give 0 to {HIGHEST_TYPE} for each, or -1 for all; "
            "all types have all codes"
        )
    return _all_types(ends[0] or 0, ends[1] or 0)


def _all_types(first: int, last: int) -> Ports:
    return None if (first, last) == (-1, -1) else (first, last)


def _sources(kind: str, given: Mapping[str, Any]) -> Iterator[str]:
    for source in listed(given.get(kind)):
        if kind in ("cidr_ip", "cidr_ipv6"):
            yield _network(kind, str(source))
        elif kind == "group_id":
            yield _group_id(source)
        else:
            yield source


def _network(kind: str, text: str) -> str:
    network = IPv4Network if kind == "cidr_ip" else IPv6Network
    try:
        if "/" in text:
            return str(network(text, strict=False))
    except ValueError:
        pass
    example = "198.51.100.0/24" if kind == "cidr_ip" else "2001:db8::/32"
    raise InvalidRuleError(f"{kind} has {text!r}, which is no such network: give one such as {example}")


def _group_id(text: str) -> str:
    """The id of a group; that of another account, `account/id/name`, without the name."""
    account, slash, rest = text.partition("/")
    return f"{account}/{rest.partition('/')[0]}" if slash and rest.startswith("sg-") else text


def _kept_ports(permission: Mapping[str, Any]) -> Ports:
    if permission.get("from_port") is None or permission["ip_protocol"] == ALL:
        return None
    ports = (int(permission["from_port"]), int(permission["to_port"]))
    return _all_types(*ports) if permission["ip_protocol"] in WITH_TYPES else ports


def _kept_source(kind: str, entry: Mapping[str, Any], owner: str) -> str:
    source = entry[KEPT[kind][1]]
    foreign = kind == "group_id" and entry.get("user_id", owner) != owner
    return f"{entry['user_id']}/{source}" if foreign else source
