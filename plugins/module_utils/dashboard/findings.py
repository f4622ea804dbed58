# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong in a dashboard, and the checks that rules are made of.

Pure. A check takes a JSON path and the value there, and yields a Finding for each thing that breaks its rule.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.sources import Source

MISSING: Final = object()
SHOWN_CHARACTERS: Final = 80


class Finding(NamedTuple):
    """One thing that is wrong: where (a JSON path), what is there, what must be there, and the nearest valid name."""

    path: str
    found: str
    allowed: str
    nearest: str = ""
    # What is refused has the document that says so. AWS takes more than it documents, so all else is only told.
    source: Source | None = None
    places: int = 1

    @property
    def is_warning(self) -> bool:
        """Whether CloudWatch may take it all the same."""
        return self.source is None

    def __str__(self) -> str:
        hint = f"; did you mean {self.nearest}?" if self.nearest else ""
        more = f" (and at {self.places - 1} other places)" if self.places > 1 else ""
        source = f" [{self.source.title}]" if self.source else ""
        return f"{self.path}{more}: {self.found}, must be {self.allowed}{hint}{source}"


LONGEST_MEANT: Final = 60  # characters of a value that may be a name, misspelt
Check = Callable[[str, Any], Iterator[Finding]]


def shown(value: Any) -> str:
    """Render a value for a person, cut where it is long."""
    if value is MISSING:
        return "missing"
    text = json.dumps(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."


def nearest(value: Any, names: Collection[str]) -> str:
    """Return the name that `value` was probably meant to be, or an empty string."""
    if not isinstance(value, str) or len(value) > LONGEST_MEANT:
        return ""
    by_lower_case = {name.lower(): name for name in names}
    close = difflib.get_close_matches(str(value).lower(), by_lower_case, n=1, cutoff=0.7)
    return by_lower_case[close[0]] if close else ""


def anything(_path: str, _value: Any) -> Iterator[Finding]:
    """Accept any value."""
    yield from ()


def refused(check: Check, source: Source) -> Check:
    """Refuse what a check finds, since the source says that CloudWatch does."""

    def check_and_refuse(path: str, value: Any) -> Iterator[Finding]:
        return (finding._replace(source=source) for finding in check(path, value))

    return check_and_refuse


def one_of(*names: str) -> Check:
    """Accept one of the strings, or the empty one, which the console writes where nothing is chosen."""

    def check(path: str, value: Any) -> Iterator[Finding]:
        if not isinstance(value, str) or value not in (*names, ""):
            yield Finding(path, shown(value), f"one of {', '.join(names)}", nearest(value, names))

    return check


def text(pattern: str = "", described: str = "a string", longest: int | None = None) -> Check:
    """Accept a string: one that matches the whole of `pattern`, and has at most `longest` characters."""
    allowed = described if longest is None else f"{described} of at most {longest} characters"

    def check(path: str, value: Any) -> Iterator[Finding]:
        fits = isinstance(value, str) and (longest is None or len(value) <= longest)
        if not fits or (pattern and not re.fullmatch(pattern, value)):
            yield Finding(path, shown(value), allowed)

    return check


def boolean(path: str, value: Any) -> Iterator[Finding]:
    """Accept true and false."""
    if not isinstance(value, bool):
        yield Finding(path, shown(value), "true or false")


def number(path: str, value: Any) -> Iterator[Finding]:
    """Accept any number; Python's True is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        yield Finding(path, shown(value), "a number")


def integer(lowest: int, highest: int | None = None) -> Check:
    """Accept a whole number within bounds; JSON has one kind of number, so 6.0 is one."""
    allowed = f"an integer, {lowest} or higher" if highest is None else f"an integer from {lowest} to {highest}"

    def check(path: str, value: Any) -> Iterator[Finding]:
        whole = not isinstance(value, bool) and isinstance(value, (int, float)) and value == value // 1
        if not whole or value < lowest or (highest is not None and value > highest):
            yield Finding(path, shown(value), allowed)

    return check


def items(check_item: Check, fewest: int = 0, most: int | None = None, source: Source | None = None) -> Check:
    """Accept a list of so many items that each pass `check_item`; behind the most that there may be none is looked at.

    :param source: what says that CloudWatch refuses what is no such list.
    """
    bounds = f"a list of {fewest} to {most} items" if most is not None else f"a list of at least {fewest} items"

    def check(path: str, value: Any) -> Iterator[Finding]:
        if not isinstance(value, list):
            yield Finding(path, shown(value), "a list", source=source)
            return
        if len(value) < fewest or (most is not None and len(value) > most):
            yield Finding(path, f"{len(value)} items", bounds, source=source)
        for index, item in enumerate(value[:most]):
            yield from check_item(f"{path}[{index}]", item)

    return check


def keys(
    known: Mapping[str, Check],
    required: Collection[str] = (),
    source: Source | None = None,
    meant: Mapping[str, str] | None = None,
) -> Check:
    """Accept an object whose values pass the check of their key; a key without a check is a warning.

    :param source: what says that CloudWatch refuses what is no object, or lacks a required key.
    :param meant: what somebody means by a key of another API.
    """

    def check(path: str, value: Any) -> Iterator[Finding]:
        if not isinstance(value, dict):
            yield Finding(path, shown(value), "an object", source=source)
            return
        for name in required:
            if name not in value:
                yield Finding(f"{path}.{name}", "missing", "given", source=source)
        for name, item in value.items():
            if name in known:
                yield from known[name](f"{path}.{name}", item)
            else:
                yield unknown_key(path, name, known, (meant or {}).get(name, ""))

    return check


def unknown_key(path: str, name: str, known: Collection[str], meant: str = "") -> Finding:
    """Return the warning of a key that has no rule."""
    allowed = f"one of the documented keys ({', '.join(known)}), or AWS may ignore it"
    return Finding(f"{path}.{name[:SHOWN_CHARACTERS]}", "an unknown key", allowed, meant or nearest(name, known))


def grouped(findings: Iterable[Finding]) -> list[Finding]:
    """Return one warning for all of a kind, in the place of the first: a kind is a path without numbers, and a rule."""
    found: dict[Any, Finding] = {}
    for finding in findings:
        kind = (re.sub(r"\[\d+\]", "[]", finding.path), finding.allowed, finding.nearest)
        key = kind if finding.is_warning else (finding.path, *kind)
        first = found.setdefault(key, finding)
        if first is not finding:
            found[key] = first._replace(places=first.places + 1)
    return list(found.values())


def also(check_first: Check, *others: Callable[[str, dict[str, Any]], Iterator[Finding]]) -> Check:
    """Accept an object that passes `check_first` and `others`, which see the object as a whole."""

    def check(path: str, value: Any) -> Iterator[Finding]:
        yield from check_first(path, value)
        if isinstance(value, dict):
            for other in others:
                yield from other(path, value)

    return check
