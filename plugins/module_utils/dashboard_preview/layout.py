# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all figures of plotly.js have in common.

Pure. Colours of text, grid and background are the page's, so that they follow light and dark.
"""

from __future__ import annotations

from html import escape
from typing import Any, Final

Figure = dict[str, Any]
TRANSPARENT: Final = "rgba(0,0,0,0)"
# How the numbers of an axis are written: `1,000` and `20M`; plotly alone would write `1B` for 1e9.
NUMBERS: Final = {"exponentformat": "SI", "minexponent": 6, "separatethousands": True}
# Room between an axis and its labels.
TICKS: Final = {"ticks": "outside", "ticklen": 4, "tickcolor": TRANSPARENT}


def layout(**extra: Any) -> dict[str, Any]:
    """Return the layout of a figure."""
    return {
        "autosize": True,
        "showlegend": False,
        "paper_bgcolor": TRANSPARENT,
        "plot_bgcolor": TRANSPARENT,
        "margin": {"l": 12, "r": 12, "t": 8, "b": 8},
        "font": {"size": 11},
        "dragmode": False,
        "minreducedheight": 20,  # the axes of a low graph keep their room
        "uniformtext": {"mode": "hide", "minsize": 9},
    } | extra


def plain(text: str) -> str:
    """Return text that plotly shows as it is; it reads some HTML."""
    return escape(text, quote=False)


def shortened(text: str, letters: int) -> str:
    """Return the text in so many letters at most, with dots in the place of what is left out."""
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
