# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""cloudwatch_dashboard and cloudwatch_dashboard_info: the calls, and how AWS's answers are passed on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.body import InvalidDashboardError
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_api import (
    Dashboard,
    DashboardError,
    delete_dashboard,
    get_dashboard,
    list_dashboards,
    put_dashboard,
)
from ansible_collections.taskmanager.aws.plugins.modules import cloudwatch_dashboard, cloudwatch_dashboard_info
from botocore.stub import Stubber

WIDGET = {"type": "text", "x": 0, "y": 0, "width": 6, "height": 6, "properties": {"markdown": "hello"}}
BODY = {"widgets": [WIDGET]}
ARN = "arn:aws:cloudwatch::123456789012:dashboard/orders"


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
        nothing = {"body": None, "names": None, "prefix": "", "keep_annotations": "none"}
        self.params = {"name": "orders", "state": "present"} | nothing | params
        self.region = "eu-north-1"
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
    diff = result.pop("diff")
    assert result == {"changed": True, "name": "orders", "arn": ARN, "body": BODY}
    assert [(part["before_header"], part["after_header"], part["before"]) for part in diff] == [
        ("orders: dashboard", "orders: dashboard", ""),
        ("orders: text widget at x 0, y 0", "orders: text widget at x 0, y 0", ""),
    ]
    assert 'properties.markdown: "hello"' in diff[1]["after"]


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
    assert [part["after"] for part in result.pop("diff")] == ["", ""]
    assert result == {"changed": True, "name": "orders"}


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


def test_doubtful_keys_become_warnings_of_the_task(client: Any, aws: Stubber) -> None:
    answer_get(aws, {"widgets": [WIDGET | {"widht": 3}]})
    module = FakeModule(client, body={"widgets": [WIDGET | {"widht": 3}]})
    cloudwatch_dashboard.run(module)
    assert len(module.warnings) == 1
    assert module.warnings[0].startswith("Dashboard orders: widgets[0].widht: an unknown key")


def test_all_pages_of_dashboards_are_listed(client: Any, aws: Stubber) -> None:
    entries = [[{"DashboardName": "b"}], [{"DashboardName": "a"}]]
    aws.add_response("list_dashboards", {"DashboardEntries": entries[0], "NextToken": "n"}, {})
    aws.add_response("list_dashboards", {"DashboardEntries": entries[1]}, {"NextToken": "n"})
    assert list_dashboards(client) == ["a", "b"]


def test_dashboards_are_listed_by_prefix(client: Any, aws: Stubber) -> None:
    aws.add_response("list_dashboards", {"DashboardEntries": []}, {"DashboardNamePrefix": "shop-"})
    aws.add_client_error("list_dashboards", "AccessDenied", "cloudwatch:ListDashboards")
    assert cloudwatch_dashboard_info.run(FakeModule(client, prefix="shop-")) == {"changed": False, "dashboards": []}
    with pytest.raises(DashboardError, match=r"list dashboards.*cloudwatch:ListDashboards"):
        list_dashboards(client)


def test_named_dashboards_are_read_and_missing_ones_left_out(client: Any, aws: Stubber) -> None:
    aws.add_client_error("get_dashboard", "ResourceNotFound")
    answer_get(aws, BODY)
    result = cloudwatch_dashboard_info.run(FakeModule(client, names=["orders", "gone"]))
    assert result["dashboards"] == [{"name": "orders", "arn": ARN, "body": BODY}]


def marked(*markers: Any, **properties: Any) -> dict[str, Any]:
    """A body with a metric widget that has vertical annotations."""
    shown = {"region": "eu-north-1", "metrics": [["Shop", "Sold"]], "title": "Sold", **properties}
    annotations = {"annotations": {"vertical": list(markers)}} if markers else {}
    place = {"x": 0, "y": 0, "width": 6, "height": 6}
    return {"widgets": [{"type": "metric", **place, "properties": shown | annotations}]}


DEPLOYED = {"value": "2026-11-26T10:00:00Z", "label": "deployed 1.2"}


def test_markers_of_others_are_no_difference_where_they_are_kept(client: Any, aws: Stubber) -> None:
    answer_get(aws, marked(DEPLOYED))
    result = cloudwatch_dashboard.run(FakeModule(client, body=marked(), keep_annotations="vertical"))
    assert (result["changed"], result["diff"], result["body"]) == (False, [], marked(DEPLOYED))


@pytest.mark.parametrize("check_mode", [True, False])
def test_markers_of_others_survive_a_change_of_something_else(client: Any, aws: Stubber, check_mode: bool) -> None:
    after = marked(DEPLOYED, period=60)
    answer_get(aws, marked(DEPLOYED))
    if not check_mode:
        aws.add_response("put_dashboard", {}, {"DashboardName": "orders", "DashboardBody": json.dumps(after)})
        answer_get(aws, after)
    module = FakeModule(client, check_mode=check_mode, body=marked(period=60), keep_annotations="vertical")
    result = cloudwatch_dashboard.run(module)
    [diff] = result["diff"]
    assert set(diff["after"].splitlines()) - set(diff["before"].splitlines()) == {"properties.period: 60"}
    assert set(diff["before"].splitlines()) - set(diff["after"].splitlines()) == set()
    assert result["body"] == after


def test_markers_of_others_go_where_they_are_not_kept(client: Any, aws: Stubber) -> None:
    answer_get(aws, marked(DEPLOYED))
    assert cloudwatch_dashboard.run(FakeModule(client, check_mode=True, body=marked()))["changed"]


def test_a_new_dashboard_has_no_markers_to_keep(client: Any, aws: Stubber) -> None:
    aws.add_client_error("get_dashboard", "ResourceNotFound")
    module = FakeModule(client, check_mode=True, body=marked(), keep_annotations="vertical")
    assert cloudwatch_dashboard.run(module)["body"] == marked()
