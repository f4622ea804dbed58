# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What could not be drawn: in the widget that it is about, and in a summary at the top of the page.

Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from html import escape
from typing import NamedTuple


class Told(NamedTuple):
    """What is to be told of a widget.

    :param name: what to call the widget.
    :param target: the id of its element.
    :param absent: why a widget of this kind is not drawn at all; nothing for one that is.
    """

    name: str
    target: str
    problems: list[str]
    absent: str


def box(problems: list[str]) -> str:
    """Return the problems of a widget, each once."""
    if not problems:
        return ""
    items = "".join(
        f"<li>{escape(problem)}{f' ({count} times)' if count > 1 else ''}</li>"
        for problem, count in Counter(problems).items()
    )
    return f'<ul class="problems">{items}</ul>'


def summary(widgets: list[Told], warnings: list[str]) -> str:
    """Return what all widgets and the page itself have to tell, grouped; nothing when all is well."""
    faulty = [(problem, widget) for widget in widgets for problem in dict.fromkeys(widget.problems)]
    absent = [(widget.absent, widget) for widget in widgets if widget.absent]
    warned = [f"<li>{escape(warning)}</li>" for warning in dict.fromkeys(warnings)]
    groups = "".join(
        f"<h3>{heading}</h3><ul>{''.join(items)}</ul>"
        for heading, items in (
            (f"Problems in {_counted({widget.target for _, widget in faulty})}", _linked(faulty)),
            (f"Not drawn in a preview: {_counted({widget.target for _, widget in absent})}", _linked(absent)),
            ("Warnings", warned),
        )
        if items
    )
    return f'<section class="summary">{groups}</section>' if groups else ""


def _counted(targets: set[str]) -> str:
    return "1 widget" if len(targets) == 1 else f"{len(targets)} widgets"


def _linked(found: Iterable[tuple[str, Told]]) -> list[str]:
    """Return each text once, with links to the widgets that it is about."""
    grouped: dict[str, list[Told]] = {}
    for text, widget in found:
        grouped.setdefault(text, []).append(widget)
    return [f"<li>{', '.join(map(_link, widgets))}: {escape(text)}</li>" for text, widgets in grouped.items()]


def _link(widget: Told) -> str:
    return f'<a href="#{escape(widget.target)}">{escape(widget.name)}</a>'
