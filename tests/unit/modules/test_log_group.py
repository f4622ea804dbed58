# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""cloudwatchlogs_log_group: what is left alone, what is refused, and that a log group is never made anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.log_group import (
    RETENTIONS,
    Given,
    InvalidLogGroupError,
    Settings,
    check,
    desired,
    settings_of,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.log_group_api import LogGroupError, find_log_group
from ansible_collections.taskmanager.aws.plugins.modules import cloudwatchlogs_log_group
from botocore.stub import Stubber

NAME = "/shop/orders"
ARN = f"arn:aws:logs:eu-north-1:123456789012:log-group:{NAME}"
KEY = "arn:aws:kms:eu-north-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
NOTHING = Given(retention=None, kms_key_id=None, tags=None, purge_tags=True)


def group(name: str = NAME, **fields: Any) -> dict[str, Any]:
    return {"logGroupName": name, "arn": f"{ARN}:*", "logGroupArn": ARN} | fields


CURRENT = Settings(retention=7, kms_key_id=KEY, tags={"shop": "north", "aws:stack": "x"})


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        pytest.param(NOTHING, CURRENT, id="nothing"),
        pytest.param(Given(14, None, None, True), Settings(14, KEY, CURRENT.tags), id="retention"),
        pytest.param(Given(0, None, None, True), Settings(0, KEY, CURRENT.tags), id="for ever"),
        pytest.param(Given(None, "", None, True), Settings(7, "", CURRENT.tags), id="no key"),
        pytest.param(
            Given(None, None, {"a": "1"}, True), Settings(7, KEY, {"a": "1", "aws:stack": "x"}), id="tags, AWS's stay"
        ),
        pytest.param(Given(None, None, {}, True), Settings(7, KEY, {"aws:stack": "x"}), id="no tags"),
        pytest.param(
            Given(None, None, {"a": "1"}, False),
            Settings(7, KEY, {"shop": "north", "aws:stack": "x", "a": "1"}),
            id="tags beside others",
        ),
    ],
)
def test_what_is_not_given_stays(given: Given, wanted: Settings) -> None:
    assert desired(given, CURRENT) == wanted


def test_a_new_log_group_has_the_defaults_of_aws_where_nothing_is_given() -> None:
    assert desired(NOTHING, None) == Settings(retention=0, kms_key_id="", tags={})


def test_settings_that_aws_leaves_out_were_never_set() -> None:
    assert settings_of(group(), {}) == Settings(0, "", {})
    assert settings_of(group(retentionInDays=7, kmsKeyId=KEY), CURRENT.tags) == CURRENT


@pytest.mark.parametrize("key", [None, "", KEY, KEY.replace("arn:aws:", "arn:aws-cn:")])
def test_a_key_is_named_by_its_arn(key: str | None) -> None:
    check(Given(None, key, None, True))


@pytest.mark.parametrize("key", ["alias/logs", KEY.rpartition("/")[2], KEY.replace("key/", "alias/")])
def test_a_key_named_otherwise_is_refused_with_the_form_that_is_right(key: str) -> None:
    with pytest.raises(
        InvalidLogGroupError, match=rf"kms_key_id: '{key}', must be the ARN of a KMS key, such as arn:aws"
    ):
        check(Given(None, key, None, True))


def test_the_numbers_that_are_missing_in_amazon_aws_are_there() -> None:
    assert {1096, 2192, 2557, 2922, 3288} < set(RETENTIONS)


@pytest.fixture
def client() -> Any:
    return boto3.client("logs", region_name="eu-north-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def aws(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


class FakeModule:
    """What `run` uses of AnsibleAWSModule."""

    def __init__(self, client: Any, check_mode: bool = False, **params: Any) -> None:
        given = {"log_group_name": NAME, "state": "present", "retention": None, "kms_key_id": None, "tags": None}
        self.params = given | {"purge_tags": True} | params
        self.check_mode = check_mode
        self._diff = True
        self._client = client

    def client(self, _service: str) -> Any:
        return self._client


def answer_describe(aws: Stubber, *groups: dict[str, Any]) -> None:
    aws.add_response("describe_log_groups", {"logGroups": list(groups)}, {"logGroupNamePrefix": NAME})


def test_a_log_group_on_a_later_page_is_found_and_a_longer_name_is_not_taken(client: Any, aws: Stubber) -> None:
    first = {"logGroups": [group(f"{NAME}-old")], "nextToken": "2"}
    aws.add_response("describe_log_groups", first, {"logGroupNamePrefix": NAME})
    aws.add_response("describe_log_groups", {"logGroups": [group()]}, {"logGroupNamePrefix": NAME, "nextToken": "2"})
    assert find_log_group(client, NAME) == group()


def test_a_missing_log_group_is_created_with_key_and_tags_and_then_given_its_retention(
    client: Any, aws: Stubber
) -> None:
    answer_describe(aws, group(f"{NAME}-old"))
    aws.add_response("create_log_group", {}, {"logGroupName": NAME, "kmsKeyId": KEY, "tags": {"floor": "2"}})
    aws.add_response("put_retention_policy", {}, {"logGroupName": NAME, "retentionInDays": 14})
    wanted = {"retention": 14, "kms_key_id": KEY, "tags": {"floor": "2"}}
    result = cloudwatchlogs_log_group.run(FakeModule(client, retention=14, kms_key_id=KEY, tags={"floor": 2}))
    assert result == {"changed": True, "settings": wanted, "diff": {"before": {}, "after": wanted}}


def test_a_log_group_that_lambda_made_a_moment_ago_is_taken_over(client: Any, aws: Stubber) -> None:
    answer_describe(aws)
    aws.add_client_error("create_log_group", "ResourceAlreadyExistsException")
    aws.add_response("put_retention_policy", {}, {"logGroupName": NAME, "retentionInDays": 14})
    assert cloudwatchlogs_log_group.run(FakeModule(client, retention=14))["changed"]


@pytest.mark.parametrize(
    ("found", "given", "operation", "request_"),
    [
        ({}, {"retention": 14}, "put_retention_policy", {"retentionInDays": 14}),
        ({"retentionInDays": 7}, {"retention": 0}, "delete_retention_policy", {}),
        ({}, {"kms_key_id": KEY}, "associate_kms_key", {"kmsKeyId": KEY}),
        ({"kmsKeyId": KEY}, {"kms_key_id": ""}, "disassociate_kms_key", {}),
    ],
)
def test_an_existing_log_group_is_changed_in_place_by_the_one_call_that_it_needs(
    client: Any, aws: Stubber, found: dict[str, Any], given: dict[str, Any], operation: str, request_: dict[str, Any]
) -> None:
    answer_describe(aws, group(**found))
    aws.add_response(operation, {}, {"logGroupName": NAME} | request_)
    result = cloudwatchlogs_log_group.run(FakeModule(client, **given))
    assert (result["changed"], result["diff"]["after"]) == (True, given)


def test_tags_are_changed_by_the_arn_without_its_star(client: Any, aws: Stubber) -> None:
    answer_describe(aws, group())
    tags = {"shop": "north", "old": "x", "same": "1"}
    aws.add_response("list_tags_for_resource", {"tags": tags}, {"resourceArn": ARN})
    aws.add_response("untag_resource", {}, {"resourceArn": ARN, "tagKeys": ["old"]})
    aws.add_response("tag_resource", {}, {"resourceArn": ARN, "tags": {"shop": "south"}})
    wanted = {"shop": "south", "same": "1"}
    result = cloudwatchlogs_log_group.run(FakeModule(client, tags=wanted))
    assert result["diff"] == {"before": {"tags": tags}, "after": {"tags": wanted}}


def test_a_log_group_as_desired_is_left_alone_and_its_tags_are_not_read(client: Any, aws: Stubber) -> None:
    answer_describe(aws, group(retentionInDays=14))
    result = cloudwatchlogs_log_group.run(FakeModule(client, retention=14))
    assert (result["changed"], result["diff"]) == (False, {"before": {}, "after": {}})


def test_a_log_group_is_deleted_and_only_once(client: Any, aws: Stubber) -> None:
    answer_describe(aws, group())
    aws.add_response("delete_log_group", {}, {"logGroupName": NAME})
    assert cloudwatchlogs_log_group.run(FakeModule(client, state="absent"))["changed"]
    answer_describe(aws)
    assert not cloudwatchlogs_log_group.run(FakeModule(client, state="absent"))["changed"]


@pytest.mark.parametrize("found", [[], [group(retentionInDays=7, kmsKeyId=KEY)]])
def test_check_mode_predicts_and_writes_nothing(client: Any, aws: Stubber, found: list[dict[str, Any]]) -> None:
    answer_describe(aws, *found)
    result = cloudwatchlogs_log_group.run(FakeModule(client, check_mode=True, retention=14, kms_key_id=""))
    assert (result["changed"], result["settings"]["retention"], result["settings"]["kms_key_id"]) == (True, 14, "")


def test_check_mode_predicts_a_removal(client: Any, aws: Stubber) -> None:
    answer_describe(aws, group())
    assert cloudwatchlogs_log_group.run(FakeModule(client, check_mode=True, state="absent"))["changed"]


@pytest.mark.usefixtures("aws")
def test_a_refused_key_reaches_no_call(client: Any) -> None:
    with pytest.raises(InvalidLogGroupError):
        cloudwatchlogs_log_group.run(FakeModule(client, kms_key_id="alias/logs"))


def test_a_refused_call_names_the_log_group_and_keeps_the_reason_of_aws(client: Any, aws: Stubber) -> None:
    answer_describe(aws, group())
    aws.add_client_error("put_retention_policy", "AccessDeniedException", "logs:PutRetentionPolicy")
    with pytest.raises(LogGroupError, match=rf"retention of log group {NAME} to 14 days.*logs:PutRetentionPolicy"):
        cloudwatchlogs_log_group.run(FakeModule(client, retention=14))
