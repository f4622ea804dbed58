# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to CloudWatch that composite alarms need. `client` is boto3's client of `cloudwatch`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry


class CompositeAlarmError(AnsibleAWSError):
    """AWS refused or failed a call about a composite alarm."""


class CompositeAlarmErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into CompositeAlarmError."""

    _CUSTOM_EXCEPTION = CompositeAlarmError

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        # The code on the wire, and the name that the API reference gives it.
        return is_boto3_error_code(["ResourceNotFound", "ResourceNotFoundException"])


@CompositeAlarmErrorHandler.common_error_handler("describe composite alarm {name}")
@AWSRetry.jittered_backoff()
def find_alarm(client: Any, name: str) -> Mapping[str, Any] | None:
    """Return the composite alarm, or None.

    :raises CompositeAlarmError: DescribeAlarms was refused or failed.
    """
    # Without the type, CloudWatch tells metric alarms alone.
    found = client.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    return found[0] if found else None


@CompositeAlarmErrorHandler.common_error_handler("put composite alarm {request[AlarmName]}")
@AWSRetry.jittered_backoff()
def put_alarm(client: Any, request: dict[str, Any]) -> None:
    """Create the alarm, or replace its whole configuration.

    :raises CompositeAlarmError: AWS refused the rule, such as for an alarm that does not exist, or the call failed.
    """
    client.put_composite_alarm(**request)


@CompositeAlarmErrorHandler.deletion_error_handler("delete composite alarm {name}")
@AWSRetry.jittered_backoff()
def delete_alarm(client: Any, name: str) -> None:
    """Delete the alarm; one that is gone already is no error.

    :raises CompositeAlarmError: another composite alarm depends on it, or the call was refused or failed.
    """
    client.delete_alarms(AlarmNames=[name])
