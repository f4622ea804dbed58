# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports what others register with, and none of them."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.registry import REGISTERED, Base


def main() -> None:
    AnsibleModule({}).exit_json(
        registered=REGISTERED, subclasses=sorted(Base.subclasses), known=[str(each) for each in Base.__subclasses__()]
    )


if __name__ == "__main__":
    main()
