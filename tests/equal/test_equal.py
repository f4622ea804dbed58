# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every playbook of this folder comes to the same results with `warm` as with `local`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from run import PLAYBOOKS, compare, served

FEWEST_RESULTS = 230


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A web server for the playbooks."""
    with served() as port:
        yield port


@pytest.fixture(scope="module")
def counts() -> dict[str, tuple[int, int]]:
    """How many results were compared and how many of them were different, by playbook."""
    return {}


def told(compared: int, different: int) -> str:
    """Counts, in words."""
    return f"{compared} results compared, {different} different"


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_results_are_equal(
    playbook: str,
    port: int,
    counts: dict[str, tuple[int, int]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing tells the connections apart."""
    compared, said = compare(playbook, tmp_path / "run", port)
    counts[playbook] = compared, len(said)
    with capsys.disabled():
        print(f"\n{playbook}: {told(*counts[playbook])}")
    assert not said, "\n".join(said)


def test_many_results_were_compared(counts: dict[str, tuple[int, int]], capsys: pytest.CaptureFixture[str]) -> None:
    """The comparison was worth its name."""
    compared, different = (sum(column) for column in zip(*counts.values(), strict=True))
    with capsys.disabled():
        print(f"\n{told(compared, different)}")
    assert compared >= FEWEST_RESULTS
