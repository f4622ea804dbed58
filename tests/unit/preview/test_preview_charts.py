# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Charts: rings, bars, areas, axes and their units, and what is no number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import Content, Table, Value
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.slices import bar
from kitchen_sink import SPAN
from looks import Shown, metric, seen, series
from playwright.sync_api import Locator

PAGES = Table(["page", "hits"], [["home", "5"], ["cart", "3"], ["a page with a very long name", "1"]])
HOURS = Table(
    ["bin(1h)", "hits", "misses"],
    [["2026-11-23 06:00:00.000", "1", "1"], ["2026-11-23 07:00:00.000", "2", "3"]],
)


def log(table: Table, **properties: Any) -> Shown:
    properties = {"query": "SOURCE '/a' | fields @message", **properties}
    return Shown(
        {"type": "log", "width": 12, "height": 6, "properties": properties}, Content(properties, SPAN, table=table)
    )


def sizes(locator: Locator) -> list[tuple[int, int]]:
    boxes = [each.bounding_box() for each in locator.all()]
    return [(round(box["width"]), round(box["height"])) for box in boxes if box]


def test_bars_of_logs_are_upright_and_those_of_metrics_lie(chromium: Any, tmp_path: Path) -> None:
    lying = metric([series("a", 5), series("b", 3)], 12, view="bar")
    with seen(chromium, tmp_path, log(PAGES, view="bar"), lying) as browser:
        (wide, high), (same, lower), _ = sizes(browser.widget(0).locator(".barlayer .point path"))
        assert (same, high > 1.5 * lower) == (wide, True)
        (wide, high), (narrower, same), *_ = sizes(browser.widget(1).locator(".barlayer .point path"))
        assert (same, wide > 1.5 * narrower) == (high, True)


def test_a_long_label_of_a_bar_is_shortened(chromium: Any, tmp_path: Path) -> None:
    with seen(chromium, tmp_path, log(PAGES, view="bar")) as browser:
        assert browser.widget(0).locator(".xtick text").all_text_contents() == ["home", "cart", "a page with a ver…"]
        browser.widget(0).locator(".barlayer .point").last.hover(force=True)
        browser.page.get_by_text("a page with a very long name: 1").wait_for()


def test_bars_of_one_name_stay_apart() -> None:
    values = [Value("a", 1, "#000000"), Value("a", 2, "#000000")]
    assert bar(values, upright=True)["data"][0]["x"] == [0, 1]


def test_pies_are_rings(chromium: Any, tmp_path: Path) -> None:
    of_metrics = metric([series("a", 5), series("b", 3), series("b", 3)], view="pie")
    with seen(chromium, tmp_path, log(PAGES, view="pie"), of_metrics) as browser:
        for index in (0, 1):
            widget = browser.widget(index)
            outlines = [path.get_attribute("d") for path in widget.locator(".pielayer .surface").all()]
            assert [outline.lower().count("a") for outline in outlines if outline] == [2, 2, 2], (
                "an outer and an inner arc"
            )
        assert browser.widget(0).locator(".legend li").first.inner_text() == "home5"


def test_logs_over_time_are_lines_or_stacked_areas(chromium: Any, tmp_path: Path) -> None:
    shown = [log(HOURS, view="timeSeries"), log(HOURS, view="timeSeries", stacked=True)]
    with seen(chromium, tmp_path, *shown) as browser:
        fills = [browser.widget(index).locator(".scatterlayer .fills path").count() for index in (0, 1)]
        assert fills == [0, 2]
        assert [browser.widget(index).locator(".scatterlayer .trace").count() for index in (0, 1)] == [2, 2]
