# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""cloudwatch_dashboard: which bodies are refused and where, which are equal, and how AWS's answers are passed on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard import (
    InvalidDashboardError,
    canonical,
    parse_desired,
    parse_live,
    plan,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_api import (
    Dashboard,
    DashboardError,
    delete_dashboard,
    get_dashboard,
    put_dashboard,
)
from ansible_collections.taskmanager.aws.plugins.modules import cloudwatch_dashboard
from botocore.stub import Stubber

WIDGET = {"type": "text", "x": 0, "y": 0, "width": 6, "height": 6, "properties": {"markdown": "hello"}}
BODY = {"widgets": [WIDGET]}
ARN = "arn:aws:cloudwatch::123456789012:dashboard/orders"


def problems_of(body: Any, name: str = "orders") -> list[tuple[str, str]]:
    """Return path and finding of each problem; none when the dashboard is accepted."""
    try:
        parse_desired(name, body)
    except InvalidDashboardError as error:
        return [(problem.path, problem.found) for problem in error.problems]
    return []


def with_widget(**changes: Any) -> dict[str, Any]:
    return {"widgets": [WIDGET, WIDGET | changes]}


def without(*keys: str) -> dict[str, Any]:
    return {"widgets": [{key: value for key, value in WIDGET.items() if key not in keys}]}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"widgets": []}, id="no widgets"),
        pytest.param({"widgets": [WIDGET] * 500}, id="500 widgets"),
        pytest.param({"widgets": [], "start": "-PT6H", "variables": []}, id="other keys"),
        pytest.param(json.dumps(BODY), id="JSON text"),
        pytest.param(without("x", "y", "width", "height"), id="no position"),
        pytest.param(with_widget(x=23, y=0, width=1, height=1), id="lowest size, last column"),
        pytest.param(with_widget(x=0, y=5000, width=24, height=1000), id="highest size, far down"),
        pytest.param(with_widget(x=6.0), id="integer written as 6.0"),
        *[
            pytest.param(with_widget(type=kind), id=kind)
            for kind in ("alarm", "chart", "custom", "explorer", "log", "metric", "text")
        ],
    ],
)
def test_a_body_within_the_rules_is_accepted(body: Any) -> None:
    assert problems_of(body) == []


@pytest.mark.parametrize(
    ("body", "path", "found"),
    [
        pytest.param([], "body", "[]", id="list"),
        pytest.param("3", "body", "3", id="JSON of a number"),
        pytest.param("null", "body", "null", id="JSON null"),
        pytest.param({}, "widgets", "missing", id="no widgets key"),
        pytest.param({"widgets": None}, "widgets", "null", id="widgets null"),
        pytest.param({"widgets": {}}, "widgets", "{}", id="widgets an object"),
        pytest.param({"widgets": [WIDGET] * 501}, "widgets", "501 widgets", id="501 widgets"),
        pytest.param({"widgets": [WIDGET, "text"]}, "widgets[1]", '"text"', id="widget a string"),
        pytest.param({"widgets": [None]}, "widgets[0]", "null", id="widget null"),
        pytest.param(without("type"), "widgets[0].type", "missing", id="no type"),
        pytest.param(with_widget(type="pie"), "widgets[1].type", '"pie"', id="unknown type"),
        pytest.param(with_widget(type=["text"]), "widgets[1].type", '["text"]', id="type a list"),
        pytest.param(without("properties"), "widgets[0].properties", "missing", id="no properties"),
        pytest.param(with_widget(properties=[]), "widgets[1].properties", "[]", id="properties a list"),
        pytest.param(with_widget(x=-1), "widgets[1].x", "-1", id="x below"),
        pytest.param(with_widget(x=24), "widgets[1].x", "24", id="x above"),
        pytest.param(with_widget(y=-1), "widgets[1].y", "-1", id="y below"),
        pytest.param(with_widget(width=0), "widgets[1].width", "0", id="width below"),
        pytest.param(with_widget(width=25), "widgets[1].width", "25", id="width above"),
        pytest.param(with_widget(height=0), "widgets[1].height", "0", id="height below"),
        pytest.param(with_widget(height=1001), "widgets[1].height", "1001", id="height above"),
        pytest.param(with_widget(width=6.5), "widgets[1].width", "6.5", id="width a fraction"),
        pytest.param(with_widget(width="6"), "widgets[1].width", '"6"', id="width a string"),
        pytest.param(with_widget(width=True), "widgets[1].width", "true", id="width a boolean"),
        pytest.param(with_widget(width=None), "widgets[1].width", "null", id="width null"),
        pytest.param(without("y"), "widgets[0].y", "missing", id="x without y"),
        pytest.param(without("x"), "widgets[0].x", "missing", id="y without x"),
    ],
)
def test_a_body_against_the_rules_is_refused_with_its_path(body: Any, path: str, found: str) -> None:
    assert problems_of(body) == [(path, found)]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param('{"widgets": [', "line 1 column 14", id="cut off"),
        pytest.param("", "line 1 column 1", id="empty"),
        pytest.param('{"widgets": [], "x": NaN}', "NaN is no JSON number", id="NaN in text"),
        pytest.param({"widgets": [], "x": float("inf")}, "Infinity is no JSON number", id="infinity in an object"),
    ],
)
def test_a_body_that_is_not_json_is_refused_with_the_reason(body: Any, reason: str) -> None:
    [(path, found)] = problems_of(body)
    assert path == "body"
    assert reason in found


@pytest.mark.parametrize("name", ["a", "A-z_09", "n" * 255])
def test_a_name_within_the_rules_is_accepted(name: str) -> None:
    assert problems_of(BODY, name) == []


@pytest.mark.parametrize("name", ["", "n" * 256, "a b", "a.b", "å", "a\n"])
def test_a_name_against_the_rules_is_refused(name: str) -> None:
    assert [path for path, _found in problems_of(BODY, name)] == ["name"]


def test_the_name_of_a_dashboard_to_remove_is_checked_too() -> None:
    assert [path for path, _found in problems_of(None, "a b")] == ["name"]


def test_all_problems_are_told_at_once_with_what_is_allowed() -> None:
    with pytest.raises(InvalidDashboardError) as refusal:
        parse_desired("a b", {"widgets": [3, WIDGET | {"type": "pie", "height": 0}]})
    assert [line for line in str(refusal.value).splitlines() if line.startswith("- ")] == [
        '- name: "a b", must be 1 to 255 characters of A-Z, a-z, 0-9, - and _',
        "- widgets[0]: 3, must be an object",
        '- widgets[1].type: "pie", must be one of alarm, chart, custom, explorer, log, metric, text',
        "- widgets[1].height: 0, must be an integer from 1 to 1000",
    ]


def test_a_long_value_is_shown_shortened() -> None:
    [(_path, found)] = problems_of("[" * 500)
    assert len(found) < 200


def test_json_text_and_object_give_the_same_body() -> None:
    assert parse_desired("orders", json.dumps(BODY)) == parse_desired("orders", BODY) == BODY


def test_nothing_is_desired_of_a_dashboard_to_remove() -> None:
    assert parse_desired("orders", None) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"a": 1, "b": 2}, {"b": 2, "a": 1}, id="order of keys"),
        pytest.param({"a": [{"b": 1}]}, {"a": [{"b": 1.0}]}, id="1 and 1.0"),
        pytest.param({"a": 0}, {"a": -0.0}, id="0 and -0.0"),
        pytest.param({"a": "å"}, json.loads('{"a": "\\u00e5"}'), id="escaped character"),
    ],
)
def test_equal_bodies_need_no_change(one: Any, other: Any) -> None:
    assert not plan(one, other).changed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"a": [1, 2]}, {"a": [2, 1]}, id="order of a list"),
        pytest.param({"a": 1}, {"a": True}, id="1 and true"),
        pytest.param({"a": 0.0}, {"a": False}, id="0.0 and false"),
        pytest.param({"a": 1}, {"a": "1"}, id="1 and a string"),
        pytest.param({"a": 1.5}, {"a": 1}, id="a fraction"),
        pytest.param({"a": None}, {}, id="null and missing"),
        pytest.param("garbage", {"widgets": []}, id="live text that is not JSON"),
    ],
)
def test_different_bodies_need_a_change(one: Any, other: Any) -> None:
    assert plan(one, other).changed


def test_the_plan_of_a_creation_shows_the_body_against_nothing() -> None:
    change = plan(None, {"widgets": []})
    assert (change.before, change.after, change.changed) == ("", '{\n  "widgets": []\n}\n', True)


def test_the_plan_of_a_removal_shows_nothing_against_the_body() -> None:
    change = plan({"widgets": []}, None)
    assert (change.before, change.after, change.changed) == ('{\n  "widgets": []\n}\n', "", True)


def test_removing_what_does_not_exist_is_no_change() -> None:
    assert not plan(None, None).changed


def test_canonical_text_is_json_of_the_same_value() -> None:
    assert json.loads(canonical(BODY)) == BODY


def test_a_live_body_that_is_not_json_is_kept_as_text() -> None:
    assert parse_live("garbage") == "garbage"


@pytest.fixture
def client() -> Any:
    return boto3.client("cloudwatch", region_name="eu-north-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def aws(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def test_an_existing_dashboard_is_read_with_its_parsed_body(client: Any, aws: Stubber) -> None:
    aws.add_response(
        "get_dashboard",
        {"DashboardName": "orders", "DashboardArn": ARN, "DashboardBody": json.dumps(BODY)},
        {"DashboardName": "orders"},
    )
    assert get_dashboard(client, "orders") == Dashboard(ARN, BODY)


@pytest.mark.parametrize("code", ["ResourceNotFound", "DashboardNotFoundError"])
def test_a_missing_dashboard_reads_as_none(client: Any, aws: Stubber, code: str) -> None:
    aws.add_client_error("get_dashboard", code)
    assert get_dashboard(client, "orders") is None


@pytest.mark.parametrize("code", ["ResourceNotFound", "DashboardNotFoundError"])
def test_a_dashboard_that_is_gone_can_be_deleted(client: Any, aws: Stubber, code: str) -> None:
    aws.add_client_error("delete_dashboards", code)
    delete_dashboard(client, "orders")


def test_a_dashboard_is_deleted_by_its_name(client: Any, aws: Stubber) -> None:
    aws.add_response("delete_dashboards", {}, {"DashboardNames": ["orders"]})
    delete_dashboard(client, "orders")


def test_a_refused_call_names_the_dashboard_and_keeps_the_reason_of_aws(client: Any, aws: Stubber) -> None:
    aws.add_client_error("get_dashboard", "AccessDenied", "not authorized to perform: cloudwatch:GetDashboard")
    with pytest.raises(DashboardError) as failure:
        get_dashboard(client, "orders")
    assert "get dashboard orders" in str(failure.value)
    assert "cloudwatch:GetDashboard" in str(failure.value)


def test_what_aws_warns_of_is_returned_with_its_path(client: Any, aws: Stubber) -> None:
    aws.add_response(
        "put_dashboard",
        {
            "DashboardValidationMessages": [
                {"DataPath": "/widgets/0", "Message": "will be ignored"},
                {"Message": "no region"},
            ]
        },
        {"DashboardName": "orders", "DashboardBody": json.dumps(BODY)},
    )
    assert put_dashboard(client, "orders", BODY) == ["/widgets/0: will be ignored", "body: no region"]


def test_an_accepted_body_without_messages_gives_no_warnings(client: Any, aws: Stubber) -> None:
    aws.add_response("put_dashboard", {})
    assert put_dashboard(client, "orders", BODY) == []


def test_an_invalid_body_fails_with_the_messages_of_aws(client: Any, aws: Stubber) -> None:
    aws.add_client_error(
        "put_dashboard",
        "InvalidParameterInput",
        "The dashboard body is invalid, there are 2 validation errors",
        modeled_fields={
            "dashboardValidationMessages": [
                {"DataPath": "/widgets/0/properties/metrics/0", "Message": "Should NOT have more than 2 items"},
                {"DataPath": "/widgets/1/properties", "Message": "Should have property 'region'"},
            ]
        },
    )
    with pytest.raises(DashboardError) as failure:
        put_dashboard(client, "orders", BODY)
    assert failure.value.message.splitlines() == [
        "AWS refuses the body of dashboard orders; correct the widgets that it names:",
        "- /widgets/0/properties/metrics/0: Should NOT have more than 2 items",
        "- /widgets/1/properties: Should have property 'region'",
    ]


@pytest.mark.parametrize("code", ["InvalidParameterInput", "DashboardInvalidInputError"])
def test_an_invalid_body_without_messages_fails_with_the_error_of_aws(client: Any, aws: Stubber, code: str) -> None:
    aws.add_client_error("put_dashboard", code, "The field DashboardBody must be valid JSON")
    with pytest.raises(DashboardError) as failure:
        put_dashboard(client, "orders", BODY)
    assert failure.value.message.splitlines() == [
        "AWS refuses the body of dashboard orders; correct the widgets that it names:",
        "The field DashboardBody must be valid JSON",
    ]


class FakeModule:
    """What `run` uses of AnsibleAWSModule."""

    def __init__(self, client: Any, check_mode: bool = False, **params: Any) -> None:
        self.params = {"name": "orders", "state": "present", "body": None, "widgets": None} | params
        self.check_mode = check_mode
        self._diff = True
        self.warnings: list[str] = []
        self._client = client

    def client(self, _service: str) -> Any:
        return self._client

    def warn(self, message: str) -> None:
        self.warnings.append(message)


def answer_get(aws: Stubber, body: Any) -> None:
    aws.add_response(
        "get_dashboard", {"DashboardName": "orders", "DashboardArn": ARN, "DashboardBody": json.dumps(body)}
    )


def test_a_new_dashboard_is_put_and_its_arn_read(client: Any, aws: Stubber) -> None:
    aws.add_client_error("get_dashboard", "ResourceNotFound")
    aws.add_response("put_dashboard", {})
    answer_get(aws, BODY)
    result = cloudwatch_dashboard.run(FakeModule(client, widgets=[WIDGET]))
    diff = {"before": "", "after": canonical(BODY)}
    assert result == {"changed": True, "name": "orders", "arn": ARN, "body": BODY, "diff": diff}


def test_an_equal_dashboard_is_not_put(client: Any, aws: Stubber) -> None:
    answer_get(aws, BODY)
    result = cloudwatch_dashboard.run(FakeModule(client, body=json.dumps(BODY)))
    assert (result["changed"], result["arn"], result["body"]) == (False, ARN, BODY)


@pytest.mark.parametrize("params", [{"body": {"widgets": []}}, {"state": "absent"}])
def test_check_mode_predicts_and_writes_nothing(client: Any, aws: Stubber, params: dict[str, Any]) -> None:
    answer_get(aws, BODY)
    assert cloudwatch_dashboard.run(FakeModule(client, check_mode=True, **params))["changed"]


def test_check_mode_predicts_a_creation_without_an_arn(client: Any, aws: Stubber) -> None:
    aws.add_client_error("get_dashboard", "ResourceNotFound")
    result = cloudwatch_dashboard.run(FakeModule(client, check_mode=True, body=BODY))
    assert result["changed"]
    assert "arn" not in result


def test_a_dashboard_is_removed_whatever_body_is_given(client: Any, aws: Stubber) -> None:
    answer_get(aws, BODY)
    aws.add_response("delete_dashboards", {})
    result = cloudwatch_dashboard.run(FakeModule(client, state="absent", body="not JSON"))
    assert result == {"changed": True, "name": "orders", "diff": {"before": canonical(BODY), "after": ""}}


def test_what_aws_warns_of_becomes_a_warning_of_the_task(client: Any, aws: Stubber) -> None:
    answer_get(aws, {"widgets": []})
    aws.add_response(
        "put_dashboard", {"DashboardValidationMessages": [{"DataPath": "/widgets/0", "Message": "will be ignored"}]}
    )
    answer_get(aws, BODY)
    module = FakeModule(client, body=BODY)
    cloudwatch_dashboard.run(module)
    assert module.warnings == ["Dashboard orders: /widgets/0: will be ignored"]


@pytest.mark.usefixtures("aws")
def test_a_refused_body_reaches_no_call(client: Any) -> None:
    with pytest.raises(InvalidDashboardError):
        cloudwatch_dashboard.run(FakeModule(client, body={}))
