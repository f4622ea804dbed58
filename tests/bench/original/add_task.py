# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""add_task by the course's algorithm."""

import json
import os
from typing import Any

import boto3
from course import get_db_connection, put_metric


def handler(event: dict[str, str], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda gives it
    """Store a task, announce it, and count it."""
    connection = get_db_connection()
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tasks (title, description) VALUES (%s, %s)", (event["title"], event.get("description"))
            )
            task_id = cursor.lastrowid
        connection.commit()
    finally:
        connection.close()
    boto3.client("sns").publish(TopicArn=os.environ["TOPIC_ARN"], Message=json.dumps({"task_id": task_id}))
    put_metric("TasksAdded")
    return {"statusCode": 201, "body": json.dumps({"id": task_id, "status": "Pending"})}
