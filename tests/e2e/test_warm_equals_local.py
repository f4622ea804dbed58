# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sample of tests/equal, all of which `make equal` runs: results with `warm` are those with `local`."""

from __future__ import annotations

from pathlib import Path

import pytest
from run import compare, served

SAMPLE = ("aws", "kept_files", "strategy_free")


@pytest.mark.parametrize("playbook", SAMPLE)
def test_results_are_equal(playbook: str, tmp_path: Path) -> None:
    """Nothing tells the connections apart."""
    with served() as port:
        compared, said = compare(playbook, tmp_path / "run", port)
    assert compared
    assert not said, "\n".join(said)
