# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Puts the values of a dashboard's variables into its widgets, as the console does.

Pure. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_dashboard_variables.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class UnknownVariableError(ValueError):
    """A value is given for a variable that the dashboard has not."""


def chosen(body: Mapping[str, Any], given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the dashboard's variables, each with its `value`: the one given by its id, or its default.

    :raises UnknownVariableError: no variable has such an id.
    """
    entries = body.get("variables")
    variables = [each for each in (entries if isinstance(entries, list) else []) if isinstance(each, dict)]
    ids = [str(variable.get("id", "")) for variable in variables]
    unknown = [name for name in given if name not in ids]
    if unknown:
        raise UnknownVariableError(
            f"variables: {unknown[0]!r} is the id of no variable of this dashboard; it has {', '.join(ids) or 'none'}"
        )
    return [
        {**variable, "value": str(given.get(str(variable.get("id")), variable.get("defaultValue", "")))}
        for variable in variables
    ]


def put_in(widgets: list[dict[str, Any]], variables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the widgets with the values of the variables; one without a value changes nothing."""
    for variable in variables:
        value = variable["value"]
        if value and variable.get("type") == "pattern" and variable.get("pattern"):
            widgets = [_replaced(widget, str(variable["pattern"]), value) for widget in widgets]
        elif value and variable.get("type") == "property" and variable.get("property"):
            widgets = [_with_property(widget, str(variable["property"]), value) for widget in widgets]
    return widgets


def _replaced(node: Any, pattern: str, value: str) -> Any:
    """Return the node with the value in the place of the pattern, wherever it is in a text."""
    if isinstance(node, str):
        return node.replace(pattern, value)
    if isinstance(node, list):
        return [_replaced(each, pattern, value) for each in node]
    return {key: _replaced(each, pattern, value) for key, each in node.items()} if isinstance(node, dict) else node


def _with_property(node: Any, name: str, value: str) -> Any:
    """Return the node with the value for each property, and each dimension, of this name."""
    if isinstance(node, list):
        row = [_with_property(each, name, value) for each in node]
        for index, each in enumerate(row[:-1]):
            if index >= 2 and index % 2 == 0 and each == name and isinstance(row[index + 1], str):
                row[index + 1] = value
        return row
    if isinstance(node, dict):
        return {
            key: value if key == name and isinstance(each, str) else _with_property(each, name, value)
            for key, each in node.items()
        }
    return node
