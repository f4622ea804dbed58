# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run MiniStack with what it lacks, behind a door.

Environment: MiniStack's own, BROKER_CONF, CALLS_LOG, ROOT_SECRET (files) and DB_PORT.
"""

import os
from pathlib import Path

import broker
import calls
import door
import fixes
import lambda_requests
import resources
from ministack import app

for fix in (*fixes.FIXES, *resources.FIXES, *lambda_requests.FIXES):
    fix()
calls.record(Path(os.environ["CALLS_LOG"]))
broker.start(Path(os.environ["BROKER_CONF"]), int(os.environ["DB_PORT"]), int(os.environ["GATEWAY_PORT"]))
door.close(Path(os.environ["ROOT_SECRET"]).read_text().strip())
app.main()
