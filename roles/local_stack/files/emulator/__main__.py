# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run MiniStack with what it lacks. Environment: MiniStack's own, and BROKER_CONF (a file's path) and DB_PORT."""

import os
from pathlib import Path

import broker
import fixes
from ministack import app

for fix in fixes.FIXES:
    fix()
broker.start(Path(os.environ["BROKER_CONF"]), int(os.environ["DB_PORT"]), int(os.environ["GATEWAY_PORT"]))
app.main()
