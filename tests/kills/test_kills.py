# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make kills`: whatever is killed, and whenever, nothing of the connection `warm` is left. tests/e2e has a sample."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from killing import MOMENTS, SIGNALS, VICTIMS, kill


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
@pytest.mark.parametrize("victim", VICTIMS)
def test_nothing_is_left(tmp_path: Path, victim: str, number: signal.Signals, moment: float) -> None:
    """No process, no socket, no file with a secret."""
    assert kill(tmp_path, victim, number, moment) == []
