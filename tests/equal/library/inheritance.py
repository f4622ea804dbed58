# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells which descriptors it has, and which of them its children inherit."""

from __future__ import annotations

import os
import stat
import subprocess

from ansible.module_utils.basic import AnsibleModule

COUNT = ["sh", "-c", "ls /proc/self/fd | wc -l"]


def is_seekable(descriptor: int) -> bool:
    try:
        os.lseek(descriptor, 0, os.SEEK_CUR)
    except OSError:
        return False
    return True


def main() -> None:
    module = AnsibleModule({})
    module.exit_json(
        types=[stat.S_IFMT(os.fstat(descriptor).st_mode) for descriptor in range(3)],
        inheritable=[os.get_inheritable(descriptor) for descriptor in range(3)],
        blocking=[os.get_blocking(descriptor) for descriptor in range(3)],
        seekable=[is_seekable(descriptor) for descriptor in range(3)],
        inherited=subprocess.run(COUNT, close_fds=False, stdout=subprocess.PIPE, text=True).stdout.strip(),
        shell=os.popen("ls /proc/self/fd | wc -l").read(),
    )


if __name__ == "__main__":
    main()
