# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles and policies: who is trusted, and what is allowed, no less and no more than asked for.

Pure: no Ansible, no AWS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.taskmanager.aws.plugins.module_utils.verify.check import (
    NONE,
    Answer,
    Check,
    Unknown,
    asked,
    check,
    first,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.verify.documents import differences

CONVERGE = "run site.yml with the tag iam"
TOO_MUCH = f"{CONVERGE}; take what is too much off with iam_purge_policies, or put it into iam_roles"
Wanted = Mapping[str, Any]


def role_checks(wanted: Wanted, role: Answer, inline: Answer, unknown: Unknown) -> Iterator[Check]:
    """The checks of a role, as the role iam takes it; of one that is not there, that it is not."""
    name = wanted["name"]
    yield asked(f"role {name} exists", role, "iam_roles", lambda found: [] if found else [NONE], CONVERGE)
    current = first(role.get("iam_roles", []))
    if not current:
        return
    service = wanted["service"]
    yield check(f"{name} is trusted to {service} alone", _trust_faults(service, current), CONVERGE)
    yield check(f"{name} has its managed policies", _managed_faults(wanted, current), TOO_MUCH)
    if not unknown(wanted.get("inline_policies")):
        faults = _inline_faults
        yield asked(
            f"{name} has its inline policies", inline, "policies", lambda found: faults(wanted, found), TOO_MUCH
        )
    if wanted.get("boundary"):
        yield check(f"{name} has its boundary", _boundary_faults(wanted["boundary"], current), CONVERGE)
    if wanted.get("instance_profile"):
        yield check(f"{name} is in its instance profile", _profile_faults(name, current), CONVERGE)


def policy_checks(wanted: Wanted, policy: Answer, unknown: Unknown) -> Iterator[Check]:
    """The check of a managed policy, as the role iam takes it."""
    if unknown(wanted):
        return

    def faults(found: list[Mapping[str, Any]]) -> list[str]:
        return differences(found[0]["policy_document"]["Statement"], wanted["statements"]) if found else [NONE]

    yield asked(f"policy {wanted['name']} grants what was asked for", policy, "policies", faults, CONVERGE)


def _trust_faults(service: str, current: Mapping[str, Any]) -> list[str]:
    trust = [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]
    return differences(current["assume_role_policy_document"]["Statement"], trust)


def _managed_faults(wanted: Wanted, current: Mapping[str, Any]) -> Iterator[str]:
    """Managed policies that lack or are too much; they are asked for by name or by ARN."""
    names = set(wanted.get("managed_policies") or [])
    attached = [{policy["policy_name"], policy["policy_arn"]} for policy in current["managed_policies"]]
    yield from (f"lacks: {name}" for name in sorted(names - set().union(*attached)))
    yield from (f"too much: {min(policy, key=len)}" for policy in attached if not policy & names)


def _inline_faults(wanted: Wanted, policies: list[Mapping[str, Any]]) -> Iterator[str]:
    asked_for = wanted.get("inline_policies") or {}
    found = {policy["policy_name"]: policy["policy_document"]["Statement"] for policy in policies}
    for name in sorted(asked_for.keys() | found.keys()):
        if name not in found:
            yield f"lacks: {name}"
        elif name not in asked_for:
            yield f"too much: {name}"
        else:
            yield from (f"{name} {difference}" for difference in differences(found[name], asked_for[name]))


def _boundary_faults(boundary: str, current: Mapping[str, Any]) -> list[str]:
    arn = (current.get("permissions_boundary") or {}).get("permissions_boundary_arn", "none")
    return [] if boundary in (arn, arn.rpartition("/")[2]) else [f"it has {arn}, not {boundary}"]


def _profile_faults(name: str, current: Mapping[str, Any]) -> list[str]:
    profiles = [profile["instance_profile_name"] for profile in current["instance_profiles"]]
    return [] if name in profiles else [f"it is in {', '.join(profiles) or 'none'}"]
