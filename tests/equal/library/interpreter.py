# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells what it is run by."""

from __future__ import annotations

import os
import sys

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule({})
    module.exit_json(
        arguments=sys.argv,
        original=getattr(sys, "orig_argv", None),
        name=__name__,
        has_file="__file__" in globals(),
        path=sys.path,
        flags=repr(sys.flags),
        executable=sys.executable,
        prefix=sys.prefix,
        version_info=repr(sys.version_info),
        command_line=open("/proc/self/cmdline").read(),
        program=os.readlink("/proc/self/exe"),
    )


if __name__ == "__main__":
    main()
