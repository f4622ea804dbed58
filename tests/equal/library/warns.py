# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Warns, of this and that."""

from __future__ import annotations

import sys
import warnings

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.warnings import deprecate, warn


def main() -> None:
    module = AnsibleModule(
        {
            "old": {"removed_in_version": "99.0.0", "removed_from_collection": "some.collection"},
            "new": {"aliases": ["former"], "deprecated_aliases": [{"name": "former", "version": "99.0.0"}]},
            "token": {"type": "str"},
        }
    )
    sys.stderr.write("noise\n" * 1000)
    warnings.warn("one of Python's", UserWarning, stacklevel=1)
    module.warn("one of the module's")
    warn("one of module_utils'")
    module.deprecate("this is old", version="99.0.0", collection_name="some.collection")
    deprecate("so is that", date="2099-01-01", collection_name="some.collection")
    module.exit_json(warned=True, warnings=["one in the result"])


if __name__ == "__main__":
    main()
