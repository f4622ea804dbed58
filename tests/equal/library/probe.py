# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the code that it is given, and returns what that leaves in `found`."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule({"code": {"type": "str", "required": True}}, supports_check_mode=True)
    namespace = {"module": module}
    exec(module.params["code"], namespace)  # it is what this is for
    module.exit_json(found=namespace.get("found"))


if __name__ == "__main__":
    main()
