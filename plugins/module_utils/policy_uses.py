# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which managed policies others have, so that to remove them would take something from others.

Pure: no Ansible, no AWS. AWS deletes no policy that somebody has, be it attached or a permissions boundary
(https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

USES: Final = {"attached": "attached to", "boundary": "the boundary of"}


def policies_in_use(policies: Sequence[Mapping[str, Any]], roles: Sequence[str]) -> list[str]:
    """For each policy that others have, a clause that names it and them.

    :param policies: as taskmanager.aws.iam_managed_policy_info returns them with `entities`.
    :param roles: the names of the roles that are removed as well.
    """
    found = []
    for policy in policies:
        others = [each for each in policy["entities"] if each["type"] != "role" or each["name"] not in roles]
        if others:
            uses = ", ".join(f"{USES[each['usage']]} the {each['type']} {each['name']}" for each in others)
            found.append(f"The policy {policy['policy_name']} is {uses}")
    return found
