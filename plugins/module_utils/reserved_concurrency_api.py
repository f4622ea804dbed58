# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to Lambda that a function's reserved concurrency needs. `client` is boto3's client of `lambda`."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry


class ReservedConcurrencyError(AnsibleAWSError):
    """AWS refused or failed a call about a function's reserved concurrency."""


class ReservedConcurrencyErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into ReservedConcurrencyError."""

    _CUSTOM_EXCEPTION = ReservedConcurrencyError

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code("ResourceNotFoundException")


@ReservedConcurrencyErrorHandler.list_error_handler("get the reserved concurrency of {function_name}", None)
@AWSRetry.jittered_backoff()
def find_reserved(client: Any, function_name: str) -> int | None:
    """Return how many executions are reserved; None when none are, or there is no such function.

    :raises ReservedConcurrencyError: GetFunctionConcurrency was refused or failed.
    """
    answer = client.get_function_concurrency(FunctionName=function_name)
    return answer.get("ReservedConcurrentExecutions")


@ReservedConcurrencyErrorHandler.common_error_handler("reserve {executions} executions for {function_name}")
@AWSRetry.jittered_backoff(catch_extra_error_codes=["ResourceConflictException"])
def reserve(client: Any, function_name: str, executions: int) -> None:
    """Reserve executions.

    :raises ReservedConcurrencyError: there is no such function, too little is left in the account, or
        PutFunctionConcurrency was refused or failed.
    """
    client.put_function_concurrency(FunctionName=function_name, ReservedConcurrentExecutions=executions)


@ReservedConcurrencyErrorHandler.deletion_error_handler("release the reserved concurrency of {function_name}")
@AWSRetry.jittered_backoff(catch_extra_error_codes=["ResourceConflictException"])
def release(client: Any, function_name: str) -> None:
    """Reserve none; a function that is gone is no error.

    :raises ReservedConcurrencyError: DeleteFunctionConcurrency was refused or failed.
    """
    client.delete_function_concurrency(FunctionName=function_name)
