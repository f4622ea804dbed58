# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Leaves a note when it is imported."""

from __future__ import annotations

import os

if "NOTE" in os.environ:
    with open(os.environ["NOTE"], "a") as file:
        file.write("imported\n")
