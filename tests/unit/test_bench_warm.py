# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `make bench-warm` makes of its figures."""

from __future__ import annotations

import pytest
from warm_connection import PROMISES, Figure, Promise, table


def figures(**cpu: float) -> dict[str, Figure]:
    """Figures of three rounds, of which the second took twice as long for all."""
    return {name: Figure((value, 2 * value, value), (value, value, value)) for name, value in cpu.items()}


@pytest.mark.parametrize(
    ("warm", "expected"),
    [
        (2.5, ["held", "held", "held"]),
        (2.6, ["held", "NOT HELD", "held"]),
        (5.6, ["NOT HELD", "NOT HELD", "NOT HELD"]),
    ],
)
def test_a_promise_is_held_or_not(warm: float, expected: list[str]) -> None:
    """By the median of the rounds' ratios."""
    measured = figures(boto3=1, local=10, pipelined=10, mitogen=5, warm=warm)
    assert [promise.line(measured).partition(":")[0] for promise in PROMISES] == expected


def test_a_ratio_is_that_of_rounds() -> None:
    """What else the machine does in a round meets both."""
    measured = {"warm": Figure((1, 8, 1), (1, 8, 1)), "local": Figure((4, 32, 2), (4, 32, 2))}
    assert Promise("local", 0.25, "CPU").ratio(measured) == 0.25


def test_the_table_has_medians_ranges_and_ratios() -> None:
    """Of each contender."""
    lines = table(figures(boto3=1, warm=4)).splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["boto3", "1.00", "(1.00", "to", "2.00)", "1.00", "(1.00", "to", "1.00)", "1.0"],
        ["warm", "4.00", "(4.00", "to", "8.00)", "4.00", "(4.00", "to", "4.00)", "4.0"],
    ]
