# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of CloudWatch for a dashboard's widgets, as tables of checks.

Pure. What a check finds is a warning unless it names its source: CloudWatch takes much that its documents don't know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.findings import (
    Check,
    Finding,
    also,
    anything,
    boolean,
    integer,
    items,
    keys,
    nearest,
    number,
    one_of,
    refused,
    shown,
    text,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.metric_rules import (
    COLOR,
    metric_rows,
    period,
    statistic,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.sources import BODY

COLUMNS: Final = 24
DEFAULT_SIZE: Final = 6
MAX_WIDGETS: Final = 500
MAX_METRICS: Final = 2500
ALARM_ARN: Final = text(r"arn:[^:]+:cloudwatch:[^:]*:[^:]*:alarm:.+", "the ARN of an alarm")


# https://en.wikipedia.org/wiki/ISO_8601#Durations
_DURATION: Final = re.compile(r"-?P(?=[\dT])(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")


def time(path: str, value: Any) -> Iterator[Finding]:
    """Accept an absolute time in ISO 8601."""
    try:
        datetime.fromisoformat(value.replace("Z", "+00:00"))
    except (AttributeError, TypeError, ValueError):
        yield Finding(path, shown(value), "a time in ISO 8601, such as 2018-12-17T06:00:00.000Z")


def range_end(path: str, value: Any) -> Iterator[Finding]:
    """Accept one end of a time range: an absolute time, or a duration before now such as -PT3H, and P0D for now."""
    if not isinstance(value, str) or not (value == "" or _DURATION.fullmatch(value) or not any(time(path, value))):
        yield Finding(path, shown(value), "a time in ISO 8601, or a range up to now such as -PT3H or -P1W")


def time_range(path: str, holder: dict[str, Any]) -> Iterator[Finding]:
    """Tell of an end without a start, which CloudWatch does not heed."""
    if "end" in holder and "start" not in holder:
        yield Finding(f"{path}.start" if path else "start", "missing", "given, since end is")


# a variable such as ${REGION} may stand for a region
_REGION: Final = refused(text("(?s:.+)", "the name of a region"), BODY)
_TITLE: Final = {"title": text(), "accountId": text(), "region": _REGION}
_LEGEND: Final = keys({"position": one_of("right", "bottom", "hidden")})
_Y_AXIS: Final = keys({"label": text(), "min": number, "max": number, "showUnits": boolean})
_LINE: Final = {"label": text(), "color": COLOR, "visible": boolean}


def _annotations_of(value: Check, *fills: str, **more: Check) -> Check:
    line = keys({"value": value, "fill": one_of(*fills, "none"), **_LINE, **more}, required=["value"])
    band = items(line, 2, 2)

    def check(path: str, annotation: Any) -> Iterator[Finding]:
        yield from (band if isinstance(annotation, list) else line)(path, annotation)

    return items(check)


_ANNOTATIONS: Final = keys(
    {
        "alarms": items(ALARM_ARN, 0, 1),
        "horizontal": _annotations_of(number, "above", "below", yAxis=one_of("left", "right")),
        "vertical": _annotations_of(time, "before", "after"),
    }
)


def _has_something_to_show(path: str, properties: dict[str, Any]) -> Iterator[Finding]:
    annotations = properties.get("annotations")
    annotations = annotations if isinstance(annotations, dict) else {}
    shows_alarm = bool(annotations.get("alarms"))
    if "metrics" not in properties and not shows_alarm and "insightRule" not in properties:
        # a key that we don't know may bring what is shown
        source = BODY if properties.keys() <= _METRIC_KEYS.keys() else None
        yield Finding(f"{path}.metrics", "missing", "given, unless annotations.alarms names an alarm", source=source)
    given = [name for name in ("metrics",) if name in properties]
    given += [f"annotations.{name}" for name in ("horizontal", "vertical") if name in annotations]
    for name in given if shows_alarm else []:
        yield Finding(f"{path}.{name}", "given", "left out, since annotations.alarms shows an alarm alone")


def _is_no_chart(path: str, properties: dict[str, Any]) -> Iterator[Finding]:
    data = properties.get("data")
    if "PromQL" in str(properties.get("language", "")) or (isinstance(data, dict) and "queries" in data):
        yield Finding(path, "a query of PromQL", "in a widget of its own: use type chart")


def _gauge_has_bounds(path: str, properties: dict[str, Any]) -> Iterator[Finding]:
    y_axis = properties.get("yAxis")
    left = y_axis.get("left") if isinstance(y_axis, dict) else None
    for bound in ("min", "max"):
        if properties.get("view") == "gauge" and (not isinstance(left, dict) or bound not in left):
            yield Finding(f"{path}.yAxis.left.{bound}", "missing", "given, since view is gauge")


_METRIC_KEYS: Final[dict[str, Check]] = {
    **_TITLE,
    "annotations": _ANNOTATIONS,
    "insightRule": keys({"maxContributorCount": integer(1), "orderBy": text(), "ruleName": text()}),
    # shows the share of each part of a pie
    "labels": keys({"visible": boolean}),
    "legend": _LEGEND,
    "liveData": boolean,
    "metrics": metric_rows,
    "period": period,
    "setPeriodToTimeRange": boolean,
    "singleValueFullPrecision": boolean,
    "sparkline": boolean,
    "stacked": boolean,
    "start": range_end,
    "end": range_end,
    "stat": statistic,
    "table": keys(
        {
            "layout": one_of("horizontal", "vertical"),
            "stickySummary": boolean,
            "showTimeSeriesData": boolean,
            "summaryColumns": items(one_of("MIN", "MAX", "SUM", "AVG")),
        }
    ),
    "timezone": text(r"([+-]\d{4}|UTC|Local|LOCAL|[A-Za-z]+/[\w/+-]+|)", "+ or - and four digits, such as +0130"),
    "trend": boolean,
    "view": refused(one_of("timeSeries", "singleValue", "gauge", "bar", "pie", "table"), BODY),
    "yAxis": keys({"left": _Y_AXIS, "right": _Y_AXIS}),
}
# Words of other APIs for what a property is.
_MEANT: Final = {"statistic": "stat", "metric": "metrics"}
_METRIC: Final = also(
    keys(_METRIC_KEYS, ["region"], BODY, _MEANT), _has_something_to_show, _is_no_chart, _gauge_has_bounds, time_range
)
_TEXT: Final = keys(
    {"markdown": refused(text(), BODY), "background": one_of("solid", "transparent")}, ["markdown"], BODY
)
_LOG: Final = keys(
    {
        **_TITLE,
        "query": refused(text(), BODY),
        # the console writes these
        "queryLanguage": one_of("CWLI", "SQL", "PPL"),
        "queryBy": text(),
        "logGroupPrefixes": anything,
        "dataSource": anything,
        "stacked": boolean,
        "start": range_end,
        "end": range_end,
        "view": one_of("table", "timeSeries", "bar", "pie"),
    },
    ["region", "query"],
    BODY,
)
_ALARM: Final = keys(
    {
        "title": text(),
        "alarms": items(ALARM_ARN, 1, 100),
        "sortBy": one_of("default", "stateUpdatedTimestamp", "timestamp"),
        "states": items(one_of("ALARM", "INSUFFICIENT_DATA", "OK")),
    },
    ["alarms"],
    BODY,
)
_EXPLORED: Final = keys(
    {
        "metricName": text(),
        "resourceType": text(r"AWS::\w+::[\w/]+", "a type of resource, such as AWS::EC2::Instance"),
        "stat": statistic,
    },
    required=["metricName", "resourceType"],
)
_EXPLORER: Final = keys(
    {
        **_TITLE,
        "aggregateBy": keys({"key": text(), "func": one_of("AVG", "MIN", "MAX", "STDDEV", "SUM")}),
        "labels": items(keys({"key": text(), "value": text()}, required=["key"])),
        "metrics": items(_EXPLORED, 1, 100),
        "period": period,
        "region": text(),
        "splitBy": text(),
        "widgetOptions": keys(
            {
                "legend": _LEGEND,
                "rowsPerPage": integer(1),
                "stacked": boolean,
                "view": one_of("timeSeries", "bar", "pie"),
                "widgetsPerRow": integer(1),
            }
        ),
    },
    ["labels", "metrics"],
    BODY,
)
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard.html
_CUSTOM: Final = keys(
    {
        "title": text(),
        "endpoint": text("arn:[^:]+:lambda:.+", "the ARN of a Lambda function"),
        "params": anything,
        "updateOn": keys({"refresh": boolean, "resize": boolean, "timeRange": boolean}),
    },
    ["endpoint"],
    BODY,
)
PROPERTIES: Final[dict[str, Check]] = {
    "alarm": _ALARM,
    "chart": anything,  # of PromQL: no document of AWS lists what it refuses
    "custom": _CUSTOM,
    "explorer": _EXPLORER,
    "log": _LOG,
    "metric": _METRIC,
    "text": _TEXT,
}


def widget(path: str, value: Any) -> Iterator[Finding]:
    """Check one widget."""
    yield from _WIDGET(path, value)
    if not isinstance(value, dict):
        return
    kind = value.get("type")
    if isinstance(kind, str) and kind in PROPERTIES and isinstance(value.get("properties"), dict):
        yield from PROPERTIES[kind](f"{path}.properties", value["properties"])


def _position(path: str, value: dict[str, Any]) -> Iterator[Finding]:
    for key, other in (("x", "y"), ("y", "x")):
        if key in value and other not in value:
            yield Finding(f"{path}.{other}", "missing", f"given, since {key} is", source=BODY)
    x, width = value.get("x", 0), value.get("width", DEFAULT_SIZE)
    if not any(_X("", x)) and not any(_WIDTH("", width)) and x + width > COLUMNS:
        yield Finding(f"{path}.width", shown(width), f"at most {COLUMNS - x} at x {x}, or the console moves it left")


def _any_object(path: str, value: Any) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield Finding(path, shown(value), "an object", source=BODY)


_X: Final = refused(integer(0, COLUMNS - 1), BODY)
_WIDTH: Final = refused(integer(1, COLUMNS), BODY)


def _type(path: str, value: Any) -> Iterator[Finding]:
    if not isinstance(value, str) or value not in PROPERTIES:
        yield Finding(path, shown(value), f"one of {', '.join(PROPERTIES)}", nearest(value, PROPERTIES))


_WIDGET: Final = also(
    keys(
        {
            "type": refused(_type, BODY),
            "x": _X,
            "y": refused(integer(0), BODY),
            "width": _WIDTH,
            "height": refused(integer(1, 1000), BODY),
            "properties": _any_object,
        },
        ["type", "properties"],
        BODY,
    ),
    _position,
)
