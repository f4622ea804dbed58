# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an import makes anew: names and times of its own."""

from __future__ import annotations

import os
import time
import uuid

TOKEN = uuid.uuid4().hex
MADE = time.time()
PROCESS = os.getpid()
PARENT = os.getppid()
