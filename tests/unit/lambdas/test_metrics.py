# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""common/metrics.py: the same metrics by PutMetricData and in the embedded metric format."""

import time
from collections.abc import Iterator, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

import emf
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from common import health
from common.clients import client
from common.metrics import counting, emf_document, metrics_format, publisher
from jsonschema import ValidationError
from messages import BatchError

NAMESPACE = "TaskManagementSystem"
CONTEXT = SimpleNamespace(aws_request_id="request-1", get_remaining_time_in_millis=lambda: 30_000)


@pytest.fixture
def cloudwatch() -> Iterator[Stubber]:
    """CloudWatch as the functions' client sees it: each call must be one that was foreseen."""
    with Stubber(client("cloudwatch")) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def printing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switches to the embedded metric format."""
    monkeypatch.setenv("METRICS_FORMAT", "emf")


def expect_metrics(stub: Stubber, **counts: int) -> None:
    data = [{"MetricName": name, "Value": count, "Unit": "Count"} for name, count in counts.items()]
    stub.add_response("put_metric_data", {}, {"Namespace": NAMESPACE, "MetricData": data})


def count(*names: str, error: Exception | None = None, **zero: int) -> None:
    """Count each name, and then fail if there is an error."""
    with counting(publisher("request-1")) as counts:
        counts.update(zero)
        counts.update(names)
        if error:
            raise error


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, int]]:
    """What each line on stdout counts; each has to be a valid document."""
    lines = capsys.readouterr().out.splitlines()
    found = emf.documents(lines)
    assert len(found) == len(lines)
    return [emf.counts([document], NAMESPACE) for document in found]


def test_counts_are_published_together(cloudwatch: Stubber) -> None:
    expect_metrics(cloudwatch, Started=2, Failed=1)
    count("Started", "Started", "Failed")


def test_zero_is_not_published(cloudwatch: Stubber) -> None:
    expect_metrics(cloudwatch, Started=1)
    count("Started", Failed=0)


@pytest.mark.usefixtures("cloudwatch")
def test_no_call_is_made_when_nothing_was_counted() -> None:
    count(Failed=0)


def test_counts_of_a_failed_block_are_published_and_its_exception_goes_on(cloudwatch: Stubber) -> None:
    expect_metrics(cloudwatch, Failed=1)
    with pytest.raises(RuntimeError, match="boom"):
        count("Failed", error=RuntimeError("boom"))


def test_metrics_that_cannot_be_published_raise(cloudwatch: Stubber) -> None:
    cloudwatch.add_client_error("put_metric_data", "AccessDenied")
    with pytest.raises(ClientError, match="AccessDenied"):
        count("Started")


def test_health_of_the_metrics_publishes_one(cloudwatch: Stubber) -> None:
    expect_metrics(cloudwatch, HealthChecks=1)
    checks = health.metrics_checks(counting(publisher("request-1")))
    assert list(checks) == ["cloudwatch"]
    checks["cloudwatch"]()


@pytest.mark.usefixtures("printing")
def test_counts_are_printed_together_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    count("Started", "Started", "Failed", Completed=0)
    assert printed(capsys) == [{"Started": 2, "Failed": 1}]


@pytest.mark.usefixtures("printing")
def test_nothing_is_printed_when_nothing_was_counted(capsys: pytest.CaptureFixture[str]) -> None:
    count(Failed=0)
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("printing")
def test_counts_of_a_failed_block_are_printed_and_its_exception_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match="boom"):
        count("Failed", error=RuntimeError("boom"))
    assert printed(capsys) == [{"Failed": 1}]


@pytest.mark.usefixtures("printing")
def test_printed_document_has_the_time_in_milliseconds_and_the_request(capsys: pytest.CaptureFixture[str]) -> None:
    before = time.time()
    count("Started")
    (document,) = emf.documents(capsys.readouterr().out.splitlines())
    assert before - 0.001 <= document["_aws"]["Timestamp"] / 1000 <= time.time()
    assert document["requestId"] == "request-1"


def test_document_is_the_metric_of_put_metric_data_without_dimensions() -> None:
    assert emf_document(NAMESPACE, "request-1", 1574109732.0049, {"Started": 2}) == {
        "_aws": {
            "Timestamp": 1574109732004,
            "CloudWatchMetrics": [
                {"Namespace": NAMESPACE, "Dimensions": [[]], "Metrics": [{"Name": "Started", "Unit": "Count"}]}
            ],
        },
        "requestId": "request-1",
        "Started": 2,
    }


@pytest.mark.parametrize(
    ("directive", "reason"),
    [
        ({"Dimensions": []}, "[] should be non-empty"),
        ({"Dimensions": ["FunctionName"]}, "'FunctionName' is not of type 'array'"),
        ({"Metrics": [{"Name": "Started", "Unit": "Counts"}]}, "'Counts' is not one of"),
        ({"Metrics": [{"Unit": "Count"}]}, "'Name' is a required property"),
        ({"Namespace": ""}, "'' should be non-empty"),
    ],
)
def test_schema_refuses_what_the_specification_forbids(directive: Mapping[str, object], reason: str) -> None:
    document: Any = emf_document(NAMESPACE, "request-1", 0, {"Started": 1})
    document["_aws"]["CloudWatchMetrics"][0] |= directive
    with pytest.raises(ValidationError) as raised:
        emf.metrics(document)
    assert raised.value.message.startswith(reason)


@pytest.mark.parametrize("wrong", ["", "EMF", "json"])
def test_format_that_is_unknown_is_an_error_that_names_the_known(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_FORMAT", wrong)
    with pytest.raises(ValueError, match=f"METRICS_FORMAT is '{wrong}', but must be one of api, emf"):
        publisher("request-1")


def test_format_is_api_unless_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert metrics_format() == "api"
    monkeypatch.setenv("METRICS_FORMAT", "api")
    assert metrics_format() == "api"


@pytest.mark.parametrize("function", ["add_task", "process_task"])
@pytest.mark.parametrize("event", [{"health_check": True}, {"title": "t"}, {"Records": []}])
def test_handlers_refuse_an_unknown_format(
    function: str, event: object, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METRICS_FORMAT", "json")
    with pytest.raises(ValueError, match="METRICS_FORMAT"):
        request.getfixturevalue(function).handler(event, CONTEXT)


@pytest.mark.usefixtures("printing")
def test_wholly_failed_batch_prints_its_metrics(process_task: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BatchError):
        process_task.handler({"Records": [{"messageId": "m", "body": "?"}]}, CONTEXT)
    assert printed(capsys) == [{"TasksFailed": 1}]


@pytest.mark.usefixtures("printing")
def test_no_check_claims_cloudwatch_where_metrics_are_printed() -> None:
    assert health.metrics_checks(counting(publisher("request-1"))) == {}


@pytest.mark.usefixtures("printing")
def test_printing_makes_no_client() -> None:
    count("Started")
    assert client.cache_info().currsize == 0
