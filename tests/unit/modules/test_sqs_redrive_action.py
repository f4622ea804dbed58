# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action of sqs_redrive: it calls the module until everything is moved, and shows how far it is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.action.sqs_redrive import ActionModule


def moved(number: int, **fields: Any) -> dict[str, Any]:
    return {"dead_letter_queue": "orders-dlq", "moved": number, "to_move": 12, "finished": number == 12} | fields


class Task(ActionModule):
    """The action with a module that answers as told."""

    def __init__(self, *answers: dict[str, Any], check_mode: bool = False) -> None:
        task = SimpleNamespace(args={"queue": "orders"}, check_mode=check_mode, async_val=0, diff=False)
        super().__init__(task, SimpleNamespace(_shell=SimpleNamespace(tmpdir=None)), None, None, None, None)
        self.answers, self.asked = list(answers), list[Any]()

    def _execute_module(self, *, module_args: Any, **_options: Any) -> dict[str, Any]:
        self.asked.append(dict(module_args))
        return self.answers.pop(0)


def test_the_action_goes_on_until_all_is_moved_and_shows_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    action = Task(moved(5), moved(9), moved(12))
    assert action.run() == moved(12)
    assert action.asked == [
        {"queue": "orders"},
        {"queue": "orders", "resume": {"moved": 5, "to_move": 12}},
        {"queue": "orders", "resume": {"moved": 9, "to_move": 12}},
    ]
    shown = capsys.readouterr().out.splitlines()
    assert shown == [f"orders-dlq: {number} of 12 messages moved" for number in (5, 9, 12)]


@pytest.mark.parametrize(
    ("answer", "check_mode"), [({"failed": True, "msg": "no"}, False), (moved(0, finished=True), True)]
)
def test_the_action_ends_with_a_failure_and_shows_nothing_in_check_mode(
    capsys: pytest.CaptureFixture[str], answer: dict[str, Any], check_mode: bool
) -> None:
    assert Task(answer, check_mode=check_mode).run() == answer
    assert capsys.readouterr().out == ""
