# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports from its package, and from what is beside it."""

from __future__ import annotations

from .. import told_place
from . import COUNTS
from .inner import COUNTS as SAME

COUNTS.append("outer")
IS_SAME = SAME is COUNTS
BESIDE = told_place.__name__
