# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports what is not there."""

from __future__ import annotations

from ansible.module_utils import no_such_utils
from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    AnsibleModule({}).exit_json(name=no_such_utils.__name__)


if __name__ == "__main__":
    main()
