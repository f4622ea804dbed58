# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page: one HTML file with all that it needs, which loads nothing and runs no script but its own.

Pure.
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from math import isfinite
from typing import Any

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.page_assets import SCRIPT, STYLE
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.problems import Told, summary
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.widgets import Drawn


@dataclass(frozen=True)
class Page:
    """What the page shows.

    :param facts: what the header tells, by name.
    :param variables: the dashboard's variables, with the `value` of each.
    :param warnings: what is told of the page as a whole.
    """

    title: str
    facts: dict[str, str]
    variables: list[dict[str, Any]]
    widgets: list[Drawn]
    warnings: list[str] = field(default_factory=list)


def draw_page(page: Page, library: str) -> str:
    """Return the HTML file.

    :param library: the source of plotly.js.
    """
    figures = {f"widget-{index}": drawn.figure for index, drawn in enumerate(page.widgets) if drawn.figure}
    scripts = [library, SCRIPT] if figures else []
    widgets = "\n".join(drawn.html for drawn in page.widgets)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy(scripts)}">\n'
        '<meta name="viewport" content="width=device-width">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(page.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{_header(page)}\n{_summary(page)}"
        f'<main class="grid">\n{widgets}\n</main>\n'
        f'<script type="application/json" id="figures">{embedded_json(figures)}</script>\n'
        + "".join(f"<script>{script}</script>\n" for script in scripts)
        + "</body>\n</html>\n"
    )


def policy(scripts: list[str]) -> str:
    """Return the Content-Security-Policy that lets these scripts run and nothing be loaded."""
    hashes = (
        " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts) or "'none'"
    )
    return f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:"


def embedded_json(value: Any) -> str:
    """Return JSON that can't end the script element that it stands in."""
    text = json.dumps(_without_constants(value), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _without_constants(value: Any) -> Any:
    """Return the value with null in the place of NaN and infinity, which JSON has not."""
    if isinstance(value, dict):
        return {key: _without_constants(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_constants(each) for each in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def _header(page: Page) -> str:
    facts = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(fact)}</dd></div>" for name, fact in page.facts.items())
    return f"<header><h1>{escape(page.title)}</h1><dl>{facts}</dl>{_variables(page.variables)}</header>"


def _summary(page: Page) -> str:
    told = [
        Told(drawn.title or f"widgets[{index}]", f"widget-{index}", drawn.problems, drawn.absent)
        for index, drawn in enumerate(page.widgets)
    ]
    return summary(told, page.warnings)


def _variables(variables: list[dict[str, Any]]) -> str:
    visible = [variable for variable in variables if variable.get("visible", True)]
    if not visible:
        return ""
    chips = "".join(
        f"<li><b>{escape(_variable_label(variable))}</b> {escape(variable['value'])}</li>" for variable in visible
    )
    return f'<ul class="variables">{chips}</ul>'


def _variable_label(variable: dict[str, Any]) -> str:
    return str(variable.get("label") or variable.get("property") or variable.get("id", ""))
