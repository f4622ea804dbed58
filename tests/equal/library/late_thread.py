# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gives its result while a thread of its own still works."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule({"note": {"type": "path"}, "daemon": {"type": "bool", "default": False}})

    def work() -> None:
        time.sleep(0.3)
        Path(module.params["note"]).write_text("finished")

    threading.Thread(target=work, daemon=module.params["daemon"]).start()
    module.exit_json(started_one=True)


if __name__ == "__main__":
    main()
