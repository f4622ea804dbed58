# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""lambda_function_configuration: what is compared and called; and what a function's environment becomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.function_configuration import (
    function_environment,
    function_environment_problems,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.function_version_api import FunctionVersionError
from ansible_collections.taskmanager.aws.plugins.modules import lambda_function_configuration
from botocore.stub import Stubber

LAYER = "arn:aws:lambda:eu-north-1:123456789012:layer:shop:1"
ONE = {"FunctionName": "take_order"}
FOUND = {
    "Description": "first",
    "Layers": [{"Arn": LAYER, "CodeSize": 1}],
    "EphemeralStorage": {"Size": 1024},
    "LastUpdateStatus": "Successful",
}
NONE: dict[str, Any] = {"description": "", "layers": [], "ephemeral_storage": 512}


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

    def __init__(self, client: Any, check_mode: bool = False, **options: Any) -> None:
        absent = dict.fromkeys(lambda_function_configuration.OPTIONS)
        self.params = {"function_name": "take_order", "wait_timeout": 10} | absent | options
        self.check_mode = check_mode
        self._diff = True
        self._client = client

    def client(self, _service: str) -> Any:
        return self._client


def answer_change(aws: Stubber, **settings: Any) -> None:
    """A function that is ready, is changed so, and is ready again."""
    aws.add_response("get_function", {"Configuration": FOUND}, ONE)
    aws.add_response("update_function_configuration", {}, ONE | settings)
    aws.add_response("get_function", {"Configuration": FOUND}, ONE)


def test_what_is_taken_out_of_the_data_goes(client: Any, aws: Stubber) -> None:
    aws.add_response("get_function_configuration", FOUND, ONE)
    answer_change(aws, Description="", Layers=[], EphemeralStorage={"Size": 512})
    result = lambda_function_configuration.run(FakeModule(client, **NONE))
    before = {"description": "first", "layers": [LAYER], "ephemeral_storage": 1024}
    assert result == {"changed": True, "settings": NONE, "diff": {"before": before, "after": NONE}}


def test_what_differs_alone_is_sent(client: Any, aws: Stubber) -> None:
    aws.add_response("get_function_configuration", FOUND, ONE)
    answer_change(aws, Layers=[])
    assert lambda_function_configuration.run(FakeModule(client, layers=[], description="first"))["changed"]


@pytest.mark.parametrize(("found", "options"), [(FOUND, {}), ({}, NONE), (FOUND, {"layers": [LAYER]})])
def test_what_is_as_wanted_or_not_given_is_left_alone(
    client: Any, aws: Stubber, found: dict[str, Any], options: dict[str, Any]
) -> None:
    aws.add_response("get_function_configuration", found, ONE)
    assert not lambda_function_configuration.run(FakeModule(client, **options))["changed"]


def test_check_mode_predicts_and_writes_nothing(client: Any, aws: Stubber) -> None:
    aws.add_response("get_function_configuration", FOUND, ONE)
    assert lambda_function_configuration.run(FakeModule(client, check_mode=True, **NONE))["changed"]


def test_a_function_that_is_not_there_is_an_error_but_in_check_mode(client: Any, aws: Stubber) -> None:
    aws.add_client_error("get_function_configuration", "ResourceNotFoundException")
    with pytest.raises(FunctionVersionError, match="there is no function 'take_order'"):
        lambda_function_configuration.run(FakeModule(client, **NONE))
    aws.add_client_error("get_function_configuration", "ResourceNotFoundException")
    assert not lambda_function_configuration.run(FakeModule(client, check_mode=True, **NONE))["changed"]


def test_values_become_text_that_can_be_read_again() -> None:
    given = {"A": "5", "B": "", "C": True, "D": False, "E": 5, "F": 0.5, "G": [1, "ü"], "H": {"a": None}, "I": "True"}
    assert function_environment(given) == {
        "A": "5",
        "B": "",
        "C": "true",
        "D": "false",
        "E": "5",
        "F": "0.5",
        "G": '[1, "ü"]',
        "H": '{"a": null}',
        "I": "True",
    }


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "the value of EMPTY is null: give '' for an empty variable, or leave it out"),
        (float("nan"), "the value of EMPTY can't be written as JSON"),
        ([float("inf")], "the value of EMPTY can't be written as JSON"),
        ({1, 2}, "the value of EMPTY can't be written as JSON"),
        (b"x", "the value of EMPTY can't be written as JSON"),
    ],
)
def test_a_value_that_would_be_mangled_is_refused_by_its_name(value: Any, told: str) -> None:
    (problem,) = function_environment_problems({"EMPTY": value, "RIGHT": "x"})
    assert problem.startswith(told)
    with pytest.raises(ValueError, match="the value of EMPTY"):
        function_environment({"EMPTY": value})
