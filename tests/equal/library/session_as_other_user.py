# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Has another user look for a secret of the module's in what that user's process inherits."""

from __future__ import annotations

import sys

from ansible.module_utils.basic import AnsibleModule

SEARCH = """
import os
content = b''
try:
    os.lseek(0, 0, 0)
    while block := os.read(0, 1 << 20):
        content += block
    print(os.getuid(), len(content), b'hunter2' in content)
except OSError as error:
    print(os.getuid(), error)
"""


def main() -> None:
    module = AnsibleModule({"secret": {"no_log": True}})
    command = ["su", "-s", "/bin/sh", "nobody", "-c", f'/usr/bin/python3 -c "{SEARCH}"']
    status, out, err = module.run_command(command)
    module.exit_json(status=status, out=out, err=err, has_stdin=not sys.stdin.closed)


if __name__ == "__main__":
    main()
