# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of CloudWatch for a dashboard as a whole: its name, its body, its variables.

Pure. The source of each rule is rules.RULES unless its comment names another.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.findings import (
    Finding,
    also,
    anything,
    boolean,
    items,
    keys,
    one_of,
    shown,
    text,
    unknown_key,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.rules import (
    MAX_METRICS,
    MAX_WIDGETS,
    time_range,
    widget,
)

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
_NAME: Final = text("[A-Za-z0-9_-]{1,255}", "1 to 255 characters of A-Z, a-z, 0-9, - and _")


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
        },
        required=["type", "inputType", "id"],
    ),
    _has_values,
)
_TOP: Final = {
    "widgets": items(widget, 0, MAX_WIDGETS),
    "variables": items(_VARIABLE, 0, 25),
    "periodOverride": one_of("auto", "inherit"),
    "start": anything,  # time_range
    "end": anything,
}


def name_findings(name: str) -> list[Finding]:
    """Check the name of a dashboard."""
    return list(_NAME("name", name))


def body_findings(body: Any) -> list[Finding]:
    """Check a parsed body, and return all that is wrong in it."""
    if not isinstance(body, dict):
        return [Finding("body", shown(body), "an object")]
    findings = [] if "widgets" in body else [Finding("widgets", "missing", "a list of widgets")]
    for name, value in body.items():
        findings += _TOP[name](name, value) if name in _TOP else [unknown_key("body", name, _TOP)]
    findings += time_range("", body)
    metrics = sum(_metric_count(entry) for entry in body.get("widgets") or [] if isinstance(entry, dict))
    if metrics > MAX_METRICS:
        findings.append(Finding("widgets", f"{metrics} metrics", f"at most {MAX_METRICS} metrics in all"))
    return findings


def _metric_count(entry: dict[str, Any]) -> int:
    properties = entry.get("properties")
    metrics = properties.get("metrics") if isinstance(properties, dict) else None
    return len(metrics) if isinstance(metrics, list) else 0
