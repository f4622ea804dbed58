# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Returns a large result."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule({"size": {"type": "int"}, "data": {"default": ""}})
    module.exit_json(large="x" * module.params["size"], given=len(module.params["data"]))


if __name__ == "__main__":
    main()
