# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which dashboards are accepted, and which are refused at which path: a table of bodies."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.body import (
    InvalidDashboardError,
    build_body,
    check_name,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.dimensions import NAMESPACES

REGION = "eu-north-1"
ALARM = "arn:aws:cloudwatch:eu-north-1:123456789012:alarm:late"
CPU = ["AWS/EC2", "CPUUtilization", "InstanceId", "i-1"]


def widget(kind: str = "text", /, **changes: Any) -> dict[str, Any]:
    """A text widget, or another with these keys changed; None takes a key out."""
    full = {"type": kind, "properties": {"markdown": "hello"}, **changes}
    return {key: value for key, value in full.items() if value is not None}


def metric(**properties: Any) -> dict[str, Any]:
    """A metric widget with one metric and these properties; None takes one out."""
    full = {"metrics": [CPU], **properties}
    return widget("metric", properties={key: value for key, value in full.items() if value is not None})


def metrics(*rows: Any) -> dict[str, Any]:
    """A metric widget with these rows."""
    return metric(metrics=list(rows))


def line(kind: str, *annotations: Any) -> dict[str, Any]:
    """A metric widget with horizontal or vertical annotations."""
    return metric(annotations={kind: list(annotations)})


def explorer(**properties: Any) -> dict[str, Any]:
    """An explorer widget with these properties; None takes one out."""
    full = {"labels": [{"key": "State"}], "metrics": [{"metricName": "X", "resourceType": "AWS::EC2::Instance"}]}
    full |= properties
    return widget("explorer", properties={key: value for key, value in full.items() if value is not None})


def variable(**changes: Any) -> dict[str, Any]:
    """A body with one variable."""
    full = {"type": "property", "property": "region", "inputType": "input", "id": "r", **changes}
    return {"widgets": [], "variables": [{key: value for key, value in full.items() if value is not None}]}


def findings_of(body: Any, name: str = "orders", region: str | None = REGION) -> list[tuple[str, str, bool]]:
    """Path, nearest name, and whether it is a warning, of each finding."""
    try:
        findings = build_body(name, {"body": body}, region)[1]
    except InvalidDashboardError as error:
        findings = error.findings
    return [(finding.path, finding.nearest, finding.is_warning) for finding in findings]


ACCEPTED = {
    "no widgets": [],
    "500 widgets": [widget()] * 500,
    "2500 metrics": [metrics(*[CPU] * 500)] * 5,
    "text": [widget(properties={"markdown": "", "background": "transparent"})],
    "metric": [metric(view="timeSeries", stat="p99.9", period=60, timezone="+0130", legend={"position": "right"})],
    "high resolution": [metric(period=1)],
    "number": [metric(view="singleValue", sparkline=True, setPeriodToTimeRange=True, singleValueFullPrecision=False)],
    "gauge": [metric(view="gauge", yAxis={"left": {"min": 0, "max": 100.5}})],
    "bar": [metric(view="bar", stacked=True)],
    "pie": [metric(view="pie", labels={"visible": True})],
    "table": [metric(view="table", table={"layout": "vertical", "summaryColumns": ["MIN", "AVG"]})],
    "right axis": [metrics([*CPU, {"yAxis": "right", "color": "#1f77b4", "visible": False}])],
    "time range of a widget": [metric(start="-PT1H")],
    "relative with an end": [metric(start="-PT3H", end="P0D"), metric(start="-P7D", end="2018-12-17T06:00:00.000Z")],
    "a range in seconds": [metric(start="-P0DT6H0M0S", end="P0D"), metric(start="-PT90.5S"), metric(start="")],
    "contributor insights": [
        metric(metrics=None, insightRule={"maxContributorCount": 10, "orderBy": "Sum", "ruleName": "r"})
    ],
    "timezones": [metric(timezone=zone) for zone in ("UTC", "+0530", "Local", "Europe/Berlin", "")],
    "a region by a variable": [metric(region="${REGION}")],
    "what the console leaves empty": [
        explorer(aggregateBy={"key": "", "func": ""}, splitBy="", region="eu-north-1", widgetOptions={"view": ""}),
        metric(legend={"position": ""}, view=""),
    ],
    "SELECT and a newline": [metrics([{"expression": 'SELECT\nAVG(latency)\nFROM "My/App"'}])],
    "a query of log groups by prefix": [
        widget(
            "log",
            properties={"query": "a", "queryBy": "logGroupPrefix", "logGroupPrefixes": {"logGroupPrefix": ["/my/"]}},
        )
    ],
    "PromQL": [widget("chart", properties={"title": "a", "data": {"queries": [{"language": "PromQL"}]}, "other": 1})],
    "times of a widget": [metric(start="2026-01-01T00:00:00.000Z", end="2026-01-02T00:00Z")],
    "shorthand": [metrics(CPU, [".", ".", ".", "i-2"], ["...", "i-3", {"label": "three"}], ["AWS/EC2", "."])],
    "mapping": [metrics({"namespace": "A", "metric_name": "B", "dimensions": {"C": "d"}, "stat": "Sum"})],
    "math": [metrics([*CPU, {"id": "m1"}], [{"expression": "IF(m1 > 1e3, m1 / PERIOD(m1), 0)", "id": "e1"}])],
    "math over math": [metrics([{"expression": "e2 * 2"}], [{"expression": "SUM(METRICS())", "id": "e2"}])],
    "search": [metrics([{"expression": "SEARCH('{AWS/EC2,InstanceId} MetricName=\"x y\"', 'Average', 300)"}])],
    "Metrics Insights": [metrics([{"expression": 'SELECT MAX(x) FROM SCHEMA("AWS/EC2", InstanceId) GROUP BY y'}])],
    "alarm of a metric widget": [metric(metrics=None, annotations={"alarms": [ALARM]})],
    "horizontal": [line("horizontal", {"value": 1, "fill": "above", "color": "#aaa", "yAxis": "right"})],
    "band": [line("horizontal", [{"value": 1, "label": "top"}, {"value": 0.5}])],
    "vertical": [line("vertical", {"value": "2018-08-28T15:25:26Z", "fill": "before"})],
    "log": [widget("log", properties={"query": "SOURCE 'a' | fields @message\n| limit 3", "view": "pie"})],
    "alarms": [widget("alarm", properties={"alarms": [ALARM], "sortBy": "timestamp", "states": ["OK"]})],
    "explorer": [explorer(aggregateBy={"key": "a", "func": "MAX"}, widgetOptions={"rowsPerPage": 2}, splitBy="b")],
    "custom": [widget("custom", properties={"endpoint": "arn:aws:lambda:eu-north-1:1:function:f", "params": {"a": 1}})],
    "chart": [widget("chart", properties={})],
    "last column": [widget(x=23, y=0, width=1, height=1)],
    "far down": [widget(x=0, y=5000, width=24, height=1000)],
    "6.0": [widget(x=6.0, y=0)],
    **{
        stat: [metric(stat=stat)]
        for stat in ("IQM", "p0", "p100", "tm90", "TM(5%:95%)", "TM(:500)", "PR(10:)", "TS(80%:)", "wm99", "tc0.5")
    },
}
ACCEPTED_BODIES = {
    "JSON": '{"widgets": []}',
    "relative range": {"widgets": [], "start": "-P3M", "periodOverride": "inherit"},
    "absolute range": {"widgets": [], "start": "2018-12-17T06:00:00.000Z", "end": "2018-12-18T06:00:00.000Z"},
    "variable": variable(),
    "what the console writes of a variable": variable(
        inputType="select", inputPopulationType="custom", customValues=[], values=[{"value": "a"}]
    ),
    "relative range with an end": {"widgets": [], "start": "-PT3H", "end": "P0D"},
    "choice": variable(inputType="select", values=[{"value": "a", "label": "A"}, {"value": 2}], defaultValue="a"),
    "search variable": variable(inputType="radio", search='{A,B} MetricName="c"', populateFrom="B"),
}


@pytest.mark.parametrize(
    "body", [{"widgets": widgets} for widgets in ACCEPTED.values()] + list(ACCEPTED_BODIES.values()), ids=str
)
def test_a_body_within_the_rules_is_accepted(body: Any) -> None:
    assert findings_of(body) == []


P = "widgets[0].properties"
DIMENSIONS = [part for number in range(31) for part in (f"d{number}", "v")]
M = f"{P}.metrics"
# What is refused, at which path, and the nearest valid name of a typo.
REFUSED: dict[str, tuple[list[Any], str, str]] = {
    "widget a string": (["text"], "widgets[0]", ""),
    "501 widgets": ([widget()] * 501, "widgets", ""),
    "2501 metrics": ([metrics(*[CPU] * 500)] * 5 + [metric()], "widgets", ""),
    "501 metrics": ([metrics(*[CPU] * 501)], M, ""),
    "no type": ([widget(type=None)], "widgets[0].type", ""),
    "misspelt type": ([widget("metrics")], "widgets[0].type", "metric"),
    "type a list": ([{"type": ["text"], "properties": {}}], "widgets[0].type", ""),
    "no properties": ([widget(properties=None)], "widgets[0].properties", ""),
    "properties a list": ([widget(properties=[])], "widgets[0].properties", ""),
    "x below": ([widget(x=-1, y=0)], "widgets[0].x", ""),
    "x above": ([widget(x=24, y=0)], "widgets[0].x", ""),
    "x without y": ([widget(x=1)], "widgets[0].y", ""),
    "y without x": ([widget(y=1)], "widgets[0].x", ""),
    "width a fraction": ([widget(width=6.5)], "widgets[0].width", ""),
    "width a boolean": ([widget(width=True)], "widgets[0].width", ""),
    "height above": ([widget(height=1001)], "widgets[0].height", ""),
    "beyond the grid": ([widget(x=20, y=0)], "widgets[0].width", ""),
    "no markdown": ([widget(properties={})], f"{P}.markdown", ""),
    "background": ([widget(properties={"markdown": "", "background": "solidd"})], f"{P}.background", "solid"),
    "view": ([metric(view="timeseries")], f"{P}.view", "timeSeries"),
    "view of a log": ([widget("log", properties={"query": "a", "view": "gauge"})], f"{P}.view", ""),
    "stat": ([metric(stat="Avergae")], f"{P}.stat", "Average"),
    "percentile": ([metric(stat="p101")], f"{P}.stat", ""),
    "trimmed": ([metric(stat="TM(5:95%)")], f"{P}.stat", ""),
    "stat of a metric": ([metrics([*CPU, {"stat": "Summ"}])], f"{M}[0][4].stat", "Sum"),
    "period": ([metric(period=70)], f"{P}.period", ""),
    "period zero": ([metric(period=0)], f"{P}.period", ""),
    "period of a metric": ([metrics([*CPU, {"period": "60"}])], f"{M}[0][4].period", ""),
    "side of the axis": ([metrics([*CPU, {"yAxis": "rigth"}])], f"{M}[0][4].yAxis", "right"),
    "axis bound": ([metric(yAxis={"left": {"min": "0"}})], f"{P}.yAxis.left.min", ""),
    "gauge without max": ([metric(view="gauge", yAxis={"left": {"min": 0}})], f"{P}.yAxis.left.max", ""),
    "legend": ([metric(legend={"position": "top"})], f"{P}.legend.position", ""),
    "timezone": ([metric(timezone="half past two")], f"{P}.timezone", ""),
    "summary": ([metric(table={"summaryColumns": ["MEAN"]})], f"{P}.table.summaryColumns[0]", ""),
    "boolean": ([metric(stacked="yes")], f"{P}.stacked", ""),
    "end alone": ([metric(end="2018-12-17T06:00:00Z")], f"{P}.start", ""),
    "no metrics": ([metric(metrics=None)], M, ""),
    "metrics flat": ([metrics("AWS/EC2", "CPUUtilization")], M, ""),
    "no metric name": ([metrics(["AWS/EC2"])], f"{M}[0]", ""),
    "dimension without value": ([metrics(CPU[:3])], f"{M}[0]", ""),
    "31 dimensions": ([metrics(["A", "B", *DIMENSIONS])], f"{M}[0]", ""),
    "number in a row": ([metrics(["A", "B", "c", 1])], f"{M}[0]", ""),
    "options in the middle": ([metrics(["A", {"stat": "Sum"}, "B"])], f"{M}[0]", ""),
    "first row repeats": ([metrics([".", "B"])], f"{M}[0]", ""),
    "row repeats too much": ([metrics(["A", "B"], ["...", "c", "d", "e"])], f"{M}[1]", ""),
    "expression with a metric": ([metrics(["A", "B", {"expression": "1"}])], f"{M}[0]", ""),
    "mapping without a name": ([metrics({"namespace": "A"})], f"{M}[0]", ""),
    "id": ([metrics([*CPU, {"id": "M1"}])], f"{M}[0][4].id", ""),
    "duplicate id": ([metrics([*CPU, {"id": "m1"}], [*CPU, {"id": "m1"}])], f"{M}[1][4].id", ""),
    "unknown id": ([metrics([*CPU, {"id": "cpu1"}], [{"expression": "cpus1"}])], f"{M}[1][0].expression", "cpu1"),
    "reference to itself": ([metrics([{"expression": "e1", "id": "e1"}])], f"{M}[0][0].expression", ""),
    "two insights": ([metrics(*[[{"expression": "SELECT AVG(a) FROM b"}]] * 2)], M, ""),
    "colour": ([metrics([*CPU, {"color": "red"}])], f"{M}[0][4].color", ""),
    "alarm beside metrics": ([metric(annotations={"alarms": [ALARM]})], M, ""),
    "two alarms": ([metric(metrics=None, annotations={"alarms": [ALARM, ALARM]})], f"{P}.annotations.alarms", ""),
    "alarm by name": ([widget("alarm", properties={"alarms": ["late"]})], f"{P}.alarms[0]", ""),
    "no alarms": ([widget("alarm", properties={"alarms": []})], f"{P}.alarms", ""),
    "state": ([widget("alarm", properties={"alarms": [ALARM], "states": ["ALARMS"]})], f"{P}.states[0]", "ALARM"),
    "sort": ([widget("alarm", properties={"alarms": [ALARM], "sortBy": "name"})], f"{P}.sortBy", ""),
    "line without value": ([line("horizontal", {"label": "a"})], f"{P}.annotations.horizontal[0].value", ""),
    "fill": ([line("horizontal", {"value": 1, "fill": "before"})], f"{P}.annotations.horizontal[0].fill", ""),
    "band of one": ([line("horizontal", [{"value": 1}])], f"{P}.annotations.horizontal[0]", ""),
    "time": ([line("vertical", {"value": "noon"})], f"{P}.annotations.vertical[0].value", ""),
    "no query": ([widget("log", properties={})], f"{P}.query", ""),
    "no endpoint": ([widget("custom", properties={})], f"{P}.endpoint", ""),
    "endpoint": ([widget("custom", properties={"endpoint": "f"})], f"{P}.endpoint", ""),
    "no labels": ([explorer(labels=None)], f"{P}.labels", ""),
    "label without key": ([explorer(labels=[{}])], f"{P}.labels[0].key", ""),
    "resource type": ([explorer(metrics=[{"metricName": "a", "resourceType": "EC2"}])], f"{M}[0].resourceType", ""),
    "aggregate": ([explorer(aggregateBy={"key": "a", "func": "MEAN"})], f"{P}.aggregateBy.func", ""),
}
REFUSED_BODIES: dict[str, tuple[Any, str]] = {
    "a list": ([], "body"),
    "JSON of a number": ("3", "body"),
    "cut off": ('{"widgets": [', "body"),
    "NaN": ('{"widgets": [], "x": NaN}', "body"),
    "infinity": ({"widgets": [], "x": float("inf")}, "body"),
    "no widgets": ({}, "widgets"),
    "widgets null": ({"widgets": None}, "widgets"),
    "period override": ({"widgets": [], "periodOverride": "always"}, "periodOverride"),
    "start": ({"widgets": [], "start": "-PT3X"}, "start"),
    "end alone": ({"widgets": [], "end": "2018-12-17T06:00:00Z"}, "start"),
    "infinite number": ('{"widgets": [], "x": 1e999}', "body"),
    "deep": ('{"widgets": [' + "[" * 200 + "]" * 200 + "]}", "body"),
    "widgets a number": ({"widgets": 5}, "widgets"),
    "26 variables": (variable() | {"variables": variable()["variables"] * 26}, "variables"),
    "variable without property": (variable(property=None), "variables[0].property"),
    "pattern without pattern": (variable(type="pattern"), "variables[0].pattern"),
    "choice of nothing": (variable(inputType="select", populateFrom="a"), "variables[0].search"),
    "label too long": (variable(label="l" * 31), "variables[0].label"),
    "variable id": (variable(id="a b"), "variables[0].id"),
    "value": (variable(inputType="select", values=[{"value": []}]), "variables[0].values[0].value"),
}


# Of these, CloudWatch is not known to refuse what its documents don't have: they are told.
WARNED = {
    *("beyond the grid", "background", "view of a log", "stat", "percentile", "trimmed", "stat of a metric", "period"),
    *("period zero", "period of a metric", "side of the axis", "axis bound", "gauge without max", "legend", "timezone"),
    *("summary", "boolean", "end alone", "id", "duplicate id", "unknown id", "reference to itself", "two insights"),
    *(
        "alarm beside metrics",
        "two alarms",
        "alarm by name",
        "no alarms",
        "state",
        "sort",
        "line without value",
        "fill",
    ),
    *("band of one", "time", "endpoint", "label without key", "resource type", "aggregate", "start", "26 variables"),
    *("variable without property", "pattern without pattern", "choice of nothing", "label too long", "variable id"),
    *("value", "fill"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_widget_against_the_rules_is_told_at_its_path(name: str) -> None:
    widgets, path, nearest = REFUSED[name]
    assert findings_of({"widgets": widgets}) == [(path, nearest, name in WARNED)]


@pytest.mark.parametrize("name", REFUSED_BODIES)
def test_a_body_against_the_rules_is_told_at_its_path(name: str) -> None:
    body, path = REFUSED_BODIES[name]
    assert findings_of(body) == [(path, "", name in WARNED)]


@pytest.mark.parametrize("name", sorted((REFUSED.keys() | REFUSED_BODIES.keys()) - WARNED))
def test_each_refusal_names_the_document_of_aws_that_says_so(name: str) -> None:
    body = {"widgets": REFUSED[name][0]} if name in REFUSED else REFUSED_BODIES[name][0]
    with pytest.raises(InvalidDashboardError) as refusal:
        build_body("orders", {"body": body}, REGION)
    (finding,) = refusal.value.findings
    assert finding.source
    assert str(refusal.value).splitlines()[1].endswith(f"[{finding.source.title}]")
    assert str(refusal.value).splitlines()[-1] == f"{finding.source.title}: {finding.source.url}"
    assert finding.source.url.startswith("https://docs.aws.amazon.com/AmazonCloudWatch/")


def test_there_are_at_least_sixty_bodies() -> None:
    assert len(ACCEPTED) + len(ACCEPTED_BODIES) >= 30
    assert len(REFUSED) + len(REFUSED_BODIES) >= 60


def test_expressions_that_use_each_other_are_told_once() -> None:
    rows = [[{"expression": f"e{other}", "id": f"e{own}"}] for own, other in ((1, 2), (2, 3), (3, 1))]
    rows.append([{"expression": "e1", "id": "e4"}])  # uses the circle, but is not in it
    _body, (warning,) = build_body("orders", {"body": {"widgets": [metrics(*rows)]}}, REGION)
    assert (warning.path, warning.places) == (f"{M}[0][0].expression", 3)
    assert warning.allowed == "free of references to itself"


def test_rows_that_repeat_a_refused_row_are_not_refused_for_it() -> None:
    rows = [["A", "B", "c"], [".", ".", ".", "d"], ["A", "B"], ["...", {"stat": "Smu"}]]
    assert [path for path, _, _ in findings_of({"widgets": [metrics(*rows)]})] == [f"{M}[0]", f"{M}[3][1].stat"]


@pytest.mark.parametrize(
    ("body", "path", "nearest"),
    [
        ({"widgets": [], "strat": "-PT1H"}, "body.strat", "start"),
        ({"widgets": [widget(widht=3)]}, "widgets[0].widht", "width"),
        ({"widgets": [metric(veiw="pie")]}, f"{P}.veiw", "view"),
        ({"widgets": [metrics([*CPU, {"lable": "a"}])]}, f"{M}[0][4].lable", "label"),
        ({"widgets": [metric(newInTheConsole=1)]}, f"{P}.newInTheConsole", ""),
    ],
)
def test_an_unknown_key_is_a_warning_with_the_nearest_name(body: Any, path: str, nearest: str) -> None:
    assert findings_of(body) == [(path, nearest, True)]


def test_a_kind_of_warning_is_told_once_with_its_number() -> None:
    _body, warnings = build_body("orders", {"body": {"widgets": [metric(veiw="pie")] * 30 + [metric(lines=1)]}}, REGION)
    assert [(finding.path, finding.places) for finding in warnings] == [
        (f"{P}.veiw", 30),
        (f"{P[:8]}30{P[9:]}.lines", 1),
    ]
    assert "(and at 29 other places): an unknown key" in str(warnings[0])


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ([*CPU, {"statistic": "Sum"}], ["statistic: an unknown key", "did you mean stat?"]),
        (["AWS/EC2", "CPUUtilization", {"dimensions": {"InstanceId": "i-1"}}], ["dimensions is no option", "in turn"]),
        (
            {"namespace": "A", "metric_name": "B", "dimensions": "C"},
            ["dimensions must be a mapping"],
        ),
        ({"namespace": "A", "metric_name": "B", "dimensions": [{"Name": "C", "Value": "d"}]}, ["must be a mapping"]),
        ([{"expression": "sum(rate(http_requests_total[5m]))"}], ["for a query of PromQL use type chart"]),
        (
            ["AWS/EC2", "CPUUtilization", "Instanceid", "i-1"],
            ['the dimension "Instanceid"', "did you mean InstanceId?"],
        ),
        (["AWS/SQS", "NumberOfMessagesSent", "QueueNam", "q"], ["one that AWS/SQS has", "did you mean QueueName?"]),
    ],
)
def test_a_hint_is_right(row: Any, told: list[str]) -> None:
    try:
        findings = build_body("orders", {"body": {"widgets": [metrics(row)]}}, REGION)[1]
    except InvalidDashboardError as error:
        findings = error.findings
    (finding,) = findings
    assert [words for words in told if words not in str(finding)] == []


def test_a_flat_row_is_to_be_wrapped() -> None:
    with pytest.raises(
        InvalidDashboardError, match=r'a list of rows: wrap the row, \[\["AWS/EC2", "CPUUtilization"\]\]'
    ):
        build_body("orders", {"body": {"widgets": [metrics("AWS/EC2", "CPUUtilization")]}}, REGION)


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_the_dimensions_of_a_namespace_are_no_finding_and_one_misspelt_is(namespace: str) -> None:
    for name in NAMESPACES[namespace].split():
        assert findings_of({"widgets": [metrics([namespace, "M", name, "v"])]}) == []
        if len(name) > 4:
            ((_path, nearest, is_warning),) = findings_of({"widgets": [metrics([namespace, "M", f"{name}x", "v"])]})
            assert (nearest, is_warning) == (name, True)


@pytest.mark.parametrize("kind", ["metric", "log"])
def test_a_widget_without_a_region_is_refused_when_none_is_known(kind: str) -> None:
    widgets = [metric() if kind == "metric" else widget("log", properties={"query": "a"})]
    assert findings_of({"widgets": widgets}, region=None) == [(f"{P}.region", "", False)]


@pytest.mark.parametrize("name", ["a", "A-z_09", "n" * 255])
def test_a_name_within_the_rules_is_accepted(name: str) -> None:
    assert findings_of({"widgets": []}, name) == []
    check_name(name)


@pytest.mark.parametrize("name", ["", "n" * 256, "a b", "a.b", "å", "a\n"])
def test_a_name_against_the_rules_is_refused_for_a_removal_too(name: str) -> None:
    assert findings_of({"widgets": []}, name) == [("name", "", False)]
    with pytest.raises(InvalidDashboardError):
        check_name(name)


BODY = "[Dashboard body structure and syntax]"


def test_all_is_told_at_once_with_value_and_what_is_allowed() -> None:
    with pytest.raises(InvalidDashboardError) as refusal:
        build_body("a b", {"body": {"widgets": [3, widget("pie", height=0), metric(view="lines", veiw=1)]}}, REGION)
    assert [text for text in str(refusal.value).splitlines() if text.startswith("- ")] == [
        '- name: "a b", must be 1 to 255 characters of A-Z, a-z, 0-9, - and _ [PutDashboard]',
        f"- widgets[0]: 3, must be an object {BODY}",
        f'- widgets[1].type: "pie", must be one of alarm, chart, custom, explorer, log, metric, text {BODY}',
        f"- widgets[1].height: 0, must be an integer from 1 to 1000 {BODY}",
        f'- {P.replace("0", "2")}.view: "lines", must be one of timeSeries, singleValue, gauge, bar, pie, table {BODY}',
        f"- {P.replace('0', '2')}.veiw: an unknown key, must be one of the documented keys (title, accountId, region, "
        "annotations, insightRule, labels, legend, liveData, metrics, period, setPeriodToTimeRange, "
        "singleValueFullPrecision, sparkline, stacked, start, end, stat, table, timezone, trend, view, yAxis), "
        "or AWS may ignore it; did you mean view?",
    ]


def test_a_long_value_is_shown_shortened() -> None:
    with pytest.raises(InvalidDashboardError) as refusal:
        build_body("orders", {"body": "[" * 500}, REGION)
    assert len(refusal.value.findings[0].found) < 200
