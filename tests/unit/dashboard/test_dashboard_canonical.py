# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which dashboards are equal, and how a difference reads."""

from __future__ import annotations

import copy
import difflib
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.body import build_body, parse_live
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.canonical import canonical, differences
from hypothesis import given
from hypothesis import strategies as st

GOLDEN = Path(__file__).parents[2] / "golden"


def metric(*rows: Any, **properties: Any) -> dict[str, Any]:
    """A body with one metric widget."""
    return {"widgets": [{"type": "metric", "properties": {"metrics": list(rows), **properties}}]}


def text(title: str, **changes: Any) -> dict[str, Any]:
    return {"type": "text", "x": 0, "y": 0, "properties": {"markdown": "hello", "title": title}, **changes}


def other(kind: str, **properties: Any) -> dict[str, Any]:
    """A body with a widget of another type."""
    return {"widgets": [{"type": kind, "properties": properties}]}


@pytest.mark.parametrize(
    ("one", "another"),
    [
        pytest.param({"widgets": [], "start": "a"}, {"start": "a", "widgets": []}, id="order of keys"),
        pytest.param({"widgets": [{"x": 1}]}, {"widgets": [{"x": 1.0}]}, id="1 and 1.0"),
        pytest.param({"a": 0}, {"a": -0.0}, id="0 and -0.0"),
        pytest.param({"a": "å"}, json.loads('{"a": "\\u00e5"}'), id="escaped character"),
        pytest.param(metric(["A", "B"], [".", "C"]), metric(["A", "B"], ["A", "C"]), id="dot"),
        pytest.param(metric([*"ABcd"], ["...", "e"]), metric([*"ABcd"], [*"ABce"]), id="..."),
        pytest.param(metric({"namespace": "A", "metric_name": "B"}), metric(["A", "B"]), id="mapping"),
        pytest.param(metric(["A", "B", {"yAxis": "left", "visible": True}]), metric(["A", "B"]), id="default options"),
        pytest.param(metric(view="timeSeries", stacked=False), metric(), id="default view"),
        pytest.param(metric(period=300.0, stat="Average"), metric(), id="default period and statistic"),
        pytest.param(metric(legend={"position": "bottom"}), metric(), id="default legend"),
        pytest.param(
            metric(["A", "B", {"stat": "p99"}], stat="p99"), metric(["A", "B"], stat="p99"), id="widget's stat"
        ),
        pytest.param(metric(["A", "B", {"stat": "Average"}]), metric(["A", "B"]), id="default stat in a row"),
        pytest.param(metric(["A", "B", {"region": "r"}], region="r"), metric(["A", "B"], region="r"), id="its region"),
        pytest.param(metric(["A", "B", {"period": 300}]), metric(["A", "B"]), id="default period in a row"),
        pytest.param(
            metric(["A", "B", {"accountId": "1"}], accountId="1"), metric(["A", "B"], accountId="1"), id="its account"
        ),
        pytest.param(
            metric(["A", "B", {"color": "#FF00aa"}]), metric(["A", "B", {"color": "#ff00AA"}]), id="case of a colour"
        ),
        pytest.param(
            metric(annotations={"horizontal": [{"value": 1, "color": "#ABC", "visible": True, "fill": "none"}]}),
            metric(annotations={"horizontal": [{"value": 1, "color": "#abc"}]}),
            id="an annotation",
        ),
        pytest.param(
            metric(annotations={"vertical": [[{"value": "a", "color": "#ABC"}, {"value": "b", "visible": True}]]}),
            metric(annotations={"vertical": [[{"value": "a", "color": "#abc"}, {"value": "b"}]]}),
            id="a band of annotations",
        ),
        pytest.param(metric(annotations={"horizontal": [], "vertical": []}), metric(), id="no annotations"),
        pytest.param(metric(annotations={}, yAxis={}, legend={}), metric(), id="empty objects"),
        pytest.param(
            metric(yAxis={"left": {"showUnits": True, "min": 0}, "right": {}}),
            metric(yAxis={"left": {"min": 0}}),
            id="an axis with units",
        ),
        *(
            pytest.param(metric(**{name: False}), metric(), id=f"{name} false")
            for name in ("liveData", "setPeriodToTimeRange", "singleValueFullPrecision", "sparkline", "stacked")
        ),
        pytest.param(metric(table={"stickySummary": False, "showTimeSeriesData": True}), metric(), id="a table"),
        pytest.param(other("log", stacked=False), other("log"), id="a log widget that is not stacked"),
        pytest.param(other("explorer", widgetOptions={"stacked": False}), other("explorer"), id="an explorer"),
        pytest.param({"widgets": [text("a", width=6, height=6)]}, {"widgets": [text("a")]}, id="default size"),
    ],
)
def test_equal_dashboards_have_no_differences(one: Any, another: Any) -> None:
    assert differences(one, another) == []
    assert canonical(one) == canonical(another)


@pytest.mark.parametrize(
    ("one", "another"),
    [
        pytest.param({"a": [1, 2]}, {"a": [2, 1]}, id="order of a list"),
        pytest.param({"a": 1}, {"a": True}, id="1 and true"),
        pytest.param({"a": 0.0}, {"a": False}, id="0.0 and false"),
        pytest.param({"a": 1}, {"a": "1"}, id="1 and a string"),
        pytest.param({"a": 1.5}, {"a": 1}, id="a fraction"),
        pytest.param({"a": None}, {}, id="null and missing"),
        pytest.param("garbage", {"widgets": []}, id="live text that is not JSON"),
        pytest.param(None, {"widgets": []}, id="no dashboard and an empty one"),
        pytest.param({"widgets": []}, None, id="an empty dashboard and none"),
        pytest.param(metric(["A", "B"], ["A", "C"]), metric(["A", "C"], ["A", "B"]), id="order of metrics"),
        pytest.param(metric(period=60), metric(), id="no default"),
        pytest.param(metric(stacked=0), metric(), id="0 is not false"),
        pytest.param(metric([".", "B"]), metric(["A", "B"]), id="rows that can't be read"),
        pytest.param({"widgets": [text("a"), text("b")]}, {"widgets": [text("b"), text("a")]}, id="order of widgets"),
        pytest.param({"widgets": [text("a")] * 2}, {"widgets": [text("a")]}, id="one of two equal ones"),
        pytest.param(
            other("custom", params={"a.b": 1}), other("custom", params={"a": {"b": 1}}), id="a key with a dot"
        ),
        pytest.param(other("custom", params={"a[0]": 1}), other("custom", params={"a": [1]}), id="a key with brackets"),
        pytest.param(
            other("custom", params={"a": 1, "b": 2}), other("custom", params={"a: 1\nb": 2}), id="a key with lines"
        ),
        pytest.param(other("custom", params={"": {"a": 1}}), other("custom", params={".a": 1}), id="an empty key"),
        pytest.param(other("custom", params={"a": {}}), other("custom", params={}), id="an empty object of others"),
        pytest.param(
            other("custom", params={"color": "#ABC"}),
            other("custom", params={"color": "#abc"}),
            id="a colour of others",
        ),
        pytest.param(other("custom", params={"period": 300}), other("custom", params={}), id="a default of others"),
        pytest.param({"widgets": [], "": 1}, {"widgets": []}, id="an empty key of the body"),
        pytest.param({"widgets": [], "state": "present"}, {"widgets": []}, id="a key that is named as a line"),
        pytest.param(other("text", markdown="a\nb\n"), other("text", markdown="a\nb"), id="a line end"),
        pytest.param(other("text", markdown="a\r\nb"), other("text", markdown="a\nb"), id="line ends of two kinds"),
        pytest.param(metric(["A", "B", {"stat": "Sum"}]), metric(["A", "B"]), id="another stat than the widget's"),
        pytest.param(
            metric(["A", "B", {"region": "r"}], region="s"), metric(["A", "B"], region="s"), id="another region"
        ),
        pytest.param(
            metric(["A", "B", {"stat": "Average"}], stat="Sum"), metric(["A", "B"], stat="Sum"), id="a default"
        ),
        pytest.param(metric(sparkline=True), metric(), id="true where false is the default"),
        pytest.param(metric(trend=False), metric(), id="false where true is the default"),
        pytest.param(metric(yAxis={"left": {"showUnits": False}}), metric(), id="an axis without units"),
        pytest.param(other("chart", stacked=False), other("chart"), id="false of a type that we know no defaults of"),
    ],
)
def test_different_dashboards_differ(one: Any, another: Any) -> None:
    assert differences(one, another) != []
    assert differences(another, one) != []


def test_nothing_differs_from_nothing() -> None:
    assert differences(None, None) == []


def test_a_difference_names_the_changed_widgets_alone() -> None:
    untitled = {"type": "text", "x": 6, "y": 0, "properties": {"markdown": ""}}
    before = {"widgets": [text("a"), text("b"), text("c"), untitled]}
    after = {"start": "-PT1H", "widgets": [text("d"), text("b"), text("a", y=9), untitled | {"height": 1}]}
    assert [(part, bool(old), bool(new)) for part, old, new in differences(before, after)] == [
        ("dashboard", True, True),
        ("text widget 'd'", False, True),
        ("text widget 'a'", True, True),
        ("text widget at x 6, y 0", True, True),
        ("text widget 'c'", True, False),
    ]


def test_a_difference_has_a_line_for_each_value() -> None:
    body = metric(["A", "B"], [".", "C", {"stat": "Sum"}], title="Sales", yAxis={"left": {"min": 0}})
    markdown = {"type": "text", "x": 0, "y": 6, "properties": {"markdown": "# Head\nbody"}}
    creation = differences(None, {**body, "widgets": [*body["widgets"], markdown], "start": "-PT1H"})
    assert [(change.part, change.before) for change in creation] == [
        ("dashboard", ""),
        ("metric widget 'Sales'", ""),
        ("text widget at x 0, y 6", ""),
    ]
    assert [change.after for change in creation] == [
        'state: present\nstart: "-PT1H"\n',
        'properties.metrics[0]: ["A", "B"]\nproperties.metrics[1]: ["A", "C", {"stat": "Sum"}]\n'
        'properties.title: "Sales"\nproperties.yAxis.left.min: 0\ntype: "metric"\n',
        'properties.markdown: |\n  # Head\n  body\ntype: "text"\nx: 0\ny: 6\n',
    ]


def test_the_shipped_dashboard_and_an_edit_of_it_read_as_the_golden_files() -> None:
    shipped = json.loads((GOLDEN / "TaskManagementDashboard.json").read_text())
    edited = copy.deepcopy(shipped)
    edited["widgets"][3]["properties"] |= {"stat": "p99", "period": 60}
    edited["widgets"].append({"type": "text", "x": 0, "y": 18, "properties": {"markdown": "# Tasks"}})
    assert read_as_diff(None, shipped) == (GOLDEN / "TaskManagementDashboard.creation.diff").read_text()
    assert read_as_diff(shipped, edited) == (GOLDEN / "TaskManagementDashboard.edit.diff").read_text()


def read_as_diff(current: Any, desired: Any) -> str:
    """The differences as Ansible prints them."""
    return "".join(
        line
        for part, before, after in differences(current, desired)
        for line in difflib.unified_diff(before.splitlines(True), after.splitlines(True), part, part)
    )


def test_a_live_body_that_is_not_json_is_kept_as_text() -> None:
    assert parse_live("garbage") == "garbage"


names = st.text("abc", min_size=1, max_size=2)
options = st.fixed_dictionaries(
    {}, optional={"stat": st.sampled_from(["Sum", "p99"]), "visible": st.booleans(), "yAxis": st.just("left")}
)
dimensions = st.lists(st.tuples(names, names), max_size=2, unique_by=lambda pair: pair[0])
full_rows = st.lists(st.tuples(names, names, dimensions, options), max_size=6)


def in_full(rows: list[Any]) -> list[list[Any]]:
    return [[*row[:2], *(part for pair in row[2] for part in pair), *([row[3]] if row[3] else [])] for row in rows]


def shortened(rows: list[list[Any]], data: st.DataObject) -> list[list[Any]]:
    """The same rows, with what repeats the row before written as `.` or `...` where chance wants it."""
    short: list[list[Any]] = []
    previous: list[str] = []
    for row in rows:
        names = [part for part in row if isinstance(part, str)]
        repeats = [previous[index : index + 1] == [name] for index, name in enumerate(names)]
        written = [
            "." if same and data.draw(st.booleans()) else name for same, name in zip(repeats, names, strict=True)
        ]
        if len(names) == len(previous) and data.draw(st.booleans()):
            written = ["...", *names[[*repeats, False].index(False) :]]
        short.append([*written, *row[len(names) :]])
        previous = names
    return short


@given(full_rows, st.data())
def test_canonical_form_is_stable_under_shorthand(rows: list[Any], data: st.DataObject) -> None:
    full = in_full(rows)
    assert canonical(metric(*shortened(full, data))) == canonical(metric(*full))


def reversed_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


any_keys = st.text(st.sampled_from('ab.[]0": \n'), max_size=4)
any_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | any_keys,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_keys, inner, max_size=3),
)


@given(st.dictionaries(any_keys, any_values, max_size=3), st.dictionaries(any_keys, any_values, max_size=3))
def test_what_others_keep_in_a_widget_is_equal_when_its_json_is(one: dict[str, Any], another: dict[str, Any]) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(another, sort_keys=True)
    assert (differences(other("custom", params=one), other("custom", params=another)) == []) == same


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
)


@given(full_rows, st.dictionaries(names, json_values, max_size=3))
def test_canonical_form_is_stable_under_the_order_of_keys(rows: list[Any], properties: dict[str, Any]) -> None:
    body = metric(*in_full(rows), **properties)
    assert differences(body, reversed_keys(body)) == []
    assert canonical(canonical(body)) == canonical(body)


@given(full_rows)
def test_what_is_built_differs_from_itself_read_back_in_nothing(rows: list[Any]) -> None:
    body, _ = build_body("orders", {"body": metric(*in_full(rows))}, "eu-north-1")
    assert differences(parse_live(json.dumps(body)), body) == []
