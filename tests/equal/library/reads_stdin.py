# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads its stdin, of which its own program may be a part."""

from __future__ import annotations

import os
import sys

from ansible.module_utils.basic import AnsibleModule


def again() -> str:
    try:
        os.lseek(0, 0, os.SEEK_SET)
        return str(len(os.read(0, 1000)))
    except OSError as error:
        return str(error)


def main() -> None:
    module = AnsibleModule({"secret": {"no_log": True}})
    module.exit_json(text=sys.stdin.read(), is_closed=sys.stdin.closed, is_terminal=sys.stdin.isatty(), again=again())


if __name__ == "__main__":
    main()
