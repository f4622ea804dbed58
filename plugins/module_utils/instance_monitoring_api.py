# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to EC2 that the monitoring of instances needs. `client` is boto3's client of `ec2`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.taskmanager.aws.plugins.module_utils.instance_monitoring import ENABLED


class InstanceMonitoringError(AnsibleAWSError):
    """AWS refused or failed a call about the monitoring of instances."""


class InstanceMonitoringErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into InstanceMonitoringError."""

    _CUSTOM_EXCEPTION = InstanceMonitoringError


@InstanceMonitoringErrorHandler.common_error_handler("describe instances {instance_ids}")
@AWSRetry.jittered_backoff()
def find_instances(client: Any, instance_ids: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return those of the instances that EC2 knows. A filter, unlike a list of ids, may name others.

    :raises InstanceMonitoringError: DescribeInstances was refused or failed.
    """
    filters = [{"Name": "instance-id", "Values": list(instance_ids)}]
    pages = client.get_paginator("describe_instances").paginate(Filters=filters)
    return [instance for page in pages for found in page["Reservations"] for instance in found["Instances"]]


@InstanceMonitoringErrorHandler.common_error_handler("set the detailed monitoring of {instance_ids} to {state}")
@AWSRetry.jittered_backoff()
def set_monitoring(client: Any, instance_ids: Sequence[str], state: str) -> None:
    """Enable or disable the detailed monitoring of all these instances.

    :raises InstanceMonitoringError: MonitorInstances or UnmonitorInstances was refused or failed.
    """
    call = client.monitor_instances if state == ENABLED else client.unmonitor_instances
    call(InstanceIds=list(instance_ids))
