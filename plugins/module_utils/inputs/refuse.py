# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a module refuses wrong values of its options, before its first call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.kinds import Kind, wrong_values


def refuse_wrong_options(module: Any, kinds: Mapping[str, Kind]) -> None:
    """Fail with all problems of the options. `module` is an AnsibleModule; an option that is not given is none.

    :param kinds: what the values at each path of the options must be.
    """
    given = {name: value for name, value in module.params.items() if value is not None}
    problems = wrong_values(given, {path if path.endswith("?") else f"{path}?": kind for path, kind in kinds.items()})
    if problems:
        module.fail_json(msg=f"Nothing was changed. {'. '.join(problems)}.")
