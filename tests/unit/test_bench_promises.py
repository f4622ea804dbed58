# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The promises that `make bench` fails on."""

from __future__ import annotations

import copy

import functions
import pytest

OWN = {
    "messages_per_second": 2000.0,
    "put_metric_data_per_invocation": 1.0,
    "round_trips_per_invocation": 3.0,
    "package_kb": 100.0,
    "import_times_bare": 1.2,
}
KEPT: functions.Figures = {
    "add_task": {"this project": dict(OWN)},
    "process_task": {"this project": OWN, "original": {"messages_per_second": 100.0}},
}


def test_figures_at_the_limits_keep_the_promises() -> None:
    assert functions.broken_promises(KEPT) == []


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("messages_per_second", 1990.0, "the original's messages per second and process, times: 19.90, less than 20"),
        ("put_metric_data_per_invocation", 1.1, "PutMetricData per invocation: 1.10, more than 1"),
        ("round_trips_per_invocation", 3.1, "database round trips per batch: 3.10, more than 3"),
        ("package_kb", 100.1, "package of process_task without certificates, kB: 100.10, more than 100"),
        ("import_times_bare", 1.21, "import of process_task, times a bare import: 1.21, more than 1.2"),
    ],
)
def test_a_figure_beyond_its_limit_is_named(key: str, value: float, named: str) -> None:
    figures = copy.deepcopy(KEPT)
    figures["process_task"]["this project"][key] = value
    assert functions.broken_promises(figures) == [named]
