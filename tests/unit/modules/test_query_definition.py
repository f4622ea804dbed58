# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""cloudwatchlogs_query_definition: which query a name means, and what is compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.query_definition import (
    AmbiguousNameError,
    InvalidQueryError,
    given_settings,
    named,
    settings_of,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.query_definition_api import (
    QueryDefinitionError,
    find_definition,
)
from ansible_collections.taskmanager.aws.plugins.modules import cloudwatchlogs_query_definition
from botocore.stub import Stubber

NAME = "shop/errors"
ID = "a1b2c3d4-5678-90ab-cdef-111111111111"
QUERY = 'filter level = "ERROR"'
SETTINGS = {"query_string": QUERY, "query_language": "CWLI", "log_group_names": ["/a", "/b"]}
PARAMS: dict[str, Any] = {"name": NAME, "state": "present"} | SETTINGS
REQUEST = {"name": NAME, "queryString": QUERY, "queryLanguage": "CWLI", "logGroupNames": ["/a", "/b"]}
DEFINITION = REQUEST | {"queryDefinitionId": ID, "lastModified": 1}


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
        self.params = PARAMS | params
        self.check_mode = check_mode
        self._diff = True
        self._client = client

    def client(self, _service: str) -> Any:
        return self._client


def answer_describe(aws: Stubber, *definitions: dict[str, Any]) -> None:
    expected = {"queryDefinitionNamePrefix": NAME}
    aws.add_response("describe_query_definitions", {"queryDefinitions": list(definitions)}, expected)


def test_space_around_a_query_and_the_order_of_log_groups_mean_nothing() -> None:
    given = given_settings(PARAMS | {"query_string": f"{QUERY}\n", "log_group_names": ["/b", "/a"]})
    assert given == settings_of(DEFINITION)


def test_a_query_without_log_groups_has_none() -> None:
    assert settings_of({"name": NAME, "queryString": QUERY}).log_group_names == []


def test_a_longer_name_is_another_query() -> None:
    assert named(NAME, [DEFINITION | {"name": f"{NAME} today"}]) is None


def test_a_name_of_two_queries_is_refused_with_their_ids_and_the_way_out() -> None:
    with pytest.raises(
        AmbiguousNameError, match=rf"name: '{NAME}' .* 2 query definitions \({ID}, {ID}2\).* delete all"
    ):
        named(NAME, [DEFINITION, DEFINITION | {"queryDefinitionId": f"{ID}2"}])


def test_a_query_on_a_later_page_is_found(client: Any, aws: Stubber) -> None:
    other = {"queryDefinitions": [DEFINITION | {"name": f"{NAME} today"}], "nextToken": "2"}
    aws.add_response("describe_query_definitions", other, {"queryDefinitionNamePrefix": NAME})
    expected = {"queryDefinitionNamePrefix": NAME, "nextToken": "2"}
    aws.add_response("describe_query_definitions", {"queryDefinitions": [DEFINITION]}, expected)
    assert find_definition(client, NAME) == DEFINITION


def test_a_missing_query_is_created(client: Any, aws: Stubber) -> None:
    answer_describe(aws)
    aws.add_response("put_query_definition", {"queryDefinitionId": ID}, REQUEST)
    assert cloudwatchlogs_query_definition.run(FakeModule(client)) == {
        "changed": True,
        "query_definition_id": ID,
        "settings": SETTINGS,
        "diff": {"before": {}, "after": SETTINGS},
    }


@pytest.mark.parametrize(
    ("field", "drifted", "option"),
    [
        ("queryString", "fields @message", "query_string"),
        ("queryLanguage", "PPL", "query_language"),
        ("logGroupNames", ["/a"], "log_group_names"),
    ],
)
def test_what_drifted_is_put_right_under_the_same_id(
    client: Any, aws: Stubber, field: str, drifted: Any, option: str
) -> None:
    answer_describe(aws, DEFINITION | {field: drifted})
    aws.add_response("put_query_definition", {"queryDefinitionId": ID}, REQUEST | {"queryDefinitionId": ID})
    result = cloudwatchlogs_query_definition.run(FakeModule(client))
    assert result["diff"] == {"before": {option: drifted}, "after": {option: PARAMS[option]}}


def test_parameters_that_others_declared_are_kept(client: Any, aws: Stubber) -> None:
    parameters = [{"name": "level", "defaultValue": "ERROR"}]
    answer_describe(aws, DEFINITION | {"parameters": parameters, "queryString": "fields @message"})
    expected = REQUEST | {"queryDefinitionId": ID, "parameters": parameters}
    aws.add_response("put_query_definition", {"queryDefinitionId": ID}, expected)
    assert cloudwatchlogs_query_definition.run(FakeModule(client))["changed"]


def test_a_query_in_another_language_has_no_parameters(client: Any, aws: Stubber) -> None:
    answer_describe(aws, DEFINITION | {"parameters": [{"name": "level"}]})
    expected = REQUEST | {"queryDefinitionId": ID, "queryLanguage": "PPL"}
    aws.add_response("put_query_definition", {"queryDefinitionId": ID}, expected)
    assert cloudwatchlogs_query_definition.run(FakeModule(client, query_language="PPL"))["changed"]


def test_a_query_in_sql_is_sent_without_log_groups(client: Any, aws: Stubber) -> None:
    answer_describe(aws)
    expected = {"name": NAME, "queryString": QUERY, "queryLanguage": "SQL"}
    aws.add_response("put_query_definition", {"queryDefinitionId": ID}, expected)
    cloudwatchlogs_query_definition.run(FakeModule(client, query_language="SQL", log_group_names=[]))


@pytest.mark.usefixtures("aws")
def test_log_groups_beside_a_query_in_sql_are_refused_before_any_call(client: Any) -> None:
    with pytest.raises(InvalidQueryError, match=r"log_group_names: .*/a.* can't be given with query_language SQL"):
        cloudwatchlogs_query_definition.run(FakeModule(client, query_language="SQL"))


def test_a_query_from_before_there_were_languages_is_one_of_logs_insights(client: Any, aws: Stubber) -> None:
    answer_describe(aws, {key: value for key, value in DEFINITION.items() if key != "queryLanguage"})
    assert not cloudwatchlogs_query_definition.run(FakeModule(client))["changed"]


def test_a_query_as_desired_is_left_alone(client: Any, aws: Stubber) -> None:
    answer_describe(aws, DEFINITION)
    result = cloudwatchlogs_query_definition.run(FakeModule(client))
    assert (result["changed"], result["query_definition_id"]) == (False, ID)


def test_a_query_is_deleted_and_only_once(client: Any, aws: Stubber) -> None:
    answer_describe(aws, DEFINITION)
    aws.add_response("delete_query_definition", {"success": True}, {"queryDefinitionId": ID})
    result = cloudwatchlogs_query_definition.run(FakeModule(client, state="absent", query_string=None))
    assert result == {"changed": True, "diff": {"before": SETTINGS, "after": {}}}
    answer_describe(aws)
    assert not cloudwatchlogs_query_definition.run(FakeModule(client, state="absent", query_string=None))["changed"]


@pytest.mark.parametrize("found", [[], [DEFINITION | {"logGroupNames": []}]])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_check_mode_predicts_and_writes_nothing(
    client: Any, aws: Stubber, found: list[dict[str, Any]], state: str
) -> None:
    answer_describe(aws, *found)
    result = cloudwatchlogs_query_definition.run(FakeModule(client, check_mode=True, state=state))
    assert result["changed"] == (state == "present" or bool(found))
    assert ("query_definition_id" in result) == (state == "present" and bool(found))


def test_a_refused_call_names_the_query_and_keeps_the_reason_of_aws(client: Any, aws: Stubber) -> None:
    answer_describe(aws)
    aws.add_client_error("put_query_definition", "InvalidParameterException", "unexpected symbol")
    with pytest.raises(QueryDefinitionError, match=f"put query definition {NAME}.*unexpected symbol"):
        cloudwatchlogs_query_definition.run(FakeModule(client))
