# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replaces parts of Python when it is imported."""

from __future__ import annotations

import json
import ssl

ssl._create_default_https_context = ssl._create_unverified_context
json.patched = True
