# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a change shows: the settings that differ, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.plan import compare


@pytest.mark.parametrize(
    ("current", "desired", "before", "after"),
    [
        pytest.param(None, None, {}, {}, id="neither exists nor is wanted"),
        pytest.param(None, {"a": 1}, {}, {"a": 1}, id="creation"),
        pytest.param({"a": 1}, None, {"a": 1}, {}, id="removal"),
        pytest.param({"a": 1, "b": 2}, {"a": 1, "b": 2}, {}, {}, id="as desired"),
        pytest.param({"a": 1, "b": 2}, {"a": 1, "b": 3}, {"b": 2}, {"b": 3}, id="drift"),
        pytest.param({"a": []}, {"a": None}, {"a": []}, {"a": None}, id="empty is not none"),
    ],
)
def test_a_plan_has_what_differs(
    current: dict[str, Any] | None, desired: dict[str, Any] | None, before: dict[str, Any], after: dict[str, Any]
) -> None:
    change = compare(current, desired)
    assert (change.before, change.after) == (before, after)
    assert change.changed == (before != after)
