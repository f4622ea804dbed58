# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role foundation takes for a fault of what it looked for."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from test_inventory import ROOT, template


@pytest.mark.parametrize(
    ("topics", "missing", "faults"),
    [
        ([], "fail", ["SNS topic x was not found"]),
        ([], "ignore", []),
        (["arn:1:x", "arn:2:x"], "ignore", ["SNS topic x was found 2 times"]),
    ],
)
def test_what_is_missing_may_be_ignored_but_what_is_there_twice_never(
    topics: list[str], missing: str, faults: list[str]
) -> None:
    searches: dict[str, Any] = yaml.safe_load((ROOT / "roles/foundation/vars/main.yml").read_text())
    searches["__foundation_searches"] = [["SNS topic x", topics]]
    assert template("__foundation_faults", foundation_missing=missing, **searches) == faults
