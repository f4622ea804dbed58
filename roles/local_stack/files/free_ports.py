#!/usr/bin/env python3
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print two free ports of 127.0.0.1 as JSON: {"emulator": …, "database": …}."""

import json
import socket
from contextlib import ExitStack

with ExitStack() as held:  # both are held until both are known, so they differ
    sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
    emulator, database = (each.getsockname()[1] for each in sockets)
print(json.dumps({"emulator": emulator, "database": database}))
