# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which vertical annotations of a live dashboard are kept, and on which widgets."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.canonical import differences
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.markers import with_markers

FIRST, SECOND, THIRD = ({"value": f"2026-11-2{day}T10:00:00Z", "label": f"{day}"} for day in (1, 2, 3))
BAND = [FIRST, SECOND]


def body(*widgets: dict[str, Any]) -> dict[str, Any]:
    return {"widgets": list(widgets)}


def widget(title: str, *markers: Any, kind: str = "metric", **more: Any) -> dict[str, Any]:
    annotations = {"vertical": list(markers)} if markers else {}
    properties: dict[str, Any] = {"title": title} | ({"annotations": annotations} if annotations else {})
    return {"type": kind, "x": 0, "y": 0, "properties": properties | more}


@pytest.mark.parametrize(
    ("asked_for", "live", "merged"),
    [
        ([], [FIRST], [FIRST]),
        ([], [BAND], [BAND]),
        ([FIRST], [FIRST, SECOND], [FIRST, SECOND]),
        ([FIRST], [SECOND, FIRST], [SECOND, FIRST]),
        ([FIRST], [SECOND], [SECOND, FIRST]),
        ([FIRST | {"label": "new"}], [FIRST, SECOND], [FIRST | {"label": "new"}, SECOND]),
        ([FIRST, SECOND], [BAND], [BAND, FIRST, SECOND]),
        ([THIRD], [], [THIRD]),
    ],
    ids=["none", "a band", "one of them", "the later", "another", "a new label", "a band of these", "none there"],
)
def test_markers_are_added_and_ours_are_as_asked_for(asked_for: list[Any], live: list[Any], merged: list[Any]) -> None:
    wanted = with_markers(body(widget("a", *asked_for)), body(widget("a", *live)))
    assert wanted == body(widget("a", *merged))
    assert with_markers(body(widget("a", *asked_for)), wanted) == wanted


def test_markers_stay_on_their_own_widget() -> None:
    live = body(widget("a", FIRST), widget("b", SECOND), widget("gone", THIRD))
    wanted = with_markers(body(widget("new"), widget("b"), widget("a", period=60)), live)
    assert wanted == body(widget("new"), widget("b", SECOND), widget("a", FIRST, period=60))


def test_widgets_of_one_title_are_told_apart_by_what_they_show() -> None:
    live = body(widget("a", FIRST, stat="Sum"), widget("a", SECOND, stat="p99"))
    wanted = with_markers(body(widget("a", stat="p99"), widget("a", stat="Sum")), live)
    assert wanted == body(widget("a", SECOND, stat="p99"), widget("a", FIRST, stat="Sum"))


def test_other_annotations_are_those_asked_for() -> None:
    live = body(widget("a", annotations={"vertical": [FIRST], "horizontal": [{"value": 1}]}))
    wanted = with_markers(body(widget("a", annotations={"horizontal": [{"value": 2}]})), live)
    assert wanted == body(widget("a", annotations={"horizontal": [{"value": 2}], "vertical": [FIRST]}))


@pytest.mark.parametrize(
    ("asked_for", "live"),
    [
        (body(widget("a", kind="text")), body(widget("a", FIRST, kind="text"))),
        (body(widget("a", annotations={"alarms": ["arn"]})), body(widget("a", FIRST))),
        (body(widget("a")), body(widget("a", annotations={"vertical": "odd"}))),
        (body(widget("a")), body(widget("a", annotations=["odd"]))),
        (body(widget("a")), {"widgets": "odd"}),
        (body(widget("a")), "not JSON"),
        (body(widget("a")), body()),
    ],
)
def test_where_there_is_nothing_to_keep_the_body_is_as_asked_for(asked_for: dict[str, Any], live: Any) -> None:
    assert with_markers(asked_for, live) == asked_for


def test_a_dashboard_that_differs_in_markers_alone_has_no_differences() -> None:
    live = body(widget("a", FIRST), widget("b", BAND, SECOND))
    assert differences(live, with_markers(body(widget("a"), widget("b", SECOND)), live)) == []
