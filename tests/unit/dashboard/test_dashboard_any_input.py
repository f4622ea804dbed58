# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any JSON at all ends in findings, soon: nothing raises, nothing hangs, nothing is changed on the way."""

from __future__ import annotations

import json
import time
from copy import deepcopy
from typing import Any

import pytest
from accepted_widgets import ACCEPTED
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.body import InvalidDashboardError, build_body
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.canonical import differences
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.findings import Finding
from hypothesis import given, settings
from hypothesis import strategies as st

SECONDS = 2
LONGEST = 200_000  # characters of a message
# Words that rules know, so that values come to stand where they are looked at.
WORDS = sorted(
    {
        "widgets",
        "type",
        "properties",
        "metrics",
        "annotations",
        "horizontal",
        "vertical",
        "alarms",
        "value",
        "expression",
    }
    | {
        "id",
        "label",
        "stat",
        "period",
        "region",
        "view",
        "yAxis",
        "left",
        "min",
        "max",
        "start",
        "end",
        "variables",
        "x",
    }
    | {"y", "width", "height", "metric", "text", "log", "alarm", "explorer", "custom", "chart", "markdown", "query"}
    | {"namespace", "metric_name", "dimensions", "color", "#fff", ".", "...", "SELECT\n1", "m1", "e1 + m1", "-PT1H"}
)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(WORDS)
    | st.just(1e308)
    | st.just("\ud800"),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=20,
)
WIDGETS = [{"type": kind, "properties": properties} for kind, bodies in ACCEPTED.items() for properties in bodies[:10]]


def findings_of(body: Any) -> list[Finding]:
    """What is found in a body, within the time; what is accepted is equal to itself, and was not changed."""
    before, started = deepcopy(body), time.process_time()
    try:
        built, findings = build_body("orders", {"body": body}, "eu-north-1")
    except InvalidDashboardError as error:
        built, findings, told = None, error.findings, str(error)
    else:
        told = ""
        assert differences(built, built) == []
        assert json.loads(json.dumps(built)) == built
    assert time.process_time() - started < SECONDS
    assert len(told) < LONGEST
    assert repr(body) == repr(before)
    assert all(str(finding) for finding in findings)
    return findings


@settings(max_examples=700, deadline=None, derandomize=True)
@given(ANYTHING)
def test_anything_as_a_body(value: Any) -> None:
    findings_of(value)


@settings(max_examples=700, deadline=None, derandomize=True)
@given(st.lists(ANYTHING, max_size=3), st.sampled_from(["widgets", "variables"]))
def test_anything_as_a_widget_or_a_variable(values: list[Any], key: str) -> None:
    findings_of({"widgets": [], key: values})


@settings(max_examples=700, deadline=None, derandomize=True)
@given(st.sampled_from(WIDGETS), st.data())
def test_anything_in_the_place_of_a_property(widget: dict[str, Any], data: st.DataObject) -> None:
    properties = dict(widget["properties"])
    properties[data.draw(st.sampled_from(sorted(properties)) | st.sampled_from(WORDS))] = data.draw(ANYTHING)
    findings_of({"widgets": [{"type": widget["type"], "properties": properties}]})


def metric(**properties: Any) -> dict[str, Any]:
    return {"widgets": [{"type": "metric", "properties": {"metrics": [["A", "B"]], **properties}}]}


def deep(levels: int, one: Any = None) -> Any:
    value = one
    for _level in range(levels):
        value = [value]
    return value


MANY = 100_000
HUGE: dict[str, Any] = {
    "rows that refer to each other": metric(
        metrics=[[{"id": f"e{n}", "expression": "+".join(f"e{m}" for m in range(500))}] for n in range(500)]
    ),
    "a row of references": metric(metrics=[[{"id": f"e{n}", "expression": f"e{n + 1}"}] for n in range(20_000)]),
    "an expression of letters": metric(metrics=[[{"expression": "a" * 200_000}]]),
    "an expression of a function": metric(metrics=[[{"expression": "a" * 200_000 + "("}]]),
    "an expression of names": metric(metrics=[[{"expression": " ".join(f"a{n}" for n in range(30_000))}]]),
    "an expression of quotes": metric(metrics=[[{"expression": "'" * 200_001}]]),
    "an expression of spaces": metric(metrics=[[{"expression": "a" + " " * 200_000}]]),
    "an expression of brackets": metric(metrics=[[{"expression": "sum(" * 50_000}]]),
    "shortened rows": metric(metrics=[["A", "B", "C", "d"]] + [["...", "e"]] * MANY),
    "wrong rows": metric(metrics=[[1]] * MANY),
    "numbers for rows": metric(metrics=list(range(MANY))),
    "words for rows": metric(metrics=["AWS/EC2"] * MANY),
    "a long row": metric(metrics=[["A"] * MANY]),
    "a row of dimensions": metric(metrics=[["AWS/EC2", "B", *(f"InstanceI{n}" for n in range(20_000))]]),
    "a long statistic": metric(stat="p" * 200_000),
    "a long trimmed statistic": metric(stat="TM(" + "9" * 200_000),
    "a long view": metric(view="t" * 200_000),
    "a long colour": metric(metrics=[["A", "B", {"color": "#" * 200_000}]]),
    "a long id": metric(metrics=[["A", "B", {"id": "a" * 200_000}]]),
    "a long start": metric(start="-P" + "1" * 200_000),
    "a long duration": metric(start="-PT" + "1H" * 100_000),
    "a long timezone": metric(timezone="A/" * 100_000),
    "a long key": metric(**{"k" * 200_000: 1}),
    "many unknown keys": metric(**{f"k{n}": n for n in range(5_000)}),
    "many annotations": metric(annotations={"horizontal": [{"value": "x"}] * MANY}),
    "many wrong times": metric(annotations={"vertical": [{"value": "noon"}] * MANY}),
    "many alarms": metric(annotations={"alarms": ["x"] * MANY}),
    "many widgets": {"widgets": [{"type": "text", "properties": {"markdown": ""}}] * MANY},
    "many wrong widgets": {"widgets": [1] * MANY},
    "many variables": {"widgets": [], "variables": [{"id": " "}] * MANY},
    "many values": {"widgets": [], "variables": [{"values": [{"value": []}] * MANY}]},
    "a long pattern": {"widgets": [], "variables": [{"id": "a" * 200_000, "label": "l" * 200_000}]},
    "deep lists": {"widgets": deep(150)},
    "very deep lists": {"widgets": deep(90_000)},
    "deep JSON": '{"widgets": ' + "[" * 90_000 + "]" * 90_000 + "}",
    "deep objects in JSON": '{"widgets": ' + '{"a":' * 50_000 + "1" + "}" * 50_000 + "}",
    "unclosed JSON": "[" * 90_000,
    "a long number": '{"widgets": ' + "9" * 100_000 + "}",
    "a number beyond all": '{"widgets": [], "x": 1e999}',
    "a negative number beyond all": '{"widgets": [], "x": -1e999}',
    "a long markdown": {"widgets": [{"type": "text", "properties": {"markdown": "#" * 1_000_000}}]},
    "a long query": {"widgets": [{"type": "log", "properties": {"query": "|" * 1_000_000}}]},
    "a wide object": {
        "widgets": [{"type": "custom", "properties": {"endpoint": "x", "params": {str(n): n for n in range(MANY)}}}]
    },
    "a long text for a body": "x" * 1_000_000,
}


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_value_ends_in_findings_soon(name: str) -> None:
    started, told = time.process_time(), ""
    try:
        build_body("orders", {"body": HUGE[name]}, "eu-north-1")
    except InvalidDashboardError as error:
        told = str(error)
    assert time.process_time() - started < SECONDS
    assert len(told) < LONGEST


@pytest.mark.parametrize(
    "value", [5, "text", None, True, 1.5, [], [1], {"widgets": 5}, {"widgets": "text"}, {"widgets": {}}]
)
def test_what_is_no_body_is_refused_in_words(value: Any) -> None:
    with pytest.raises(InvalidDashboardError, match="is refused before any call to AWS"):
        build_body("orders", {"body": value}, "eu-north-1")


@pytest.mark.parametrize("name", ["a b", "x" * 100_000, "\ud800", "a\n"])
def test_a_name_that_is_none_is_refused_in_words(name: str) -> None:
    with pytest.raises(InvalidDashboardError) as error:
        build_body(name, {"body": {"widgets": []}}, "eu-north-1")
    assert len(str(error.value)) < 1_000
