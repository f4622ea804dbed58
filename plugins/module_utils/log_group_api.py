# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to CloudWatch Logs that log groups need. `client` is boto3's client of `logs`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.taskmanager.aws.plugins.module_utils.log_group import FOR_EVER, NO_KEY, Settings

# CloudWatch answers so when two changes of a log group meet.
BUSY = ["OperationAbortedException"]


class LogGroupError(AnsibleAWSError):
    """AWS refused or failed a call about a log group."""


class LogGroupErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into LogGroupError."""

    _CUSTOM_EXCEPTION = LogGroupError

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code("ResourceNotFoundException")


@LogGroupErrorHandler.common_error_handler("describe log group {name}")
@AWSRetry.jittered_backoff()
def find_log_group(client: Any, name: str) -> Mapping[str, Any] | None:
    """Return the log group of exactly this name, or None.

    :raises LogGroupError: DescribeLogGroups was refused or failed.
    """
    pages = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    return next((group for page in pages for group in page["logGroups"] if group["logGroupName"] == name), None)


@LogGroupErrorHandler.common_error_handler("list the tags of {arn}")
@AWSRetry.jittered_backoff()
def list_tags(client: Any, arn: str) -> dict[str, str]:
    """Return the tags of a log group.

    :param arn: the ARN without `:*` at its end.
    :raises LogGroupError: ListTagsForResource was refused or failed.
    """
    return client.list_tags_for_resource(resourceArn=arn)["tags"]


@LogGroupErrorHandler.common_error_handler("create log group {name}")
@AWSRetry.jittered_backoff(catch_extra_error_codes=BUSY)
def create_log_group(client: Any, name: str, settings: Settings) -> None:
    """Create the log group with its key and tags, without its retention.

    Lambda may have created it a moment ago; then key and tags are left to the next run.

    :raises LogGroupError: any other refusal or failure of CreateLogGroup.
    """
    request: dict[str, Any] = {"logGroupName": name}
    if settings.kms_key_id:
        request["kmsKeyId"] = settings.kms_key_id
    if settings.tags:
        request["tags"] = settings.tags
    try:
        client.create_log_group(**request)
    except is_boto3_error_code("ResourceAlreadyExistsException"):
        pass


@LogGroupErrorHandler.deletion_error_handler("delete log group {name}")
@AWSRetry.jittered_backoff(catch_extra_error_codes=BUSY)
def delete_log_group(client: Any, name: str) -> None:
    """Delete the log group with all that it holds; one that is gone already is no error.

    :raises LogGroupError: any other refusal or failure of DeleteLogGroup.
    """
    client.delete_log_group(logGroupName=name)


@LogGroupErrorHandler.common_error_handler("set the retention of log group {name} to {days} days")
@AWSRetry.jittered_backoff(catch_extra_error_codes=BUSY)
def set_retention(client: Any, name: str, days: int) -> None:
    """Set the retention.

    :raises LogGroupError: PutRetentionPolicy or DeleteRetentionPolicy was refused or failed.
    """
    if days == FOR_EVER:
        client.delete_retention_policy(logGroupName=name)
    else:
        client.put_retention_policy(logGroupName=name, retentionInDays=days)


@LogGroupErrorHandler.common_error_handler("set the KMS key of log group {name} to '{key}'")
@AWSRetry.jittered_backoff(catch_extra_error_codes=BUSY)
def set_kms_key(client: Any, name: str, key: str) -> None:
    """Set the key that new events are encrypted with.

    :raises LogGroupError: AssociateKmsKey or DisassociateKmsKey was refused or failed.
    """
    if key == NO_KEY:
        client.disassociate_kms_key(logGroupName=name)
    else:
        client.associate_kms_key(logGroupName=name, kmsKeyId=key)


@LogGroupErrorHandler.common_error_handler("tag {arn}")
@AWSRetry.jittered_backoff()
def set_tags(client: Any, arn: str, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Change the tags from `before` to `after`.

    :param arn: the ARN without `:*` at its end.
    :raises LogGroupError: TagResource or UntagResource was refused or failed.
    """
    if gone := sorted(before.keys() - after.keys()):
        client.untag_resource(resourceArn=arn, tagKeys=gone)
    if changed := {key: value for key, value in after.items() if before.get(key) != value}:
        client.tag_resource(resourceArn=arn, tags=changed)
