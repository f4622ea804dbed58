# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an input of a role or a module may be, and where in the inputs a value stands.

Pure: no Ansible, no AWS.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kind:
    """What a value must be. `words` finish the sentence "it must be …".

    :param accepts: whether a value, which may be of any type, is of this kind.
    :param made_by_aws: AWS gives out such values, so that check mode has '' for one of what would be created.
    """

    words: str
    accepts: Callable[[Any], bool]
    made_by_aws: bool = False

    def problem(self, place: str, value: Any) -> str:
        """The sentence about a wrong value at this place."""
        return f"{place} is {shown(value)}: it must be {self.words}"


def text(words: str, pattern: str, most: int, least: int = 1, *, made_by_aws: bool = False) -> Kind:
    """A string of `least` to `most` characters that matches the whole pattern. A number is taken as its digits."""
    compiled = re.compile(pattern, re.DOTALL | re.ASCII)

    def accepts(value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, str | int):
            return False
        return least <= len(str(value)) <= most and compiled.fullmatch(str(value)) is not None

    return Kind(words, accepts, made_by_aws)


def integer(least: int, most: int, words: str = "a whole number") -> Kind:
    """A whole number in a range. A string of its digits is one too, since templates and `-e` give strings."""

    def accepts(value: Any) -> bool:
        number = whole(value)
        return number is not None and least <= number <= most

    return Kind(f"{words} from {least} to {most}", accepts)


def choice(*values: Any) -> Kind:
    """One of these values, or the string of one."""
    given = {str(value) for value in values}
    return Kind(
        f"one of {', '.join(map(str, values))}",
        lambda value: isinstance(value, str | int) and not isinstance(value, bool) and str(value) in given,
    )


def whole(value: Any) -> int | None:
    """The whole number that a value is, or None."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def number(value: Any) -> float | None:
    """The number that a value is, which may be no finite one, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (OverflowError, ValueError):
        return None


def shown(value: Any, most: int = 80) -> str:
    """A value for a message; a long one is cut."""
    words = repr(value)
    return words if len(words) <= most else f"{words[: most - 1]}… ({len(words)} characters)"


LIST = Kind("a list", lambda value: value is None or not isinstance(value, Mapping))
MAPPING = Kind("a mapping", lambda value: isinstance(value, Mapping))


@dataclass(frozen=True)
class Misshapen:
    """A value that can't hold what the path leads to."""

    value: Any
    kind: Kind


def values(data: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    """The values at a path, each with its place; what is misshapen on the way is passed over.

    In `a.b[].c{}?`, `[]` stands for each element of a list, `{}` for each key of a mapping, and a final `?` says that
    the value may be left out. One value where a list is wanted is the list of it, as Ansible has it.
    """
    return ((place, value) for place, value in _found(data, path) if not isinstance(value, Misshapen))


def _found(data: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    optional = path.endswith("?")
    for place, value in _walk(data, "", re.findall(r"[^.\[\]{}]+|\[\]|\{\}", path.rstrip("?"))):
        if not optional or (value.value if isinstance(value, Misshapen) else value) is not None:
            yield place, value


def _walk(value: Any, place: str, steps: list[str]) -> Iterator[tuple[str, Any]]:
    if not steps:
        yield place, value
        return
    step, *rest = steps
    kind = LIST if step == "[]" else MAPPING
    if value is None and step in ("[]", "{}"):
        return
    if not kind.accepts(value):
        yield place, Misshapen(value, kind)
    elif step == "[]":
        for index, element in enumerate(value if isinstance(value, list | tuple) else [value]):
            yield from _walk(element, f"{place}[{index}]", rest)
    elif step == "{}":
        for key in value:
            yield from _walk(key, f"{place}, a key", rest)
    else:
        yield from _walk(value.get(step), f"{place}.{step}" if place else step, rest)


def wrong_values(data: Mapping[str, Any], kinds: Mapping[str, Kind], *, check_mode: bool = False) -> list[str]:
    """What is wrong with each value by itself.

    :param kinds: what the values at each path must be.
    :param check_mode: whether '' may stand for what AWS has yet to make.
    """
    found: dict[str, None] = {}  # in their order; several paths may lead through one misshapen value
    for path, kind in kinds.items():
        for place, value in _found(data, path):
            if isinstance(value, Misshapen):
                found[value.kind.problem(place, value.value)] = None
            elif not kind.accepts(value) and not (check_mode and kind.made_by_aws and value == ""):
                found[kind.problem(place, value)] = None
    return list(found)


def duplicates(data: Mapping[str, Any], *paths: str) -> list[str]:
    """What is named more than once by these paths together."""
    found = [value for path in paths for _place, value in values(data, path) if isinstance(value, str) and value]
    where = " and ".join(dict.fromkeys(paths))
    return [
        f"{where}: {shown(value)} is there {count} times: give it once"
        for value, count in Counter(found).items()
        if count > 1
    ]


def missing(data: Mapping[str, Any], paths: list[str], why: str) -> list[str]:
    """What has no value, or an empty one, though it is needed."""
    return [
        f"{place} is {shown(value)}: it is needed {why}"
        for path in paths
        for place, value in values(data, path)
        if value is None or value in ("", [], {})
    ]
