# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions' own metrics: by PutMetricData, or in the embedded metric format, as METRICS_FORMAT says."""

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from common.clients import client

FORMATS = ("api", "emf")

# Publishes counts of at least 1 by the name of their metric.
type Publish = Callable[[Mapping[str, int]], None]


@contextmanager
def counting(publish: Publish) -> Iterator[Counter[str]]:
    """Give a counter of metrics by name, and publish what was counted at the end of the block, also when it fails.

    That is one `publish` at the most, and none when nothing was counted. Raises as `publish` does: a system whose
    alarms have gone blind has to fail where it is seen.
    """
    counts: Counter[str] = Counter()
    try:
        yield counts
    finally:
        counted = {name: count for name, count in counts.items() if count}
        if counted:
            publish(counted)


def metrics_format() -> str:
    """Return METRICS_FORMAT, or `api` when it is not set. Raises ValueError when it is not one of FORMATS."""
    chosen = os.environ.get("METRICS_FORMAT", "api")
    if chosen not in FORMATS:
        raise ValueError(f"METRICS_FORMAT is {chosen!r}, but must be one of {', '.join(FORMATS)}")
    return chosen


def publisher(request_id: str) -> Publish:
    """Return what publishes counts in METRICS_NAMESPACE, unit Count, no dimensions, as METRICS_FORMAT says.

    `api` calls PutMetricData, which raises botocore.exceptions.ClientError or BotoCoreError. `emf` prints a line, from
    which CloudWatch Logs makes the same metrics: that needs neither a permission nor a way out of a VPC.
    Raises as metrics_format does.
    """
    namespace = os.environ["METRICS_NAMESPACE"]
    if metrics_format() == "emf":
        return lambda counts: print(json.dumps(emf_document(namespace, request_id, time.time(), counts)))
    return lambda counts: put_metric_data(namespace, counts)


def put_metric_data(namespace: str, counts: Mapping[str, int]) -> None:
    """Publish `counts` by one PutMetricData. Raises botocore.exceptions.ClientError or BotoCoreError."""
    data = [{"MetricName": name, "Value": count, "Unit": "Count"} for name, count in counts.items()]
    client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)


def emf_document(namespace: str, request_id: str, now: float, counts: Mapping[str, int]) -> dict[str, object]:
    """Return the document that has CloudWatch Logs publish `counts` at `now` (seconds since 1970).

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    directive = {
        "Namespace": namespace,
        "Dimensions": [[]],  # one empty set is a metric without dimensions; the schema refuses an array of no sets
        "Metrics": [{"Name": name, "Unit": "Count"} for name in counts],
    }
    metadata = {"Timestamp": int(now * 1000), "CloudWatchMetrics": [directive]}
    return {"_aws": metadata, "requestId": request_id, **counts}
