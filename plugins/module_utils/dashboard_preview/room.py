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
# A column on a narrow screen, what the axes take, and the room of a tick's label and of a letter.
NARROW_COLUMN: Final = 36
AXIS_WIDTH: Final = 76
AXIS_HEIGHT: Final = 110
TICK: Final = 44
LETTER: Final = 6


class Room(NamedTuple):
    """The size of a widget in units of the grid."""

    width: int
    height: int

    @property
    def ticks(self) -> int:
        """How many labels of ticks have room below a graph."""
        return min(max((self.width * NARROW_COLUMN - AXIS_WIDTH) // TICK, 2), 8)

    @property
    def letters_upward(self) -> int:
        """How many letters have room beside a graph, from the bottom up."""
        return max((self.height * ROW - AXIS_HEIGHT) // LETTER, 2)

    @property
    def letters_of_a_bar(self) -> int:
        """How many letters of a bar's label have room beside it."""
        return min(max(self.width * 2, 6), 24)

    def columns(self, count: int, ratio: float) -> int:
        """Return how many of `count` things to put side by side, so that each is as big as can be.

        :param ratio: of the width of such a thing to its height.
        """
        width = max(self.width * COLUMN - FRAME_WIDTH, COLUMN)
        height = max(self.height * ROW - FRAME_HEIGHT, ROW)
        return max(range(1, count + 1), key=lambda columns: min(width / columns / ratio, height / -(-count // columns)))
