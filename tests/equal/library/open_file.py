# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes to a file that it leaves open."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    global kept
    module = AnsibleModule({"note": {"type": "path"}})
    kept = open(module.params["note"], "w")  # this is its purpose
    kept.write("all that was written")
    module.exit_json(written=True)


if __name__ == "__main__":
    main()
