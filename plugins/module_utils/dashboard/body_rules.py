# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of CloudWatch for a dashboard as a whole: its name, its body, its variables.

Pure. What a check finds is a warning unless it names its source.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.findings import (
    Finding,
    also,
    anything,
    boolean,
    grouped,
    items,
    keys,
    one_of,
    refused,
    shown,
    text,
    unknown_key,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.rules import (
    MAX_METRICS,
    MAX_WIDGETS,
    range_end,
    time_range,
    widget,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.sources import BODY, LIMITS, PUT_DASHBOARD

# Ours: what a body needs is ten or so, and what is deeper can be read, compared and drawn by nobody.
MAX_DEPTH: Final = 100

_NAME: Final = refused(text("[A-Za-z0-9_-]{1,255}", "1 to 255 characters of A-Z, a-z, 0-9, - and _"), PUT_DASHBOARD)


def _scalar(path: str, value: Any) -> Iterator[Finding]:
    if not isinstance(value, (str, int, float)) or len(str(value)) > 255:
        yield Finding(path, shown(value), "a string of at most 255 characters, a number, true or false")


def _has_values(path: str, variable: dict[str, Any]) -> Iterator[Finding]:
    kind = variable.get("type")
    if kind in ("property", "pattern") and kind not in variable:
        yield Finding(f"{path}.{kind}", "missing", f"given, since type is {kind}")
    if variable.get("inputType") not in ("select", "radio") or "values" in variable:
        return
    for name in ("search", "populateFrom"):
        if name not in variable:
            yield Finding(f"{path}.{name}", "missing", "given, since there are no values to choose from")


_VARIABLE: Final = also(
    keys(
        {
            "type": one_of("property", "pattern"),
            "property": text(),
            "pattern": text(),
            "inputType": one_of("input", "select", "radio"),
            "id": text("[0-9A-Za-z_-]{1,32}", "1 to 32 characters of 0-9, A-Z, a-z, - and _"),
            "label": text(longest=30),
            "defaultValue": _scalar,
            "values": items(keys({"value": _scalar, "label": text(longest=255)}, required=["value"]), 1, 500),
            "search": text(longest=2048),
            "populateFrom": text(),
            "visible": boolean,
            # the console writes these
            "inputPopulationType": text(),
            "customValues": anything,
        },
        required=["type", "inputType", "id"],
    ),
    _has_values,
)
_TOP: Final = {
    "widgets": items(widget, 0, MAX_WIDGETS, BODY),
    "variables": items(_VARIABLE, 0, 25),
    "periodOverride": refused(one_of("auto", "inherit"), BODY),
    "start": range_end,
    "end": range_end,
}


def name_findings(name: str) -> list[Finding]:
    """Check the name of a dashboard."""
    return list(_NAME("name", name))


def body_findings(body: Any) -> list[Finding]:
    """Check a parsed body, and return all that is wrong in it."""
    if not isinstance(body, dict):
        return [Finding("body", shown(body), "an object", source=BODY)]
    if depth(body) > MAX_DEPTH:
        return [
            Finding("body", f"nested more than {MAX_DEPTH} levels deep", "flat enough to be a dashboard's", source=BODY)
        ]
    findings = [] if "widgets" in body else [Finding("widgets", "missing", "a list of widgets", source=BODY)]
    for name, value in body.items():
        findings += _TOP[name](name, value) if name in _TOP else [unknown_key("body", name, _TOP)]
    findings += time_range("", body)
    widgets = body.get("widgets")
    metrics = sum(_metric_count(entry) for entry in widgets) if isinstance(widgets, list) else 0
    if metrics > MAX_METRICS:
        findings.append(
            Finding("widgets", f"{metrics} metrics", f"at most {MAX_METRICS} metrics in all", source=LIMITS)
        )
    return grouped(findings)


def depth(value: Any) -> int:
    """Return how many levels a value is nested, up to one more than MAX_DEPTH; no recursion, which may end first."""
    level, inside = 0, [value]
    while inside and level <= MAX_DEPTH:
        inside = [
            each
            for outer in inside
            if isinstance(outer, (dict, list))
            for each in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(each, (dict, list))
        ]
        level += 1
    return level


def _metric_count(entry: Any) -> int:
    properties = entry.get("properties") if isinstance(entry, dict) else None
    metrics = properties.get("metrics") if isinstance(properties, dict) else None
    return len(metrics) if isinstance(metrics, list) else 0
