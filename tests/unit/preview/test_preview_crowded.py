# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables, and graphs in narrow windows: nothing collides."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import TimeRange
from browser import Browser
from kitchen_sink import NOW
from looks import Shown, box_of, html, is_cut, is_inside, metric, nothing_collides, seen, series

LONG = "The time that the shop takes to answer to a request for the contents of a cart, at the door and behind it"
DAYS = TimeRange(NOW - timedelta(days=2), NOW)


def cells(browser: Browser, selector: str) -> list[str]:
    return [cell.strip() for cell in browser.widget(0).locator(selector).all_inner_texts()]


def test_a_table_has_each_date_once(chromium: Any, tmp_path: Path) -> None:
    lines = [series("a", 1, 2, 3, 4, span=DAYS), series("b", 5, 6, 7, 8, span=DAYS)]
    with seen(chromium, tmp_path, metric(lines, 12, view="table", table={"summaryColumns": ["MAX"]})) as browser:
        assert cells(browser, "thead tr:nth-child(1) th") == ["", "2026-11-22", "2026-11-21"]
        assert cells(browser, "thead tr:nth-child(2) th") == ["Label", "MAX", "21:00", "09:00", "21:00", "09:00"]
        assert cells(browser, "tbody tr:nth-child(2) td") == ["b", "8", "8", "7", "6", "5"]


def test_a_vertical_table_has_each_date_once(chromium: Any, tmp_path: Path) -> None:
    lines = [series("a", 1, 2, 3, 4, span=DAYS), series("b", 5, 6, 7, 8, span=DAYS)]
    options = {"summaryColumns": ["MAX"], "layout": "vertical"}
    with seen(chromium, tmp_path, metric(lines, 12, view="table", table=options)) as browser:
        assert cells(browser, "thead th") == ["Label", "a", "b"]
        rows = [row.split() for row in cells(browser, "tbody tr")]
        assert rows == [
            ["MAX", "4", "8"],
            ["2026-11-22"],
            ["21:00", "4", "8"],
            ["09:00", "3", "7"],
            ["2026-11-21"],
            ["21:00", "2", "6"],
            ["09:00", "1", "5"],
        ]


def test_a_table_without_datapoints_has_no_dates() -> None:
    options = {"summaryColumns": ["MAX"], "showTimeSeriesData": False}
    assert "2026" not in html(metric([series("a", 1)], view="table", table=options)).partition("<main")[2]


def lines_of(span: TimeRange, count: int = 8, scale: float = 1.0) -> list[Any]:
    return [
        series(f"{LONG} {number}", *(scale * (1 + step % 5) for step in range(30)), unit="Milliseconds", span=span)
        for number in range(count)
    ]


def graph(length: timedelta, width: int = 6, height: int = 6, scale: float = 1.0, **properties: Any) -> Shown:
    span = TimeRange(NOW - length, NOW)
    return metric(lines_of(span, scale=scale), width, height, span, title=LONG, **properties)


CROWDED = [
    graph(timedelta(hours=3)),
    graph(timedelta(hours=24), height=3),
    graph(timedelta(days=2)),
    graph(timedelta(days=7), height=4),
    graph(timedelta(days=30), height=3),
    graph(timedelta(days=3), 12, legend={"position": "right"}),
    graph(timedelta(days=3), 6, scale=123456.789),
    graph(timedelta(hours=3), 6, scale=1e11, stacked=True),
    graph(timedelta(hours=3), 4, 4),
    graph(timedelta(hours=3), 6, legend={"position": "right"}),
    graph(timedelta(days=365), 24, 4),
    graph(timedelta(hours=3), view="bar", scale=1e8),
    graph(timedelta(hours=3), view="bar", height=4),
    graph(timedelta(hours=3), view="pie"),
]


@pytest.mark.parametrize("width", [900, 1280])
def test_nothing_collides(chromium: Any, tmp_path: Path, width: int) -> None:
    with seen(chromium, tmp_path, *CROWDED, width=width) as browser:
        nothing_collides(browser)
        titles = [widget.locator("h2").get_attribute("title") for widget in browser.widgets()]
        assert titles == [LONG] * len(CROWDED)


def test_a_long_label_of_a_legend_ends_in_dots(chromium: Any, tmp_path: Path) -> None:
    with seen(chromium, tmp_path, graph(timedelta(hours=3)), width=900) as browser:
        entry = browser.widget(0).locator(".legend li").first
        assert is_cut(entry)
        assert entry.get_attribute("title") == f"{LONG} 0"


def test_a_graph_keeps_the_most_of_a_crowded_widget(chromium: Any, tmp_path: Path) -> None:
    with seen(chromium, tmp_path, *CROWDED, width=900) as browser:
        for index in (0, 2, 6, 7, 11, 12):
            plot, inside = box_of(browser.widget(index).locator(".nsewdrag")), box_of(browser.widget(index))
            assert plot["bottom"] - plot["top"] > 0.45 * (inside["bottom"] - inside["top"])
            assert plot["right"] - plot["left"] > 0.4 * (inside["right"] - inside["left"])


def test_labels_of_annotations_are_whole_and_those_of_other_times_are_not_drawn(chromium: Any, tmp_path: Path) -> None:
    times = {"Early in it": "06:01", "Midway": "07:30", "Shortly before the end": "08:58", "Long after": "23:00"}
    vertical = [{"value": f"2026-11-23T{time}:00Z", "label": label} for label, time in times.items()]
    with seen(chromium, tmp_path, metric([series("a", 1, 2)], 12, annotations={"vertical": vertical})) as browser:
        plot = browser.widget(0).locator(".nsewdrag")
        labels = browser.widget(0).locator(".shape-label text").all()
        assert [label.text_content() for label in labels] == list(times)[:3]
        assert [label.text_content() for label in labels if not is_inside(label, plot)] == []


def test_labels_of_a_band_do_not_touch(chromium: Any, tmp_path: Path) -> None:
    band = [{"value": "2026-11-23T07:00:00Z", "label": "Outage"}, {"value": "2026-11-23T07:10:00Z", "label": "End"}]
    with seen(chromium, tmp_path, metric([series("a", 1, 2)], annotations={"vertical": [band]}), width=900) as browser:
        outage, end = (box_of(browser.widget(0).get_by_text(text, exact=True)) for text in ("Outage", "End"))
        assert outage["bottom"] <= end["top"] + 1
