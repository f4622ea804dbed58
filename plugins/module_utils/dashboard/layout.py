# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where widgets go on the grid of a dashboard when nobody said it.

Pure. CloudWatch gives a widget without x and y the next free position, see sources.BODY; which one that is it does not
say, so we choose it: a body that says where everything is looks the same to everyone.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.rules import COLUMNS, DEFAULT_SIZE

# Width and height of a widget that is placed by us; what the console draws them with.
FLOW_SIZES: Final = {"alarm": (6, 3), "explorer": (24, 15), "log": (24, 6), "text": (24, 2)}


class Box(NamedTuple):
    """The place of a widget, in grid units."""

    x: int
    y: int
    width: int
    height: int

    def overlaps(self, other: Box) -> bool:
        """Tell whether two boxes share a cell."""
        beside = self.x + self.width <= other.x or other.x + other.width <= self.x
        return not beside and self.y < other.y + other.height and other.y < self.y + self.height


def place(widgets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the widgets with x, y, width and height each.

    Widgets with x and y stay there, with CloudWatch's default size. The others follow each other from left to right and
    from top to bottom, each at the first place after the one before where it overlaps nothing.
    """
    boxes = [_box(widget) for widget in widgets if "x" in widget]
    placed, start = [], (0, 0)
    for widget in widgets:
        if "x" in widget:
            box = _box(widget)
        else:
            box = _next_free(*_flow_size(widget), start, boxes)
            start = (box.y, box.x)
            boxes.append(box)
        placed.append({**widget, **box._asdict()})
    return placed


def _box(widget: dict[str, Any]) -> Box:
    size = int(widget.get("width", DEFAULT_SIZE)), int(widget.get("height", DEFAULT_SIZE))
    return Box(int(widget["x"]), int(widget["y"]), *size)


def _flow_size(widget: dict[str, Any]) -> tuple[int, int]:
    width, height = FLOW_SIZES.get(widget["type"], (DEFAULT_SIZE, DEFAULT_SIZE))
    return int(widget.get("width", width)), int(widget.get("height", height))


def _next_free(width: int, height: int, start: tuple[int, int], boxes: list[Box]) -> Box:
    first_y, first_x = start
    # Moved up and left, a widget stops at another one, at the edge, or at the start: only such places have to be tried.
    for y in sorted({first_y, first_y + 1} | {box.y + box.height for box in boxes if box.y + box.height > first_y}):
        near = [box for box in boxes if box.y < y + height and y < box.y + box.height]
        lowest_x = first_x if y == first_y else 0
        for x in sorted({lowest_x} | {box.x + box.width for box in near if box.x + box.width > lowest_x}):
            candidate = Box(x, y, width, height)
            if x + width <= COLUMNS and not any(candidate.overlaps(box) for box in near):
                return candidate
    raise AssertionError("below all boxes is always room")
