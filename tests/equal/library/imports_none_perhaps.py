# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports what need not be there."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule

try:
    from ansible.module_utils import no_such_utils
except ImportError as error:
    no_such_utils = error


def main() -> None:
    AnsibleModule({}).exit_json(name=str(no_such_utils))


if __name__ == "__main__":
    main()
