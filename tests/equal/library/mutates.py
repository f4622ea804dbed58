# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes its process in all the ways that should end with it."""

from __future__ import annotations

import builtins
import gc
import json
import locale
import logging
import os
import random
import resource
import signal
import socket
import sys
import warnings

from ansible.module_utils import basic
from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule({})
    os.umask(0o007)
    os.chdir("/")
    os.environ["LEAKED"] = "1"
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    locale.setlocale(locale.LC_ALL, "C")
    socket.setdefaulttimeout(3)
    random.seed(1)
    gc.disable()
    warnings.simplefilter("error")
    logging.basicConfig(level=logging.DEBUG)
    sys.path.insert(0, "/leaked")
    json.leaked = basic.leaked = builtins.leaked = True
    module.exit_json(mutated=True)


if __name__ == "__main__":
    main()
