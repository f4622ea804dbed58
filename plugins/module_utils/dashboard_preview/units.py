# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a value is written with its unit.

Pure. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html has the names of units.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.numbers import exact, shown

SYMBOLS: Final = {"Seconds": "s", "Milliseconds": "ms", "Microseconds": "µs", "Percent": "%", "Count/Second": "/s"}
SIZE: Final = re.compile(r"(|Kilo|Mega|Giga|Tera)(byte|bit)s(/Second)?", re.IGNORECASE)
PREFIXES: Final = ("", "K", "M", "G", "T")
STEP: Final = 1000


class Reading(NamedTuple):
    """A value as it is read: `1.5` and `GB`, and the exact value in the metric's own unit."""

    value: str
    unit: str
    exact: str


def symbol(unit: str) -> str:
    """Return the short form of a unit: `ms`, `%`, `GB`; the unit itself where it has none."""
    size = SIZE.fullmatch(unit)
    return SYMBOLS.get(unit, unit) if size is None else size[1][:1].upper() + _letter(size)


def _letter(size: re.Match[str]) -> str:
    return ("B" if size[2].lower() == "byte" else "b") + ("/s" if size[3] else "")


def reading(value: float | None, unit: str, full: bool = False) -> Reading:
    """Return how to write the value of a metric with that unit.

    :param full: whether to write the exact value, which is in the metric's own unit.
    """
    own, size = exact(value), SIZE.fullmatch(unit)
    if value is None or not own:
        return Reading(shown(None), "", "")
    if not size:
        return Reading(own if full else shown(value), SYMBOLS.get(unit, ""), own)
    power = PREFIXES.index(size[1][:1].upper())
    if full:
        return Reading(own, symbol(unit), own)
    amount = value * STEP**power
    power = next((power for power in range(len(PREFIXES) - 1) if abs(amount) < STEP ** (power + 1)), len(PREFIXES) - 1)
    return Reading(shown(amount / STEP**power), PREFIXES[power] + _letter(size), own)
