# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What CloudWatch takes is no finding, not even a warning: thirty bodies of each type of widget."""

from __future__ import annotations

from typing import Any

import pytest
from accepted_widgets import ACCEPTED, REGION
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.body import build_body
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.canonical import differences
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.rules import PROPERTIES

BODIES = [(kind, properties) for kind, bodies in ACCEPTED.items() for properties in bodies]


def test_there_are_thirty_of_each_type() -> None:
    assert {kind: len(bodies) for kind, bodies in ACCEPTED.items() if len(bodies) < 30} == {}
    assert ACCEPTED.keys() == PROPERTIES.keys()


@pytest.mark.parametrize(("kind", "properties"), BODIES, ids=[f"{kind}-{n}" for n, (kind, _) in enumerate(BODIES)])
def test_it_is_taken_as_it_is_and_equal_to_itself(kind: str, properties: dict[str, Any]) -> None:
    widget = {"type": kind, "x": 0, "y": 0, "width": 12, "height": 6, "properties": properties}
    body, findings = build_body("orders", {"body": {"widgets": [widget]}}, REGION)
    assert findings == []
    assert body["widgets"] == [widget]
    assert differences(body, body) == []
