#!/usr/bin/env python3
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the sums of a namespace's metrics over the last hour as JSON.

usage: demo_metrics.py NAMESPACE METRIC...

Endpoint, region and credentials come from the environment, as boto3 reads them.
"""

import json
import sys
from datetime import UTC, datetime, timedelta

import boto3


def main() -> None:
    """Run the command line."""
    namespace, *metrics = sys.argv[1:]
    client, now = boto3.client("cloudwatch"), datetime.now(UTC)
    sums = {}
    for metric in metrics:
        answer = client.get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )
        sums[metric] = int(sum(point["Sum"] for point in answer["Datapoints"]))
    print(json.dumps(sums))


if __name__ == "__main__":
    main()
