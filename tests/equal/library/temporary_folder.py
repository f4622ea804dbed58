# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells where Ansible has it keep temporary files."""

from __future__ import annotations

import os
import stat
import tempfile

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule({})
    mode = stat.filemode(os.stat(module.tmpdir).st_mode)
    module.exit_json(folder=module.tmpdir, mode=mode, system=tempfile.gettempdir())


if __name__ == "__main__":
    main()
