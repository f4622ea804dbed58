# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""cloudwatch_dashboard_preview: the calls, and what the module makes of refusals, check mode and files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier
from typing import Any

import boto3
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_api import DashboardError
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import SourceError
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import TimeRangeError
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview_api import Endpoint
from ansible_collections.taskmanager.aws.plugins.modules import cloudwatch_dashboard_preview
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber
from kitchen_sink import NOW, REGION, SPAN, alarm, metric

QUERY = [{"Id": "m1", "ReturnData": True, "Expression": "SELECT 1", "Period": 60}]
METRIC = {"Namespace": "Shop", "MetricName": "Latency", "Dimensions": []}
BODY = {"widgets": [metric("Latency", ["Shop", "Latency"], region=REGION)]}


def client_of(service: str) -> Any:
    return boto3.client(service, region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def cloudwatch() -> Any:
    return client_of("cloudwatch")


@pytest.fixture
def aws(cloudwatch: Any) -> Iterator[Stubber]:
    with Stubber(cloudwatch) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def logs() -> Any:
    return client_of("logs")


@pytest.fixture
def aws_logs(logs: Any) -> Iterator[Stubber]:
    with Stubber(logs) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def endpoint(client: Any, timeout: float = 0) -> Endpoint:
    return Endpoint(lambda _service, _region: client, timeout)


def test_all_pages_of_data_are_read(cloudwatch: Any, aws: Stubber) -> None:
    asked = {
        "MetricDataQueries": QUERY,
        "StartTime": SPAN.start,
        "EndTime": SPAN.end,
        "ScanBy": "TimestampAscending",
    }
    aws.add_response("get_metric_data", {"MetricDataResults": [{"Id": "a"}], "NextToken": "more"}, asked)
    aws.add_response("get_metric_data", {"MetricDataResults": [{"Id": "b"}]}, asked | {"NextToken": "more"})
    assert endpoint(cloudwatch).metric_data(None, QUERY, SPAN) == [{"Id": "a"}, {"Id": "b"}]


def test_alarms_of_both_kinds_are_read_100_names_at_a_time(cloudwatch: Any, aws: Stubber) -> None:
    names = [f"a{number}" for number in range(101)]
    kinds = {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
    found = {"MetricAlarms": [alarm("a1", "OK")], "CompositeAlarms": [{"AlarmName": "c"}]}
    aws.add_response("describe_alarms", found, kinds | {"AlarmNames": names[:100]})
    aws.add_response(
        "describe_alarms", {"MetricAlarms": [], "CompositeAlarms": []}, kinds | {"AlarmNames": names[100:]}
    )
    assert [one["AlarmName"] for one in endpoint(cloudwatch).alarms(None, names)] == ["a1", "c"]


def test_each_region_is_asked_through_a_client_of_its_own() -> None:
    made = []

    def client(service: str, region: str | None) -> Any:
        made.append((service, region))
        stubbed = client_of(service)
        stubber = Stubber(stubbed)
        for _ in range(2):
            stubber.add_response("get_metric_data", {"MetricDataResults": []})
        stubber.activate()
        return stubbed

    source = Endpoint(client, 0)
    for region in ("eu-north-1", "us-east-1", "eu-north-1"):
        source.metric_data(region, QUERY, SPAN)
    assert made == [("cloudwatch", "eu-north-1"), ("cloudwatch", "us-east-1")]


def test_a_query_of_logs_is_polled_until_it_is_complete(logs: Any, aws_logs: Stubber) -> None:
    rows = [[{"field": "n", "value": "1"}]]
    asked = {"logGroupNames": ["/a"], "queryString": "fields n"}
    times = {"startTime": int(SPAN.start.timestamp()), "endTime": int(SPAN.end.timestamp())}
    aws_logs.add_response("start_query", {"queryId": "q"}, asked | times)
    aws_logs.add_response("get_query_results", {"status": "Running", "results": []}, {"queryId": "q"})
    aws_logs.add_response("get_query_results", {"status": "Complete", "results": rows}, {"queryId": "q"})
    assert endpoint(logs, timeout=5).log_rows(None, asked, SPAN) == rows


def test_a_query_that_takes_too_long_is_stopped(logs: Any, aws_logs: Stubber) -> None:
    aws_logs.add_response("start_query", {"queryId": "q"})
    aws_logs.add_response("get_query_results", {"status": "Running", "results": []})
    aws_logs.add_response("stop_query", {"success": True}, {"queryId": "q"})
    with pytest.raises(SourceError, match="longer than 0 seconds: raise log_query_timeout"):
        endpoint(logs, timeout=0).log_rows(None, {"queryString": "x"}, SPAN)


def test_a_query_that_failed_is_an_error(logs: Any, aws_logs: Stubber) -> None:
    aws_logs.add_response("start_query", {"queryId": "q"})
    aws_logs.add_response("get_query_results", {"status": "Failed", "results": []})
    with pytest.raises(SourceError, match="ended as Failed"):
        endpoint(logs).log_rows(None, {"queryString": "x"}, SPAN)


@pytest.mark.parametrize(
    ("code", "denied"), [("AccessDenied", True), ("InvalidClientTokenId", True), ("ValidationError", False)]
)
def test_refusals_are_told_from_denials(cloudwatch: Any, aws: Stubber, code: str, denied: bool) -> None:
    source = endpoint(cloudwatch)
    aws.add_client_error("get_metric_data", code, "AWS says no")
    with pytest.raises(SourceError, match="GetMetricData: AWS says no"):
        source.metric_data(None, QUERY, SPAN)
    assert (source.denials, source.answered) == (["GetMetricData: AWS says no"] if denied else [], not denied)


class FailedError(Exception):
    pass


class FakeModule:
    """What `run` uses of AnsibleAWSModule."""

    def __init__(self, client: Any, dest: Path, check_mode: bool = False, **params: Any) -> None:
        defaults = {"name": None, "body": None, "widgets": None, "start": None, "end": None, "log_query_timeout": 1}
        self.params = defaults | {"variables": {}, "dest": str(dest)} | params
        self.region = REGION
        self.check_mode = check_mode
        self.tmpdir = str(dest.parent)
        self.warnings: list[str] = []
        self._client = client

    def client(self, _service: str, **_: Any) -> Any:
        return self._client

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def fail_json(self, msg: str) -> None:
        raise FailedError(msg)

    def atomic_move(self, source: str, dest: str) -> None:
        shutil.move(source, dest)

    def load_file_common_arguments(self, _params: dict[str, Any]) -> dict[str, Any]:
        return {}

    def set_fs_attributes_if_different(self, _arguments: dict[str, Any], changed: bool) -> bool:
        return changed


def run(module: FakeModule) -> dict[str, Any]:
    return cloudwatch_dashboard_preview.run(module)


def answer(values: list[float]) -> dict[str, Any]:
    return {
        "MetricDataResults": [{"Id": "q0", "Label": "Latency", "Timestamps": [NOW] * len(values), "Values": values}]
    }


def test_a_body_that_is_not_deployed_is_drawn(cloudwatch: Any, aws: Stubber, tmp_path: Path) -> None:
    aws.add_response("get_metric_data", answer([1.0]))
    aws.add_response("get_metric_statistics", {"Datapoints": [{"Unit": "Milliseconds"}]})
    result = run(FakeModule(cloudwatch, tmp_path / "page.html", body=json.dumps(BODY)))
    assert result == {
        "changed": True,
        "dest": str(tmp_path / "page.html"),
        "widgets": [{"index": 0, "type": "metric", "title": "Latency", "problems": []}],
        "problems": [],
    }
    assert "<title>preview</title>" in (tmp_path / "page.html").read_text()


def test_a_deployed_dashboard_is_drawn(cloudwatch: Any, aws: Stubber, tmp_path: Path) -> None:
    deployed = {"DashboardName": "shop", "DashboardArn": "arn", "DashboardBody": json.dumps(BODY)}
    aws.add_response("get_dashboard", deployed, {"DashboardName": "shop"})
    aws.add_response("get_metric_data", answer([]))
    run(FakeModule(cloudwatch, tmp_path / "page.html", name="shop"))
    assert "<title>shop</title>" in (tmp_path / "page.html").read_text()


def test_a_dashboard_that_is_not_there_is_an_error_with_a_way_out(
    cloudwatch: Any, aws: Stubber, tmp_path: Path
) -> None:
    aws.add_client_error("get_dashboard", "ResourceNotFound")
    with pytest.raises(DashboardError, match="There is no dashboard shop: deploy it, or give its body"):
        run(FakeModule(cloudwatch, tmp_path / "page.html", name="shop"))


def test_check_mode_reads_and_writes_nothing(cloudwatch: Any, aws: Stubber, tmp_path: Path) -> None:
    for _ in ("with all others", "alone"):
        aws.add_client_error("get_metric_data", "ValidationError", "no such statistic")
    result = run(FakeModule(cloudwatch, tmp_path / "page.html", check_mode=True, widgets=BODY["widgets"]))
    assert result["changed"]
    assert result["problems"] == ["widgets[0] (Latency): GetMetricData: no such statistic"]
    assert list(tmp_path.iterdir()) == []


def test_it_fails_when_not_a_single_call_is_let_through(cloudwatch: Any, aws: Stubber, tmp_path: Path) -> None:
    for _ in ("with all others", "alone"):
        aws.add_client_error("get_metric_data", "AccessDenied", "not authorized to perform: cloudwatch:GetMetricData")
    with pytest.raises(DashboardError, match="cloudwatch:GetMetricData"):
        run(FakeModule(cloudwatch, tmp_path / "page.html", body=BODY))
    assert list(tmp_path.iterdir()) == []


def test_it_fails_when_the_endpoint_cannot_be_reached(cloudwatch: Any, monkeypatch: Any, tmp_path: Path) -> None:
    def unreachable(*_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")

    monkeypatch.setattr(cloudwatch, "_make_api_call", unreachable)
    with pytest.raises(DashboardError, match=r"Could not connect to the endpoint URL"):
        run(FakeModule(cloudwatch, tmp_path / "page.html", body=BODY))


def test_one_refused_widget_does_not_take_those_with_it_that_were_asked_for_in_one_call(
    cloudwatch: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    def refuse(_action: str, asked: dict[str, Any]) -> dict[str, Any]:
        if any(query["MetricStat"]["Stat"] == "p999999" for query in asked["MetricDataQueries"]):
            error = {"Error": {"Code": "ValidationError", "Message": "no such statistic"}}
            raise ClientError(error, "GetMetricData")
        return {"MetricDataResults": []}

    monkeypatch.setattr(cloudwatch, "_make_api_call", refuse)
    widgets = [*BODY["widgets"], metric("Odd", ["Shop", "Latency", {"stat": "p999999"}], region=REGION)]
    result = run(FakeModule(cloudwatch, tmp_path / "page.html", body={"widgets": widgets}))
    assert [widget["problems"] for widget in result["widgets"]] == [[], ["GetMetricData: no such statistic"]]


def test_queries_of_logs_run_side_by_side(logs: Any, monkeypatch: Any, tmp_path: Path) -> None:
    all_started = Barrier(3)

    def answer_when_all_have_started(action: str, _asked: dict[str, Any]) -> dict[str, Any]:
        if action == "StartQuery":
            all_started.wait(timeout=20)
            return {"queryId": "q"}
        return {"status": "Complete", "results": [[{"field": "n", "value": "1"}]]}

    monkeypatch.setattr(logs, "_make_api_call", answer_when_all_have_started)
    query = {"type": "log", "properties": {"query": "SOURCE '/a' | fields n", "region": REGION}}
    assert run(FakeModule(logs, tmp_path / "page.html", body={"widgets": [query] * 3}))["problems"] == []


def test_units_are_read_once_for_each_metric(cloudwatch: Any, aws: Stubber) -> None:
    latency = {"Namespace": "Shop", "MetricName": "Latency", "Dimensions": [{"Name": "Function", "Value": "take"}]}
    asked = {"StartTime": SPAN.start, "EndTime": SPAN.end, "Period": 10800, "Statistics": ["SampleCount"]}
    aws.add_response("get_metric_statistics", {"Datapoints": [{"Unit": "Seconds"}] * 2}, latency | asked)
    source = endpoint(cloudwatch)
    assert source.units(None, [latency, latency], SPAN) == ["Seconds", "Seconds"]
    assert source.units(None, [latency], SPAN) == ["Seconds"]


@pytest.mark.parametrize("units", [[], ["Seconds", "Count"]])
def test_without_one_unit_there_is_none(cloudwatch: Any, aws: Stubber, units: list[str]) -> None:
    aws.add_response("get_metric_statistics", {"Datapoints": [{"Unit": unit} for unit in units]})
    assert endpoint(cloudwatch).units(None, [METRIC], SPAN) == [""]


def test_units_that_may_not_be_read_are_left_out_with_a_warning(cloudwatch: Any, aws: Stubber, tmp_path: Path) -> None:
    aws.add_response("get_metric_data", answer([1.0]))
    aws.add_client_error("get_metric_statistics", "AccessDenied", "not authorized")
    module = FakeModule(cloudwatch, tmp_path / "page.html", body=BODY)
    assert run(module)["problems"] == []
    assert module.warnings == ["Units are left out: GetMetricStatistics: not authorized"]
    assert f"<li>{module.warnings[0]}</li>" in (tmp_path / "page.html").read_text()


def test_a_time_range_that_cannot_be_read_is_refused(cloudwatch: Any, tmp_path: Path) -> None:
    with pytest.raises(TimeRangeError, match="start 'yesterday'"):
        run(FakeModule(cloudwatch, tmp_path / "page.html", body=BODY, start="yesterday"))


def test_a_folder_that_does_not_exist_is_an_error_with_a_way_out(cloudwatch: Any, tmp_path: Path) -> None:
    with pytest.raises(FailedError, match="its folder does not exist; make it"):
        run(FakeModule(cloudwatch, tmp_path / "no/page.html", body={"widgets": []}))


def test_doubtful_keys_become_warnings(cloudwatch: Any, tmp_path: Path) -> None:
    module = FakeModule(cloudwatch, tmp_path / "page.html", body={"widgets": [], "colour": "red"})
    run(module)
    assert "body.colour" in module.warnings[0]


def test_a_missing_library_is_named(cloudwatch: Any, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setitem(cloudwatch_dashboard_preview.LIBRARIES, "no_such_library", "no-such-package")
    with pytest.raises(FailedError, match="no-such-package"):
        cloudwatch_dashboard_preview.require_libraries(FakeModule(cloudwatch, tmp_path))
