# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports a package's module, which brings the package."""

from __future__ import annotations

import sys

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.package import outer


def main() -> None:
    module = AnsibleModule({})
    package = sys.modules["ansible.module_utils.package"]
    module.exit_json(
        counts=outer.COUNTS,
        is_same=outer.IS_SAME,
        beside=outer.BESIDE,
        names=sorted(vars(package)),
        modules=sorted(name for name in sys.modules if name.startswith("ansible")),
    )


if __name__ == "__main__":
    main()
