# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is dynamic in a label is filled in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import Point
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.labels import (
    duration,
    fill,
    metric_properties,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.read import read_widget
from kitchen_sink import NOW, REGION, SPAN, Answers, metric

# 06:00, 06:30, 07:00 and 07:30; now it is 09:00
POINTS = [Point(SPAN.start + timedelta(minutes=30 * index), value) for index, value in enumerate((5.0, 1.0, 9.0, 4.0))]
REQUEST = {
    "AccountId": "123456789012",
    "MetricStat": {
        "Metric": {
            "Namespace": "Shop",
            "MetricName": "Latency",
            "Dimensions": [{"Name": "Function Name", "Value": "take"}],
        },
        "Stat": "p99",
        "Period": 60,
    },
}


@pytest.mark.parametrize(
    ("label", "filled"),
    [
        ("plain", "plain"),
        ("${AVG}", "4.75"),
        ("${SUM}", "19"),
        ("${DATAPOINT_COUNT}", "4"),
        ("${FIRST} ${LAST} ${MIN} ${MAX}", "5 4 1 9"),
        ("${FIRST_LAST_RANGE} ${MIN_MAX_RANGE}", "1 8"),
        ("${FIRST_LAST_TIME_RANGE} ${MIN_MAX_TIME_RANGE}", "1h 30m 30m"),
        ("${FIRST_TIME}", "2026-11-23 06:00"),
        ("${LAST_TIME}", "2026-11-23 07:30"),
        ("${MIN_TIME} ${MAX_TIME}", "2026-11-23 06:30 2026-11-23 07:00"),
        ("${FIRST_TIME_RELATIVE} ${LAST_TIME_RELATIVE}", "3h 1h 30m"),
        ("${MIN_TIME_RELATIVE} ${MAX_TIME_RELATIVE}", "2h 30m 2h"),
        ("max ${MAX} of ${PROP('MetricName')}", "max 9 of Latency"),
        ("${PROP('Namespace')}/${PROP('Dim.Function Name')}", "Shop/take"),
        ("${PROP('Stat')} ${PROP('Period')} ${PROP('Region')}", "p99 60 eu-north-1"),
        ("${PROP('AccountId')} ${LABEL}", "123456789012 default"),
        ("${NOTHING} ${PROP('Dim.Other')} ${max} $MAX {MAX}", "${NOTHING} ${PROP('Dim.Other')} ${max} $MAX {MAX}"),
    ],
)
def test_each_dynamic_part_has_its_value(label: str, filled: str) -> None:
    assert fill(label, POINTS, metric_properties(REQUEST, REGION, "default"), NOW) == filled


def test_without_datapoints_values_are_dashes_and_properties_are_there() -> None:
    properties = metric_properties(REQUEST, REGION, "default")
    assert fill("${MAX} ${DATAPOINT_COUNT} ${PROP('Stat')}", [], properties, NOW) == "-- -- p99"


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(), "0m"),
        (timedelta(seconds=59), "0m"),
        (timedelta(minutes=-5), "5m"),
        (timedelta(days=2, hours=3, minutes=4), "2d 3h"),
    ],
)
def test_a_duration_has_two_units_at_most(length: timedelta, text: str) -> None:
    assert duration(length) == text


def test_a_widgets_labels_are_filled_in() -> None:
    row = ["Shop", "Latency", "Function", "take", {"label": "${PROP('Dim.Function')} at most ${MAX}"}]
    (series,) = read_widget(metric("m", row, region=REGION), SPAN, NOW, Answers()).series
    assert series.label == f"take at most {max(point.value for point in series.points):g}"
