# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter `verify_checks`: the checks of the role verify, out of what its modules returned."""

from __future__ import annotations

DOCUMENTATION = r"""
name: verify_checks
short_description: Judge what modules told of a system
version_added: 0.1.0
author: taskmanager.aws contributors
description:
  - Compares what was asked for with what modules returned, and returns one check for each thing that holds or not.
  - Made for the role P(taskmanager.aws.verify#role), whose README tells what is checked.
positional: _input, not_found
options:
  _input:
    description:
      - For each kind of thing, lists of equal length, of which the first, C(wanted), says what was asked for, and
        each other one has what a module returned for it.
    type: dict
    required: true
  not_found:
    description: Text that stands in what was asked for in place of what could not be found.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Judge the alarms
  ansible.builtin.debug:
    msg: "{{ {'alarms': {'wanted': [alarm], 'alarms': [found]}} | taskmanager.aws.verify_checks('') }}"
"""

RETURN = r"""
_value:
  description: The checks, each with C(name), C(ok), C(found) and C(way_out), which is empty for one that holds.
  type: list
  elements: dict
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.taskmanager.aws.plugins.module_utils.verify.judge import judge


def verify_checks(kinds: Mapping[str, Mapping[str, Any]], not_found: str) -> list[dict[str, Any]]:
    """The checks as dictionaries."""
    try:
        return [asdict(check) for check in judge(kinds, not_found)]
    except ValueError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"verify_checks": verify_checks}
