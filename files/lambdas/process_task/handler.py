# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""process_task: takes announced tasks from the queue, sets them to In Progress, does their work, completes them."""

import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from attempts import attempt_all
from common import health, logs
from common.clients import client
from common.database import Database, shared_database
from common.metrics import counting, publisher
from common.response import Response
from messages import answer, read_batch
from task import Task
from work import work

LOG = logging.getLogger(__name__)

# Seconds of an invocation that are kept for what follows the work: to complete the tasks, and publish the metrics.
RESERVE = 2

# Each of these may be run twice, as Database.execute demands; a COMPLETE that was may count too few, never too many.
START = "UPDATE tasks SET status = 'In Progress' WHERE id IN %s AND status <> 'Completed'"
READ = "SELECT id, title, description, status FROM tasks WHERE id IN %s"
COMPLETE = "UPDATE tasks SET status = 'Completed' WHERE id IN %s AND status <> 'Completed'"


def handler(event: Mapping[str, Any], context: logs.Context) -> Response:
    """Work on the tasks that a batch from SQS announces, and answer with the messages to deliver again.

    The event is a batch of SQS or `{"health_check": true}`. Raises BatchError when every message failed, and
    pymysql.MySQLError, botocore.exceptions.ClientError or BotoCoreError, and ValueError for a wrong METRICS_FORMAT; SQS
    then delivers the whole batch again.
    That does no harm to completed tasks: they are acknowledged and not counted, so lost metrics can't make a batch
    come back for ever.
    """
    logs.configure(context)
    metrics = counting(publisher(context.aws_request_id))
    if health.is_health_check(event):
        return check_health(metrics)
    deadline = time.monotonic() + context.get_remaining_time_in_millis() / 1000 - RESERVE
    with metrics as counts:
        return answer(event["Records"], process(event["Records"], shared_database(), work, counts, deadline))


def process(
    records: Sequence[Mapping[str, Any]],
    database: Database,
    do: Callable[[Task], None],
    counts: Counter[str],
    deadline: float,
) -> dict[str, str]:
    """Do what `records` ask for until `deadline` (of time.monotonic), with `do` as the work of a task, and count it.

    Returns the reasons by message id of the messages that failed, or are handed back since the time is up.
    Raises pymysql.MySQLError, and what opening the database raises.
    """
    batch = read_batch(records)
    for message_id, reason in batch.poison.items():
        LOG.error("poison message: %s", reason, extra={"message_id": message_id})
    counts["TasksFailed"] += len(batch.poison)
    tasks = start(sorted(set(batch.task_ids.values())), database)
    counts["TasksStarted"] += len(tasks)
    by_id = {task.id: task for task in tasks}
    chains = [[by_id[task_id] for task_id in chain if task_id in by_id] for chain in batch.chains]
    outcome = attempt_all(chains, do, deadline)
    counts["TasksFailed"] += len(outcome.failed)
    again = outcome.failed | {task_id: f"task {task_id}: the time was up" for task_id in outcome.unfinished}
    again |= {task_id: f"task {task_id}: an earlier one of its group failed" for task_id in outcome.waiting}
    counts["TasksCompleted"] += complete([task.id for task in tasks if task.id not in again], database)
    return batch.failures(again)


def start(task_ids: Sequence[int], database: Database) -> list[Task]:
    """Set the tasks to In Progress and return them, without those that are completed or not there.

    A task that is not there was rolled back by add_task, or deleted. Raises as Database.execute does.
    """
    if not task_ids:
        return []
    # This statement takes locks, so it waits for an add_task that has announced its task but not yet committed it.
    database.execute(START, (task_ids,))
    rows = {row["id"]: row for row in database.execute(READ, (task_ids,)).fetchall()}
    tasks = []
    for task_id in task_ids:
        row = rows.get(task_id)
        if row and row["status"] != "Completed":
            tasks.append(Task(row["id"], row["title"], row["description"]))
            LOG.info("task started", extra={"task_id": task_id})
        else:
            LOG.info("task is %s", "completed already" if row else "unknown", extra={"task_id": task_id})
    return tasks


def complete(task_ids: Sequence[int], database: Database) -> int:
    """Set the tasks to Completed, and return how many were not: two deliveries at once count a task once.

    Raises as Database.execute does.
    """
    if not task_ids:
        return 0
    completed = database.execute(COMPLETE, (task_ids,)).rowcount
    for task_id in task_ids:
        LOG.info("task completed", extra={"task_id": task_id})
    return completed


def check_health(metrics: AbstractContextManager[Counter[str]]) -> Response:
    """Check the database, the queue and the metrics, and answer 200 or 503 with the result of each."""
    return health.report(
        {
            "database": lambda: health.check_database(shared_database()),
            "queue": lambda: client("sqs").get_queue_attributes(
                QueueUrl=os.environ["QUEUE_URL"], AttributeNames=["QueueArn"]
            ),
            **health.metrics_checks(metrics),
        }
    )
