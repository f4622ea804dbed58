# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A package that counts its imports in what it imports."""

from __future__ import annotations

from . import inner
from .inner import COUNTS

COUNTS.append("package")
ATTRIBUTE = inner.__name__
