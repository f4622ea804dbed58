# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports another module of the package."""

from __future__ import annotations

import sys

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.package.inner import COUNTS


def main() -> None:
    package = sys.modules["ansible.module_utils.package"]
    AnsibleModule({}).exit_json(counts=COUNTS, names=sorted(vars(package)))


if __name__ == "__main__":
    main()
