# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares the results of two runs of a playbook, field by field, but for what no two runs have in common."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

# Times and random names, by field. Two runs with the same connection differ in them.
VARYING = {
    "_ansible_delegated_vars": {"ansible_connection"},  # is what differs
    "": {
        "ansible_job_id",
        "async_results_file",
        "atime",
        "ctime",
        "date",  # of a web server
        "delta",
        "elapsed",
        "end",
        "finished",
        "inode",
        "invocation_time",
        "mtime",
        "results_file",
        "start",
        "started",
        "version",  # of a file, by stat
    },
}
# what a failure says that is the playbook's own, and compares nothing; and the tasks that are meant to fail like that
FAULT = re.compile(r"has no attribute|is not defined|is undefined|resolve module|cannot import name")
MEANT_TO_FAIL = {"raises", "undefined"}  # raises: a Python before 3.11 has no ExceptionGroup
MOST_LINES = 10  # that are said of a result
NAMES = {
    r"\d{10}\.\d+-\d+-\d+": "<stamp>",
    r"ansible-local-\w+": "<run>",
    r"ansible_[\w.]+?_payload_[a-z0-9_]{8}": "<payload>",
    r"(?<=/)ansible\.[a-z0-9_]{8}\b": "<temporary>",
    r"ansible-moduletmp-[\w.-]+": "<temporary>",
    r"\.ansible_tmp[a-z0-9_]{8}": "<temporary>",
    r"\btmp[a-z0-9_]{8}\b": "<temporary>",
    r"0x[0-9a-f]{6,}": "<address>",
    r"(?<=Valid booleans include: )[^.]*": "<a set>",
    r"(?<= m/)[A-Za-z,]+": "<a set>",  # of botocore's features
    r"datetime\.datetime\([^)]*\)": "<time>",
    r"\bj\d+\.\d+": "<job>",
}


class Record(NamedTuple):
    """A result, and whose it is."""

    kind: str
    host: str
    task: str
    result: Any


def load(path: Path) -> list[Record]:
    """The records that the callback has dumped."""
    return [Record(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def faults(records: list[Record]) -> list[str]:
    """The failures that are the playbook's own, each with its task."""
    failed = [each for each in records if each.kind in ("failed", "ignored", "item failed")]
    texts = {each.task: json.dumps(each.result) for each in failed if each.task not in MEANT_TO_FAIL}
    return [f"{task}: {found[0]}" for task, text in texts.items() if (found := FAULT.search(text))]


def masked(value: Any, field: str = "") -> Any:
    """A value without what varies from run to run."""
    if isinstance(value, dict):
        varying = VARYING[""] | VARYING.get(field, set())
        return {masked(name): masked(inner, name) for name, inner in value.items() if name not in varying}
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    if isinstance(value, str):
        for pattern, name in NAMES.items():
            value = re.sub(pattern, name, value)
    return value


def fields(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """All that is in a value, each with its path; a list of words, or what is empty, is a value as well."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = ", ".join(value)
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield from fields(each, f"{path}.{name}")
    if not inner:
        yield path, value


def of_hosts(records: list[Record]) -> dict[str, list[Record]]:
    """The records of each host, in their order: that of hosts among each other is a matter of chance."""
    found: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        found[record.host].append(record)
    return found


def differences(expected: list[Record], found: list[Record]) -> list[str]:
    """A text for each result that differs; nothing if the runs were equal."""
    said = []
    of_expected, of_found = of_hosts(expected), of_hosts(found)
    for host in sorted(of_expected.keys() | of_found.keys()):
        theirs, ours = of_expected.get(host, []), of_found.get(host, [])
        for one, other in zip(theirs, ours, strict=False):
            lines = differences_of(one, other)
            if lines:
                more = [f"and {len(lines) - MOST_LINES} fields more"] if len(lines) > MOST_LINES else []
                said.append("\n    ".join([f"{host}: {one.task}:", *lines[:MOST_LINES], *more]))
        if len(theirs) != len(ours):
            said.append(f"{host}: {len(theirs)} results, and {len(ours)}")
    return said


def differences_of(one: Record, other: Record) -> list[str]:
    """What differs between two records, in words."""
    heads = {name: (getattr(one, name), getattr(other, name)) for name in ("kind", "task")}
    left, right = dict(fields(masked(one.result))), dict(fields(masked(other.result)))
    nothing = "(nothing)"
    bodies = {name: (left.get(name, nothing), right.get(name, nothing)) for name in left.keys() | right.keys()}
    return [
        f"{name}: {shortened(first, second)}"
        for name, (first, second) in sorted((heads | bodies).items())
        if first != second
    ]


def shortened(first: Any, second: Any, width: int = 300) -> str:
    """Two values that differ, from a little before the place where they do."""
    texts = [str(first), str(second)]
    same = next((i for i, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), min(map(len, texts)))
    start = max(0, same - 40)
    return " | ".join(repr(text[start : start + width]) for text in texts)
