# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policy documents compared by what they mean: the order, the grouping and the names of statements don't matter.

Pure: no Ansible, no AWS.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

from ansible_collections.taskmanager.aws.plugins.module_utils.verify.check import as_list


class Permission(NamedTuple):
    """One effect on one action and resource, by one principal and under one condition; empty where there is none."""

    effect: str
    principal: str
    action: str
    resource: str
    condition: str

    def __str__(self) -> str:
        words = [self.effect, self.principal, self.action, self.resource and f"on {self.resource}"]
        return " ".join(word for word in [*words, self.condition and f"if {self.condition}"] if word)


def permissions(statements: Any) -> set[Permission]:
    """What statements say, one by one."""
    return {
        Permission(statement["Effect"], *parts, _condition(statement.get("Condition")))
        for statement in as_list(statements)
        for parts in product(
            _named(statement, "Principal"), map(str.lower, _named(statement, "Action")), _named(statement, "Resource")
        )
    }


def differences(found: Any, wanted: Any) -> list[str]:
    """What found statements lack and have too much, in words."""
    there, asked_for = permissions(found), permissions(wanted)
    lacking = [f"lacks: {permission}" for permission in sorted(asked_for - there)]
    return lacking + [f"too much: {permission}" for permission in sorted(there - asked_for)]


def _named(statement: Mapping[str, Any], key: str) -> list[str]:
    """The values of an element such as Action, or of its opposite, NotAction, which is one whole."""
    if f"Not{key}" in statement:
        return [f"all but {', '.join(sorted(_values(statement[f'Not{key}'])))}"]
    return list(_values(statement[key])) if key in statement else [""]


def _values(element: Any) -> Iterator[str]:
    """The values of an element; those of a principal have their kind in front."""
    if isinstance(element, Mapping):
        yield from (f"{kind} {value}" for kind, values in element.items() for value in as_list(values))
    else:
        yield from map(str, as_list(element))


def _condition(condition: Any) -> str:
    """A condition in one way of writing: keys have no case, values are strings in no order."""
    if not condition:
        return ""
    told = {
        operator: {key.lower(): sorted(map(_text, as_list(values))) for key, values in keys.items()}
        for operator, keys in condition.items()
    }
    return json.dumps(told, sort_keys=True)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
