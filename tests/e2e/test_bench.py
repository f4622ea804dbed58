# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bench runs, counts what can be counted exactly, and leaves nothing behind."""

from __future__ import annotations

import functions
import pytest
from measures import Sizes
from stack import Stack


def test_bench_counts_requests_and_round_trips(system: Stack) -> None:
    client = system.client("lambda")
    before = [each["FunctionName"] for each in client.list_functions()["Functions"]]
    tiny = Sizes(invocations=2, messages=20, warm=1, cold=1, imports=1)
    figures = functions.compare(system, {"original": tiny, "this project": tiny})
    own, course = figures["process_task"]["this project"], figures["process_task"]["original"]
    # a batch of ten: START, READ and COMPLETE, and one PutMetricData
    assert (own["round_trips_per_invocation"], own["put_metric_data_per_invocation"]) == (3, 1)
    assert (own["aws_requests_per_message"], own["connections_per_invocation"]) == (0.1, 0)
    # ten times two UPDATE, two COMMIT and two PutMetricData, and three of PyMySQL on a new connection;
    # the server counts what others ask of it too
    assert course["round_trips_per_invocation"] == pytest.approx(43, abs=1)
    assert (course["put_metric_data_per_invocation"], course["connections_per_invocation"]) == (20, 1)
    assert functions.table(figures).count("\n") > len(functions.ROWS)
    assert [each["FunctionName"] for each in client.list_functions()["Functions"]] == before
