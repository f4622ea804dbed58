# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to Lambda that a function's versions and settings need. `client` is boto3's client of `lambda`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

# A missing botocore is reported by AnsibleAWSModule, in its own words.
with suppress(ImportError):
    from botocore.exceptions import WaiterError

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.amazon.aws.plugins.module_utils.waiter import custom_waiter_config
from ansible_collections.taskmanager.aws.plugins.module_utils.function_version import Published, published


class FunctionVersionError(AnsibleAWSError):
    """AWS refused or failed a call about a function's versions or settings, or did not finish a change in time."""


class FunctionVersionErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into FunctionVersionError."""

    _CUSTOM_EXCEPTION = FunctionVersionError

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code("ResourceNotFoundException")


@FunctionVersionErrorHandler.list_error_handler("list the versions of {function_name}", None)
@AWSRetry.jittered_backoff()
def find_versions(client: Any, function_name: str) -> Published | None:
    """Return the function's versions and aliases; None when there is no such function.

    :raises FunctionVersionError: ListVersionsByFunction or ListAliases was refused or failed.
    """
    versions = client.get_paginator("list_versions_by_function").paginate(FunctionName=function_name)
    aliases = client.get_paginator("list_aliases").paginate(FunctionName=function_name)
    return published(
        [configuration for page in versions for configuration in page["Versions"]],
        [alias for page in aliases for alias in page["Aliases"]],
    )


@FunctionVersionErrorHandler.list_error_handler("get the configuration of {function_name}", None)
@AWSRetry.jittered_backoff()
def find_configuration(client: Any, function_name: str) -> Mapping[str, Any] | None:
    """Return the function's settings; None when there is no such function.

    :raises FunctionVersionError: GetFunctionConfiguration was refused or failed.
    """
    return client.get_function_configuration(FunctionName=function_name)


@FunctionVersionErrorHandler.common_error_handler("update the configuration of {request[FunctionName]}")
@AWSRetry.jittered_backoff(catch_extra_error_codes=["ResourceConflictException"])
def update_configuration(client: Any, request: dict[str, Any]) -> None:
    """Change the settings that the request names.

    :raises FunctionVersionError: UpdateFunctionConfiguration was refused or failed.
    """
    client.update_function_configuration(**request)


@FunctionVersionErrorHandler.common_error_handler("publish a version of {function_name}")
@AWSRetry.jittered_backoff(catch_extra_error_codes=["ResourceConflictException"])
def publish(client: Any, function_name: str) -> Mapping[str, Any]:
    """Publish the function's code and settings, and return the version; the newest one when it has them already.

    :raises FunctionVersionError: PublishVersion was refused or failed.
    """
    return client.publish_version(FunctionName=function_name)


@FunctionVersionErrorHandler.deletion_error_handler("delete version {version} of {function_name}")
@AWSRetry.jittered_backoff()
def delete_version(client: Any, function_name: str, version: str) -> None:
    """Delete a version; one that is gone already is no error.

    :raises FunctionVersionError: DeleteFunction was refused or failed.
    """
    client.delete_function(FunctionName=function_name, Qualifier=version)


def wait_until(goal: str, client: Any, function_name: str, timeout: int, **qualifier: str) -> None:
    """Wait until boto3's waiter `goal` finds the function, or the version `Qualifier` of it, ready.

    :param timeout: the longest wait, in seconds.
    :raises FunctionVersionError: it takes longer, or Lambda gave up.
    """
    try:
        waiter = client.get_waiter(goal)
        waiter.wait(FunctionName=function_name, WaiterConfig=custom_waiter_config(timeout), **qualifier)
    except WaiterError as error:
        found = error.last_response.get("Configuration", error.last_response)
        reason = found.get("LastUpdateStatusReason") or found.get("StateReason") or error
        raise FunctionVersionError(
            message=f"{':'.join([function_name, *qualifier.values()])} was not ready in {timeout} s: {reason}",
            exception=error,
        ) from error
