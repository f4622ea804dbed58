# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports something only when it is told to."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule({"does_import": {"type": "bool"}})
    if module.params["does_import"]:
        from ansible.module_utils import touches

        module.exit_json(name=touches.__name__)
    module.exit_json(name="")


if __name__ == "__main__":
    main()
