# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports a library of PYTHONPATH, by way of module_utils."""

from __future__ import annotations

import sys

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.uses_library import MADE_OF, equal_library


def main() -> None:
    AnsibleModule({}).exit_json(
        words=getattr(equal_library, "WORDS", None),
        parts=getattr(equal_library, "PARTS", None),
        settings=getattr(equal_library, "SETTINGS", None),
        error=MADE_OF,
        path=[each for each in sys.path if "payload" not in each],
    )


if __name__ == "__main__":
    main()
