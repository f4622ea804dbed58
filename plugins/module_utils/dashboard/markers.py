# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vertical annotations that others put on the widgets of a dashboard, such as markers of deployments.

Pure.
"""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.canonical import partners


def with_markers(desired: dict[str, Any], current: Any) -> dict[str, Any]:
    """Return the body that is asked for, its metric widgets with the vertical annotations that they have now besides.

    A widget is the one that had its title and type, or its place, as in a difference. An annotation is known by its
    time: one that both have is as it is asked for.
    """
    found = partners(_without_markers(current), _without_markers(desired))
    widgets = [
        widget if index is None else _with_markers_of(widget, _markers(current["widgets"][index]))
        for widget, index in zip(desired["widgets"], found, strict=True)
    ]
    return {**desired, "widgets": widgets}


def _without_markers(body: Any) -> Any:
    if not isinstance(body, dict) or not isinstance(body.get("widgets"), list):
        return body
    return {**body, "widgets": [_with_vertical(widget, []) for widget in body["widgets"]]}


def _with_markers_of(widget: Any, live: list[Any]) -> Any:
    asked_for = {_times(marker): marker for marker in _markers(widget)}
    if not live or _annotations(widget).get("alarms"):  # a widget shows an alarm alone
        return widget
    merged = [asked_for.pop(_times(marker), marker) for marker in live]
    return _with_vertical(widget, merged + list(asked_for.values()))


def _with_vertical(widget: Any, markers: list[Any]) -> Any:
    if not _is_metric(widget):
        return widget
    annotations = {**_annotations(widget), "vertical": markers}
    return {**widget, "properties": {**widget["properties"], "annotations": annotations}}


def _markers(widget: Any) -> list[Any]:
    vertical = _annotations(widget).get("vertical")
    return vertical if isinstance(vertical, list) else []


def _annotations(widget: Any) -> dict[str, Any]:
    annotations = widget["properties"].get("annotations") if _is_metric(widget) else None
    return annotations if isinstance(annotations, dict) else {}


def _is_metric(widget: Any) -> bool:
    return isinstance(widget, dict) and widget.get("type") == "metric" and isinstance(widget.get("properties"), dict)


def _times(marker: Any) -> str:
    """What tells a marker from others: its time, or the two of a band."""
    lines = marker if isinstance(marker, list) else [marker]
    return json.dumps([line.get("value") if isinstance(line, dict) else line for line in lines])
