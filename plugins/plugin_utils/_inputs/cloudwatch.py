# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inputs of the role cloudwatch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.kinds import (
    Kind,
    duplicates,
    missing,
    shown,
    values,
)

_ACTIONS: Final = (
    ("alarms", "alarm_actions"),
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
    "cloudwatch_alarms[].namespace": aws.NAMESPACE,
    "cloudwatch_alarms[].metric_name": aws.METRIC_NAME,
    "cloudwatch_alarms[].dimensions{}": aws.DIMENSION_NAME,
    "cloudwatch_alarms[].period?": aws.PERIOD,
    "cloudwatch_alarms[].evaluation_periods?": aws.EVALUATION_PERIODS,
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
    return [*found, *_of_topic(inputs), *_of_periods(inputs), *_of_dashboards(inputs)]


def _of_topic(inputs: Mapping[str, Any]) -> Iterator[str]:
    topic, arn, subscriptions = (inputs[f"cloudwatch_topic{end}"] for end in ("", "_arn", "_subscriptions"))
    if (topic and arn) or (subscriptions and not topic):
        yield (
            f"cloudwatch_topic is {shown(topic)}, cloudwatch_topic_arn is {shown(arn)}, and "
            f"cloudwatch_topic_subscriptions has {len(subscriptions)}: the role creates a topic with subscriptions, or "
            "takes one that somebody else has subscribed to; give cloudwatch_topic, with "
            "cloudwatch_topic_subscriptions if you like, or cloudwatch_topic_arn alone"
        )


def _of_periods(inputs: Mapping[str, Any]) -> Iterator[str]:
    for place, alarm in values(inputs, "cloudwatch_alarms[]"):
        period, periods = int(alarm.get("period") or 300), int(alarm.get("evaluation_periods") or 1)
        # PutMetricAlarm: a day, or a week where the period is an hour at least
        most = 604_800 if period >= 3_600 else 86_400
        if period * periods > most:
            yield (
                f"{place} evaluates {periods} periods of {period} seconds: AWS takes {most} seconds at most; give "
                "fewer or shorter periods"
            )


def _of_dashboards(inputs: Mapping[str, Any]) -> Iterator[str]:
    if inputs["cloudwatch_state"] == "absent":
        return
    for place, dashboard in values(inputs, "cloudwatch_dashboards[]"):
        if (dashboard.get("widgets") is None) == (dashboard.get("body") is None):
            yield f"{place} ({shown(dashboard.get('name'))}) must have either widgets or body"
    yield from missing(inputs, ["cloudwatch_dashboards[].name"], "to find the dashboard again")
