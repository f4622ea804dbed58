# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports a library, and tells its version, or why it can't be imported."""

from __future__ import annotations

import importlib
import sys

from ansible.module_utils.basic import AnsibleModule, missing_required_lib


def main() -> None:
    module = AnsibleModule({"library": {"type": "str"}})
    try:
        found = importlib.import_module(module.params["library"])
    except ImportError as error:
        module.fail_json(msg=missing_required_lib(module.params["library"]), exception=error)
    module.exit_json(
        version_of=str(getattr(found, "__version__", "")),
        file=str(getattr(found, "__file__", "")),
        names=sorted(vars(found)),
        modules=sorted(sys.modules),
    )


if __name__ == "__main__":
    main()
