# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports what replaces parts of Python."""

from __future__ import annotations

import json
import ssl

from ansible.module_utils import patches  # noqa: F401 # for its effect
from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    AnsibleModule({}).exit_json(patched=hasattr(json, "patched"), https=ssl._create_default_https_context.__name__)


if __name__ == "__main__":
    main()
