# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The room that a widget has, and how many things are put side by side in it.

Pure.
"""

from __future__ import annotations

from typing import Final, NamedTuple

# A column of the grid on a screen of usual width, a row, and what frame and title take.
COLUMN: Final = 52
ROW: Final = 50
FRAME_WIDTH: Final = 30
FRAME_HEIGHT: Final = 50


class Room(NamedTuple):
    """The size of a widget in units of the grid."""

    width: int
    height: int

    def columns(self, count: int, ratio: float) -> int:
        """Return how many of `count` things to put side by side, so that each is as big as can be.

        :param ratio: of the width of such a thing to its height.
        """
        width = max(self.width * COLUMN - FRAME_WIDTH, COLUMN)
        height = max(self.height * ROW - FRAME_HEIGHT, ROW)
        return max(range(1, count + 1), key=lambda columns: min(width / columns / ratio, height / -(-count // columns)))
