# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says something when it is imported."""

from __future__ import annotations

import sys
import warnings

print("words of an import")
print("error of an import", file=sys.stderr)
warnings.warn("warning of an import", UserWarning, stacklevel=1)
