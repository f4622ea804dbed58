# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prints a result without the help of AnsibleModule."""

from __future__ import annotations

from ansible.module_utils import basic

print(f'{{"changed": false, "name": "{__name__}", "has_arguments": {str(basic._ANSIBLE_ARGS is not None).lower()}}}')
