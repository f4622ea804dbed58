# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports what does something at the end."""

from __future__ import annotations

from ansible.module_utils import at_end
from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    AnsibleModule({}).exit_json(name=at_end.__name__)


if __name__ == "__main__":
    main()
