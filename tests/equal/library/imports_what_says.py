# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports what says something."""

from __future__ import annotations

import sys

from ansible.module_utils import says  # noqa: F401 # for its effect
from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule({"fails": {"type": "bool", "default": True}})
    if module.params["fails"]:
        sys.exit(3)
    module.exit_json()


if __name__ == "__main__":
    main()
