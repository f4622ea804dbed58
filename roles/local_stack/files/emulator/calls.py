# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records each call that MiniStack decided by its caller's policies: who may do with less is seen here.

A line is `caller action resource allowed|denied`, with tabs between.
"""

from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator


def record(log: Path) -> None:
    """Append each decision to a file."""
    original = iam_evaluator.enforce
    file = log.open("a", buffering=1)

    def enforce(access_key_id: str, iam_action: str, service: str, region: str, **request: Any) -> Any:
        refused = original(access_key_id, iam_action, service, region, **request)
        decision = "denied" if refused else "allowed"
        print(iam_evaluator.caller_arn(), iam_action, request.get("resource_arn", "*"), decision, sep="\t", file=file)
        return refused

    iam_evaluator.enforce = enforce
