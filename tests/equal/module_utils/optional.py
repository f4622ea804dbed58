# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Uses a library, if there is one."""

from __future__ import annotations

try:
    import equal_optional
except ImportError as error:
    FOUND = str(error)
else:
    FOUND = equal_optional.WORDS
