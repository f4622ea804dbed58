# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of CloudWatch for a dashboard's body, as tables of checks.

Pure. The source of each rule is RULES unless its comment names another.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.findings import (
    MISSING,
    Check,
    Finding,
    also,
    anything,
    boolean,
    integer,
    items,
    keys,
    number,
    one_of,
    shown,
    text,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.metric_rules import (
    COLOR,
    metric_rows,
    period,
    statistic,
)

RULES: Final = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Dashboard-Body-Structure.html"
COLUMNS: Final = 24
DEFAULT_SIZE: Final = 6
MAX_WIDGETS: Final = 500
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
MAX_METRICS: Final = 2500
ALARM_ARN: Final = text(r"arn:[^:]+:cloudwatch:[^:]*:[^:]*:alarm:.+", "the ARN of an alarm")


def time(path: str, value: Any) -> Iterator[Finding]:
    """Accept an absolute time in ISO 8601."""
    try:
        datetime.fromisoformat(value.replace("Z", "+00:00"))
    except (AttributeError, ValueError):
        yield Finding(path, shown(value), "a time in ISO 8601, such as 2018-12-17T06:00:00.000Z")


def time_range(path: str, holder: dict[str, Any]) -> Iterator[Finding]:
    """Check `start` and `end` against each other: relative and alone, or both absolute."""
    start, end = holder.get("start", MISSING), holder.get("end", MISSING)
    prefix = f"{path}." if path else ""
    if end is not MISSING:
        yield from time(f"{prefix}end", end)
        if start is MISSING:
            yield Finding(f"{prefix}start", "missing", "given, since end is")
    if start is not MISSING and (end is not MISSING or not str(start).startswith("-P")):
        yield from time(f"{prefix}start", start)
    elif start is not MISSING:
        yield from _RELATIVE(f"{prefix}start", start)


_RELATIVE: Final = text(r"-P(T\d+[MH]|\d+[DWM])", "a time in ISO 8601, or a range up to now such as -PT3H or -P1W")
_TITLE: Final = {"title": text(), "accountId": text(), "region": text(".+", "the name of a region")}
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
    if "metrics" not in properties and not shows_alarm:
        yield Finding(f"{path}.metrics", "missing", "given, unless annotations.alarms names an alarm")
    given = [name for name in ("metrics",) if name in properties]
    given += [f"annotations.{name}" for name in ("horizontal", "vertical") if name in annotations]
    for name in given if shows_alarm else []:
        yield Finding(f"{path}.{name}", "given", "left out, since annotations.alarms shows an alarm alone")


def _gauge_has_bounds(path: str, properties: dict[str, Any]) -> Iterator[Finding]:
    y_axis = properties.get("yAxis")
    left = y_axis.get("left") if isinstance(y_axis, dict) else None
    for bound in ("min", "max"):
        if properties.get("view") == "gauge" and (not isinstance(left, dict) or bound not in left):
            yield Finding(f"{path}.yAxis.left.{bound}", "missing", "given, since view is gauge")


_METRIC: Final = also(
    keys(
        {
            **_TITLE,
            "annotations": _ANNOTATIONS,
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
            "start": anything,  # time_range
            "end": anything,
            "stat": statistic,
            "table": keys(
                {
                    "layout": one_of("horizontal", "vertical"),
                    "stickySummary": boolean,
                    "showTimeSeriesData": boolean,
                    "summaryColumns": items(one_of("MIN", "MAX", "SUM", "AVG")),
                }
            ),
            "timezone": text(r"[+-]\d{4}", "+ or - and four digits, such as +0130"),
            "trend": boolean,
            "view": one_of("timeSeries", "singleValue", "gauge", "bar", "pie", "table"),
            "yAxis": keys({"left": _Y_AXIS, "right": _Y_AXIS}),
        },
        required=["region"],
    ),
    _has_something_to_show,
    _gauge_has_bounds,
    time_range,
)
_TEXT: Final = keys({"markdown": text(), "background": one_of("solid", "transparent")}, required=["markdown"])
_LOG: Final = keys(
    {
        **_TITLE,
        "query": text(".+(?s:.*)", "a query"),
        # not in RULES; the console writes it
        "queryLanguage": one_of("CWLI", "SQL", "PPL"),
        "stacked": boolean,
        "view": one_of("table", "timeSeries", "bar", "pie"),
    },
    required=["region", "query"],
)
_ALARM: Final = keys(
    {
        "title": text(),
        "alarms": items(ALARM_ARN, 1, 100),
        "sortBy": one_of("default", "stateUpdatedTimestamp", "timestamp"),
        "states": items(one_of("ALARM", "INSUFFICIENT_DATA", "OK")),
    },
    required=["alarms"],
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
        "title": text(),
        "aggregateBy": keys({"key": text(), "func": one_of("AVG", "MIN", "MAX", "STDDEV", "SUM")}, ["key", "func"]),
        "labels": items(keys({"key": text(), "value": text()}, required=["key"])),
        "metrics": items(_EXPLORED, 1, 100),
        "period": period,
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
    required=["labels", "metrics"],
)
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard.html
_CUSTOM: Final = keys(
    {
        "title": text(),
        "endpoint": text("arn:[^:]+:lambda:.+", "the ARN of a Lambda function"),
        "params": anything,
        "updateOn": keys({"refresh": boolean, "resize": boolean, "timeRange": boolean}),
    },
    required=["endpoint"],
)
PROPERTIES: Final[dict[str, Check]] = {
    "alarm": _ALARM,
    "chart": keys({}),  # RULES has a section on it that lists no rules
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
            yield Finding(f"{path}.{other}", "missing", f"given, since {key} is")
    x, width = value.get("x", 0), value.get("width", DEFAULT_SIZE)
    if not any(_X("", x)) and not any(_WIDTH("", width)) and x + width > COLUMNS:
        yield Finding(f"{path}.width", shown(width), f"at most {COLUMNS - x} at x {x}: the grid has {COLUMNS} columns")


def _any_object(path: str, value: Any) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield Finding(path, shown(value), "an object")


_X: Final = integer(0, COLUMNS - 1)
_WIDTH: Final = integer(1, COLUMNS)
_WIDGET: Final = also(
    keys(
        {
            "type": one_of(*PROPERTIES),
            "x": _X,
            "y": integer(0),
            "width": _WIDTH,
            "height": integer(1, 1000),
            "properties": _any_object,
        },
        required=["type", "properties"],
    ),
    _position,
)
