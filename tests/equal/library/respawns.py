# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Continues in another interpreter."""

from __future__ import annotations

import sys

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.respawn import has_respawned, probe_interpreters_for_module, respawn_module


def main() -> None:
    module = AnsibleModule({"interpreter": {"type": "path", "required": True}, "secret": {"no_log": True}})
    if not has_respawned():
        found = probe_interpreters_for_module([module.params["interpreter"]], "json")
        respawn_module(found)
    module.exit_json(executable=sys.executable, path=sys.path, name=__name__, modules=sorted(sys.modules))


if __name__ == "__main__":
    main()
