# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Numbers and gauges: nothing is cut or hidden, whatever the size of the widget."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.numbers import exact
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.units import reading
from looks import Shown, contrast, ends_in_dots, font_size, html, is_cut, is_inside, metric, seen, series

WIDTHS = (1280, 900)
LONG = 123456789.123456


def numbers(count: int, width: int, height: int, **properties: Any) -> Shown:
    lines = [series(f"number {number}", 1, 1234.5 + number, unit="Milliseconds") for number in range(count)]
    return metric(lines, width, height, title="Numbers", view="singleValue", **properties)


@pytest.mark.parametrize("page_width", WIDTHS)
@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(numbers(3, 6, 4, sparkline=True), id="three with a line, case 21"),
        pytest.param(numbers(20, 6, 4), id="twenty in a small widget"),
        pytest.param(numbers(20, 6, 4, sparkline=True), id="twenty with a line"),
        pytest.param(numbers(1, 2, 2), id="the smallest"),
        pytest.param(numbers(6, 24, 3), id="a wide one"),
        pytest.param(numbers(6, 3, 9), id="a tall one"),
    ],
)
def test_numbers_are_whole_and_seen(chromium: Any, tmp_path: Path, shown: Shown, page_width: int) -> None:
    with seen(chromium, tmp_path, shown, width=page_width) as browser:
        widget = browser.widget(0)
        values = widget.locator(".value").all()
        assert len(values) == len(shown.content.series)
        cut = [value for value in values if is_cut(value)]
        assert cut == [] if page_width == WIDTHS[0] else all(map(ends_in_dots, cut))
        assert [value.inner_text() for value in values if not is_inside(value, widget.locator(".inside"))] == []
        assert min(map(font_size, values)) >= 10


def test_a_number_too_long_for_its_cell_ends_in_dots_and_is_told_in_full(chromium: Any, tmp_path: Path) -> None:
    lines = [series("a", LONG), series("b", 20)]
    shown = metric(lines, 2, 2, view="singleValue", singleValueFullPrecision=True)
    with seen(chromium, tmp_path, shown, width=600) as browser:
        long, short = browser.widget(0).locator(".value").all()
        assert (is_cut(long), ends_in_dots(long), long.get_attribute("title")) == (True, True, "123456789.123456")
        assert (is_cut(short), short.get_attribute("title")) == (False, "20")


def test_big_widgets_have_big_numbers(chromium: Any, tmp_path: Path) -> None:
    with seen(chromium, tmp_path, numbers(1, 12, 6)) as browser:
        assert font_size(browser.widget(0).locator(".value")) > 40


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (20.0, "Count", ("20", "")),
        (20.0, "None", ("20", "")),
        (20.0, "", ("20", "")),
        (99.95, "Percent", ("99.95", "%")),
        (12.5, "Milliseconds", ("12.5", "ms")),
        (3.0, "Seconds", ("3", "s")),
        (7.0, "Count/Second", ("7", "/s")),
        (512.0, "Bytes", ("512", "B")),
        (1500.0, "Bytes", ("1.5", "KB")),
        (2147483648.0, "Bytes", ("2.15", "GB")),
        (4096.0, "Kilobytes", ("4.1", "MB")),
        (5e15, "Bytes", ("5,000", "TB")),
        (-2e6, "Bytes/Second", ("-2", "MB/s")),
        (3e9, "Bits/Second", ("3", "Gb/s")),
        (0.0, "Bytes", ("0", "B")),
        (None, "Bytes", ("--", "")),
        (float("nan"), "Percent", ("--", "")),
        (float("inf"), "Count", ("--", "")),
    ],
)
def test_a_value_is_read_with_its_unit(value: float | None, unit: str, written: tuple[str, str]) -> None:
    assert reading(value, unit)[:2] == written
    assert reading(value, unit).exact == exact(value)


def test_the_exact_value_is_in_the_metrics_own_unit() -> None:
    assert reading(4096.5, "Kilobytes", full=True)[:2] == ("4096.5", "KB")
    assert exact(0.1 + 0.2) == "0.30000000000000004"


def test_a_unit_is_beside_its_value(chromium: Any, tmp_path: Path) -> None:
    lines = [series("used", 2e9, unit="Bytes"), series("tasks", 20)]
    with seen(chromium, tmp_path, metric(lines, view="singleValue")) as browser:
        assert browser.numbers(0) == {"used": "2", "tasks": "20"}
        used, tasks = browser.widget(0).locator(".number").all()
        assert (used.locator(".unit").inner_text(), tasks.locator(".unit").count()) == ("GB", 0)
        assert font_size(used.locator(".unit")) < font_size(used.locator(".value"))


def gauges(count: int, width: int = 6, height: int = 6, **properties: Any) -> Shown:
    lines = [series(f"gauge {number}", 40.5 + 9.9 * number, unit="Percent") for number in range(count)]
    return metric(lines, width, height, view="gauge", yAxis={"left": {"min": 0, "max": 100}}, **properties)


@pytest.mark.parametrize("page_width", WIDTHS)
@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(gauges(6), id="six in a small widget, case 27"),
        pytest.param(gauges(6, title="Title"), id="six under a title"),
        pytest.param(gauges(1), id="one"),
        pytest.param(gauges(1, 3, 3), id="a small one"),
        pytest.param(gauges(8, 24, 4), id="eight in a row"),
    ],
)
def test_gauges_are_readable(chromium: Any, tmp_path: Path, shown: Shown, page_width: int) -> None:
    with seen(chromium, tmp_path, shown, width=page_width) as browser:
        widget = browser.widget(0)
        found = widget.locator(".gauge").all()
        assert len(found) == len(shown.content.series)
        for gauge in found:
            value, dial = gauge.locator(".value"), gauge.locator("svg")
            assert is_inside(value, dial)
            assert is_inside(gauge, widget.locator(".inside"))
            assert (is_cut(value), font_size(value) >= 10) == (False, True)
            assert gauge.locator(".unit").inner_text() == "%"


def test_many_gauges_are_in_rows(chromium: Any, tmp_path: Path) -> None:
    with seen(chromium, tmp_path, gauges(6)) as browser:
        boxes = [gauge.bounding_box() for gauge in browser.widget(0).locator(".gauge").all()]
        assert len({box["x"] for box in boxes if box}) == 2
        assert len({box["y"] for box in boxes if box}) == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_rest_of_a_gauge_is_seen(chromium: Any, tmp_path: Path, scheme: Any) -> None:
    with seen(chromium, tmp_path, gauges(1), scheme=scheme) as browser:
        track = browser.widget(0).locator(".track").evaluate("e => getComputedStyle(e).stroke")
        card = browser.widget(0).locator(".card").evaluate("e => getComputedStyle(e).backgroundColor")
        assert contrast(track, card) > 1.2


@pytest.mark.parametrize(("value", "share"), [(-5.0, None), (50.0, "20.00"), (90.0, "100.00"), (float("nan"), None)])
def test_a_gauge_is_filled_up_to_its_value(value: float, share: str | None) -> None:
    page = html(metric([series("a", value)], view="gauge", yAxis={"left": {"min": 40, "max": 90}}))
    drawn = re.search(r'class="filled"[^>]*stroke-dasharray="([0-9.]+) 200"', page)
    assert (drawn and drawn[1]) == share
