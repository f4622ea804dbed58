# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The metrics of all widgets are asked for at once, and each widget has its own."""

from __future__ import annotations

from typing import Any

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.batches import ask_ahead
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import SourceError
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.read import read_widget
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import TimeRange
from kitchen_sink import NOW, REGION, SPAN, Answers, arn, metric

COUNT = ["Shop", "Count", {"stat": "Sum"}]


class Counting(Answers):
    """Answers each metric with a number of its own, and remembers how many it was asked for in each call."""

    def __init__(self, refused: str = "") -> None:
        self.calls: list[int] = []
        self._refused = refused

    def metric_data(self, region: str | None, queries: list[dict[str, Any]], span: TimeRange) -> list[dict[str, Any]]:
        self.calls.append(len(queries))
        if self._refused and self._refused in str(queries):
            raise SourceError(f"GetMetricData: no {self._refused}")
        return [
            {"Id": query["Id"], "Label": f"{query['Label']} {region} {span.start:%H:%M}", "StatusCode": "Complete"}
            | {"Timestamps": [span.start], "Values": [1.0]}
            for query in queries
        ]


def labels(source: Counting, *widgets: dict[str, Any]) -> list[list[str]]:
    ahead = ask_ahead(list(widgets), SPAN, NOW, source)
    return [[series.label for series in read_widget(widget, SPAN, NOW, ahead).series] for widget in widgets]


def named(*names: str, **properties: Any) -> dict[str, Any]:
    rows = [["Shop", "Count", "Name", name, {"label": name}] for name in names]
    return metric("m", *rows, **{"region": REGION, **properties})


def test_a_call_asks_for_500_metrics_of_any_widgets() -> None:
    source = Counting()
    shown = labels(source, *(named(*(f"n{widget}-{row}" for row in range(90))) for widget in range(12)))
    assert source.calls == [500, 500, 80]
    assert [label.split()[0] for each in shown for label in each] == [
        f"n{widget}-{row}" for widget in range(12) for row in range(90)
    ]


def test_a_metric_that_several_widgets_show_is_asked_for_once() -> None:
    source = Counting()
    assert labels(source, named("a", "a"), named("a")) == [["a eu-north-1 06:00"] * 2, ["a eu-north-1 06:00"]]
    assert source.calls == [1]


def test_regions_and_time_ranges_are_asked_for_apart() -> None:
    source = Counting()
    shown = labels(source, named("a"), named("a", region="us-east-1"), named("a", start="-PT1H"))
    assert shown == [["a eu-north-1 06:00"], ["a us-east-1 06:00"], ["a eu-north-1 08:00"]]
    assert source.calls == [1, 1, 1]


def test_a_widget_that_computes_or_shows_an_alarm_asks_for_itself() -> None:
    source = Counting()
    computed = metric("m", [*COUNT[:2], {"id": "m1", "label": "a"}], [{"expression": "m1 * 2", "label": "b"}])
    graphed = {"type": "metric", "properties": {"region": REGION, "annotations": {"alarms": [arn("take-errors")]}}}
    computed["properties"]["region"] = REGION
    assert [len(each) for each in labels(source, computed, graphed, named("c"))] == [2, 1, 1]
    assert source.calls == [1, 2, 1], "ahead it asks for c alone"


def test_what_is_refused_is_refused_to_the_widget_that_has_it() -> None:
    source = Counting(refused="bad")
    widgets = [named("good"), named("bad")]
    ahead = ask_ahead(widgets, SPAN, NOW, source)
    good, bad = (read_widget(widget, SPAN, NOW, ahead) for widget in widgets)
    assert ([series.label for series in good.series], good.problems) == (["good eu-north-1 06:00"], [])
    assert bad.problems == ["GetMetricData: no bad"]
    assert source.calls == [2, 1, 1]


def test_a_widget_that_cannot_be_read_is_left_to_itself() -> None:
    source = Counting()
    widgets = [named("a", start="yesterday"), metric("m", 5, region=REGION), named("b")]
    assert labels(source, *widgets) == [[], [], ["b eu-north-1 06:00"]]
    assert source.calls == [1]
