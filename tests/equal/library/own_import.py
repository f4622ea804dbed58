# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells whether what an import makes is its own, by a note of what the module before had."""

from __future__ import annotations

import os
from pathlib import Path

from ansible.module_utils import counted
from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule({"note": {"type": "path"}})
    note = Path(module.params["note"])
    before = note.read_text() if note.exists() else ""
    note.write_text(f"{counted.TOKEN} {counted.MADE}")
    module.exit_json(
        same_process=counted.PROCESS == os.getpid(),
        same_parent=counted.PARENT == os.getppid(),
        same_token=counted.TOKEN in before,
        same_time=str(counted.MADE) in before,
    )


if __name__ == "__main__":
    main()
