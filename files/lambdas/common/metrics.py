# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions' own metrics in CloudWatch."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def counting(cloudwatch: Any, namespace: str) -> Iterator[Counter[str]]:
    """Give a counter of metrics by name, and publish what was counted at the end of the block, also when it fails.

    That is one PutMetricData at the most, unit Count, no dimensions. Raises botocore.exceptions.ClientError or
    BotoCoreError when it can't be published: a system whose alarms have gone blind has to fail where it is seen.
    """
    counts: Counter[str] = Counter()
    try:
        yield counts
    finally:
        data = [{"MetricName": name, "Value": count, "Unit": "Count"} for name, count in counts.items() if count]
        if data:
            cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
