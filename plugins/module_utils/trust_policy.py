# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The trust policy of a role: whom it is to trust, and what others let in besides.

Pure: no Ansible, no AWS. Documents are those of IAM
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Statement = Mapping[str, Any]


def trust_policy(current: Mapping[str, Any] | None, service: str, keep: bool = False) -> dict[str, Any]:
    """The trust policy that a role is to have, and what of the one that it has is not of its data.

    A statement that trusts the service alone, under conditions or with a denial somebody added, is theirs: with `keep`
    it stands in the place of ours, which would admit more than it does.

    :param current: the role's trust policy; None for a role that is not there.
    :param keep: whether what others let in stays.
    :return: `document`, and `foreign`, the statements of others as JSON.
    """
    ours = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    statements = _listed((current or {}).get("Statement"))
    theirs = [statement for statement in statements if _meaning(statement) != _meaning(ours)]
    kept = theirs if keep else []
    replaced_by_theirs = any(_meaning(_unconditional(statement)) == _meaning(ours) for statement in kept)
    return {
        "document": {"Version": "2012-10-17", "Statement": [*([] if replaced_by_theirs else [ours]), *kept]},
        "foreign": [json.dumps(statement, sort_keys=True) for statement in theirs],
    }


def _unconditional(statement: Statement) -> Statement:
    return {key: value for key, value in statement.items() if key != "Condition"}


def _meaning(statement: Statement) -> str:
    """The statement in one form, whatever its Sid and however its lists are written."""
    return json.dumps(_sorted({key: value for key, value in statement.items() if key != "Sid"}), sort_keys=True)


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted(each) for key, each in value.items()}
    return sorted(str(each) for each in value) if isinstance(value, list) else [str(value)]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
