# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Widgets with values of the test's own, on a page in a browser, and what must be true of how they look."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.body import build_body
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import Content, Point, Series
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.page import Page, draw_page
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import TimeRange
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.widgets import draw
from browser import Browser, Scheme, opened
from kitchen_sink import REGION, SPAN
from playwright.sync_api import Locator
from plotly.offline import get_plotlyjs

Box = dict[str, float]


class Shown(NamedTuple):
    """A widget and what was read for it."""

    widget: dict[str, Any]
    content: Content


def series(label: str, *values: float, unit: str = "Count", right: bool = False, span: TimeRange = SPAN) -> Series:
    """A series with these values, evenly over the time range."""
    step = (span.end - span.start) / len(values)
    times = [span.start + number * step for number in range(len(values))]
    return Series(label, list(map(Point, times, values)), "#1f77b4", right, unit)


def metric(lines: list[Series], width: int = 6, height: int = 6, span: TimeRange = SPAN, **properties: Any) -> Shown:
    """A metric widget of that size with these series."""
    properties = {"metrics": [["Shop", "Errors"]], **properties}
    widget = {"type": "metric", "width": width, "height": height, "properties": properties}
    return Shown(widget, Content(properties, span, lines))


def html(*shown: Shown, warnings: Sequence[str] = ()) -> str:
    """The page with these widgets."""
    placed = build_body("any", {"body": {"widgets": [each.widget for each in shown]}}, REGION)[0]["widgets"]
    drawn = [
        draw(number, widget, each.content) for number, (widget, each) in enumerate(zip(placed, shown, strict=True))
    ]
    return draw_page(Page("any", {}, [], drawn, list(warnings)), get_plotlyjs())


@contextmanager
def seen(chromium: Any, folder: Path, *shown: Shown, width: int = 1280, scheme: Scheme = "light") -> Iterator[Browser]:
    """The page with these widgets, in a window of that width."""
    file = folder / "page.html"
    file.write_text(html(*shown))
    with opened(chromium, file, scheme, width) as browser:
        yield browser
        assert browser.complaints == []
        assert not browser.overflows()


def is_cut(element: Locator) -> bool:
    """Whether a text is wider than its element."""
    return bool(element.evaluate("e => e.scrollWidth > e.clientWidth"))


def ends_in_dots(element: Locator) -> bool:
    """Whether a text that is cut ends in dots."""
    return str(element.evaluate("e => getComputedStyle(e).textOverflow")) == "ellipsis"


def is_inside(element: Locator, frame: Locator) -> bool:
    """Whether an element is seen, and wholly within another."""
    inner, outer = element.bounding_box(), frame.bounding_box()
    assert inner is not None
    assert outer is not None
    fits_across = outer["x"] <= inner["x"] and inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 0.5
    fits_down = outer["y"] <= inner["y"] and inner["y"] + inner["height"] <= outer["y"] + outer["height"] + 0.5
    return element.is_visible() and fits_across and fits_down


def box_of(element: Locator) -> Box:
    """Where an element is seen."""
    found = element.bounding_box()
    assert found is not None
    return {"left": found["x"], "top": found["y"]} | {
        "right": found["x"] + found["width"],
        "bottom": found["y"] + found["height"],
    }


def collide(one: Box, other: Box) -> bool:
    """Whether two things are seen on one another."""
    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    return across > 1 and down > 1


def nothing_collides(browser: Browser) -> None:
    """Assert that in no widget title, legend, ticks and plot are on one another, and that no tick is cut."""
    for number, widget in enumerate(browser.widgets()):
        chart, legend = widget.locator(".chart"), visible(widget, ".legend")
        if not chart.count():
            continue
        assert not any(collide(box_of(other), box_of(chart)) for other in [widget.locator("h2"), *legend]), number
        for axis in ("x", "y", "y2"):
            ticks = visible(widget, f".{axis}tick text")
            assert [tick.text_content() for tick in ticks if not is_inside(tick, chart)] == [], number
            assert not any(collide(box_of(one), box_of(other)) for one, other in pairwise(ticks)), number
        titles = visible(widget, ".g-ytitle text")
        assert all(is_inside(title, chart) for title in titles), number
        texts = [*visible(widget, ".xtick text"), *visible(widget, ".ytick text"), *titles]
        plots = [box_of(plot) for plot in visible(widget, ".nsewdrag")]
        assert not any(collide(box_of(text), plot) for plot in plots for text in texts), number


def visible(widget: Locator, selector: str) -> list[Locator]:
    """What is seen of a widget's parts; plotly keeps some that are not."""
    return [found for found in widget.locator(selector).all() if found.is_visible()]


def font_size(element: Locator) -> float:
    """The size of a text's letters, in pixels."""
    return float(str(element.evaluate("e => getComputedStyle(e).fontSize")).removesuffix("px"))


def contrast(one: str, other: str) -> float:
    """How much two colours of CSS differ in lightness: 1 for none, 21 for black on white, as WCAG has it."""
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    shares = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    red, green, blue = (share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
