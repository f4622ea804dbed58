# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to CloudWatch that dashboards need. `client` is boto3's client of `cloudwatch`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.body import parse_live


class DashboardError(AnsibleAWSError):
    """AWS refused or failed a call about a dashboard."""


class DashboardErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into DashboardError."""

    _CUSTOM_EXCEPTION = DashboardError

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        # The code on the wire, and the name that the API reference gives it.
        return is_boto3_error_code(["ResourceNotFound", "DashboardNotFoundError"])


@dataclass(frozen=True)
class Dashboard:
    """A dashboard as it is in the account; the body is parsed JSON."""

    arn: str
    body: Any


@DashboardErrorHandler.list_error_handler("get dashboard {name}")
@AWSRetry.jittered_backoff()
def get_dashboard(client: Any, name: str) -> Dashboard | None:
    """Return the dashboard, or None when there is none.

    :raises DashboardError: any other refusal or failure of GetDashboard.
    """
    response = client.get_dashboard(DashboardName=name)
    return Dashboard(arn=response["DashboardArn"], body=parse_live(response["DashboardBody"]))


@DashboardErrorHandler.common_error_handler("list dashboards")
@AWSRetry.jittered_backoff()
def list_dashboards(client: Any, prefix: str = "") -> list[str]:
    """Return the names of all dashboards that begin with `prefix`, sorted.

    :raises DashboardError: a refusal or failure of ListDashboards.
    """
    pages = client.get_paginator("list_dashboards").paginate(**({"DashboardNamePrefix": prefix} if prefix else {}))
    return sorted(entry["DashboardName"] for page in pages for entry in page["DashboardEntries"])


@DashboardErrorHandler.common_error_handler("put dashboard {name}")
@AWSRetry.jittered_backoff()
def put_dashboard(client: Any, name: str, body: Any) -> list[str]:
    """Create the dashboard or replace its body, and return what AWS warns of.

    :raises DashboardError: AWS found the body invalid (its text has AWS's own messages), or the call failed.
    """
    try:
        response = client.put_dashboard(DashboardName=name, DashboardBody=json.dumps(body))
    except is_boto3_error_code(["InvalidParameterInput", "DashboardInvalidInputError"]) as error:
        raise DashboardError(message=_refusal(name, error.response)) from error
    return _messages(response.get("DashboardValidationMessages", []))


@DashboardErrorHandler.deletion_error_handler("delete dashboard {name}")
@AWSRetry.jittered_backoff()
def delete_dashboard(client: Any, name: str) -> None:
    """Delete the dashboard; one that is gone already is no error.

    :raises DashboardError: any other refusal or failure of DeleteDashboards.
    """
    client.delete_dashboards(DashboardNames=[name])


def _refusal(name: str, response: dict[str, Any]) -> str:
    messages = _messages(response.get("dashboardValidationMessages", []))
    reasons = "\n".join(f"- {message}" for message in messages) or response["Error"]["Message"]
    return f"AWS refuses the body of dashboard {name}; correct the widgets that it names:\n{reasons}"


def _messages(validation_messages: list[dict[str, str]]) -> list[str]:
    return [f"{message.get('DataPath', 'body')}: {message['Message']}" for message in validation_messages]
