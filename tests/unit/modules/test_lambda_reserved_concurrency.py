# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""lambda_reserved_concurrency: what is called, and what is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.reserved_concurrency_api import ReservedConcurrencyError
from ansible_collections.taskmanager.aws.plugins.modules import lambda_reserved_concurrency
from botocore.stub import Stubber

ONE = {"FunctionName": "take_order"}


@pytest.fixture
def client() -> Any:
    return boto3.client("lambda", region_name="eu-north-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def aws(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


class FakeModule:
    """What `run` uses of AnsibleAWSModule."""

    def __init__(self, client: Any, executions: int | None, check_mode: bool = False) -> None:
        state = "absent" if executions is None else "present"
        self.params = {"function_name": "take_order", "executions": executions, "state": state}
        self.check_mode = check_mode
        self._diff = True
        self._client = client

    def client(self, _service: str) -> Any:
        return self._client


def answer_find(aws: Stubber, reserved: int | None) -> None:
    answer = {} if reserved is None else {"ReservedConcurrentExecutions": reserved}
    aws.add_response("get_function_concurrency", answer, ONE)


@pytest.mark.parametrize("reserved", [None, 0, 7])
@pytest.mark.parametrize("wanted", [0, 5])
def test_another_number_is_put(client: Any, aws: Stubber, reserved: int | None, wanted: int) -> None:
    answer_find(aws, reserved)
    if reserved != wanted:
        aws.add_response("put_function_concurrency", {}, ONE | {"ReservedConcurrentExecutions": wanted})
    result = lambda_reserved_concurrency.run(FakeModule(client, wanted))
    assert (result["changed"], result["executions"]) == (reserved != wanted, wanted)


@pytest.mark.parametrize("reserved", [None, 0, 7])
def test_absent_releases_what_is_reserved(client: Any, aws: Stubber, reserved: int | None) -> None:
    answer_find(aws, reserved)
    if reserved is not None:
        aws.add_response("delete_function_concurrency", {}, ONE)
    result = lambda_reserved_concurrency.run(FakeModule(client, None))
    assert (result["changed"], "executions" in result) == (reserved is not None, False)


def test_a_function_that_is_gone_has_none(client: Any, aws: Stubber) -> None:
    aws.add_client_error("get_function_concurrency", "ResourceNotFoundException", http_status_code=404)
    assert not lambda_reserved_concurrency.run(FakeModule(client, None))["changed"]


@pytest.mark.parametrize(("wanted", "after"), [(5, {"executions": 5}), (None, {})])
def test_check_mode_predicts_and_writes_nothing(
    client: Any, aws: Stubber, wanted: int | None, after: dict[str, int]
) -> None:
    answer_find(aws, 7)
    result = lambda_reserved_concurrency.run(FakeModule(client, wanted, check_mode=True))
    assert (result["changed"], result["diff"]) == (True, {"before": {"executions": 7}, "after": after})


def test_a_refused_call_keeps_the_reason_of_aws(client: Any, aws: Stubber) -> None:
    answer_find(aws, None)
    reason = "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution"
    aws.add_client_error("put_function_concurrency", "InvalidParameterValueException", reason)
    with pytest.raises(ReservedConcurrencyError, match=f"reserve 5 executions for take_order.*{reason}"):
        lambda_reserved_concurrency.run(FakeModule(client, 5))
