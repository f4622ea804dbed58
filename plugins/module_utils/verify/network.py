# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Instances, security groups and URLs: what is open, and to whom.

Pure: no Ansible, no AWS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.taskmanager.aws.plugins.module_utils.verify.check import (
    NONE,
    Answer,
    Check,
    Unknown,
    as_list,
    asked,
    check,
    first,
)

OPEN = "run site.yml with the tag security_groups"
EVERYBODY = "0.0.0.0/0"
ADDRESSES = {"ip_ranges": "cidr_ip", "ipv6_ranges": "cidr_ipv6", "prefix_list_ids": "prefix_list_id"}
Permissions = list[Mapping[str, Any]]
Wanted = Mapping[str, Any]


def instance_checks(wanted: Wanted, instance: Answer, groups: Answer, unknown: Unknown) -> Iterator[Check]:
    """The checks of an EC2 instance; of one that is not there, that it is not."""
    name = wanted.get("name", wanted["id"])
    found = {"instances": []} if unknown(wanted["id"]) else instance
    yield asked(f"instance {name} runs", found, "instances", _state_faults, "start it, or make it anew")
    current = first(found.get("instances", []))
    if not current:
        return
    ports = wanted["open_ports"]
    opened = f"{name} is open on {', '.join(map(str, ports))}"
    yield asked(opened, groups, "security_groups", lambda found: _open_faults(ports, found), OPEN)
    yield check(
        f"{name} has the instance profile {wanted['profile']}",
        _profile_faults(wanted["profile"], current),
        "run site.yml with the tag iam",
    )


def security_group_checks(wanted: Wanted, groups: Answer, vpc_id: str, unknown: Unknown) -> Iterator[Check]:
    """The checks of a security group among those of its VPC; of one that is not there, that it is not."""
    if unknown(vpc_id):
        return
    name = wanted["name"]
    ids = {group["group_name"]: group["group_id"] for group in groups.get("security_groups", [])}
    there = name in ids
    yield asked(f"security group {name} exists", groups, "security_groups", lambda _: [] if there else [NONE], OPEN)
    if not there:
        return
    permissions = next(each["ip_permissions"] for each in groups["security_groups"] if each["group_name"] == name)
    lacking = (_told(rule) for rule in wanted.get("rules", []) if not _admitted(rule, permissions, ids))
    yield check(f"{name} admits what was asked for", (f"lacks: {rule}" for rule in lacking), OPEN)
    allowed = wanted.get("allowed_cidr_rules")
    if allowed is not None:
        close = f"remove these rules from {name}: who needs to get in gets a security group, which the rules then name"
        yield check(f"{name} admits no address", _address_faults(permissions, allowed), close)


def probe_checks(wanted: Wanted, response: Answer, unknown: Unknown) -> Iterator[Check]:
    """The check of a URL, without the secrets that one may hold."""
    url, status = urlsplit(wanted["url"]), wanted.get("status", 200)
    host = url.netloc.rpartition("@")[2]
    name = f"{url.scheme}://{host}{url.path} answers {status}"
    way_out = "see that the server runs, and that its port is open to this machine"

    def faults(found: int) -> list[str]:
        return [] if found == status else [response["msg"]]

    if not unknown(wanted["url"]):
        yield asked(name, response, "status", faults, way_out)


def _state_faults(instances: list[Mapping[str, Any]]) -> list[str]:
    state = first(instances).get("state", {}).get("name", NONE)
    return [] if state == "running" else [f"it is {state}" if instances else state]


def _open_faults(ports: list[int], groups: list[Mapping[str, Any]]) -> Iterator[str]:
    permissions = [permission for group in groups for permission in group["ip_permissions"]]
    for port in ports:
        if not _admitted({"ports": [port], "cidr_ip": EVERYBODY}, permissions, {}):
            yield f"{port} is closed to {EVERYBODY}"


def _profile_faults(profile: str, current: Mapping[str, Any]) -> list[str]:
    arn = (current.get("iam_instance_profile") or {}).get("arn", "none")
    return [] if arn.rpartition("/")[2] == profile else [f"it has {arn}"]


def _admitted(rule: Mapping[str, Any], permissions: Permissions, ids: Mapping[str, str]) -> bool:
    """Whether each port of a rule, as the role security_groups takes it, is open to each of its sources."""
    return all(
        any(_covers(permission, rule.get("proto", "tcp"), ports, ids.get(source, source)) for permission in permissions)
        for ports in _ports(rule)
        for source in _sources(rule)
    )


def _covers(permission: Mapping[str, Any], proto: str, ports: str, source: str) -> bool:
    lowest, _, highest = ports.partition("-")
    groups = [pair["group_id"] for pair in permission.get("user_id_group_pairs", [])]
    return (
        permission["ip_protocol"] in (proto, "-1")
        and permission.get("from_port", 0) <= int(lowest)
        and int(highest or lowest) <= permission.get("to_port", 65535)
        and source in [*groups, *(address for address, _ in _addresses(permission))]
    )


def _ports(rule: Mapping[str, Any]) -> list[str]:
    return [str(ports) for ports in rule.get("ports") or [f"{rule['from_port']}-{rule['to_port']}"]]


def _sources(rule: Mapping[str, Any]) -> list[str]:
    """Where a rule lets in from; groups by name or id."""
    keys = ("group", "group_id", "cidr_ip", "cidr_ipv6", "ip_prefix")
    return [source for key in keys if key in rule for source in as_list(rule[key])]


def _addresses(permission: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The addresses and prefix lists that a permission lets in, with the rules' descriptions."""
    ranges = [(each[name], each) for key, name in ADDRESSES.items() for each in permission.get(key, [])]
    return [(address, each.get("description", "")) for address, each in ranges]


def _address_faults(permissions: Permissions, allowed: list[str]) -> Iterator[str]:
    for permission in permissions:
        ports = f"{permission.get('from_port', 'all')}-{permission.get('to_port', 'all')}"
        for address, description in _addresses(permission):
            if description not in allowed:
                yield f"{permission['ip_protocol']} {ports} from {address}"


def _told(rule: Mapping[str, Any]) -> str:
    return f"{rule.get('proto', 'tcp')} {', '.join(_ports(rule))} from {', '.join(_sources(rule))}"
