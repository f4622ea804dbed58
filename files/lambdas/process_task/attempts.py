# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the work of a batch: at once, each task for itself, and no longer than there is time."""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache

from task import Task

LOG = logging.getLogger(__name__)

# SQS gives up to 10 messages unless a batching window is set; more than that wait for a thread.
MAX_THREADS = 10


@dataclass(frozen=True)
class Outcome:
    """The tasks that did not get done: the reasons of those that failed by task id, and the ids of the unfinished."""

    failed: dict[int, str]
    unfinished: set[int]


@cache
def shared_threads() -> ThreadPoolExecutor:
    """Return this process's threads: new ones after a batch in which some did not come to an end."""
    return ThreadPoolExecutor(MAX_THREADS)


def attempt_all(tasks: Sequence[Task], do: Callable[[Task], None], deadline: float) -> Outcome:
    """Do the work of all tasks until `deadline` (of time.monotonic).

    Work that runs on then can't be stopped from outside: its thread goes on, and its result is not waited for.
    """
    pool = shared_threads()
    attempts = {pool.submit(attempt, task, do): task.id for task in tasks}
    ended, running = wait(attempts, timeout=max(0, deadline - time.monotonic()))
    if running:
        pool.shutdown(wait=False, cancel_futures=True)
        shared_threads.cache_clear()
    failed = {attempts[each]: reason for each in ended if (reason := each.result())}
    unfinished = {attempts[each] for each in running}
    for task_id in unfinished:
        LOG.warning("task is handed back, since the time is up", extra={"task_id": task_id})
    return Outcome(failed, unfinished)


def attempt(task: Task, do: Callable[[Task], None]) -> str | None:
    """Do the work of `task`, and return the reason when it failed."""
    try:
        do(task)
    except Exception as error:  # whatever it is, it must not fail the other tasks
        LOG.exception("task failed", extra={"task_id": task.id})
        return f"task {task.id}: {type(error).__name__}: {error}"
    return None
