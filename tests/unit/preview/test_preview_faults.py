# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One widget's fault stays in that widget, and variables are put in."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.body import InvalidDashboardError, build_body
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.alarms import condition, graph
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import SourceError
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.figures import time_series
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.page import Page, draw_page
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.read import read_widget
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.room import Room
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import local, read_zone
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.variables import (
    UnknownVariableError,
    chosen,
    put_in,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.widgets import Drawn, draw
from dashboard.accepted_widgets import ACCEPTED
from hypothesis import given, settings
from hypothesis import strategies as st
from kitchen_sink import NOW, SPAN, Answers, alarm, content

ROOM = Room(6, 6)
CPU = ["AWS/EC2", "CPUUtilization", "InstanceId", "i-1"]


class Forgiving(Answers):
    """Answers whatever the region and the query are; a region that is none is refused as botocore refuses it."""

    def metric_data(self, region: str | None, queries: list[dict[str, Any]], span: Any) -> list[dict[str, Any]]:
        if "$" in str(region):
            raise SourceError(f"region {region!r}: Provided region_name doesn't match a supported format.")
        return [self._result(number, query, span) for number, query in enumerate(queries) if query["ReturnData"]]

    def alarms(self, _region: str | None, names: list[str]) -> list[dict[str, Any]]:
        return [alarm(name, "OK") for name in names]

    def log_rows(self, *_request: Any) -> list[list[dict[str, str]]]:
        return [[{"field": "a", "value": "1"}]]


def drawn(*widgets: dict[str, Any]) -> list[Drawn]:
    """The widgets, drawn on one page."""
    placed = build_body("any", {"body": {"widgets": list(widgets)}}, "eu-north-1")[0]["widgets"]
    result = [draw(n, widget, read_widget(widget, SPAN, NOW, Forgiving())) for n, widget in enumerate(placed)]
    page = draw_page(Page("any", {}, [], result), "library")
    assert page.encode("utf-8", errors="replace")
    return result


def metric(**properties: Any) -> dict[str, Any]:
    return {"type": "metric", "properties": {"metrics": [CPU], **properties}}


TEXT = {"type": "text", "properties": {"markdown": "still fine"}}


@pytest.mark.parametrize(
    ("widget", "told"),
    [
        (metric(region="${REGION}"), "region '${REGION}'"),
        (metric(start="-P9999999M"), "start '-P9999999M' is longer ago than any time"),
        (metric(period="60"), "can't be shown as it is written"),
        (metric(annotations={"horizontal": [5]}), "can't be shown as it is written"),
        (metric(annotations={"vertical": [{"value": "noon"}]}), "can't be shown as it is written"),
        (metric(annotations=5), ""),
        (metric(yAxis={"left": 5}), ""),
        (metric(legend="right", labels=5), ""),
        (metric(timezone="+9999"), ""),
        ({"type": "log", "properties": {"query": ""}}, ""),
        ({"type": "alarm", "properties": {"alarms": ["late"]}}, "'late' is no ARN of an alarm"),
        ({"type": "alarm", "properties": {"alarms": 5}}, "can't be shown as it is written"),
        ({"type": "text", "properties": {"markdown": "\ud800"}}, ""),
        ({"type": "chart", "properties": {"title": 5}}, ""),
        (
            {"type": "metric", "properties": {"region": "eu-north-1", "insightRule": {"ruleName": "r"}}},
            "",
        ),
    ],
)
def test_a_fault_stays_in_its_widget(widget: dict[str, Any], told: str) -> None:
    first, second, third = drawn(TEXT, widget, metric())
    assert "still fine" in first.html
    assert third.figure
    assert (first.problems, third.problems) == ([], [])
    assert any(told in problem for problem in second.problems) if told else second.html


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
WIDGETS = [{"type": kind, "properties": properties} for kind, bodies in ACCEPTED.items() for properties in bodies]


@pytest.mark.parametrize("kind", ACCEPTED)
def test_what_cloudwatch_takes_is_drawn(kind: str) -> None:
    widgets = [widget for widget in WIDGETS if widget["type"] == kind]
    assert len(drawn(*widgets)) == len(widgets)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.sampled_from(WIDGETS), st.data())
def test_whatever_a_property_is_the_page_is_drawn(widget: dict[str, Any], data: st.DataObject) -> None:
    properties = dict(widget["properties"])
    names = ["annotations", "legend", "yAxis", "timezone", "title", "start", "end", "period", "stat", "table", "labels"]
    properties[data.draw(st.sampled_from(sorted(properties)) | st.sampled_from(names))] = data.draw(ANYTHING)
    try:
        result = drawn(TEXT, {"type": widget["type"], "properties": properties}, metric())
    except InvalidDashboardError:
        return
    assert "still fine" in result[0].html
    assert result[2].figure


def test_the_axis_is_the_pages_time_range_whatever_an_annotation_says() -> None:
    shown = content("Lines")
    old = {"vertical": [{"value": "2023-08-20T00:00:00Z", "label": "old"}]}
    with_old = type(shown)(shown.properties | {"annotations": old}, shown.span, shown.series)
    without = time_series(shown, ROOM)["layout"]["xaxis"]["range"]
    zone = read_zone(shown.properties["timezone"])
    assert without == [local(shown.span.start, zone), local(shown.span.end, zone)]
    assert time_series(with_old, ROOM)["layout"]["xaxis"]["range"] == without


def test_an_alarm_on_promql_has_its_query_for_a_condition_and_no_graph() -> None:
    found = {
        "AlarmName": "p",
        "AlarmArn": "arn:aws:cloudwatch:us-east-1:1:alarm:p",
        "StateValue": "OK",
        "EvaluationCriteria": {"PromQLCriteria": {"Query": "up == 0"}},
    }
    assert condition(found) == "up == 0"
    with pytest.raises(ValueError, match="p is an alarm on a query, it has no metric to draw: up == 0"):
        graph(found, {})


def test_a_zone_that_is_none_is_utc() -> None:
    assert read_zone("+9999").tzname(None) == "UTC"


VARIABLES = [
    {"type": "property", "property": "region", "id": "REGION", "inputType": "select", "defaultValue": "us-east-1"},
    {"type": "property", "property": "InstanceId", "id": "i", "inputType": "input", "defaultValue": "i-2"},
    {"type": "pattern", "pattern": "STAGE", "id": "s", "inputType": "input"},
]


def test_variables_are_put_in_with_their_defaults_or_the_values_given() -> None:
    widgets = [metric(region="${REGION}", title="STAGE load", metrics=[CPU, ["A", "InstanceId", "B", "InstanceId"]])]
    (plain,) = put_in(widgets, chosen({"variables": VARIABLES}, {}))
    assert plain["properties"]["region"] == "us-east-1"
    assert plain["properties"]["metrics"] == [
        ["AWS/EC2", "CPUUtilization", "InstanceId", "i-2"],
        ["A", "InstanceId", "B", "InstanceId"],
    ]
    assert plain["properties"]["title"] == "STAGE load", "it has no value"
    (given_,) = put_in(widgets, chosen({"variables": VARIABLES}, {"s": "test", "i": "i-9"}))
    assert (given_["properties"]["title"], given_["properties"]["metrics"][0][3]) == ("test load", "i-9")


def test_a_value_for_no_variable_is_refused_by_its_name() -> None:
    told = "'x' is the id of no variable of this dashboard; it has REGION, i, s"
    with pytest.raises(UnknownVariableError, match=told):
        chosen({"variables": VARIABLES}, {"x": 1})
    assert chosen({"variables": 5}, {}) == []
