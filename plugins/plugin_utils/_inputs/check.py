# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with the inputs of a role, all of it at once, before anything is asked or changed.

Pure: no Ansible, no AWS. Each role has a module here, with KINDS, what the value at each path must be, and
`contradictions`, what is wrong with values together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.kinds import Kind, wrong_values
from ansible_collections.taskmanager.aws.plugins.plugin_utils._inputs import (
    cloudwatch,
    foundation,
    iam,
    lambda_deploy,
    rds_iam_auth,
    security_groups,
)

LONGEST: Final = 1_000  # characters of a sentence: a value may be of any length
Inputs = Mapping[str, Any]
ROLES: Final[dict[str, tuple[dict[str, Kind], Callable[[Inputs], list[str]]]]] = {
    module.__name__.rpartition(".")[2]: (module.KINDS, module.contradictions)
    for module in (cloudwatch, foundation, iam, lambda_deploy, rds_iam_auth, security_groups)
}


def input_problems(inputs: Inputs, role: str, check_mode: bool = False) -> list[str]:
    """What is wrong with the inputs of a role: a sentence each, with the place, the value and what it must be.

    :param inputs: the role's variables by their names.
    :param check_mode: whether '' may stand for what AWS has yet to make; a removal finds things gone, so there it may.
    """
    kinds, contradictions = ROLES[role]
    check_mode = check_mode or inputs.get(f"{role}_state") == "absent"
    found = wrong_values(inputs, kinds, check_mode=check_mode)
    try:
        found += contradictions({**inputs, "check_mode": check_mode})
    except (AttributeError, KeyError, TypeError, ValueError):
        if not found:  # or values of a wrong type, which are named already, can't be compared with others
            raise
    return [problem if len(problem) <= LONGEST else f"{problem[:LONGEST]}…" for problem in found]
