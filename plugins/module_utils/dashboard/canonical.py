# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dashboards in a form that is equal when they mean the same, and what changes between two of them, widget by widget.

Pure. CloudWatch stores a body as it was put, so it is our reading that tells an edited one from one written otherwise.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NamedTuple

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.metrics import Metric, read_metrics

# What CloudWatch assumes where nothing is said, see sources.BODY: to say it changes nothing.
_WIDGET_DEFAULTS: Final = {"width": 6, "height": 6}
_PROPERTY_DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "alarm": {"sortBy": "default", "states": []},
    "explorer": {"period": 300, "title": "Explorer", "widgetOptions": {"stacked": False}},
    "log": {"stacked": False, "view": "table"},
    "metric": {
        "annotations": {"alarms": [], "horizontal": [], "vertical": []},
        "legend": {"position": "bottom"},
        "liveData": False,
        "period": 300,
        "setPeriodToTimeRange": False,
        "singleValueFullPrecision": False,
        "sparkline": False,
        "stacked": False,
        "stat": "Average",
        "table": {"showTimeSeriesData": True, "stickySummary": False},
        "timezone": "+0000",
        "view": "timeSeries",
        "yAxis": {"left": {"showUnits": True}, "right": {"showUnits": True}},
    },
    "text": {"background": "solid"},
}
_OPTION_DEFAULTS: Final = {"visible": True, "yAxis": "left"}
_ANNOTATION_DEFAULTS: Final = {"fill": "none", "visible": True, "yAxis": "left"}
# What a row has from its widget unless it says otherwise.
_INHERITED: Final = ("accountId", "period", "region", "stat")
# A key that needs no quotes in a path.
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


class Part(NamedTuple):
    """A widget, or what a dashboard has besides widgets: what tells which one it is, its name, and its text."""

    identity: Any
    name: str
    text: str


class Difference(NamedTuple):
    """A part of a dashboard before and after, as text; an empty text is a part that is not there."""

    part: str
    before: str
    after: str


def canonical(body: Any) -> Any:
    """Return a body without what makes no difference: whole floats, shorthand, defaults. Unreadable parts stay."""
    body = _whole_floats_as_integers(body)
    if not isinstance(body, dict) or not isinstance(body.get("widgets"), list):
        return body
    return {**body, "widgets": [_canonical_widget(widget) for widget in body["widgets"]]}


def differences(current: Any | None, desired: Any | None) -> list[Difference]:
    """Return the parts that differ, widgets in the order of `desired` and removed ones last; None is no dashboard."""
    before, after = _parts(current), _parts(desired)
    partners = _partners(before, after)
    found = [Difference(new.name, old.text if old else "", new.text) for old, new in zip(partners, after, strict=True)]
    found += [Difference(old.name, old.text, "") for old in before if not any(old is partner for partner in partners)]
    reordered = [old for old in partners if old] != [old for old in before if any(old is p for p in partners)]
    changed = [difference for difference in found if difference.before != difference.after]
    if not changed and reordered:  # where widgets overlap, the later one is on top
        return [Difference("order of the widgets", _names(before), _names(after))]
    return changed


def partners(current: Any, desired: Any) -> list[int | None]:
    """Return for each widget of `desired` the index of the one of `current` that it was before, or None."""
    before, after = _parts(current), _parts(desired)
    indexes = {id(part): index for index, part in enumerate(before[1:])}
    return [indexes.get(id(part)) for part in _partners(before, after)[1:]]


def _names(parts: list[Part]) -> str:
    return "".join(f"{part.name}\n" for part in parts)


def _parts(body: Any | None) -> list[Part]:
    body = canonical(body)
    if body is None:
        return []
    if not isinstance(body, dict) or not isinstance(body.get("widgets"), list):
        return [Part("dashboard", "dashboard", f"{_text(body)}\n")]
    settings = {key: value for key, value in body.items() if key != "widgets"}
    parts = [Part("dashboard", "dashboard", f"state: present\n{_lines(settings)}")]
    for index, widget in enumerate(body["widgets"]):
        parts.append(Part(_identity(widget, index), _name(widget, index), _lines(widget)))
    return parts


def _partners(before: list[Part], after: list[Part]) -> list[Part | None]:
    """Return for each part what it was before: an equal part if there is one, else one with the same identity."""
    left = list(before)
    partners: list[Part | None] = [None] * len(after)
    for field in ("text", "identity"):
        for index, new in enumerate(after):
            old = next((part for part in left if getattr(part, field) == getattr(new, field)), None)
            if old and not partners[index]:
                partners[index] = old
                left = [part for part in left if part is not old]
    return partners


def _identity(widget: Any, index: int) -> Any:
    """Return what stays of a widget that is edited: its title, else its place."""
    if not isinstance(widget, dict):
        return index
    return widget.get("type"), _title(widget) or (widget.get("x"), widget.get("y"))


def _title(widget: dict[str, Any]) -> str:
    properties = widget.get("properties")
    return str(properties.get("title", "")) if isinstance(properties, dict) else ""


def _name(widget: Any, index: int) -> str:
    if not isinstance(widget, dict):
        return f"widget {index}"
    if title := _title(widget):
        return f"{widget.get('type')} widget {title!r}"
    if {"x", "y"} <= widget.keys():
        return f"{widget.get('type')} widget at x {widget['x']}, y {widget['y']}"
    return f"{widget.get('type')} widget {index}"


def _canonical_widget(widget: Any) -> Any:
    if not isinstance(widget, dict) or not isinstance(widget.get("properties"), dict):
        return widget
    kind = widget.get("type")
    defaults = _PROPERTY_DEFAULTS.get(kind, {}) if isinstance(kind, str) else {}
    properties = dict(widget["properties"])
    if kind == "metric" and isinstance(properties.get("metrics"), list):
        inherited = {key: value for key, value in {**defaults, **properties}.items() if key in _INHERITED}
        properties["metrics"] = _canonical_metrics(properties["metrics"], {**_OPTION_DEFAULTS, **inherited})
    if kind == "metric" and isinstance(properties.get("annotations"), dict):
        properties["annotations"] = {
            key: [_canonical_annotation(each) for each in value] if isinstance(value, list) else value
            for key, value in properties["annotations"].items()
        }
    return {**_without(_WIDGET_DEFAULTS, widget), "properties": _without(defaults, properties)}


def _canonical_metrics(rows: list[Any], defaults: dict[str, Any]) -> list[Any]:
    try:
        metrics = read_metrics(rows)
    except ValueError:
        return rows
    return [Metric(metric.names, _with_plain_color(_without(defaults, metric.options))).row for metric in metrics]


def _canonical_annotation(annotation: Any) -> Any:
    """Return a line, or the two of a band, without what makes no difference; the ARN of an alarm stays."""
    if isinstance(annotation, list):
        return [_canonical_annotation(line) for line in annotation]
    return _with_plain_color(_without(_ANNOTATION_DEFAULTS, annotation)) if isinstance(annotation, dict) else annotation


def _with_plain_color(options: dict[str, Any]) -> dict[str, Any]:
    color = options.get("color")
    return {**options, "color": color.lower()} if isinstance(color, str) else options


def _without(defaults: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Return what is given and is no default; of an object that has defaults of its own, what is left of it."""
    left: dict[str, Any] = {}
    for key, value in given.items():
        default = defaults.get(key)
        if isinstance(default, dict) and isinstance(value, dict):
            if inner := _without(default, value):
                left[key] = inner
        elif key not in defaults or _text(value) != _text(default):
            left[key] = value
    return left


def _lines(value: Any, path: str = "") -> str:
    """Render an object as a line for each value in it, with its path; a row of a list is one line.

    No two values are rendered the same: keys that could be read as a path are in quotes.
    """
    if isinstance(value, dict) and (value or not path):
        return "".join(_lines(value[key], f"{path}.{_key(key)}" if path else _key(key)) for key in sorted(value))
    if isinstance(value, list) and value:
        return "".join(f"{path}[{index}]: {_text(item)}\n" for index, item in enumerate(value))
    lines = _text(value)
    if isinstance(value, str) and "\n" in value:
        lines = "|\n" + "\n".join(f"  {line}" for line in value.split("\n"))
    return f"{path}: {lines}\n"


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else _text(key)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _whole_floats_as_integers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _whole_floats_as_integers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole_floats_as_integers(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
