# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Charts: rings, bars, areas, axes and their units, and what is no number."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import Content, Table, Value
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.page import embedded_json
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.room import Room
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.slices import bar
from kitchen_sink import SPAN
from looks import Shown, html, metric, seen, series
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
        labels = browser.widget(0).locator(".xtick text").all_text_contents()
        assert labels == ["home", "cart", "a page with a very long…"]
        browser.widget(0).locator(".barlayer .point").last.hover(force=True)
        browser.page.get_by_text("a page with a very long name: 1").wait_for()


def test_bars_of_one_name_stay_apart() -> None:
    values = [Value("a", 1, "#000000"), Value("a", 2, "#000000")]
    assert bar(values, Room(6, 6), upright=True)["data"][0]["x"] == [0, 1]


def test_pies_are_rings(chromium: Any, tmp_path: Path) -> None:
    of_metrics = metric([series("a", 5), series("b", 3), series("b", 3)], view="pie")
    with seen(chromium, tmp_path, log(PAGES, view="pie"), of_metrics) as browser:
        for index in (0, 1):
            widget = browser.widget(index)
            # an outer and an inner arc each
            outlines = [path.get_attribute("d") for path in widget.locator(".pielayer .surface").all()]
            assert [outline.lower().count("a") for outline in outlines if outline] == [2, 2, 2], ()
        assert browser.widget(0).locator(".legend li").first.inner_text() == "home5"


def test_logs_over_time_are_lines_or_stacked_areas(chromium: Any, tmp_path: Path) -> None:
    shown = [log(HOURS, view="timeSeries"), log(HOURS, view="timeSeries", stacked=True)]
    with seen(chromium, tmp_path, *shown) as browser:
        fills = [browser.widget(index).locator(".scatterlayer .fills path").count() for index in (0, 1)]
        assert fills == [0, 2]
        assert [browser.widget(index).locator(".scatterlayer .trace").count() for index in (0, 1)] == [2, 2]


def axis_title(browser: Any, index: int, name: str = "y") -> str:
    return " ".join(browser.widget(index).locator(f".g-{name}title text").all_text_contents())


TICKS = [(1.1e9, "1G"), (2.2e12, "2T"), (11e6, "10M"), (1.1e6, "1,000,000"), (1200.0, "1,000"), (0.12, "0.1")]


def test_numbers_of_axes_have_si_prefixes(chromium: Any, tmp_path: Path) -> None:
    lines = [metric([series("a", 0, top)], 12) for top, _ in TICKS]
    bars = [metric([series("a", 0, top)], 12, view="bar") for top, _ in TICKS]
    upright = [log(Table(["a", "n"], [["a", str(top)]]), view="bar") for top, _ in TICKS]
    with seen(chromium, tmp_path, *lines, *bars, *upright) as browser:
        for index, (axis, (_, tick)) in enumerate((axis, each) for axis in "yxy" for each in TICKS):
            assert tick in browser.widget(index).locator(f".{axis}tick text").all_text_contents()


TITLES: list[tuple[dict[str, Any], list[str], str]] = [
    ({}, ["Milliseconds", "Milliseconds"], "Milliseconds"),
    ({}, ["Milliseconds", ""], "Milliseconds"),
    ({}, ["Milliseconds", "Seconds"], "Various units"),
    ({}, ["Milliseconds", "Count"], "Various units"),
    ({}, ["Count", "None"], ""),
    ({}, ["", ""], ""),
    ({"label": "how <b>long"}, ["Milliseconds", "Milliseconds"], "how <b>long"),
    ({"label": ""}, ["Milliseconds", "Milliseconds"], "Milliseconds"),
    ({"showUnits": False}, ["Milliseconds", "Milliseconds"], ""),
    ({"showUnits": False, "label": "how long"}, ["Milliseconds", "Milliseconds"], "how long"),
]


def test_an_axis_tells_its_label_or_its_unit(chromium: Any, tmp_path: Path) -> None:
    shown = [
        metric([series(f"a{number}", 1, 2, unit=unit) for number, unit in enumerate(units)], 12, yAxis={"left": axis})
        for axis, units, _ in TITLES
    ]
    with seen(chromium, tmp_path, *shown) as browser:
        assert [axis_title(browser, index) for index in range(len(shown))] == [title for *_, title in TITLES]


def test_each_axis_has_the_unit_of_its_own_metrics(chromium: Any, tmp_path: Path) -> None:
    lines = [series("a", 1, unit="Percent"), series("b", 1, unit="Bytes", right=True)]
    with seen(chromium, tmp_path, metric(lines, 12)) as browser:
        assert (axis_title(browser, 0), axis_title(browser, 0, "y2")) == ("Percent", "Bytes")


def refuse(constant: str) -> None:
    raise ValueError(constant)


def strict_json(page: str) -> Any:
    """The figures of a page, by a parser that takes no NaN and no Infinity."""
    found = re.search('id="figures">(.*?)</script>', page)
    assert found
    return json.loads(found[1], parse_constant=refuse)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_a_gap(odd: float) -> None:
    figures = strict_json(html(metric([series("a", 1, odd, 3)]), metric([series("a", 1, odd)], view="bar")))
    assert figures["widget-0"]["data"][0]["y"] == [1, None, 3]
    assert figures["widget-0"]["layout"]["yaxis"]["range"] == pytest.approx([0.84, 3.16])
    assert figures["widget-1"]["data"][0]["x"] == [1], "the latest that is a number"


@pytest.mark.parametrize("view", ["timeSeries", "singleValue", "gauge", "bar", "pie", "table"])
def test_a_metric_of_no_numbers_is_drawn_as_one_without_data(view: str) -> None:
    page = html(metric([series("a", float("nan"))], view=view, sparkline=True))
    assert "nan" not in re.sub(r"<(style|script).*?</\1>", "", page, flags=re.DOTALL)


def test_no_constant_gets_into_embedded_json() -> None:
    nested = {"a": [float("nan"), (float("inf"), 1.5)], "b": {"c": float("-inf")}}
    assert json.loads(embedded_json(nested), parse_constant=refuse) == {"a": [None, [None, 1.5]], "b": {"c": None}}


def test_a_gap_is_seen(chromium: Any, tmp_path: Path) -> None:
    values = [float("nan") if number == 50 else 1.0 for number in range(100)]
    with seen(chromium, tmp_path, metric([series("a", *values)], 12)) as browser:
        assert browser.widget(0).locator(".js-line").count() == 2
