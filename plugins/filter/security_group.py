# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters of the role security_groups; each is documented in a file of its name beside this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.taskmanager.aws.plugins.module_utils.security_group.plan import plan
from ansible_collections.taskmanager.aws.plugins.module_utils.security_group.uses import groups_in_use


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by their names."""
        return {"groups_in_use": groups_in_use, "security_group_plan": plan}
