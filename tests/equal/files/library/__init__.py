# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A library that reads its settings when it is imported, and looks for its parts."""

from __future__ import annotations

import pkgutil
from pathlib import Path

WORDS = "one"
PARTS = [part.name for part in pkgutil.iter_modules(__path__)]
SETTINGS = Path(__file__).with_name("settings").read_text()
