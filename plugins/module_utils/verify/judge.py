# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All checks, from what was asked for and what modules answered.

Pure: no Ansible, no AWS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ansible_collections.taskmanager.aws.plugins.module_utils.verify import (
    access,
    alarms,
    database,
    functions,
    network,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.verify.check import NONE, Check, Unknown, check, mentions

Columns = Mapping[str, Sequence[Any]]


def existing_checks(wanted: Mapping[str, Any], unknown: Unknown) -> Iterator[Check]:
    """The check of what was looked for before: it has an id, or is not there."""
    missing = not wanted["id"] or unknown(wanted["id"])
    yield check(f"{wanted['name']} exists", [NONE] if missing else [], "make it anew, or give the name that yours has")


# by kind: who judges it, and the keys that nothing can be judged without
JUDGES: dict[str, tuple[Callable[..., Iterator[Check]], set[str]]] = {
    "existing": (existing_checks, {"name", "id"}),
    "functions": (functions.function_checks, {"name", "role_arn"}),
    "event_sources": (functions.event_source_checks, set()),
    "policies": (access.policy_checks, {"name", "statements"}),
    "roles": (access.role_checks, {"name", "service"}),
    "instances": (network.instance_checks, {"id", "open_ports", "profile"}),
    "security_groups": (network.security_group_checks, {"name"}),
    "db_instances": (database.db_instance_checks, set()),
    "db_users": (database.db_user_checks, {"name"}),
    "alarms": (alarms.alarm_checks, {"name"}),
    "probes": (network.probe_checks, {"url"}),
}


def judge(kinds: Mapping[str, Columns], not_found: str) -> list[Check]:
    """The checks of all kinds, each with its columns: what was wanted, and the answer to each question about it.

    Whatever is wanted of something that was not found, and so names `not_found`, is left out.
    :raises ValueError: something wanted lacks a key.
    """
    unknown = partial(mentions, text=not_found)
    return [each for kind, columns in kinds.items() for each in _checks(kind, columns, unknown)]


def _checks(kind: str, columns: Columns, unknown: Unknown) -> Iterator[Check]:
    judge_one, keys = JUDGES[kind]
    for number, row in enumerate(zip(*columns.values(), strict=True), 1):
        named = dict(zip(columns, row, strict=True))
        lacking = sorted(keys - set(named["wanted"])) if keys else []
        if lacking:
            raise ValueError(f"verify_{kind}: entry {number} has no {', '.join(lacking)}")
        yield from judge_one(**named, unknown=unknown)
