# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where widgets are placed, and what is filled in: cases, and properties of any set of widgets."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.body import build_body
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.layout import Box, place
from hypothesis import given
from hypothesis import strategies as st

REGION = "eu-north-1"


def box_of(widget: dict[str, Any]) -> Box:
    return Box(widget["x"], widget["y"], widget["width"], widget["height"])


def text(**position: int) -> dict[str, Any]:
    return {"type": "text", "properties": {"markdown": ""}, **position}


def built(*widgets: dict[str, Any], **options: Any) -> dict[str, Any]:
    return build_body("orders", {"widgets": list(widgets), **options}, REGION)[0]


@pytest.mark.parametrize(
    ("widgets", "boxes"),
    [
        pytest.param([text(), text()], [(0, 0, 24, 2), (0, 2, 24, 2)], id="text"),
        pytest.param([text(x=1, y=1)], [(1, 1, 6, 6)], id="CloudWatch's size for a given place"),
        pytest.param(
            [text(width=12, height=6)] * 4,
            [(0, 0, 12, 6), (12, 0, 12, 6), (0, 6, 12, 6), (12, 6, 12, 6)],
            id="row by row",
        ),
        pytest.param(
            [text(width=12, height=6), text(width=12, height=3), text(width=12, height=3)],
            [(0, 0, 12, 6), (12, 0, 12, 3), (12, 3, 12, 3)],
            id="beside a high one",
        ),
        pytest.param(
            [text(width=20), text(width=3), text(width=8)],
            [(0, 0, 20, 2), (20, 0, 3, 2), (0, 2, 8, 2)],
            id="too wide for the rest of the row",
        ),
        pytest.param(
            [text(width=6), text(x=0, y=0, width=10, height=4), text(width=16)],
            [(10, 0, 6, 2), (0, 0, 10, 4), (0, 4, 16, 2)],
            id="around one placed by hand",
        ),
    ],
)
def test_widgets_without_a_place_follow_each_other(widgets: list[dict[str, Any]], boxes: list[tuple[int, ...]]) -> None:
    assert [tuple(box_of(widget)) for widget in place(widgets)] == boxes


@pytest.mark.parametrize(
    ("kind", "size"),
    [("alarm", (6, 3)), ("log", (24, 6)), ("metric", (6, 6)), ("explorer", (24, 15)), ("custom", (6, 6))],
)
def test_each_type_has_its_size(kind: str, size: tuple[int, int]) -> None:
    [placed] = place([{"type": kind, "properties": {}}])
    assert (placed["width"], placed["height"]) == size


sizes = {"width": st.integers(1, 24), "height": st.integers(1, 40)}
flowing = st.fixed_dictionaries({"type": st.sampled_from(["text", "metric", "log"])}, optional=sizes)
by_hand = st.builds(
    lambda x, y, width, height: text(x=x, y=y, width=min(width, 24 - x), height=height),
    st.integers(0, 23),
    st.integers(0, 60),
    **sizes,
)
any_widgets = st.lists(st.one_of(flowing, by_hand), max_size=30)


@given(any_widgets)
def test_any_widgets_stay_inside_the_columns_and_none_that_is_placed_overlaps(widgets: list[dict[str, Any]]) -> None:
    placed = place(widgets)
    boxes = [box_of(widget) for widget in placed]
    assert all(box.x >= 0 and box.y >= 0 and box.x + box.width <= 24 for box in boxes)
    for (one, box), (other, beside) in itertools.combinations(zip(widgets, boxes, strict=True), 2):
        assert ("x" in one and "x" in other) or not box.overlaps(beside)


@given(any_widgets)
def test_any_widgets_keep_their_order_and_what_was_said(widgets: list[dict[str, Any]]) -> None:
    placed = place(widgets)
    flow = [(after["y"], after["x"]) for before, after in zip(widgets, placed, strict=True) if "x" not in before]
    assert flow == sorted(flow)
    assert all(before.items() <= after.items() for before, after in zip(widgets, placed, strict=True))


@given(any_widgets)
def test_what_is_placed_stays_where_it_is(widgets: list[dict[str, Any]]) -> None:
    assert place(place(widgets)) == place(widgets)


def test_the_grid_is_checked_cell_by_cell() -> None:
    # The overlap that the properties rely on, against a count of cells.
    places = itertools.product(range(4), range(4))
    boxes = [Box(x, y, width, height) for x, y in places for width, height in ((1, 3), (2, 1))]

    def cells(box: Box) -> set[tuple[int, int]]:
        return set(itertools.product(range(box.x, box.x + box.width), range(box.y, box.y + box.height)))

    for one, other in itertools.product(boxes, repeat=2):
        assert one.overlaps(other) == bool(cells(one) & cells(other))


def test_region_is_filled_in_where_a_widget_needs_one_and_has_none() -> None:
    metric = {"type": "metric", "properties": {"metrics": []}}
    abroad = {"type": "metric", "properties": {"metrics": [], "region": "us-east-1"}}
    log = {"type": "log", "properties": {"query": "SOURCE 'a'"}}
    regions = [widget["properties"].get("region") for widget in built(metric, abroad, log, text())["widgets"]]
    assert regions == [REGION, "us-east-1", REGION, None]


def test_mappings_become_rows_and_shorthand_stays() -> None:
    rows = [
        {"namespace": "A", "metric_name": "B", "dimensions": {"c": "d", "e": "f"}, "stat": "Sum"},
        ["...", "g"],
        {"expression": "1", "id": "e1"},
    ]
    [widget] = built({"type": "metric", "properties": {"metrics": rows}})["widgets"]
    assert widget["properties"]["metrics"] == [
        ["A", "B", "c", "d", "e", "f", {"stat": "Sum"}],
        ["...", "g"],
        [{"expression": "1", "id": "e1"}],
    ]


def test_the_other_options_become_keys_of_the_body() -> None:
    variables = [{"type": "property", "property": "region", "inputType": "input", "id": "r"}]
    times = {"start": "2018-12-17T06:00:00.000Z", "end": "2018-12-18T06:00:00.000Z"}
    assert built(**times, period_override="auto", variables=variables) == {
        "widgets": [],
        "periodOverride": "auto",
        "variables": variables,
        **times,
    }
