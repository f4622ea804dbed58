# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prepares its process before it imports."""

from __future__ import annotations

import json
import os
import sys

os.environ["MODE_OF_IMPORT"] = "prepared"
os.chdir("/usr")
sys.argv.append("prepared")


def loads_of_ours(text: str) -> object:
    return text


plain, json.loads = json.loads, loads_of_ours
from ansible.module_utils import reads_mode  # noqa: E402

json.loads = plain
from ansible.module_utils.basic import AnsibleModule  # noqa: E402


def main() -> None:
    AnsibleModule({}).exit_json(
        mode=reads_mode.MODE,
        arguments=reads_mode.ARGUMENTS,
        folder=reads_mode.FOLDER,
        loads=reads_mode.LOADS,
        has_output=reads_mode.OUTPUT_IS_TERMINAL_OR_PIPE,
        encoding=reads_mode.ENCODING,
        same_stream=reads_mode.STREAM is sys.stdout,
    )


if __name__ == "__main__":
    main()
