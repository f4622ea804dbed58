# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a CloudWatch dashboard is allowed to be, and what has to change to get there.

Pure: no Ansible, no AWS. The rules are AWS's "Dashboard Body Structure and Syntax" (RULES) and, for the name, the API
reference of PutDashboard.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, NoReturn

RULES: Final = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Dashboard-Body-Structure.html"
NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
MAX_WIDGETS: Final = 500
# `chart` has a section of its own in the rules; `custom` (drawn by a Lambda function) is in the user guide only.
WIDGET_TYPES: Final = ("alarm", "chart", "custom", "explorer", "log", "metric", "text")
# Grid units, lowest and highest; None is no limit.
GRID: Final[dict[str, tuple[int, int | None]]] = {
    "x": (0, 23),
    "y": (0, None),
    "width": (1, 24),
    "height": (1, 1000),
}
MISSING: Final = object()
SHOWN_CHARACTERS: Final = 80


class Problem(NamedTuple):
    """One thing that makes a dashboard unacceptable: where (a JSON path), what is there, what must be there."""

    path: str
    found: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.path}: {self.found}, must be {self.allowed}"


class InvalidDashboardError(ValueError):
    """A dashboard that CloudWatch cannot take; its text lists every problem, one a line."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        lines = "\n".join(f"- {problem}" for problem in problems)
        super().__init__(f"Dashboard {name!r} is refused before any call to AWS:\n{lines}\nThe rules: {RULES}")
        self.problems = problems


@dataclass(frozen=True)
class Plan:
    """The dashboard as canonical JSON text before and after; an empty text is a dashboard that does not exist."""

    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


def plan(current: Any | None, desired: Any | None) -> Plan:
    """Compare two parsed bodies, where None is a dashboard that does not exist."""
    return Plan(
        before="" if current is None else canonical(current),
        after="" if desired is None else canonical(desired),
    )


def canonical(body: Any) -> str:
    """Render parsed JSON so that equal values give equal text: sorted keys, and 1.0 as 1."""
    return json.dumps(_whole_floats_as_integers(body), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def parse_desired(name: str, body: Any | None) -> Any | None:
    """Return the body that was asked for as parsed JSON, or None when the dashboard is to be absent.

    :param body: an object, or the text of one in JSON.
    :raises InvalidDashboardError: naming all that is wrong with the name and the body.
    """
    problems = name_problems(name)
    parsed = None
    if body is not None:
        try:
            parsed = _parse(body)
        except ValueError as error:
            problems.append(Problem("body", f"{_shown(body)} ({error})", "JSON"))
        else:
            problems += body_problems(parsed)
    if problems:
        raise InvalidDashboardError(name, problems)
    return parsed


def parse_live(text: str) -> Any:
    """Return the body of an existing dashboard as parsed JSON, or as it is when it is not JSON.

    CloudWatch stores valid JSON only; an emulator may hold anything, and that is a difference to show and replace.
    """
    try:
        return _parse(text)
    except ValueError:
        return text


def name_problems(name: str) -> list[Problem]:
    """Check the name against PutDashboard's rule."""
    if NAME.fullmatch(name):
        return []
    return [Problem("name", _shown(name), "1 to 255 characters of A-Z, a-z, 0-9, - and _")]


def body_problems(body: Any) -> list[Problem]:
    """Check the parsed body and each widget in it."""
    if not isinstance(body, dict):
        return [Problem("body", _shown(body), "an object")]
    widgets = body.get("widgets", MISSING)
    if not isinstance(widgets, list):
        return [Problem("widgets", _shown(widgets), "a list of widgets")]
    problems = []
    if len(widgets) > MAX_WIDGETS:
        problems.append(Problem("widgets", f"{len(widgets)} widgets", f"a list of at most {MAX_WIDGETS} widgets"))
    for index, widget in enumerate(widgets):
        problems += _widget_problems(f"widgets[{index}]", widget)
    return problems


def _widget_problems(path: str, widget: Any) -> list[Problem]:
    if not isinstance(widget, dict):
        return [Problem(path, _shown(widget), "an object")]
    problems = []
    kind = widget.get("type", MISSING)
    if kind not in WIDGET_TYPES:
        problems.append(Problem(f"{path}.type", _shown(kind), f"one of {', '.join(WIDGET_TYPES)}"))
    properties = widget.get("properties", MISSING)
    if not isinstance(properties, dict):
        problems.append(Problem(f"{path}.properties", _shown(properties), "an object"))
    return problems + _position_problems(path, widget)


def _position_problems(path: str, widget: dict[str, Any]) -> list[Problem]:
    problems = [
        Problem(f"{path}.{key}", _shown(widget[key]), _range(lowest, highest))
        for key, (lowest, highest) in GRID.items()
        if key in widget and not _is_integer_within(widget[key], lowest, highest)
    ]
    for key, other in (("x", "y"), ("y", "x")):
        if key in widget and other not in widget:
            problems.append(Problem(f"{path}.{other}", _shown(MISSING), f"given, since {key} is"))
    return problems


def _is_integer_within(value: Any, lowest: int, highest: int | None) -> bool:
    # JSON has one kind of number, so 6.0 is an integer; Python's True is none.
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
        return False
    return lowest <= value and (highest is None or value <= highest)


def _range(lowest: int, highest: int | None) -> str:
    return f"an integer, {lowest} or higher" if highest is None else f"an integer from {lowest} to {highest}"


def _parse(body: Any) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return json.loads(text, parse_constant=_refuse_constant)


def _refuse_constant(constant: str) -> NoReturn:
    # Python reads and writes NaN and Infinity, JSON has no such numbers.
    raise ValueError(f"{constant} is no JSON number")


def _whole_floats_as_integers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _whole_floats_as_integers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole_floats_as_integers(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _shown(value: Any) -> str:
    if value is MISSING:
        return "missing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
