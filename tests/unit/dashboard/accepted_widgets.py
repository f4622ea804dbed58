# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties of widgets that CloudWatch takes: the forms of AWS's documentation, and those that the console writes."""

from __future__ import annotations

from typing import Any

REGION = "us-east-1"
CPU = ["AWS/EC2", "CPUUtilization", "InstanceId", "i-012345"]
DISK = ["AWS/EC2", "DiskReadBytes", "InstanceId", "i-012345"]
ALARM = "arn:aws:cloudwatch:us-east-1:012345678901:alarm:myalarm"
ENDPOINT = "arn:aws:lambda:us-east-1:012345678901:function:widget"


def metric(*rows: Any, **more: Any) -> dict[str, Any]:
    """The properties of a metric widget with these rows."""
    return {"region": REGION, "metrics": list(rows), **more}


def log(query: str = "fields @timestamp, @message", **more: Any) -> dict[str, Any]:
    """The properties of a log widget."""
    return {"region": REGION, "query": query, **more}


def alarms(*names: str, **more: Any) -> dict[str, Any]:
    """The properties of an alarm widget."""
    return {"alarms": [f"{ALARM}-{name}" for name in names], **more}


def explorer(*types: str, **more: Any) -> dict[str, Any]:
    """The properties of an explorer widget with these types of resources."""
    shown = [{"metricName": "CPUUtilization", "resourceType": each, "stat": "Average"} for each in types]
    return {"metrics": shown, "labels": [{"key": "Name", "value": "web"}], **more}


def custom(**more: Any) -> dict[str, Any]:
    """The properties of a custom widget."""
    return {"endpoint": ENDPOINT, **more}


def chart(query: str = "sum(x)", **more: Any) -> dict[str, Any]:
    """The properties of a chart."""
    one = {"id": "a", "type": "cloudwatch-metrics", "language": "PromQL", "query": query, "step": 60}
    return {"title": "a", "view": "number", "region": REGION, "data": {"queries": [one]}, "plotOptions": {}, **more}


OF_ALARMS: list[dict[str, Any]] = [
    {},
    {"title": "Alarms"},
    {"title": "", "sortBy": "default"},
    {"sortBy": "stateUpdatedTimestamp"},
    {"sortBy": "timestamp", "states": ["ALARM"]},
    {"states": ["ALARM", "INSUFFICIENT_DATA", "OK"]},
    {"states": []},
    {"sortBy": ""},
]
OF_EXPLORERS: list[dict[str, Any]] = [
    {},
    {"title": "Explorer", "period": 300, "splitBy": ""},
    {"aggregateBy": {"key": "", "func": ""}, "labels": [{"key": "State", "value": "running"}]},
    {"aggregateBy": {"key": "InstanceType", "func": "MAX"}, "splitBy": "AvailabilityZone"},
    {"aggregateBy": {"key": "*", "func": "SUM"}},
    {"widgetOptions": {"legend": {"position": "bottom"}, "view": "timeSeries", "stacked": False}},
    {"widgetOptions": {"view": "pie", "rowsPerPage": 2, "widgetsPerRow": 2}},
    {"widgetOptions": {"view": "bar", "legend": {"position": ""}}},
    {"region": REGION},
    {"labels": [{"key": "Environment"}]},
    {"labels": [{"key": "a", "value": ""}, {"key": "b", "value": "c"}]},
]
OF_CUSTOM: list[dict[str, Any]] = [
    {},
    {"title": "My widget"},
    {"title": ""},
    {"params": {}},
    {"params": {"a": 1, "b": [1, {"c": None}]}},
    {"params": {"region": "${REGION}"}},
    {"params": "text"},
    {"endpoint": f"{ENDPOINT}:live"},
    {"endpoint": "arn:aws-cn:lambda:cn-north-1:012345678901:function:widget"},
    {"params": {"x": "y" * 1_000}},
]
OF_CHARTS: list[dict[str, Any]] = [
    {},
    {"view": "timeSeries"},
    {"view": "table", "plotOptions": {"legend": {"position": "bottom"}}},
    {"region": "${REGION}"},
    {"title": ""},
    {"somethingNew": {"a": [1, 2]}},
]
INSTANCE, FUNCTION, TABLE = "AWS::EC2::Instance", "AWS::Lambda::Function", "AWS::DynamoDB::Table"
ACCEPTED: dict[str, list[dict[str, Any]]] = {
    "metric": [
        metric(CPU),
        metric(CPU, view="timeSeries", stacked=False, title="EC2 Instance CPU", period=300, stat="Average"),
        metric(CPU, [".", "NetworkIn", ".", "."], view="timeSeries", stacked=True),
        metric(CPU, ["...", "i-abcdef", {"label": "other"}]),
        metric([*CPU, {"stat": "p99.99", "label": "p99"}], [*CPU, {"stat": "tm90", "yAxis": "right"}]),
        metric([*CPU, {"id": "m1", "visible": False}], [{"expression": "m1 * 100", "id": "e1", "label": "Percent"}]),
        metric([{"expression": "SUM(METRICS())", "label": "Sum", "id": "e3"}], [*CPU, {"id": "m1"}]),
        metric([{"expression": "SEARCH('{AWS/EC2,InstanceId} MetricName=\"CPUUtilization\"', 'Average', 300)"}]),
        metric([{"expression": "ANOMALY_DETECTION_BAND(m1, 2)", "id": "ad1"}], [*CPU, {"id": "m1"}]),
        metric([{"expression": 'SELECT AVG(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId)', "id": "q1"}]),
        metric([{"expression": 'select\n\tMAX(x)\nfrom "My/App"', "id": "q1", "period": 60}]),
        metric([{"expression": "FILL(m1, REPEAT)"}], [*CPU, {"id": "m1", "color": "#1f77b4", "period": 1}]),
        metric(CPU, view="singleValue", sparkline=True, setPeriodToTimeRange=True, trend=True),
        metric(CPU, view="singleValue", singleValueFullPrecision=True, liveData=True),
        metric(CPU, view="gauge", yAxis={"left": {"min": 0, "max": 100}}),
        metric(CPU, view="bar", labels={"visible": True}),
        metric(CPU, view="pie", labels={"visible": False}, legend={"position": "right"}),
        metric(CPU, view="table", table={"layout": "vertical", "summaryColumns": ["MIN", "MAX", "SUM", "AVG"]}),
        metric(CPU, view="table", table={"stickySummary": True, "showTimeSeriesData": False, "summaryColumns": []}),
        metric(CPU, start="-PT3H", end="P0D"),
        metric(CPU, start="-P7D", end="2018-12-17T06:00:00.000Z"),
        metric(CPU, start="2018-12-17T06:00:00.000Z", end="2018-12-18T06:00:00.000Z"),
        metric(CPU, start="-P0DT6H0M0S", end="P0D", timezone="UTC"),
        metric(CPU, timezone="+0130", legend={"position": "hidden"}),
        metric(CPU, timezone="LOCAL", legend={"position": ""}),
        metric(CPU, yAxis={"left": {"label": "", "min": 0, "showUnits": False}, "right": {"max": 1e6}}),
        metric(
            CPU, annotations={"horizontal": [{"label": "Critical", "value": 20, "fill": "above", "color": "#d62728"}]}
        ),
        metric(CPU, annotations={"horizontal": [[{"value": 10, "label": "a"}, {"value": 20, "label": ""}]]}),
        metric(CPU, annotations={"vertical": [{"value": "2018-08-28T15:25:26Z", "label": "Deploy", "fill": "after"}]}),
        {
            "region": REGION,
            "title": "an alarm",
            "annotations": {"alarms": [ALARM]},
            "view": "timeSeries",
            "stacked": False,
        },
        {"region": REGION, "insightRule": {"ruleName": "my-rule", "maxContributorCount": 10, "orderBy": "Sum"}},
        metric(CPU, region="${REGION}", title="${NAME}"),
        metric([*CPU, {"accountId": "012345678901", "region": "eu-west-1"}], accountId="111122223333"),
        metric(DISK, view="timeSeries", title=""),
    ],
    "text": [
        {"markdown": text, **more}
        for text in (
            "Hello world",
            "",
            "# Heading\n[button:primary:Link](https://example.org)",
            "| a | b |\n| --- | --- |\n| 1 | 2 |",
            "\n## Instance ${ID}\n",
            "<b>no html</b>",
            "ü 名前 🐍",
            "```\ncode\n```",
            "![image](https://example.org/a.png)",
            "x" * 10_000,
        )
        for more in ({}, {"background": "transparent"}, {"background": "solid"})
    ],
    "log": [
        log(),
        log("SOURCE '/aws/lambda/shop' | fields @timestamp, @message | sort @timestamp desc | limit 20"),
        log("SOURCE '/a' | SOURCE '/b' | filter @message like /ERROR/\n| stats count(*) by bin(5m)", view="timeSeries"),
        log("stats sum(x) by y", view="pie"),
        log("stats sum(x) by y", view="bar"),
        log("stats sum(x) by bin(1h)", view="timeSeries", stacked=True),
        log(view="table", title="Latest"),
        log(title=""),
        log(queryBy="logGroupName"),
        log(queryBy="logGroupPrefix", logGroupPrefixes={"accountIds": ["All"], "logGroupPrefix": ["/my/"]}),
        log(queryBy="logGroupPrefix", logGroupPrefixes={"logGroupPrefix": [], "logClass": "STANDARD"}),
        log(queryBy="allLogGroups"),
        log("SELECT * FROM `/a` LIMIT 10", queryLanguage="SQL"),
        log("source = `/a` | head 10", queryLanguage="PPL"),
        log(queryLanguage="CWLI"),
        log(accountId="012345678901"),
        log(region="${REGION}"),
        log("SOURCE logGroups(namePrefix: ['/my/'], class: 'STANDARD') | fields @message"),
        log('filter level = "ERROR"', stacked=False),
        log("\nfields @message\n"),
        log("# only a comment"),
        log("parse @message /(?<user>.*)/ | stats count(*) by user"),
        log("fields @message | pattern @message"),
        log("diff | fields @message"),
        log("unmask(@message)"),
        log('filterIndex requestId = "1"'),
        log("fields jsonParse(@message) as js | unnest js.items into item"),
        log("SOURCE '/${GROUP}' | fields @message"),
        log("x" * 9_000),
        log("stats avg(@duration), max(@duration) by bin(5m)", view="timeSeries", title="Durations"),
        log(start="-PT1H", end="P0D"),
    ],
    "alarm": [
        alarms(*(str(number) for number in range(count)), **more) for count in (1, 2, 10, 100) for more in OF_ALARMS
    ],
    "explorer": [
        explorer(*types, **more) for types in ((INSTANCE,), (FUNCTION,), (TABLE, INSTANCE)) for more in OF_EXPLORERS
    ],
    "custom": [
        custom(updateOn=on, **more)
        for on in ({"refresh": True, "resize": True, "timeRange": True}, {}, {"refresh": False})
        for more in OF_CUSTOM
    ],
    "chart": [
        chart(query, **more)
        for query in ("sum(x)", 'rate(http_requests_total{job="a"}[5m])', "histogram_quantile(0.99, y)", "", "x or y")
        for more in OF_CHARTS
    ],
}
