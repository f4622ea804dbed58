# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How numbers are written.

Pure.
"""

from __future__ import annotations

from math import isfinite
from typing import Final

NOTHING: Final = "--"
SUFFIXES: Final = ((1e12, "T"), (1e9, "G"), (1e6, "M"))


def shown(value: float | None) -> str:
    """Return a number as a person reads it: `20`, `1,234.5`, `3.21M`; dashes for none."""
    if value is None or not isfinite(value):
        return NOTHING
    for size, suffix in SUFFIXES:
        if abs(value) >= size:
            return f"{value / size:.3g}{suffix}" if abs(value) < 1e15 else f"{value:.3g}"
    if 0 < abs(value) < 0.01:
        return f"{value:.2g}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def exact(value: float | None) -> str:
    """Return all digits of a number; nothing for none."""
    if value is None or not isfinite(value):
        return ""
    return f"{value:.15g}" if float(f"{value:.15g}") == value else repr(value)
