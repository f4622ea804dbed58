# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sample of `make kills`: each process of a run on the connection `warm`, killed in the middle."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from killing import SIGNALS, VICTIMS, kill


@pytest.mark.parametrize(("victim", "number"), [(victim, SIGNALS[i % 3]) for i, victim in enumerate(VICTIMS)])
def test_nothing_is_left_of_a_run_in_which_one_is_killed(tmp_path: Path, victim: str, number: signal.Signals) -> None:
    """No process, no socket, no file with a secret."""
    assert kill(tmp_path, victim, number, 1.0) == []
