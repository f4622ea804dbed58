# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says things besides its result: before it, after it, or instead of it."""

from __future__ import annotations

import sys

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule(
        {
            "before": {"default": ""},
            "after": {"default": ""},
            "error": {"default": ""},
            "raw": {"default": ""},
            "times": {"type": "int", "default": 1},
            "result": {"type": "bool", "default": True},
            "status": {"type": "int", "default": 0},
        }
    )
    given = module.params
    sys.stdout.write(given["before"] * given["times"])
    sys.stderr.write(given["error"] * given["times"])
    sys.stdout.flush()
    sys.stdout.buffer.write(bytes.fromhex(given["raw"]))
    sys.stdout.flush()
    sys.stderr.buffer.write(bytes.fromhex(given["raw"]))
    try:
        if given["result"]:
            module.exit_json(said="é \u4e2d \U0001f600", rc=given["status"])
    except SystemExit:
        sys.stdout.write(given["after"] * given["times"])
    sys.exit(given["status"])


if __name__ == "__main__":
    main()
