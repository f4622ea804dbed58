#!/usr/bin/env python3
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invoke a function once for each task, and print the ids that it answered as JSON.

usage: demo_tasks.py FUNCTION COUNT

Endpoint, region and credentials come from the environment, as boto3 reads them.
"""

import json
import sys
from typing import Any

import boto3


def add_task(client: Any, function: str, number: int) -> int:
    """Add a task and return its id; end the program when the function refuses it."""
    event = {"title": f"Demo task {number}", "description": "made by make demo"}
    response = client.invoke(FunctionName=function, Payload=json.dumps(event))
    answer = json.loads(response["Payload"].read())
    if answer.get("statusCode") != 201:
        sys.exit(f"{function} answered {json.dumps(answer)} to task {number}")
    return int(json.loads(answer["body"])["id"])


def main() -> None:
    """Run the command line."""
    function, count = sys.argv[1], int(sys.argv[2])
    client = boto3.client("lambda")
    print(json.dumps([add_task(client, function, number) for number in range(1, count + 1)]))


if __name__ == "__main__":
    main()
