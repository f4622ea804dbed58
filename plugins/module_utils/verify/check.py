# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a check is, and how it comes from the answer of a module.

Pure: no Ansible, no AWS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# What a module returned. A module that could not ask returned its reason as `msg`, and not what it was asked for.
Answer = Mapping[str, Any]
# Whether a value names what could not be found, so that nothing can be expected of it.
Unknown = Callable[[Any], bool]

NONE = "there is none"
LET_IT_ASK = (
    "mend what kept the question from being asked, such as a permission of the caller (the README of the role verify "
    "lists them), and run it again"
)


@dataclass(frozen=True)
class Check:
    """One thing that holds or not: what was found, and what to do about it when it does not hold."""

    name: str
    ok: bool
    found: str
    way_out: str


def check(name: str, faults: Iterable[str], way_out: str) -> Check:
    """A check that holds when there are no faults."""
    found = "; ".join(faults)
    return Check(name, not found, found or "as asked for", way_out if found else "")


def asked(name: str, answer: Answer, key: str, faults: Callable[[Any], Iterable[str]], way_out: str) -> Check:
    """The check of what a module returned as `key`; it fails when the module could not ask."""
    if key not in answer:
        return Check(name, False, f"no answer: {answer.get('msg', f'the module returned no {key}')}", LET_IT_ASK)
    return check(name, faults(answer[key]), way_out)


def first(things: Iterable[Any]) -> Any:
    """The first of them, or an empty mapping."""
    return next(iter(things), {})


def as_list(value: Any) -> list[Any]:
    """The values of what may be written as one value or as a list."""
    return list(value) if isinstance(value, list | tuple) else [value]


def mentions(value: Any, text: str) -> bool:
    """Whether a text stands anywhere in a value; an empty text stands nowhere."""
    if isinstance(value, Mapping):
        return any(mentions(each, text) for each in value.values())
    if isinstance(value, list | tuple):
        return any(mentions(each, text) for each in value)
    return bool(text) and text in str(value)
