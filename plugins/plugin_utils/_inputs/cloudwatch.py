# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inputs of the role cloudwatch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.alarm.problems import of_new
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.kinds import (
    Kind,
    duplicates,
    missing,
    number,
    shown,
    values,
    whole,
)

_ACTIONS: Final = (
    ("alarms", "alarm_actions"),
    ("alarms", "ok_actions"),
    ("alarms", "insufficient_data_actions"),
    ("composite_alarms", "alarm_actions"),
    ("composite_alarms", "ok_actions"),
    ("composite_alarms", "insufficient_data_actions"),
)
KINDS: Final[dict[str, Kind]] = {
    "cloudwatch_log_groups[].name": aws.LOG_GROUP_NAME,
    "cloudwatch_log_groups[].retention": aws.RETENTION,
    "cloudwatch_log_groups[].kms_key_id?": aws.KMS_KEY,
    "cloudwatch_log_groups[].tags{}": aws.TAG_KEY,
    "cloudwatch_queries[].name": aws.QUERY_NAME,
    "cloudwatch_queries[].query_string": aws.QUERY_STRING,
    "cloudwatch_queries[].log_group_names[]": aws.LOG_GROUP_NAME,
    "cloudwatch_topic": aws.ALARM_TOPIC,
    "cloudwatch_topic_arn": aws.TOPIC_ARN_OR_NONE,
    "cloudwatch_topic_subscriptions[].protocol": aws.SUBSCRIPTION_PROTOCOL,
    "cloudwatch_topic_subscriptions[].endpoint": aws.NOT_BLANK,
    "cloudwatch_alarms[].name": aws.ALARM_NAME,
    "cloudwatch_alarms[].description": aws.ALARM_DESCRIPTION,
    "cloudwatch_alarms[].namespace?": aws.NAMESPACE,
    "cloudwatch_alarms[].metric_name?": aws.METRIC_NAME,
    "cloudwatch_alarms[].dimensions{}": aws.DIMENSION_NAME,
    "cloudwatch_alarms[].extended_statistic?": aws.EXTENDED_STATISTIC,
    "cloudwatch_alarms[].period?": aws.PERIOD,
    "cloudwatch_alarms[].metrics[].id": aws.METRIC_ID,
    "cloudwatch_alarms[].threshold?": aws.THRESHOLD,
    "cloudwatch_alarms[].threshold_metric_id?": aws.METRIC_ID,
    "cloudwatch_alarms[].evaluation_periods?": aws.EVALUATION_PERIODS,
    "cloudwatch_alarms[].datapoints_to_alarm?": aws.EVALUATION_PERIODS,
    "cloudwatch_alarms[].tags{}": aws.TAG_KEY,
    **{f"cloudwatch_{kind}[].{key}[]": aws.ACTION_ARN for kind, key in _ACTIONS},
    "cloudwatch_composite_alarms[].name": aws.ALARM_NAME,
    "cloudwatch_composite_alarms[].description": aws.ALARM_DESCRIPTION,
    "cloudwatch_composite_alarms[].alarm_rule": aws.ALARM_RULE,
    "cloudwatch_monitored_instances[]": aws.INSTANCE_ID_OR_NONE,
    "cloudwatch_dashboards[].name": aws.DASHBOARD_NAME,
}


def contradictions(inputs: Mapping[str, Any]) -> list[str]:
    """What is there twice, and topics, alarms and dashboards that contradict themselves."""
    found = duplicates(inputs, "cloudwatch_alarms[].name", "cloudwatch_composite_alarms[].name")
    for name in ("log_groups[].name", "queries[].name", "dashboards[].name", "monitored_instances[]"):
        found += duplicates(inputs, f"cloudwatch_{name}")
    return [*found, *_of_queries(inputs), *_of_topic(inputs), *_of_alarms(inputs), *_of_dashboards(inputs)]


def _of_queries(inputs: Mapping[str, Any]) -> Iterator[str]:
    for place, query in values(inputs, "cloudwatch_queries[]"):
        if query.get("query_language") == "SQL" and query.get("log_group_names"):
            yield (
                f"{place} has log_group_names {shown(query['log_group_names'])}, and its query_language is SQL, whose "
                "queries name their log groups: put them into query_string, and leave log_group_names out"
            )


def _of_topic(inputs: Mapping[str, Any]) -> Iterator[str]:
    topic, arn, subscriptions = (inputs[f"cloudwatch_topic{end}"] for end in ("", "_arn", "_subscriptions"))
    if (topic and arn) or (subscriptions and not topic):
        yield (
            f"cloudwatch_topic is {shown(topic)}, cloudwatch_topic_arn is {shown(arn)}, and "
            f"cloudwatch_topic_subscriptions has {len(subscriptions)}: the role creates a topic with subscriptions, or "
            "takes one that somebody else has subscribed to; give cloudwatch_topic, with "
            "cloudwatch_topic_subscriptions if you like, or cloudwatch_topic_arn alone"
        )


def _of_alarms(inputs: Mapping[str, Any]) -> Iterator[str]:
    if inputs["cloudwatch_state"] == "absent":
        return
    for place, alarm in values(inputs, "cloudwatch_alarms[]"):
        try:
            found = of_new(_with_defaults(alarm))
        except (AttributeError, KeyError, TypeError, ValueError):
            if alarm.get("metrics") is None:  # a wrong value of another option, which KINDS names
                raise
            found = [f"metrics: {shown(alarm['metrics'])} must be queries as cloudwatch_metric_alarm takes them"]
        yield from (f"{place} ({shown(alarm['name'])}): {problem}" for problem in found)


def _with_defaults(alarm: Mapping[str, Any]) -> dict[str, Any]:
    """The data of an alarm with what tasks/alarms.yml fills in, and numbers that may be strings of digits."""
    given = {key: value for key, value in alarm.items() if value is not None}
    filled: dict[str, Any] = {"evaluation_periods": 1}
    if "metric_name" in given:
        filled |= {"period": 300} | ({} if "extended_statistic" in given else {"statistic": "Sum"})
    if "threshold_metric_id" not in given:
        filled["comparison"] = "GreaterThanThreshold"
    filled |= given
    numbers = {
        key: whole(filled[key]) for key in ("period", "evaluation_periods", "datapoints_to_alarm") if key in filled
    }
    return filled | numbers | ({"threshold": number(filled["threshold"])} if "threshold" in filled else {})


def _of_dashboards(inputs: Mapping[str, Any]) -> Iterator[str]:
    if inputs["cloudwatch_state"] == "absent":
        return
    for place, dashboard in values(inputs, "cloudwatch_dashboards[]"):
        if (dashboard.get("widgets") is None) == (dashboard.get("body") is None):
            yield f"{place} ({shown(dashboard.get('name'))}) must have either widgets or body"
    yield from missing(inputs, ["cloudwatch_dashboards[].name"], "to find the dashboard again")
