# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to CloudWatch Logs that query definitions need. `client` is boto3's client of `logs`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.taskmanager.aws.plugins.module_utils.query_definition import named


class QueryDefinitionError(AnsibleAWSError):
    """AWS refused or failed a call about a query definition."""


class QueryDefinitionErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into QueryDefinitionError."""

    _CUSTOM_EXCEPTION = QueryDefinitionError

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code("ResourceNotFoundException")


@QueryDefinitionErrorHandler.common_error_handler("describe query definition {name}")
@AWSRetry.jittered_backoff()
def find_definition(client: Any, name: str) -> Mapping[str, Any] | None:
    """Return the query definition of exactly this name, or None.

    :raises AmbiguousNameError: several have it.
    :raises QueryDefinitionError: DescribeQueryDefinitions was refused or failed.
    """
    return named(name, _definitions(client, name))


def _definitions(client: Any, prefix: str) -> Iterator[Mapping[str, Any]]:
    """Read the definitions page by page; boto3 has no paginator for them."""
    request = {"queryDefinitionNamePrefix": prefix}
    while True:
        page = client.describe_query_definitions(**request)
        yield from page["queryDefinitions"]
        if not page.get("nextToken"):
            return
        request["nextToken"] = page["nextToken"]


@QueryDefinitionErrorHandler.common_error_handler("put query definition {request[name]}")
@AWSRetry.jittered_backoff()
def put_definition(client: Any, request: dict[str, Any]) -> str:
    """Create or replace the definition, and return its id.

    :raises QueryDefinitionError: AWS refused the query or a log group, or the call failed.
    """
    return client.put_query_definition(**request)["queryDefinitionId"]


@QueryDefinitionErrorHandler.deletion_error_handler("delete query definition {definition_id}")
@AWSRetry.jittered_backoff()
def delete_definition(client: Any, definition_id: str) -> None:
    """Delete the definition; one that is gone already is no error.

    :raises QueryDefinitionError: any other refusal or failure of DeleteQueryDefinition.
    """
    client.delete_query_definition(queryDefinitionId=definition_id)
