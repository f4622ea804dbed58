# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules for what a metric widget shows: its metrics, expressions, statistics and periods.

Pure. What a check finds is a warning unless it names its source.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.dimensions import dimension_findings
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.findings import (
    Finding,
    boolean,
    integer,
    keys,
    nearest,
    one_of,
    refused,
    shown,
    text,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.metrics import (
    SAME,
    SAME_UP_TO,
    Metric,
    read_metric,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.sources import BODY, DIMENSIONS

MAX_METRICS_OF_WIDGET: Final = 500
MAX_DIMENSIONS: Final = 30
# Of metrics with a high resolution.
SHORT_PERIODS: Final = (1, 5, 10, 20, 30)
COLOR: Final = text("#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", "a colour such as #9467bd")
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
STATISTICS: Final = ("SampleCount", "Average", "Sum", "Minimum", "Maximum", "IQM")
_PERCENT: Final = r"(100|\d{1,2}(\.\d{1,10})?)"
_VALUE: Final = r"-?\d+(\.\d+)?"
_BOUNDS: Final = r"({0}:{0}|{0}:|:{0})"
_PERCENTILE: Final = re.compile(
    f"(p|tm|wm|tc|ts){_PERCENT}"
    rf"|(TM|WM|TC|TS)\(({_BOUNDS.format(_PERCENT + '%')}|{_BOUNDS.format(_VALUE)})\)"
    rf"|PR\({_BOUNDS.format(_VALUE)}\)"
)


class Row(NamedTuple):
    """A metric and where its options are."""

    path: str
    metric: Metric


def statistic(path: str, value: Any) -> Iterator[Finding]:
    """Accept a statistic of CloudWatch."""
    if not isinstance(value, str) or (value not in STATISTICS and not _PERCENTILE.fullmatch(value)):
        allowed = f"one of {', '.join(STATISTICS)}, a percentile such as p99, or trimmed such as tm90 or TM(5%:95%)"
        yield Finding(path, shown(value), allowed, nearest(value, STATISTICS))


def period(path: str, value: Any) -> Iterator[Finding]:
    """Accept a period in seconds."""
    wrong = any(integer(1)(path, value)) or (value not in SHORT_PERIODS and value % 60)
    if wrong:
        short = ", ".join(str(seconds) for seconds in SHORT_PERIODS)
        yield Finding(path, shown(value), f"a multiple of 60 (seconds), or one of {short}")


_OPTIONS: Final = {
    "accountId": text(),
    "color": refused(COLOR, BODY),
    "expression": text("(?s:.+)", "an expression"),
    "id": text("[a-z][a-zA-Z0-9_]*", "a lower case letter followed by letters, digits and _", longest=255),
    "label": text(),
    "period": period,
    "region": text(".+", "the name of a region"),
    "stat": statistic,
    "visible": boolean,
    "yAxis": one_of("left", "right"),
}
# Words of other APIs for what an option is.
_MEANT: Final = {"statistic": "stat", "Stat": "stat", "Period": "period", "Label": "label", "name": "label"}
_check_options: Final = keys(_OPTIONS, meant=_MEANT)
# An id, and no name of a function, in an expression.
_USED_ID: Final = re.compile(r"(?<![\w.])([a-z]\w*)\b(?!\s*\()")
# How a query of PromQL tells itself from metric math, whose functions are in capitals.
_PROMQL: Final = re.compile(
    r"\w\[\d+[smhdwy][:\]]|\b(?:sum|avg|max|min|count|rate|irate|increase|topk|histogram_quantile)\b *\("
)
_MOST_TOLD: Final = 5  # of one expression


def metric_rows(path: str, value: Any) -> Iterator[Finding]:
    """Check `metrics`, the rows of a metric widget."""
    if not isinstance(value, list):
        yield Finding(path, shown(value), "a list of rows", source=BODY)
        return
    if value and all(isinstance(each, str) for each in value):
        yield Finding(path, shown(value), f"a list of rows: wrap the row, {shown([value])}", source=BODY)
        return
    if len(value) > MAX_METRICS_OF_WIDGET:
        yield Finding(path, f"{len(value)} items", f"a list of 0 to {MAX_METRICS_OF_WIDGET} items", source=BODY)
    rows: list[Row] = []
    previous: tuple[str, ...] | None = ()
    for index, row in enumerate(value[:MAX_METRICS_OF_WIDGET]):
        row_path = f"{path}[{index}]"
        if previous is None and _is_shortened(row):
            continue  # it repeats a row that is refused already
        try:
            metric = read_metric(row, previous or ())
        except ValueError as error:
            yield Finding(row_path, shown(row), f"a metric or an expression: {error}", source=BODY)
            previous = None
            continue
        rows.append(Row(row_path if isinstance(row, dict) else f"{row_path}[{len(row) - 1}]", metric))
        previous = metric.names or previous
        if len(metric.dimensions) > MAX_DIMENSIONS:
            yield Finding(row_path, f"{len(metric.dimensions)} dimensions", f"at most {MAX_DIMENSIONS}", "", DIMENSIONS)
        yield from _check_options(rows[-1].path, metric.options)
        yield from dimension_findings(row_path, metric)
    yield from _duplicate_ids(rows)
    yield from _references(rows)
    yield from _promql(rows)
    yield from _insights_queries(path, rows)


def _is_shortened(row: Any) -> bool:
    return isinstance(row, list) and any(name in (SAME, SAME_UP_TO) for name in row)


def _duplicate_ids(rows: list[Row]) -> Iterator[Finding]:
    seen: Counter[str] = Counter()
    for row in rows:
        name = _id(row)
        seen[name] += 1
        if name and seen[name] == 2:
            yield Finding(f"{row.path}.id", shown(name), "an id of its own: another row has it")


def _id(row: Row) -> str:
    name = row.metric.options.get("id", "")
    return name if isinstance(name, str) else ""


def _references(rows: list[Row]) -> Iterator[Finding]:
    used = {row.path: references(row.metric.expression) for row in rows if isinstance(row.metric.expression, str)}
    by_id = {_id(row): used.get(row.path, set()) for row in rows if _id(row)}
    some = ", ".join([*list(by_id)[:10], *(["..."] if len(by_id) > 10 else [])]) or "there are none"
    circular = _in_circles(by_id)
    for row in rows:
        for name in sorted(used.get(row.path, set()) - by_id.keys())[:_MOST_TOLD]:
            yield Finding(
                f"{row.path}.expression",
                f"unknown id {shown(name)}",
                f"made of ids of this widget ({some})",
                nearest(name, by_id),
            )
        if _id(row) in circular:
            yield Finding(f"{row.path}.expression", shown(row.metric.expression), "free of references to itself")


def references(expression: str) -> set[str]:
    """Return the ids that a math expression uses; a query of Metrics Insights uses none.

    Ids begin with a lower case letter, functions and keywords with a capital, and text is in quotes:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """
    if is_insights_query(expression) or _PROMQL.search(expression):
        return set()
    without_text = re.sub(r"'[^']*'|\"[^\"]*\"", "", expression)
    return set(_USED_ID.findall(without_text))


def is_insights_query(expression: str) -> bool:
    """Tell whether an expression is a query of Metrics Insights."""
    return re.match(r"\s*SELECT\s", expression, re.IGNORECASE) is not None


def _in_circles(by_id: dict[str, set[str]]) -> set[str]:
    """Return the ids whose expressions lead back to themselves.

    What each leads to is a number with a bit for each id (Warshall's algorithm): hundreds of rows that all use each
    other take milliseconds.
    """
    bits = {name: 1 << index for index, name in enumerate(by_id)}
    leads_to = {name: sum(bits[other] for other in names & bits.keys()) for name, names in by_id.items()}
    for through, bit in bits.items():
        for name, found in leads_to.items():
            if found & bit:
                leads_to[name] = found | leads_to[through]
    return {name for name, bit in bits.items() if leads_to[name] & bit}


def _promql(rows: list[Row]) -> Iterator[Finding]:
    for row in rows:
        if isinstance(row.metric.expression, str) and _PROMQL.search(row.metric.expression):
            yield Finding(
                f"{row.path}.expression",
                shown(row.metric.expression),
                "metric math; for a query of PromQL use type chart",
            )


def _insights_queries(path: str, rows: list[Row]) -> Iterator[Finding]:
    expressions = [row.metric.expression for row in rows if isinstance(row.metric.expression, str)]
    count = sum(is_insights_query(expression) for expression in expressions)
    if count > 1:
        yield Finding(path, f"{count} queries of Metrics Insights", "a list with one of them at the most")
