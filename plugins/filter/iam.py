# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters of the role iam; each is documented in a file of its name beside this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.taskmanager.aws.plugins.module_utils.policy_uses import policies_in_use
from ansible_collections.taskmanager.aws.plugins.module_utils.trust_policy import trust_policy


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by their names."""
        return {"policies_in_use": policies_in_use, "trust_policy": trust_policy}
