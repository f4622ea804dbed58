#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatch_metric_alarm
version_added: 0.1.0
short_description: Manage a CloudWatch metric alarm
description:
  - Creates, changes and deletes an alarm on a metric, on metric math, on a Metrics Insights query, or on an anomaly
    detection band.
  - An option that is not given is left as it is on an alarm that exists, and is CloudWatch's default on a new one. So
    actions that somebody added by hand stay, unless their option is given. The same holds for what has no option, such
    as the query of a PromQL alarm, its evaluation window and its warm-up.
  - An option takes the place of what contradicts it. O(metrics) replaces O(metric_name) and what belongs to it, and the
    other way round; so do O(statistic) and O(extended_statistic), and O(threshold) and O(threshold_metric_id).
  - What CloudWatch would refuse is told at once, before any call; what is missing or contradicts the alarm that is
    there, before anything is changed.
  - In amazon.aws 11.4, M(amazon.aws.cloudwatch_metric_alarm) wipes the actions, datapoints and more that it is not
    given, is changed on every run with C(metrics), and has no tags and no anomaly detection. Hence this one, whose
    options have the same names.
  - M(taskmanager.aws.cloudwatch_composite_alarm) manages alarms on other alarms.
author:
  - taskmanager.aws contributors
options:
  name:
    description:
      - The name of the alarm.
    type: str
    required: true
  state:
    description:
      - Whether the alarm exists. With V(absent), only O(name) counts.
      - CloudWatch deletes no alarm that the rule of a composite alarm names, so delete the composite alarm first.
    type: str
    choices: [present, absent]
    default: present
  description:
    description:
      - What it means when the alarm goes off.
    type: str
  namespace:
    description:
      - The namespace of the metric.
    type: str
  metric_name:
    description:
      - The metric. A new alarm needs this or O(metrics); with this, it needs O(namespace), O(period), and O(statistic)
        or O(extended_statistic) too.
    type: str
  dimensions:
    description:
      - The values of the metric's dimensions, by their names. O(metric_name) without this is the metric that has none.
    type: dict
  statistic:
    description:
      - The statistic.
    type: str
    choices: [SampleCount, Average, Sum, Minimum, Maximum]
  extended_statistic:
    description:
      - A percentile such as V(p99), or another statistic of its kind, such as V(tm90), V(IQM), V(TM(10%:90%\)) or
        V(PR(0:500\)).
    type: str
  period:
    description:
      - The period in seconds, 10, 20, 30 or a multiple of 60.
    type: int
  unit:
    description:
      - The unit of the metric's data that counts; empty for any.
    type: str
    choices:
      - ""
      - Seconds
      - Microseconds
      - Milliseconds
      - Bytes
      - Kilobytes
      - Megabytes
      - Gigabytes
      - Terabytes
      - Bits
      - Kilobits
      - Megabits
      - Gigabits
      - Terabits
      - Percent
      - Count
      - Bytes/Second
      - Kilobytes/Second
      - Megabytes/Second
      - Gigabytes/Second
      - Terabytes/Second
      - Bits/Second
      - Kilobits/Second
      - Megabits/Second
      - Gigabits/Second
      - Terabits/Second
      - Count/Second
      - None
  metrics:
    description:
      - The queries of an alarm on metric math, on a Metrics Insights query or on an anomaly detection band. The alarm
        watches the one whose O(metrics[].return_data) is true. With O(threshold_metric_id), the band may return data
        besides.
      - They state all of the queries. Their order means nothing.
    type: list
    elements: dict
    suboptions:
      id:
        description:
          - The name of the query in expressions, such as V(m1). A lower case letter, then letters, digits and C(_).
        type: str
        required: true
      expression:
        description:
          - The expression or the Metrics Insights query. This or O(metrics[].metric_stat) is required.
        type: str
      metric_stat:
        description:
          - The metric and its statistic.
        type: dict
        suboptions:
          metric:
            description:
              - The metric.
            type: dict
            required: true
            suboptions:
              namespace:
                description:
                  - The namespace of the metric.
                type: str
                required: true
              metric_name:
                description:
                  - The name of the metric.
                type: str
                required: true
              dimensions:
                description:
                  - The dimensions of the metric.
                type: list
                elements: dict
                suboptions:
                  name:
                    description:
                      - The name of the dimension.
                    type: str
                    required: true
                  value:
                    description:
                      - The value of the dimension.
                    type: str
                    required: true
          period:
            description:
              - The period in seconds.
            type: int
            required: true
          stat:
            description:
              - The statistic, plain or extended.
            type: str
            required: true
          unit:
            description:
              - The unit of the metric's data that counts.
            type: str
      label:
        description:
          - What the query is called in graphs.
        type: str
      return_data:
        description:
          - Whether the alarm watches this query; true unless it is given.
        type: bool
      period:
        description:
          - The period of an expression in seconds.
        type: int
      account_id:
        description:
          - The account that has the metric, if it is another.
        type: str
  comparison:
    description:
      - How the statistic is compared with the threshold, or, by the last three, with an anomaly detection band. A new
        alarm needs it.
    type: str
    choices:
      - GreaterThanOrEqualToThreshold
      - GreaterThanThreshold
      - LessThanThreshold
      - LessThanOrEqualToThreshold
      - LessThanLowerOrGreaterThanUpperThreshold
      - LessThanLowerThreshold
      - GreaterThanUpperThreshold
  threshold:
    description:
      - The threshold. A new alarm needs this or O(threshold_metric_id).
    type: float
  threshold_metric_id:
    description:
      - The id of the query among O(metrics) whose expression is the C(ANOMALY_DETECTION_BAND).
    type: str
  evaluation_periods:
    description:
      - How many of the newest periods are looked at. A new alarm needs it.
    type: int
  datapoints_to_alarm:
    description:
      - In how many of these the threshold must be passed; CloudWatch's default is all of them.
    type: int
  treat_missing_data:
    description:
      - What a period without data counts as; CloudWatch's default is V(missing).
    type: str
    choices: [breaching, notBreaching, ignore, missing]
  evaluate_low_sample_count_percentile:
    description:
      - Whether a percentile of too few samples counts; CloudWatch's default is V(evaluate).
    type: str
    choices: [evaluate, ignore]
  actions_enabled:
    description:
      - Whether the actions are taken; CloudWatch's default is V(true).
    type: bool
  alarm_actions:
    description:
      - The ARNs to notify when the state becomes C(ALARM); V([]) for none.
    type: list
    elements: str
  ok_actions:
    description:
      - The ARNs to notify when the state becomes C(OK); V([]) for none.
    type: list
    elements: str
  insufficient_data_actions:
    description:
      - The ARNs to notify when the state becomes C(INSUFFICIENT_DATA); V([]) for none.
    type: list
    elements: str
  tags:
    description:
      - The tags of the alarm. Without it, they are left as they are, and not read.
    type: dict
  purge_tags:
    description:
      - Whether tags that O(tags) does not name are removed.
    type: bool
    default: true
attributes:
  check_mode:
    description: Predicts the change and writes nothing.
    support: full
    details:
      - Whether an expression is valid, and whether an action may be taken, is asked by AWS only when the alarm is
        really written.
  diff_mode:
    description: Shows the settings that differ, before and after.
    support: full
  idempotent:
    description: A second run with the same options changes nothing.
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Tell when three of five minutes were slow
  taskmanager.aws.cloudwatch_metric_alarm:
    name: orders-slow
    description: One order in a hundred takes more than 2 seconds
    namespace: AWS/Lambda
    metric_name: Duration
    dimensions: {FunctionName: take_order}
    extended_statistic: p99
    period: 60
    evaluation_periods: 5
    datapoints_to_alarm: 3
    comparison: GreaterThanThreshold
    threshold: 2000
    treat_missing_data: notBreaching
    alarm_actions: ["arn:aws:sns:eu-north-1:123456789012:shop-alarms"]
    ok_actions: ["arn:aws:sns:eu-north-1:123456789012:shop-alarms"]
    tags: {shop: north}

- name: Raise its threshold and leave the rest as it is
  taskmanager.aws.cloudwatch_metric_alarm:
    name: orders-slow
    threshold: 2500

- name: Watch the share of errors
  taskmanager.aws.cloudwatch_metric_alarm:
    name: orders-refused
    description: More than 5 % of the orders are refused
    metrics:
      - {id: share, expression: 100 * errors / invocations, label: errors in percent}
      - id: errors
        return_data: false
        metric_stat:
          metric:
            namespace: AWS/Lambda
            metric_name: Errors
            dimensions: [{name: FunctionName, value: take_order}]
          period: 300
          stat: Sum
      - id: invocations
        return_data: false
        metric_stat:
          metric:
            namespace: AWS/Lambda
            metric_name: Invocations
            dimensions: [{name: FunctionName, value: take_order}]
          period: 300
          stat: Sum
    comparison: GreaterThanThreshold
    threshold: 5
    evaluation_periods: 1

- name: Watch for fewer orders than is usual at the time
  taskmanager.aws.cloudwatch_metric_alarm:
    name: orders-few
    description: Fewer orders than at other times like this
    metrics:
      - id: orders
        metric_stat:
          metric: {namespace: Shop, metric_name: Orders}
          period: 300
          stat: Sum
      - {id: usual, expression: "ANOMALY_DETECTION_BAND(orders, 2)"}
    comparison: LessThanLowerThreshold
    threshold_metric_id: usual
    evaluation_periods: 3

- name: Remove one
  taskmanager.aws.cloudwatch_metric_alarm:
    name: orders-slow
    state: absent
"""

RETURN = r"""
alarm_arn:
  description: The ARN of the alarm.
  returned: when the alarm was there before
  type: str
  sample: arn:aws:cloudwatch:eu-north-1:123456789012:alarm:orders-slow
settings:
  description:
    - The settings of the alarm by the names of the options; in check mode the predicted ones. What it does not have is
      empty or null. C(tags) are there when O(tags) was given.
  returned: when O(state=present)
  type: dict
  sample:
    alarm_actions: ["arn:aws:sns:eu-north-1:123456789012:shop-alarms"]
    comparison: GreaterThanThreshold
    datapoints_to_alarm: 3
    evaluation_periods: 5
    metrics: []
    threshold: 2000.0
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.taskmanager.aws.plugins.module_utils.alarm.options import (
    Settings,
    given_settings,
    request_of,
    settings_of,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.alarm.plan import desired
from ansible_collections.taskmanager.aws.plugins.module_utils.alarm.problems import (
    BAND_COMPARISONS,
    STATISTICS,
    THRESHOLD_COMPARISONS,
    UNITS,
    incomplete,
    problems,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.alarm_api import (
    AlarmError,
    delete_alarm,
    find_alarm,
    list_tags,
    put_alarm,
    set_tags,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.plan import compare


class InvalidAlarmError(ValueError):
    """What was asked for is no alarm that CloudWatch takes."""


def run(module: AnsibleAWSModule) -> dict[str, Any]:
    """Converge the alarm and return the module's result.

    :raises InvalidAlarmError: what was asked for is no alarm that CloudWatch takes.
    :raises AlarmError: AWS refused or failed a call.
    """
    params, name = module.params, module.params["name"]
    refuse(name, problems(params if params["state"] == "present" else {"name": name}))
    given = given_settings(params)
    client = module.client("cloudwatch")
    alarm = find_alarm(client, name)
    current = read_settings(client, alarm, given) if alarm else None
    wanted = None
    if params["state"] == "present":
        wanted = desired(given, current, params["purge_tags"])
        refuse(name, incomplete(wanted, with_promql=bool(alarm and "EvaluationCriteria" in alarm)))
    change = compare(current, wanted)
    if change.changed and not module.check_mode:
        apply(client, name, alarm, current, wanted)
    result: dict[str, Any] = {"changed": change.changed}
    if alarm:
        result["alarm_arn"] = alarm["AlarmArn"]
    if wanted is not None:
        result["settings"] = wanted
    if module._diff:
        result["diff"] = {"before": change.before, "after": change.after}
    return result


def refuse(name: str, found: list[str]) -> None:
    """Tell all that is wrong at once."""
    if found:
        raise InvalidAlarmError("\n".join([f"Alarm {name!r} can't be made so:", *(f"- {each}" for each in found)]))


def read_settings(client: Any, alarm: Mapping[str, Any], given: Settings) -> Settings:
    """Return the settings of the alarm, with its tags only where they matter."""
    return settings_of(alarm, list_tags(client, alarm["AlarmArn"]) if "tags" in given else None)


def apply(
    client: Any, name: str, alarm: Mapping[str, Any] | None, current: Settings | None, wanted: Settings | None
) -> None:
    """Create, change or delete the alarm, with no call for what is as it should be."""
    if wanted is None:
        delete_alarm(client, name)
        return
    request = request_of(name, wanted, alarm)
    if alarm is None or current is None or request != request_of(name, current, alarm):
        put_alarm(client, request)
    if alarm is not None and current is not None and "tags" in wanted:
        set_tags(client, alarm["AlarmArn"], current["tags"], wanted["tags"])


METRIC = {
    "namespace": {"type": "str", "required": True},
    "metric_name": {"type": "str", "required": True},
    "dimensions": {
        "type": "list",
        "elements": "dict",
        "options": {"name": {"type": "str", "required": True}, "value": {"type": "str", "required": True}},
    },
}
QUERY = {
    "id": {"type": "str", "required": True},
    "expression": {"type": "str"},
    "metric_stat": {
        "type": "dict",
        "options": {
            "metric": {"type": "dict", "required": True, "options": METRIC},
            "period": {"type": "int", "required": True},
            "stat": {"type": "str", "required": True},
            "unit": {"type": "str"},
        },
    },
    "label": {"type": "str"},
    "return_data": {"type": "bool"},
    "period": {"type": "int"},
    "account_id": {"type": "str"},
}


def main() -> None:
    arns = {"type": "list", "elements": "str"}
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "description": {"type": "str"},
            "namespace": {"type": "str"},
            "metric_name": {"type": "str"},
            "dimensions": {"type": "dict"},
            "statistic": {"type": "str", "choices": list(STATISTICS)},
            "extended_statistic": {"type": "str"},
            "period": {"type": "int"},
            "unit": {"type": "str", "choices": ["", *UNITS]},
            "metrics": {"type": "list", "elements": "dict", "options": QUERY},
            "comparison": {"type": "str", "choices": [*THRESHOLD_COMPARISONS, *BAND_COMPARISONS]},
            "threshold": {"type": "float"},
            "threshold_metric_id": {"type": "str"},
            "evaluation_periods": {"type": "int"},
            "datapoints_to_alarm": {"type": "int"},
            "treat_missing_data": {"type": "str", "choices": ["breaching", "notBreaching", "ignore", "missing"]},
            "evaluate_low_sample_count_percentile": {"type": "str", "choices": ["evaluate", "ignore"]},
            "actions_enabled": {"type": "bool"},
            "alarm_actions": arns,
            "ok_actions": arns,
            "insufficient_data_actions": arns,
            "tags": {"type": "dict"},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    try:
        result = run(module)
    except InvalidAlarmError as error:
        module.fail_json(msg=str(error))
    except AlarmError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
