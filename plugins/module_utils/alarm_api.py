# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to CloudWatch that metric alarms need. `client` is boto3's client of `cloudwatch`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.taskmanager.aws.plugins.module_utils.alarm.options import tag_list


class AlarmError(AnsibleAWSError):
    """AWS refused or failed a call about a metric alarm."""


class AlarmErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into AlarmError."""

    _CUSTOM_EXCEPTION = AlarmError

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        # The code on the wire, and the name that the API reference gives it.
        return is_boto3_error_code(["ResourceNotFound", "ResourceNotFoundException"])


@AlarmErrorHandler.common_error_handler("describe alarm {name}")
@AWSRetry.jittered_backoff()
def find_alarm(client: Any, name: str) -> Mapping[str, Any] | None:
    """Return the metric alarm, or None.

    :raises AlarmError: DescribeAlarms was refused or failed.
    """
    found = client.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm"])["MetricAlarms"]
    return found[0] if found else None


@AlarmErrorHandler.common_error_handler("list the tags of {arn}")
@AWSRetry.jittered_backoff()
def list_tags(client: Any, arn: str) -> dict[str, str]:
    """Return the tags of an alarm.

    :raises AlarmError: ListTagsForResource was refused or failed.
    """
    return {tag["Key"]: tag["Value"] for tag in client.list_tags_for_resource(ResourceARN=arn)["Tags"]}


@AlarmErrorHandler.common_error_handler("put alarm {request[AlarmName]}")
@AWSRetry.jittered_backoff()
def put_alarm(client: Any, request: dict[str, Any]) -> None:
    """Create the alarm, or replace its whole configuration.

    :raises AlarmError: PutMetricAlarm was refused or failed.
    """
    client.put_metric_alarm(**request)


@AlarmErrorHandler.common_error_handler("tag {arn}")
@AWSRetry.jittered_backoff()
def set_tags(client: Any, arn: str, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Change the tags of an alarm from `before` to `after`.

    :raises AlarmError: TagResource or UntagResource was refused or failed.
    """
    if gone := sorted(before.keys() - after.keys()):
        client.untag_resource(ResourceARN=arn, TagKeys=gone)
    if changed := {key: value for key, value in after.items() if before.get(key) != value}:
        client.tag_resource(ResourceARN=arn, Tags=tag_list(changed))


@AlarmErrorHandler.deletion_error_handler("delete alarm {name}")
@AWSRetry.jittered_backoff()
def delete_alarm(client: Any, name: str) -> None:
    """Delete the alarm; one that is gone already is no error.

    :raises AlarmError: a composite alarm depends on it, or the call was refused or failed.
    """
    client.delete_alarms(AlarmNames=[name])
