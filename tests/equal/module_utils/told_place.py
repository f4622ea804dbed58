# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is told a place, and knows its own by no word that says so."""

from __future__ import annotations

TOLD: list[str] = []
OWN = (lambda: None).__code__.co_filename


def tell(place: str) -> None:
    """Remember a place."""
    TOLD.append(place)
