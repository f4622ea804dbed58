# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a metric alarm that is asked for, before anything is changed.

Pure: no Ansible, no AWS. The rules are those of
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html, with the lengths and numbers
of botocore's model of it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.alarm.options import (
    ACTIONS,
    ONE_METRIC,
    UNSET,
    Settings,
    given_settings,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.alarm.plan import desired

STATISTICS: Final = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
THRESHOLD_COMPARISONS: Final = (
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
)
BAND_COMPARISONS: Final = (
    "LessThanLowerOrGreaterThanUpperThreshold",
    "LessThanLowerThreshold",
    "GreaterThanUpperThreshold",
)
UNITS: Final = (
    *("Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"),
    *("Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second"),
    *("Megabytes/Second", "Gigabytes/Second", "Terabytes/Second", "Bits/Second", "Kilobits/Second", "Megabits/Second"),
    *("Gigabits/Second", "Terabits/Second", "Count/Second", "None"),
)
LENGTHS: Final = {
    "name": (1, 255),
    "description": (0, 1024),
    "namespace": (1, 255),
    "metric_name": (1, 255),
    "threshold_metric_id": (1, 255),
}
MAX_ACTIONS: Final = 5
MAX_DIMENSIONS: Final = 30
MAX_TAGS: Final = 50
SHORT_PERIODS: Final = (10, 20, 30)
SHORT_QUERY_PERIODS: Final = (1, 5, *SHORT_PERIODS)
HOUR, DAY, WEEK = 3_600, 86_400, 604_800
EXTENDED_STATISTIC: Final = re.compile(
    r"(?i:IQM)|(?:p|tm|tc|ts|wm)(?:100|\d{1,2}(?:\.\d{1,10})?)|(?:TM|TC|TS|WM|PR)\([^:()]*:[^:()]*\)"
)
METRIC_ID: Final = re.compile("[a-z][a-zA-Z0-9_]*")


def problems(params: Mapping[str, Any]) -> list[str]:
    """What no alarm may have, whatever there is now: the option, its value, the reason and the way out."""
    wrong = [*_texts(params), *_mappings(params), *_actions(params), *_numbers(params), *_queries(params)]
    return wrong or [*_contradictions(given_settings(params)), *_ignored(params)]


def of_new(params: Mapping[str, Any]) -> list[str]:
    """What is wrong with the data of a whole alarm beyond its single values, which whoever asks has checked."""
    return [*_mappings(params), *_queries(params)] or [
        *_ignored(params),
        *incomplete(desired(given_settings(params), None, True)),
    ]


def incomplete(wanted: Settings, with_promql: bool = False) -> list[str]:
    """What is missing or contradicts itself in the settings that an alarm is to have.

    :param with_promql: a PromQL query, which no option states, says what the alarm watches.
    """
    if with_promql and not wanted["metric_name"] and not wanted["metrics"]:
        return []
    return [*_missing(wanted), *_contradictions(wanted), *_of_evaluation(wanted)]


def _texts(params: Mapping[str, Any]) -> Iterator[str]:
    for option, (shortest, longest) in LENGTHS.items():
        value = params.get(option)
        if value is not None and not shortest <= len(value) <= longest:
            yield _wrong(option, value, f"has {len(value)} characters: give {shortest} to {longest}")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in params.get("name") or ""):
        yield _wrong("name", params["name"], "has control characters: leave them out")
    if (params.get("namespace") or "").startswith(":"):
        yield _wrong("namespace", params["namespace"], "starts with a colon: give another")
    stat = params.get("extended_statistic")
    if stat is not None and stat in STATISTICS:
        yield _wrong("extended_statistic", stat, "is a plain statistic: give it as statistic")
    elif stat is not None and not EXTENDED_STATISTIC.fullmatch(stat):
        yield _wrong("extended_statistic", stat, "is none: give one such as p99, tm90, IQM, TM(10%:90%) or PR(0:500)")


def _mappings(params: Mapping[str, Any]) -> Iterator[str]:
    for option, most, key_longest, shortest, longest in (
        ("dimensions", MAX_DIMENSIONS, 255, 1, 1024),
        ("tags", MAX_TAGS, 128, 0, 256),
    ):
        given = params.get(option) or {}
        if len(given) > most:
            yield f"{option}: there are {len(given)}: give {most} at the most"
        for key, value in ((str(key), value) for key, value in given.items()):
            where = f"{option}.{key}"
            if not 1 <= len(key) <= key_longest:
                yield _wrong(option, key, f"is a key of {len(key)} characters: give 1 to {key_longest}")
            if isinstance(value, bool) or not isinstance(value, (str, int, float)):
                yield _wrong(where, value, f"is {type(value).__name__}: give text, in quotes")
            elif not shortest <= len(str(value)) <= longest:
                yield _wrong(where, value, f"has {len(str(value))} characters: give {shortest} to {longest}")
            if option == "tags" and key.lower().startswith("aws:"):
                yield _wrong(where, value, "starts with aws:, which AWS alone may set: give another key")


def _actions(params: Mapping[str, Any]) -> Iterator[str]:
    for option in ACTIONS:
        actions = params.get(option) or []
        if len(set(actions)) > MAX_ACTIONS:
            yield f"{option}: there are {len(set(actions))}: give {MAX_ACTIONS} at the most"
        for action in actions:
            if not re.fullmatch(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", action) or len(action) > 1024:
                yield _wrong(option, action, "is no ARN: give one such as arn:aws:sns:eu-north-1:123456789012:alarms")


def _numbers(params: Mapping[str, Any]) -> Iterator[str]:
    for option in ("evaluation_periods", "datapoints_to_alarm"):
        if params.get(option) is not None and params[option] < 1:
            yield _wrong(option, params[option], "is less than 1: give 1 or more")
    if params.get("threshold") is not None and not math.isfinite(params["threshold"]):
        yield _wrong("threshold", params["threshold"], "is no number that can be compared with: give a finite one")
    if params.get("period") is not None:
        yield from _period("period", params["period"], SHORT_PERIODS)


def _period(where: str, value: int, short: tuple[int, ...]) -> Iterator[str]:
    if value not in short and (value < 60 or value % 60):
        yield _wrong(where, value, f"is no period: give {', '.join(map(str, short))} or a multiple of 60, in seconds")


def _queries(params: Mapping[str, Any]) -> Iterator[str]:
    queries = params.get("metrics")
    if queries is None:
        return
    if not queries:
        yield "metrics: there are none: give at least one, or leave it out"
    for identity, times in Counter(query["id"] for query in queries).items():
        if times > 1:
            yield _wrong("metrics", identity, f"is the id of {times} of them: give each its own")
    for index, query in enumerate(queries):
        yield from _query(f"metrics[{index}]", query)


def _query(where: str, query: Mapping[str, Any]) -> Iterator[str]:
    if not METRIC_ID.fullmatch(query["id"]) or len(query["id"]) > 255:
        yield _wrong(
            f"{where}.id", query["id"], "must be a lower case letter, then letters, digits and _, 255 at the most"
        )
    if (query.get("expression") is None) == (query.get("metric_stat") is None):
        yield f"{where}: the query {query['id']} must have either expression or metric_stat: give one of them"
    expression = query.get("expression")
    if expression is not None and not 1 <= len(expression) <= 2048:
        yield f"{where}.expression: it has {len(expression)} characters: give 1 to 2048"
    if query.get("period") is not None:
        yield from _period(f"{where}.period", query["period"], SHORT_QUERY_PERIODS)
    if stat := query.get("metric_stat"):
        metric = stat.get("metric") or {}
        dimensions = metric.get("dimensions") or []
        named = {each["name"]: each["value"] for each in dimensions}
        if len(named) < len(dimensions):
            yield f"{where}.metric_stat.metric.dimensions: a name is there twice: give each once"
        inner = {key: metric.get(key) for key in ("namespace", "metric_name")} | {"dimensions": named}
        for problem in (*_texts(inner), *_mappings(inner)):
            yield f"{where}.metric_stat.metric.{problem}"
        if stat.get("unit") is not None and stat["unit"] not in UNITS:
            yield _wrong(f"{where}.metric_stat.unit", stat["unit"], f"is no unit: give one of {', '.join(UNITS)}")
        yield from _period(f"{where}.metric_stat.period", stat["period"], SHORT_QUERY_PERIODS)
        if stat["stat"] not in STATISTICS and not EXTENDED_STATISTIC.fullmatch(stat["stat"]):
            yield _wrong(
                f"{where}.metric_stat.stat", stat["stat"], f"is none: give {', '.join(STATISTICS)}, p99, tm90, …"
            )


def _missing(wanted: Settings) -> Iterator[str]:
    needed = ["evaluation_periods", "comparison"]
    if wanted["metric_name"]:
        needed += ["namespace", "period"]
        if not wanted["statistic"] and not wanted["extended_statistic"]:
            yield "statistic, extended_statistic: neither is there: give the one or the other"
    elif not wanted["metrics"]:
        yield "metric_name, metrics: neither is there: give what the alarm watches by the one or the other"
    if wanted["threshold"] is None and not wanted["threshold_metric_id"]:
        yield "threshold, threshold_metric_id: neither is there: give a number, or the id of an anomaly detection band"
    yield from (f"{option}: it is missing: give it" for option in needed if not wanted[option])


def _contradictions(settings: Settings) -> Iterator[str]:
    """What can't be given together, in the settings of an alarm or in a part of them."""
    has = {option: settings.get(option, unset) != unset for option, unset in UNSET.items()}
    if has["metrics"]:
        for option in ONE_METRIC:
            if has[option]:
                yield f"metrics, {option}: an alarm has one of them: leave out {option}, since queries have theirs"
    for one, other in (
        ("statistic", "extended_statistic"),
        ("threshold", "threshold_metric_id"),
        ("metric_name", "threshold_metric_id"),
    ):
        if has[one] and has[other]:
            yield f"{one}, {other}: an alarm has the one or the other: leave out one of them"
    comparison = settings.get("comparison")
    if has["threshold"] and comparison in BAND_COMPARISONS:
        yield _wrong(
            "comparison",
            comparison,
            "compares with an anomaly detection band: give threshold_metric_id, and no threshold",
        )
    if has["threshold_metric_id"] and comparison and comparison not in BAND_COMPARISONS:
        yield _wrong("comparison", comparison, f"compares with a threshold: give one of {', '.join(BAND_COMPARISONS)}")
    if has["metrics"] and has["threshold_metric_id"]:
        ids = [query["id"] for query in settings["metrics"]]
        if settings["threshold_metric_id"] not in ids:
            yield _wrong(
                "threshold_metric_id",
                settings["threshold_metric_id"],
                f"is not in metrics: give one of {', '.join(ids)}",
            )


def _of_evaluation(wanted: Settings) -> Iterator[str]:
    """What the settings of an alarm come to only together."""
    returned = [
        query["id"]
        for query in wanted["metrics"]
        if query["return_data"] and query["id"] != wanted["threshold_metric_id"]
    ]
    if wanted["metrics"] and len(returned) != 1:
        yield (
            f"metrics: an alarm watches one query, and {len(returned)} return data ({', '.join(returned) or 'none'}): "
            "give return_data false for all but the one, which has true"
        )
    periods, points = wanted["evaluation_periods"], wanted["datapoints_to_alarm"]
    if periods and points and points > periods:
        yield _wrong(
            "datapoints_to_alarm", points, f"is more than the {periods} of evaluation_periods: give that at the most"
        )
    if periods and wanted["period"]:
        seconds, most = wanted["period"] * periods, DAY if wanted["period"] < HOUR else WEEK
        if seconds > most:
            yield (
                f"period, evaluation_periods: {wanted['period']} seconds times {periods} is {seconds} seconds, more "
                f"than the {most} that CloudWatch looks back: give less of the one or the other"
            )


def _ignored(params: Mapping[str, Any]) -> Iterator[str]:
    option = "evaluate_low_sample_count_percentile"
    if params.get("statistic") and params.get(option):
        why = (
            f"is for percentiles, and the statistic is {params['statistic']}: leave it out, or give extended_statistic"
        )
        yield _wrong(option, params[option], why)


def _wrong(where: str, value: Any, why: str) -> str:
    return f"{where}: {value!r} {why}"
