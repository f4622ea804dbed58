# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Markdown of a text widget as HTML that can do no harm.

Pure, but for the library that parses Markdown. It passes no HTML through and refuses links that run scripts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from html import escape
from typing import Any, Final

# A missing library is reported by the module.
with suppress(ImportError):
    from markdown_it import MarkdownIt

# CloudWatch's own: `[button:Text](url)` and `[button:primary:Text](url)` are links that look like buttons.
BUTTON: Final = re.compile(r"button:(?:(primary):)?")


def to_html(markdown: str) -> str:
    """Return the HTML of CloudWatch's Markdown. An image is its alternative text: nothing is loaded."""
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    parser.add_render_rule("image", _image)
    parser.add_render_rule("link_open", _link)
    return parser.render(markdown)


def _image(_renderer: Any, tokens: Sequence[Any], index: int, *_: Any) -> str:
    return f'<span class="image">{escape(tokens[index].content)}</span>'


def _link(_renderer: Any, tokens: Sequence[Any], index: int, *_: Any) -> str:
    href = escape(str(tokens[index].attrs.get("href", "")))
    text = tokens[index + 1]
    kind = ""
    if button := BUTTON.match(text.content):
        text.content = text.content[button.end() :]
        kind = f' class="button {button[1] or "normal"}"'
    return f'<a rel="noreferrer" href="{href}"{kind}>'
