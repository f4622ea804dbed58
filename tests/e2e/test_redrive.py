# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that were set aside are completed: the dead-letter queue's messages go back when somebody says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from stack import Stack, wait_until
from system import DEAD_LETTERS, add_task, dead_letters, held_back, queue_url, queue_with, wait_completed

FAILED = 12  # more than are received at once


@pytest.fixture(autouse=True)
def empty_dead_letter_queue(system: Stack) -> Iterator[None]:
    yield
    system.client("sqs").purge_queue(QueueUrl=queue_url(system, DEAD_LETTERS))


def test_tasks_that_failed_are_completed_once_they_are_mended_and_moved_back(system: Stack) -> None:
    with queue_with(system, visibility_timeout=1, max_receive_count=1):
        with held_back(system):
            ids = [add_task(system, f"fail {number}") for number in range(FAILED)]
        wait_until(lambda: dead_letters(system) == FAILED, "the messages are in the dead-letter queue")
    system.query(f"UPDATE taskmanager.tasks SET title = 'mended' WHERE id IN ({', '.join(map(str, ids))})")

    refused = system.run("redrive.yml", redrive_confirm="production")
    assert (refused.code, refused.changed) == (2, 0)
    assert f"To move {FAILED} messages from task-processing-queue-dlq back" in refused.output
    assert "redrive_confirm=local" in refused.output

    foretold = system.converge("redrive.yml", "--check", "--diff")
    assert foretold.changed == 1
    assert re.search(rf"^- +messages: {FAILED}\n\+ +messages: 0$", foretold.output, re.MULTILINE)
    assert dead_letters(system) == FAILED

    moved = system.converge("redrive.yml", redrive_confirm="local", redrive_max_number_of_messages_per_second=2)
    assert moved.changed == 1
    shown = re.findall(rf"^task-processing-queue-dlq: (\d+) of {FAILED} messages moved$", moved.output, re.MULTILINE)
    assert len(shown) > 1
    assert shown[-1] == str(FAILED)
    wait_completed(system, ids)
    assert dead_letters(system) == 0

    again = system.converge("redrive.yml", redrive_confirm="local")
    assert again.changed == 0
    assert "task-processing-queue-dlq has no messages to move" in again.output
