# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""add_task: stores a task and announces it on the topic, both or neither."""

import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from common import health, logs
from common.clients import client
from common.database import Database, shared_database
from common.metrics import counting, publisher
from common.response import Response, response
from request import InvalidRequestError, NewTask, parse

LOG = logging.getLogger(__name__)


def handler(event: object, context: logs.Context) -> Response:
    """Add the task of `event`, and answer 201 with its id and status, or 400 with the reason.

    The event is `{"title": …, "description": …}` (no description is fine), an HTTP proxy event with that as its body,
    or `{"health_check": true}`. Raises pymysql.MySQLError, botocore.exceptions.ClientError and BotoCoreError, and
    ValueError for a wrong METRICS_FORMAT; then the task is not stored, unless it was COMMIT's answer that got lost.
    """
    logs.configure(context)
    metrics = counting(publisher(context.aws_request_id))
    if health.is_health_check(event):
        return check_health(metrics)
    try:
        task = parse(event)
    except InvalidRequestError as error:
        LOG.info("request refused: %s", error)
        return response(400, {"error": str(error)})
    task_id = add(task, shared_database(), publish, metrics)
    LOG.info("task added", extra={"task_id": task_id})
    return response(201, {"id": task_id, "status": "Pending"})


def add(
    task: NewTask,
    database: Database,
    publish: Callable[[Mapping[str, object]], object],
    metrics: AbstractContextManager[Counter[str]],
) -> int:
    """Store, announce and count `task`, and return its id. When one of these fails, nothing is stored, and it raises.

    An announcement whose task was rolled back does no harm: process_task finds no such task, and acknowledges it.
    """
    # The metrics are published before the commit: who gets an error and tries again must not add the task twice.
    with database.transaction() as cursor, metrics as counts:
        cursor.execute("INSERT INTO tasks (title, description) VALUES (%s, %s)", (task.title, task.description))
        task_id = cursor.lastrowid
        publish({"task_id": task_id})
        counts["TasksAdded"] += 1
    return task_id


def publish(message: Mapping[str, object]) -> None:
    """Publish `message` as JSON on TOPIC_ARN. Raises botocore.exceptions.ClientError or BotoCoreError."""
    client("sns").publish(TopicArn=os.environ["TOPIC_ARN"], Message=json.dumps(message))


def check_health(metrics: AbstractContextManager[Counter[str]]) -> Response:
    """Check the database, the topic and the metrics, and answer 200 or 503 with the result of each."""
    return health.report(
        {
            "database": lambda: health.check_database(shared_database()),
            "topic": lambda: publish(health.MESSAGE),
            **health.metrics_checks(metrics),
        }
    )
