# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what a task asks for to the body that CloudWatch gets.

Pure.
"""

from __future__ import annotations

import json
import math
from typing import Any, Final, NoReturn

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.body_rules import body_findings, name_findings
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.findings import Finding, shown
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.layout import place
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.metrics import as_row
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.sources import PUT_DASHBOARD

# The options of a task, and the keys of the body that they are.
SETTINGS: Final = {"period_override": "periodOverride", "start": "start", "end": "end", "variables": "variables"}
MOST_TOLD: Final = 50
LONGEST_NUMBER: Final = 308  # digits, of what a double holds
_NEED_REGION: Final = ("log", "metric")


class InvalidDashboardError(ValueError):
    """A dashboard that CloudWatch cannot take; its text lists every problem, one a line."""

    def __init__(self, name: str, findings: list[Finding]) -> None:
        lines = "\n".join(f"- {finding}" for finding in findings[:MOST_TOLD])
        left = len(findings) - MOST_TOLD
        more = f"\n- and {left} more" if left > 0 else ""
        sources = dict.fromkeys(finding.source for finding in findings if finding.source)
        rules = "".join(f"\n{source.title}: {source.url}" for source in sources)
        super().__init__(f"Dashboard {shown(name)} is refused before any call to AWS:\n{lines}{more}{rules}")
        self.findings = findings


def build_body(name: str, options: dict[str, Any], region: str | None) -> tuple[dict[str, Any], list[Finding]]:
    """Return the body that the options ask for, complete, and what is doubtful about it.

    :param options: `body`, an object or the text of one in JSON; or `widgets` and the other keys of SETTINGS.
    :param region: that of the widgets which name none.
    :raises InvalidDashboardError: naming all that is wrong with the name and the body.
    """
    findings = name_findings(name)
    asked_for = _asked_for(options)
    try:
        body = _with_region(_parse(asked_for), region)
    except ValueError as error:
        unreadable = Finding("body", f"{_start_of(asked_for)} ({error})", "JSON", source=PUT_DASHBOARD)
        raise InvalidDashboardError(name, [*findings, unreadable]) from error
    findings += body_findings(body)
    if any(not finding.is_warning for finding in findings):
        raise InvalidDashboardError(name, findings)
    return {**body, "widgets": place([_with_rows(widget) for widget in body["widgets"]])}, findings


def check_name(name: str) -> None:
    """Check the name of a dashboard that is to be removed.

    :raises InvalidDashboardError: it can be no dashboard's name.
    """
    if findings := name_findings(name):
        raise InvalidDashboardError(name, findings)


def parse_live(text: str) -> Any:
    """Return the body of an existing dashboard as parsed JSON, or as it is when it is not JSON.

    CloudWatch stores valid JSON only; an emulator may hold anything, and that is a difference to show and replace.
    """
    try:
        return _parse(text)
    except ValueError:
        return text


def _asked_for(options: dict[str, Any]) -> Any:
    if options.get("widgets") is None:
        return options["body"]
    settings = {key: options[option] for option, key in SETTINGS.items() if options.get(option) is not None}
    return {**settings, "widgets": options["widgets"]}


def _with_region(body: Any, region: str | None) -> Any:
    if not region or not isinstance(body, dict) or not isinstance(body.get("widgets"), list):
        return body
    return {**body, "widgets": [_widget_with_region(widget, region) for widget in body["widgets"]]}


def _widget_with_region(widget: Any, region: str) -> Any:
    if not isinstance(widget, dict) or widget.get("type") not in _NEED_REGION:
        return widget
    properties = widget.get("properties")
    return {**widget, "properties": {"region": region, **properties}} if isinstance(properties, dict) else widget


def _with_rows(widget: dict[str, Any]) -> dict[str, Any]:
    properties = widget["properties"]
    if widget["type"] != "metric" or "metrics" not in properties:
        return widget
    return {**widget, "properties": {**properties, "metrics": [as_row(row) for row in properties["metrics"]]}}


def _parse(body: Any) -> Any:
    """Parse text, and have any other value as its JSON would be read.

    :raises ValueError: it is no JSON, or nested so deeply that nobody could read it.
    """
    try:
        text = body if isinstance(body, str) else json.dumps(body)
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite, parse_int=_short)
    except RecursionError as error:
        raise ValueError("it nests too deeply") from error
    except TypeError as error:  # a value of Python that JSON has not
        raise ValueError(str(error)) from error


def _start_of(value: Any) -> str:
    return shown(value) if isinstance(value, str) else shown(str(type(value).__name__))


def _refuse_constant(constant: str) -> NoReturn:
    # Python reads and writes NaN and Infinity, JSON has no such numbers.
    raise ValueError(f"{constant} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is larger than any number that is kept")
    return number


def _short(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} digits is larger than any that is kept")
    return int(text)
