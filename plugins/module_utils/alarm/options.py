# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of a CloudWatch metric alarm by the module's options, and how CloudWatch's API writes them.

Pure: no Ansible, no AWS. An alarm is the dictionary of CloudWatch's API (MetricAlarm), with its tags beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

Settings = dict[str, Any]

ACTIONS: Final = ("alarm_actions", "ok_actions", "insufficient_data_actions")
# The options that say what one metric is watched; `metrics` says it in their place.
ONE_METRIC: Final = ("namespace", "metric_name", "dimensions", "statistic", "extended_statistic", "period", "unit")
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
FIELDS: Final = {
    "description": "AlarmDescription",
    "actions_enabled": "ActionsEnabled",
    "alarm_actions": "AlarmActions",
    "ok_actions": "OKActions",
    "insufficient_data_actions": "InsufficientDataActions",
    "namespace": "Namespace",
    "metric_name": "MetricName",
    "dimensions": "Dimensions",
    "statistic": "Statistic",
    "extended_statistic": "ExtendedStatistic",
    "period": "Period",
    "unit": "Unit",
    "metrics": "Metrics",
    "comparison": "ComparisonOperator",
    "threshold": "Threshold",
    "threshold_metric_id": "ThresholdMetricId",
    "evaluation_periods": "EvaluationPeriods",
    "datapoints_to_alarm": "DatapointsToAlarm",
    "treat_missing_data": "TreatMissingData",
    "evaluate_low_sample_count_percentile": "EvaluateLowSampleCountPercentile",
}
# What PutMetricAlarm would wipe and no option states.
KEPT: Final = (
    "EvaluationWindow",
    "WarmUpConfiguration",
    "EvaluationCriteria",
    "EvaluationInterval",
    "ActionConfiguration",
)
# What an alarm has where CloudWatch tells nothing.
UNSET: Final[Settings] = dict.fromkeys(FIELDS) | {
    "description": "",
    "actions_enabled": True,
    **{option: [] for option in ACTIONS},
    "dimensions": {},
    "unit": "",
    "metrics": [],
    "treat_missing_data": "missing",
    "evaluate_low_sample_count_percentile": "evaluate",
}


def given_settings(params: Mapping[str, Any]) -> Settings:
    """Return the settings that the options state, `tags` among them; an option that is None states nothing."""
    given = {option: _normal(option, params[option]) for option in FIELDS if params.get(option) is not None}
    return given | ({"tags": texts(params["tags"])} if params.get("tags") is not None else {})


def settings_of(alarm: Mapping[str, Any], tags: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of an alarm, with its tags where they matter."""
    found = {option: _read(option, alarm[field]) for option, field in FIELDS.items() if alarm.get(field) is not None}
    return UNSET | found | ({} if tags is None else {"tags": dict(tags)})


def request_of(name: str, settings: Settings, current: Mapping[str, Any] | None) -> dict[str, Any]:
    """Write the settings as a request of PutMetricAlarm that keeps what `current` has besides.

    CloudWatch ignores the tags of a request for an alarm that exists, so they are in that of a new one alone.
    """
    request: dict[str, Any] = {key: current[key] for key in KEPT if key in current} if current else {}
    if settings["metric_name"] or settings["metrics"]:  # in place of a PromQL query
        request = {
            key: value for key, value in request.items() if key not in ("EvaluationCriteria", "EvaluationInterval")
        }
    for option, field in FIELDS.items():
        if settings[option] != UNSET[option] or option in ("actions_enabled", *ACTIONS):
            request[field] = _written(option, settings[option])
    if current is None and settings.get("tags"):
        request["Tags"] = tag_list(settings["tags"])
    return {"AlarmName": name} | request


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Write tags as CloudWatch's API does."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Return tags or dimensions as CloudWatch takes them, which knows no numbers."""
    return {str(key): str(value) for key, value in values.items()}


def _normal(option: str, value: Any) -> Any:
    """Return an option's value in the one form that all values that mean the same have."""
    if option in ACTIONS:
        return sorted(set(value))
    if option == "dimensions":
        return texts(value)
    if option == "metrics":
        return _queries(value)
    return float(value) if option == "threshold" else value


def _queries(queries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return queries by their ids, without what is not given; the order of queries and dimensions means nothing."""
    return sorted((_query(query) for query in queries), key=lambda query: query["id"])


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    kept = {"return_data": True} | _given(query)
    if stat := kept.get("metric_stat"):
        stat = _given(stat)
        metric = _given(stat["metric"])
        dimensions = sorted(
            ({key: str(value) for key, value in each.items()} for each in metric.pop("dimensions", [])),
            key=lambda each: each["name"],
        )
        kept["metric_stat"] = stat | {"metric": metric | ({"dimensions": dimensions} if dimensions else {})}
    return kept


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if value is not None}


def _read(option: str, value: Any) -> Any:
    if option == "dimensions":
        return {each["Name"]: each["Value"] for each in value}
    return _normal(option, _renamed(value, _snake) if option == "metrics" else value)


def _written(option: str, value: Any) -> Any:
    if option == "dimensions":
        return [{"Name": name, "Value": text} for name, text in sorted(value.items())]
    return _renamed(value, _camel) if option == "metrics" else value


def _renamed(value: Any, rename: Any) -> Any:
    """Return a query with other keys; none of its values is a mapping with keys of its own."""
    if isinstance(value, list):
        return [_renamed(each, rename) for each in value]
    if isinstance(value, Mapping):
        return {rename(key): _renamed(each, rename) for key, each in value.items()}
    return value


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
