# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the work of a batch: chains of tasks at once, a chain's one by one, and no longer than there is time."""

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
    """The tasks that did not get done, by their ids.

    `failed` are the reasons of those that failed, `waiting` are behind one of these in their chain, `unfinished` are
    those for which the time was up.
    """

    failed: dict[int, str]
    waiting: set[int]
    unfinished: set[int]


@cache
def shared_threads() -> ThreadPoolExecutor:
    """Return this process's threads: new ones after a batch in which some did not come to an end."""
    return ThreadPoolExecutor(MAX_THREADS)


def attempt_all(chains: Sequence[Sequence[Task]], do: Callable[[Task], None], deadline: float) -> Outcome:
    """Do the work of all tasks until `deadline` (of time.monotonic); a chain ends with its first failure.

    Work that runs on then can't be stopped from outside: its thread goes on, and its result is not waited for.
    """
    pool = shared_threads()
    results: dict[int, str | None] = {}
    running = wait(
        [pool.submit(attempt_chain, chain, do, deadline, results) for chain in chains],
        timeout=max(0, deadline - time.monotonic()),
    ).not_done
    ended = dict(results)  # what a thread ends from now on is not waited for
    if running:
        pool.shutdown(wait=False, cancel_futures=True)
        shared_threads.cache_clear()
    failed = {task_id: reason for task_id, reason in ended.items() if reason}
    left = {task.id: any(each.id in failed for each in chain) for chain in chains for task in chain}
    left = {task_id: waits for task_id, waits in left.items() if task_id not in ended}
    for task_id, waits in left.items():
        why = "an earlier one of its group failed" if waits else "the time is up"
        LOG.warning("task is handed back, since %s", why, extra={"task_id": task_id})
    waiting = {task_id for task_id, waits in left.items() if waits}
    return Outcome(failed, waiting, left.keys() - waiting)


def attempt_chain(
    chain: Sequence[Task], do: Callable[[Task], None], deadline: float, results: dict[int, str | None]
) -> None:
    """Do the work of one task after the other, until one fails or the time is up, and note the results."""
    for task in chain:
        results[task.id] = attempt(task, do)
        if results[task.id] or time.monotonic() >= deadline:
            return


def attempt(task: Task, do: Callable[[Task], None]) -> str | None:
    """Do the work of `task`, and return the reason when it failed."""
    try:
        do(task)
    except Exception as error:  # whatever it is, it must not fail the other tasks
        LOG.exception("task failed", extra={"task_id": task.id})
        return f"task {task.id}: {type(error).__name__}: {error}"
    return None
