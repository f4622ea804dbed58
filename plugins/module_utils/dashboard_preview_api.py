# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls that a dashboard's preview needs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache, partial
from itertools import batched
from threading import Lock
from typing import Any, Final

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import SourceError
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.queries import range_period
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import TimeRange

# A missing botocore is reported by AnsibleAWSModule, in its own words.
with suppress(ImportError):
    from botocore.exceptions import BotoCoreError, ClientError

# What AWS answers to credentials that are wrong or may not; all else is about what was asked.
DENIED: Final = (
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)
ALARM_TYPES: Final = ["MetricAlarm", "CompositeAlarm"]
# The most that one DescribeAlarms takes.
ALARM_NAMES: Final = 100
LONGEST_PERIOD: Final = 86400
SIDE_BY_SIDE: Final = 8
UNFINISHED: Final = ("Scheduled", "Running")
POLL_SECONDS: Final = 0.5


class Endpoint:
    """Answers what widgets ask, with calls to AWS.

    :param client: makes a client for a service and a region; without a region, the module's.
    :param log_query_timeout: seconds that a query of logs may take.
    """

    def __init__(self, client: Callable[[str, str | None], Any], log_query_timeout: float) -> None:
        self._client = cache(client)
        self._log_query_timeout = log_query_timeout
        self._lock = Lock()  # making a client is not safe in threads
        self._units: dict[str, str] = {}
        self.unit_problems: list[str] = []
        self.answered = False
        self.denials: list[str] = []

    def metric_data(self, region: str | None, queries: list[dict[str, Any]], span: TimeRange) -> list[dict[str, Any]]:
        """Return the MetricDataResults of GetMetricData, of all pages in turn."""
        paginator = self._client_of("cloudwatch", region).get_paginator("get_metric_data")
        pages = self._call(
            "GetMetricData",
            lambda: list(
                paginator.paginate(
                    MetricDataQueries=queries, StartTime=span.start, EndTime=span.end, ScanBy="TimestampAscending"
                )
            ),
        )
        return [result for page in pages for result in page["MetricDataResults"]]

    def units(self, region: str | None, metrics: list[dict[str, Any]], span: TimeRange) -> list[str]:
        """Return AWS's name for the unit of each metric: GetMetricStatistics tells it, one metric in a call.

        Nothing where it is not known, or a metric has several. What is refused is among the `unit_problems`.
        """
        client = self._client_of("cloudwatch", region)
        keys = [json.dumps([region, metric], sort_keys=True) for metric in metrics]
        new = {key: metric for key, metric in zip(keys, metrics, strict=True) if key not in self._units}
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            self._units |= zip(new, pool.map(partial(self._unit, client, span), new.values()), strict=True)
        return [self._units[key] for key in keys]

    def _unit(self, client: Any, span: TimeRange, metric: dict[str, Any]) -> str:
        names = {"Namespace": metric["Namespace"], "MetricName": metric["MetricName"]}
        times = {"StartTime": span.start, "EndTime": span.end, "Period": min(range_period(span), LONGEST_PERIOD)}
        asked = names | times | {"Dimensions": metric["Dimensions"], "Statistics": ["SampleCount"]}
        try:
            answer = self._call("GetMetricStatistics", lambda: client.get_metric_statistics(**asked))
        except SourceError as error:
            self.unit_problems.append(str(error))
            return ""
        units = {point.get("Unit", "") for point in answer["Datapoints"]}
        return units.pop() if len(units) == 1 else ""

    def alarms(self, region: str | None, names: list[str]) -> list[dict[str, Any]]:
        """Return those of the alarms that exist."""
        paginator = self._client_of("cloudwatch", region).get_paginator("describe_alarms")

        def describe(some: Sequence[str]) -> list[dict[str, Any]]:
            return list(paginator.paginate(AlarmNames=list(some), AlarmTypes=ALARM_TYPES))

        parts = [self._call("DescribeAlarms", partial(describe, some)) for some in batched(names, ALARM_NAMES)]
        pages = [page for part in parts for page in part]
        return [alarm for page in pages for alarm in page["MetricAlarms"] + page["CompositeAlarms"]]

    def log_rows(self, region: str | None, request: dict[str, Any], span: TimeRange) -> list[list[dict[str, str]]]:
        """Return the results of a query of CloudWatch Logs Insights; one that takes too long is stopped."""
        client = self._client_of("logs", region)
        times = {"startTime": int(span.start.timestamp()), "endTime": int(span.end.timestamp())}
        query = self._call("StartQuery", lambda: client.start_query(**request, **times))["queryId"]
        deadline = time.monotonic() + self._log_query_timeout
        while (answer := self._call("GetQueryResults", lambda: client.get_query_results(queryId=query)))[
            "status"
        ] in UNFINISHED:
            if time.monotonic() > deadline:
                self._call("StopQuery", lambda: client.stop_query(queryId=query))
                raise SourceError(
                    f"The query took longer than {self._log_query_timeout:g} seconds: raise log_query_timeout"
                )
            time.sleep(POLL_SECONDS)
        if answer["status"] != "Complete":
            raise SourceError(f"The query ended as {answer['status']}")
        return answer["results"]

    def _client_of(self, service: str, region: str | None) -> Any:
        try:
            with self._lock:
                return self._client(service, region)
        except (BotoCoreError, ValueError) as error:  # what botocore says of a region that is none
            raise SourceError(f"region {region!r}: {error}") from error

    def _call(self, action: str, call: Callable[[], Any]) -> Any:
        try:
            answer = AWSRetry.jittered_backoff()(call)()
        except ClientError as error:
            text = f"{action}: {error.response['Error'].get('Message') or error}"
            if error.response["Error"].get("Code") in DENIED:
                self.denials.append(text)
            else:
                self.answered = True
            raise SourceError(text) from error
        except BotoCoreError as error:
            self.denials.append(f"{action}: {error}")
            raise SourceError(self.denials[-1]) from error
        self.answered = True
        return answer
