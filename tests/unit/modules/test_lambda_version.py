# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""lambda_version: when a version is published, which old ones go, and what is waited for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import boto3
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.function_version import outdated, published
from ansible_collections.taskmanager.aws.plugins.module_utils.function_version_api import FunctionVersionError
from ansible_collections.taskmanager.aws.plugins.modules import lambda_version
from botocore.stub import Stubber

NAME = "take_order"
ARN = f"arn:aws:lambda:eu-north-1:123456789012:function:{NAME}"


def configuration(version: str = "$LATEST", code: str = "old", **fields: Any) -> dict[str, Any]:
    """A function's or version's configuration, with what differs between any two of them."""
    return {
        "FunctionName": NAME,
        "FunctionArn": ARN if version == "$LATEST" else f"{ARN}:{version}",
        "Version": version,
        "RevisionId": f"revision of {version}",
        "LastModified": f"time of {version}",
        "CodeSha256": code,
        "Timeout": 5,
    } | fields


def alias(version: str, name: str = "live", weights: dict[str, float] | None = None) -> dict[str, Any]:
    routing = {"RoutingConfig": {"AdditionalVersionWeights": weights}} if weights else {}
    return {"Name": name, "FunctionVersion": version, **routing}


@pytest.mark.parametrize(
    ("newest", "current"),
    [
        ({}, True),
        ({"Description": "a version's own", "State": "Active", "MasterArn": ARN}, True),
        ({"CodeSha256": "other"}, False),
        ({"Timeout": 6}, False),
        ({"Environment": {"Variables": {"SHOP": "north"}}}, False),
    ],
)
def test_a_version_is_current_when_code_and_settings_are_the_functions(newest: dict[str, Any], current: bool) -> None:
    found = published([configuration(), configuration("9", "older"), configuration("10", **newest)], [])
    assert (found.versions, found.is_current) == (["9", "10"], current)


def test_a_function_without_versions_is_not_published() -> None:
    assert not published([configuration()], []).is_current


@pytest.mark.parametrize(
    ("keep", "aliases", "old"),
    [
        (None, [], []),
        (1, [], ["1", "2", "9"]),
        (2, [], ["1", "2"]),
        (4, [], []),
        (9, [], []),
        (1, [alias("2")], ["1", "9"]),
        (1, [alias("10", name="next"), alias("1"), alias("9", name="old")], ["2"]),
        (1, [alias("10", weights={"2": 0.1})], ["1", "9"]),
    ],
)
def test_old_versions_go_unless_an_alias_sends_calls_to_them(
    keep: int | None, aliases: Sequence[dict[str, Any]], old: list[str]
) -> None:
    versions = [configuration(version) for version in ("$LATEST", "10", "9", "2", "1")]
    assert outdated(published(versions, aliases), keep) == old


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

    def __init__(self, client: Any, check_mode: bool = False, keep: int | None = None) -> None:
        self.params = {"function_name": NAME, "keep": keep, "wait_timeout": 10}
        self.check_mode = check_mode
        self._diff = True
        self._client = client

    def client(self, _service: str) -> Any:
        return self._client


def answer_list(aws: Stubber, *versions: dict[str, Any], aliases: Sequence[dict[str, Any]] = ()) -> None:
    listed = {"FunctionName": NAME}
    aws.add_response("list_versions_by_function", {"Versions": [configuration(), *versions]}, listed)
    aws.add_response("list_aliases", {"Aliases": list(aliases)}, listed)


def answer_publish(aws: Stubber, version: str) -> None:
    ready = {"Configuration": {"LastUpdateStatus": "Successful", "State": "Active"}}
    for _waiter in ("updated", "active"):
        aws.add_response("get_function", ready, {"FunctionName": NAME})
    aws.add_response("publish_version", configuration(version), {"FunctionName": NAME})
    answer_active(aws, version)


def answer_active(aws: Stubber, version: str) -> None:
    one = {"FunctionName": NAME, "Qualifier": version}
    aws.add_response("get_function_configuration", configuration(version, State="Active"), one)


def answer_delete(aws: Stubber, version: str) -> None:
    aws.add_response("delete_function", {}, {"FunctionName": NAME, "Qualifier": version})


def test_what_has_changed_is_published_once_it_is_ready(client: Any, aws: Stubber) -> None:
    answer_list(aws, configuration("1", "older"), aliases=[alias("1")])
    answer_publish(aws, "2")
    assert lambda_version.run(FakeModule(client)) == {
        "changed": True,
        "version": "2",
        "versions": ["1", "2"],
        "aliases": {"live": "1"},
        "diff": {"before": {"versions": ["1"]}, "after": {"versions": ["1", "2"]}},
    }


def test_what_has_not_is_only_read(client: Any, aws: Stubber) -> None:
    answer_list(aws, configuration("1"))
    answer_active(aws, "1")
    result = lambda_version.run(FakeModule(client))
    assert (result["changed"], result["version"]) == (False, "1")


def test_a_version_that_lambda_finds_current_is_no_change(client: Any, aws: Stubber) -> None:
    answer_list(aws, configuration("1", Timeout=6))
    answer_publish(aws, "1")
    assert not lambda_version.run(FakeModule(client))["changed"]


def test_old_versions_are_deleted_after_the_new_one_is_there(client: Any, aws: Stubber) -> None:
    answer_list(aws, configuration("1", "older"), configuration("2", "older"), aliases=[alias("2")])
    answer_publish(aws, "3")
    answer_delete(aws, "1")
    assert lambda_version.run(FakeModule(client, keep=1))["versions"] == ["2", "3"]


def test_too_many_versions_are_deleted_without_a_new_one(client: Any, aws: Stubber) -> None:
    answer_list(aws, configuration("1", "older"), configuration("2"))
    answer_active(aws, "2")
    answer_delete(aws, "1")
    result = lambda_version.run(FakeModule(client, keep=1))
    assert (result["changed"], result["versions"]) == (True, ["2"])


def test_check_mode_predicts_and_writes_nothing(client: Any, aws: Stubber) -> None:
    answer_list(aws, configuration("1", "older"), configuration("2", "older"))
    result = lambda_version.run(FakeModule(client, check_mode=True, keep=2))
    assert result["changed"]
    assert "version" not in result
    assert result["diff"]["after"] == {"versions": ["2", "(new)"]}


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_function_that_is_not_there_is_one_to_come_in_check_mode_alone(
    client: Any, aws: Stubber, check_mode: bool
) -> None:
    aws.add_client_error("list_versions_by_function", "ResourceNotFoundException", http_status_code=404)
    module = FakeModule(client, check_mode=check_mode)
    if check_mode:
        assert lambda_version.run(module)["changed"]
    else:
        with pytest.raises(FunctionVersionError, match="there is no function 'take_order'; create it first"):
            lambda_version.run(module)


def test_an_update_that_lambda_gave_up_is_told_with_its_reason(client: Any, aws: Stubber) -> None:
    answer_list(aws)
    reason = "The role defined for the function cannot be assumed by Lambda."
    failed = {"Configuration": {"LastUpdateStatus": "Failed", "LastUpdateStatusReason": reason}}
    aws.add_response("get_function", failed, {"FunctionName": NAME})
    with pytest.raises(FunctionVersionError, match=f"take_order was not ready in 10 s: {reason}"):
        lambda_version.run(FakeModule(client))


def test_a_refused_call_keeps_the_reason_of_aws(client: Any, aws: Stubber) -> None:
    answer_list(aws, configuration("1", "older"), configuration("2"))
    answer_active(aws, "2")
    aws.add_client_error("delete_function", "AccessDeniedException", "lambda:DeleteFunction", http_status_code=403)
    with pytest.raises(FunctionVersionError, match=r"delete version 1 of take_order.*lambda:DeleteFunction"):
        lambda_version.run(FakeModule(client, keep=1))
