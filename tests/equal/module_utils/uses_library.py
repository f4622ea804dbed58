# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports a library, if it is there."""

from __future__ import annotations

try:
    import equal_library

    MADE_OF = ""
except ImportError as error:
    equal_library = None
    MADE_OF = str(error)
