# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module of the first role."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.shared import WORDS


def main() -> None:
    AnsibleModule({}).exit_json(role="first", words=WORDS)


if __name__ == "__main__":
    main()
