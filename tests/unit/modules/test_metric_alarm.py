# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""cloudwatch_metric_alarm: the calls, what is left alone, and what an option takes the place of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.alarm.options import FIELDS, KEPT
from ansible_collections.taskmanager.aws.plugins.module_utils.alarm_api import AlarmError
from ansible_collections.taskmanager.aws.plugins.modules import cloudwatch_metric_alarm
from ansible_collections.taskmanager.aws.plugins.modules.cloudwatch_metric_alarm import InvalidAlarmError
from botocore.stub import Stubber

NAME = "orders-late"
TOPIC, BY_HAND = (f"arn:aws:sns:eu-north-1:123456789012:{name}" for name in ("alarms", "by-hand"))
ARN = f"arn:aws:cloudwatch:eu-north-1:123456789012:alarm:{NAME}"
GIVEN: dict[str, Any] = {
    "description": "Customers wait",
    "namespace": "Shop",
    "metric_name": "Late",
    "dimensions": {"Shop": "north"},
    "statistic": "Sum",
    "period": 60,
    "comparison": "GreaterThanThreshold",
    "threshold": 3.0,
    "evaluation_periods": 5,
    "alarm_actions": [TOPIC],
}
REQUEST: dict[str, Any] = {
    "AlarmName": NAME,
    "AlarmDescription": "Customers wait",
    "ActionsEnabled": True,
    "AlarmActions": [TOPIC],
    "OKActions": [],
    "InsufficientDataActions": [],
    "Namespace": "Shop",
    "MetricName": "Late",
    "Dimensions": [{"Name": "Shop", "Value": "north"}],
    "Statistic": "Sum",
    "Period": 60,
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 3.0,
    "EvaluationPeriods": 5,
}
ALARM = REQUEST | {"AlarmArn": ARN, "StateValue": "OK", "TreatMissingData": "missing"}


def stat_query(identity: str, name: str, **more: Any) -> dict[str, Any]:
    metric = {"namespace": "Shop", "metric_name": name, "dimensions": [{"name": "Shop", "value": "north"}]}
    return {"id": identity, "metric_stat": {"metric": metric, "period": 60, "stat": "Sum"}} | more


SHARE = [
    {"id": "share", "expression": "100 * late / sent", "label": "%"},
    stat_query("late", "Late", return_data=False),
    stat_query("sent", "Sent", return_data=False),
]


def stat_sent(identity: str, name: str, **more: Any) -> dict[str, Any]:
    metric = {"Namespace": "Shop", "MetricName": name, "Dimensions": [{"Name": "Shop", "Value": "north"}]}
    return {"Id": identity, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}} | more


SHARE_SENT = [
    stat_sent("late", "Late", ReturnData=False),
    stat_sent("sent", "Sent", ReturnData=False),
    {"Id": "share", "Expression": "100 * late / sent", "Label": "%", "ReturnData": True},
]
ONE_METRIC = ("Namespace", "MetricName", "Dimensions", "Statistic", "Period")
ON_SHARE = {key: value for key, value in REQUEST.items() if key not in ONE_METRIC} | {"Metrics": SHARE_SENT}
ONLY_SHARE = dict.fromkeys(("namespace", "metric_name", "dimensions", "statistic", "period"))


@pytest.fixture
def client() -> Any:
    return boto3.client("cloudwatch", region_name="eu-north-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def aws(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


class FakeModule:
    """What `run` uses of AnsibleAWSModule."""

    def __init__(self, client: Any, check_mode: bool = False, **params: Any) -> None:
        nothing = {"name": NAME, "state": "present", "tags": None, "purge_tags": True, **dict.fromkeys(FIELDS)}
        self.params = nothing | params
        self.check_mode = check_mode
        self._diff = True
        self._client = client

    def client(self, _service: str) -> Any:
        return self._client


def run(client: Any, **params: Any) -> dict[str, Any]:
    return cloudwatch_metric_alarm.run(FakeModule(client, **params))


def answer_describe(aws: Stubber, *alarms: dict[str, Any]) -> None:
    aws.add_response(
        "describe_alarms", {"MetricAlarms": list(alarms)}, {"AlarmNames": [NAME], "AlarmTypes": ["MetricAlarm"]}
    )


def test_a_missing_alarm_is_created_with_the_defaults_of_cloudwatch(client: Any, aws: Stubber) -> None:
    answer_describe(aws)
    aws.add_response("put_metric_alarm", {}, REQUEST)
    result = run(client, **GIVEN)
    assert result["changed"]
    assert result["diff"]["before"] == {}
    assert result["settings"] == result["diff"]["after"]
    assert GIVEN.items() <= result["settings"].items()


def test_an_alarm_as_desired_is_left_alone(client: Any, aws: Stubber) -> None:
    answer_describe(aws, ALARM)
    result = run(client, **GIVEN)
    assert (result["changed"], result["diff"], result["alarm_arn"]) == (False, {"before": {}, "after": {}}, ARN)


BY_HAND_SETTINGS = {
    "OKActions": [BY_HAND],
    "InsufficientDataActions": [BY_HAND],
    "DatapointsToAlarm": 1,
    "Unit": "Count",
    "TreatMissingData": "breaching",
    "ActionsEnabled": False,
    "EvaluateLowSampleCountPercentile": "ignore",
    "ActionConfiguration": {"AlarmTagsPropagation": {"Enabled": True}},
    "EvaluationWindow": {"WallClockWindow": {"Timezone": "UTC"}},
    "WarmUpConfiguration": {"WarmUpPeriodDurationInMinutes": 5},
}


def test_what_others_set_and_the_data_does_not_give_is_no_difference(client: Any, aws: Stubber) -> None:
    answer_describe(aws, ALARM | BY_HAND_SETTINGS)
    assert not run(client, **GIVEN)["changed"]


def test_what_others_set_survives_a_change_of_something_else(client: Any, aws: Stubber) -> None:
    answer_describe(aws, ALARM | BY_HAND_SETTINGS)
    aws.add_response("put_metric_alarm", {}, REQUEST | BY_HAND_SETTINGS | {"Threshold": 4.0})
    result = run(client, **GIVEN | {"threshold": 4.0})
    assert result["diff"] == {"before": {"threshold": 3.0}, "after": {"threshold": 4.0}}


def test_one_option_alone_changes_an_alarm_that_exists(client: Any, aws: Stubber) -> None:
    answer_describe(aws, ALARM)
    aws.add_response("put_metric_alarm", {}, REQUEST | {"Threshold": 4.0})
    assert run(client, threshold=4.0)["changed"]


def test_a_field_of_the_api_is_an_option_or_kept(client: Any) -> None:
    members = client.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    assert set(members) == {*FIELDS.values(), *KEPT, "AlarmName", "Tags"}


@pytest.mark.parametrize(
    ("option", "value", "field", "drifted"),
    [
        ("description", "Customers wait", "AlarmDescription", "?"),
        ("description", "", "AlarmDescription", "?"),
        ("ok_actions", [TOPIC, BY_HAND], "OKActions", []),
        ("ok_actions", [], "OKActions", [BY_HAND]),
        ("insufficient_data_actions", [], "InsufficientDataActions", [BY_HAND]),
        ("alarm_actions", [], "AlarmActions", [BY_HAND]),
        ("actions_enabled", True, "ActionsEnabled", False),
        ("actions_enabled", False, "ActionsEnabled", True),
        ("datapoints_to_alarm", 3, "DatapointsToAlarm", 1),
        ("treat_missing_data", "breaching", "TreatMissingData", "notBreaching"),
        ("treat_missing_data", "missing", "TreatMissingData", "notBreaching"),
        ("unit", "Count", "Unit", "Bytes"),
        ("unit", "", "Unit", "Bytes"),
        ("dimensions", {"Shop": "north", "Floor": "2"}, "Dimensions", [{"Name": "Floor", "Value": "2"}]),
        ("namespace", "Shop", "Namespace", "Other"),
        ("metric_name", "Late", "MetricName", "Other"),
        ("period", 60, "Period", 120),
        ("comparison", "LessThanThreshold", "ComparisonOperator", "GreaterThanThreshold"),
        ("evaluation_periods", 5, "EvaluationPeriods", 4),
        ("statistic", "Sum", "Statistic", "Average"),
    ],
)
def test_what_drifted_is_put_right_and_is_the_whole_diff_and_the_next_run_changes_nothing(
    client: Any, aws: Stubber, option: str, value: Any, field: str, drifted: Any
) -> None:
    sent: dict[str, Any] = {}
    client.meta.events.register(
        "provide-client-params.cloudwatch.PutMetricAlarm", lambda params, **_: sent.update(params)
    )
    answer_describe(aws, ALARM | {field: drifted})
    aws.add_response("put_metric_alarm", {})  # the next run shows what was sent
    result = run(client, **GIVEN | {option: value})
    assert set(result["diff"]["before"]) == set(result["diff"]["after"]) == {option}
    assert result["diff"]["after"][option] == value
    answer_describe(aws, {"AlarmArn": ARN, "StateValue": "OK"} | sent)
    assert not run(client, **GIVEN | {option: value})["changed"]


@pytest.mark.parametrize(
    "params",
    [
        {"dimensions": {"Shop": "north"}, "alarm_actions": [TOPIC, TOPIC]},
        {"threshold": 3},
        {"actions_enabled": True, "ok_actions": [], "treat_missing_data": "missing", "unit": ""},
    ],
)
def test_what_means_the_same_is_no_difference(client: Any, aws: Stubber, params: dict[str, Any]) -> None:
    answer_describe(aws, ALARM)
    assert not run(client, **GIVEN | params)["changed"]


def test_a_metric_without_dimensions_is_another_metric(client: Any, aws: Stubber) -> None:
    answer_describe(aws, ALARM)
    aws.add_response("put_metric_alarm", {}, {key: value for key, value in REQUEST.items() if key != "Dimensions"})
    result = run(client, **GIVEN | {"dimensions": None})
    assert result["diff"] == {"before": {"dimensions": {"Shop": "north"}}, "after": {"dimensions": {}}}


def test_a_number_among_dimensions_and_tags_is_text(client: Any, aws: Stubber) -> None:
    answer_describe(aws)
    expected = {"Dimensions": [{"Name": "Port", "Value": "3306"}], "Tags": [{"Key": "floor", "Value": "2"}]}
    aws.add_response("put_metric_alarm", {}, REQUEST | expected)
    run(client, **GIVEN | {"dimensions": {"Port": 3306}, "tags": {"floor": 2}})


@pytest.mark.parametrize("queries", [SHARE, SHARE[::-1]], ids=["in order", "reversed"])
@pytest.mark.parametrize("told", [{}, {"Dimensions": [], "DatapointsToAlarm": 5}], ids=["bare", "with more"])
def test_metric_math_is_compared_by_what_it_means(
    client: Any, aws: Stubber, queries: list[Any], told: dict[str, Any]
) -> None:
    live = [{key: value for key, value in query.items() if value is not True} for query in reversed(SHARE_SENT)]
    answer_describe(
        aws, ON_SHARE | {"AlarmArn": ARN, "Metrics": live} | {k: v for k, v in told.items() if v is not None}
    )
    assert not run(client, **GIVEN | ONLY_SHARE | {"metrics": queries})["changed"]


@pytest.mark.parametrize("query", range(3))
def test_a_changed_query_is_a_difference(client: Any, aws: Stubber, query: int) -> None:
    live = [dict(each) for each in SHARE_SENT]
    live[query]["Label"] = "edited"
    answer_describe(aws, ON_SHARE | {"AlarmArn": ARN, "Metrics": live})
    aws.add_response("put_metric_alarm", {}, ON_SHARE)
    assert run(client, **GIVEN | ONLY_SHARE | {"metrics": SHARE})["diff"]["before"].keys() == {"metrics"}


def test_metric_math_takes_the_place_of_a_metric(client: Any, aws: Stubber) -> None:
    answer_describe(aws, ALARM | {"Unit": "Count", "EvaluateLowSampleCountPercentile": "ignore"})
    aws.add_response("put_metric_alarm", {}, ON_SHARE)
    assert run(client, metrics=SHARE)["diff"]["after"]["metric_name"] is None


def test_a_metric_takes_the_place_of_metric_math(client: Any, aws: Stubber) -> None:
    answer_describe(aws, ON_SHARE | {"AlarmArn": ARN})
    aws.add_response("put_metric_alarm", {}, REQUEST)
    assert run(client, **GIVEN)["diff"]["after"]["metrics"] == []


def test_a_percentile_takes_the_place_of_a_statistic_and_back(client: Any, aws: Stubber) -> None:
    low = {"EvaluateLowSampleCountPercentile": "ignore"}
    plain = {key: value for key, value in REQUEST.items() if key != "Statistic"}
    answer_describe(aws, ALARM)
    aws.add_response("put_metric_alarm", {}, plain | {"ExtendedStatistic": "p99.9"} | low)
    run(client, extended_statistic="p99.9", evaluate_low_sample_count_percentile="ignore")
    answer_describe(aws, plain | {"AlarmArn": ARN, "ExtendedStatistic": "p99.9"} | low)
    aws.add_response("put_metric_alarm", {}, REQUEST)
    assert run(client, statistic="Sum")["diff"]["before"].keys() == {
        "statistic",
        "extended_statistic",
        "evaluate_low_sample_count_percentile",
    }


BAND = [stat_query("late", "Late"), {"id": "usual", "expression": "ANOMALY_DETECTION_BAND(late, 2)"}]
BAND_SENT = [
    stat_sent("late", "Late", ReturnData=True),
    {"Id": "usual", "Expression": "ANOMALY_DETECTION_BAND(late, 2)", "ReturnData": True},
]
BAND_PARAMS = {"metrics": BAND, "threshold_metric_id": "usual", "comparison": "GreaterThanUpperThreshold"}
ON_BAND = {key: value for key, value in ON_SHARE.items() if key != "Threshold"} | {"Metrics": BAND_SENT}
ON_BAND |= {"ThresholdMetricId": "usual", "ComparisonOperator": "GreaterThanUpperThreshold"}


def test_a_band_takes_the_place_of_a_threshold_and_back(client: Any, aws: Stubber) -> None:
    answer_describe(aws, ALARM)
    aws.add_response("put_metric_alarm", {}, ON_BAND)
    run(client, **BAND_PARAMS)
    answer_describe(aws, ON_BAND | {"AlarmArn": ARN})
    assert not run(client, **BAND_PARAMS)["changed"]
    answer_describe(aws, ON_BAND | {"AlarmArn": ARN})
    aws.add_response("put_metric_alarm", {}, REQUEST)
    run(client, **GIVEN)


PROMQL = {"EvaluationCriteria": {"PromQLCriteria": {"Query": "up == 0"}}, "EvaluationInterval": 60}
ON_PROMQL = {"AlarmName": NAME, "AlarmArn": ARN, "ActionsEnabled": True, "StateValue": "OK"} | PROMQL


def test_the_query_of_a_promql_alarm_is_kept(client: Any, aws: Stubber) -> None:
    answer_describe(aws, ON_PROMQL)
    actions = {"AlarmActions": [TOPIC], "OKActions": [], "InsufficientDataActions": []}
    aws.add_response("put_metric_alarm", {}, {"AlarmName": NAME, "ActionsEnabled": True} | actions | PROMQL)
    run(client, alarm_actions=[TOPIC])


def test_a_metric_takes_the_place_of_a_promql_query(client: Any, aws: Stubber) -> None:
    answer_describe(aws, ON_PROMQL)
    aws.add_response("put_metric_alarm", {}, REQUEST)
    run(client, **GIVEN)


def answer_tags(aws: Stubber, **tags: str) -> None:
    listed = [{"Key": key.replace("__", ":"), "Value": value} for key, value in tags.items()]
    aws.add_response("list_tags_for_resource", {"Tags": listed}, {"ResourceARN": ARN})


def test_tags_of_an_alarm_that_exists_are_changed_by_their_own_calls(client: Any, aws: Stubber) -> None:
    answer_describe(aws, ALARM)
    answer_tags(aws, shop="south", old="1", aws__made_by="x")
    aws.add_response("untag_resource", {}, {"ResourceARN": ARN, "TagKeys": ["old"]})
    aws.add_response("tag_resource", {}, {"ResourceARN": ARN, "Tags": [{"Key": "shop", "Value": "north"}]})
    result = run(client, **GIVEN, tags={"shop": "north"})
    assert result["diff"]["after"] == {"tags": {"shop": "north", "aws:made_by": "x"}}


def test_other_tags_stay_where_they_are_not_purged(client: Any, aws: Stubber) -> None:
    answer_describe(aws, ALARM)
    answer_tags(aws, shop="north", old="1")
    assert not run(client, **GIVEN, tags={"shop": "north"}, purge_tags=False)["changed"]


def test_tags_and_settings_change_together(client: Any, aws: Stubber) -> None:
    answer_describe(aws, ALARM)
    answer_tags(aws)
    aws.add_response("put_metric_alarm", {}, REQUEST | {"Threshold": 4.0})
    aws.add_response("tag_resource", {}, {"ResourceARN": ARN, "Tags": [{"Key": "shop", "Value": "north"}]})
    run(client, **GIVEN | {"threshold": 4.0, "tags": {"shop": "north"}})


def test_an_alarm_is_deleted_and_only_once(client: Any, aws: Stubber) -> None:
    answer_describe(aws, ALARM)
    aws.add_response("delete_alarms", {}, {"AlarmNames": [NAME]})
    result = run(client, state="absent")
    assert (result["changed"], result["diff"]["after"]) == (True, {})
    assert result["diff"]["before"]["threshold"] == 3.0
    answer_describe(aws)
    assert not run(client, state="absent")["changed"]


@pytest.mark.parametrize("found", [[], [ALARM | {"Threshold": 9.0}]], ids=["missing", "drifted"])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_check_mode_predicts_and_writes_nothing(
    client: Any, aws: Stubber, found: list[dict[str, Any]], state: str
) -> None:
    answer_describe(aws, *found)
    result = run(client, check_mode=True, state=state, **GIVEN)
    assert result["changed"] == (state == "present" or bool(found))


@pytest.mark.usefixtures("aws")
def test_what_is_wrong_reaches_no_call_and_is_told_at_once(client: Any) -> None:
    with pytest.raises(InvalidAlarmError) as refused:
        run(client, **GIVEN | {"period": 61, "evaluation_periods": 0, "alarm_actions": ["alarms"]})
    first, *rest = str(refused.value).splitlines()
    assert first == "Alarm 'orders-late' can't be made so:"
    assert [re.split(r"[:. ]", line)[1] for line in rest] == ["alarm_actions", "evaluation_periods", "period"]


@pytest.mark.parametrize(
    ("live", "params", "reason"),
    [
        ([], {"threshold": 1.0}, "metric_name, metrics: neither is there"),
        ([ALARM | {"DatapointsToAlarm": 4}], {"evaluation_periods": 3}, "datapoints_to_alarm: 4 is more than the 3"),
        ([ALARM], {"threshold_metric_id": "usual"}, "metric_name, threshold_metric_id"),
        ([ON_SHARE | {"AlarmArn": ARN}], {"statistic": "Sum"}, "metrics, statistic: an alarm has one of them"),
        ([ON_PROMQL], {"metric_name": "Late"}, "namespace: it is missing"),
        (
            [ON_BAND | {"AlarmArn": ARN}],
            GIVEN | {"threshold": None},
            "threshold, threshold_metric_id: neither is there",
        ),
    ],
    ids=["new", "datapoints", "band", "statistic", "promql", "no band"],
)
def test_what_does_not_fit_the_alarm_that_is_there_is_refused_before_a_change(
    client: Any, aws: Stubber, live: list[Any], params: dict[str, Any], reason: str
) -> None:
    answer_describe(aws, *live)
    with pytest.raises(InvalidAlarmError, match=re.escape(reason)):
        run(client, **params)


def test_a_refused_call_names_the_alarm_and_keeps_the_reason_of_aws(client: Any, aws: Stubber) -> None:
    answer_describe(aws)
    aws.add_client_error("put_metric_alarm", "ValidationError", "Invalid metrics list")
    with pytest.raises(AlarmError, match=rf"put alarm {NAME}.*Invalid metrics list"):
        run(client, **GIVEN)
