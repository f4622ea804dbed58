# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The comparison of `make equal` does not take a playbook's own fault for a result."""

from __future__ import annotations

from compare import Record, faults


def test_a_fault_of_the_playbook_is_told() -> None:
    broken = {"msg": "Module failed: 'AnsibleModule' object has no attribute '_socket'"}
    assert faults([Record("ignored", "one", "alias", broken)]) == ["alias: has no attribute"]


def test_a_failure_that_was_asked_for_is_none() -> None:
    assert faults([Record("ignored", "one", "fails", {"msg": "made up"})]) == []
    assert faults([Record("ok", "one", "finds", {"found": "'x' has no attribute 'y'"})]) == []
