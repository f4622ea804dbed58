# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports what registers itself."""

from __future__ import annotations

from ansible.module_utils import registers  # noqa: F401 # for its effect
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.registry import REGISTERED, Base


def main() -> None:
    AnsibleModule({}).exit_json(registered=REGISTERED, subclasses=sorted(Base.subclasses))


if __name__ == "__main__":
    main()
