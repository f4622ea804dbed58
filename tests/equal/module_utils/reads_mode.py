# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remembers the environment, the arguments and functions of Python as they are when it is imported."""

from __future__ import annotations

import os
import sys
from json import loads

MODE = os.environ.get("MODE_OF_IMPORT")
ARGUMENTS = list(sys.argv)
FOLDER = os.getcwd()
LOADS = loads.__name__
OUTPUT_IS_TERMINAL_OR_PIPE = not os.path.samefile("/dev/fd/1", os.devnull)
ENCODING = sys.stdout.encoding
STREAM = sys.stdout
