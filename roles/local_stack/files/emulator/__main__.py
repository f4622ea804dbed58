# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run MiniStack with what it lacks. Environment: MiniStack's own, BROKER_CONF, CALLS_LOG (files) and DB_PORT."""

import os
from pathlib import Path

import broker
import calls
import fixes
import lambda_requests
import resources
from ministack import app

for fix in (*fixes.FIXES, *resources.FIXES, *lambda_requests.FIXES):
    fix()
calls.record(Path(os.environ["CALLS_LOG"]))
broker.start(Path(os.environ["BROKER_CONF"]), int(os.environ["DB_PORT"]), int(os.environ["GATEWAY_PORT"]))
app.main()
