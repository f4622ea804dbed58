# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is measured of a contender."""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.config import Config
from contenders import BATCH_SIZE, CA_BUNDLE, Contender, announcement, deployed, events, new_tasks, unpacked
from stack import ROOT, Stack, wait_until

EMULATOR_PYTHON = ROOT / ".cache/emulator/bin/python"
# What a handler can't do without: the reference for the time of its import.
BARE_IMPORT = "import boto3, pymysql; boto3.client('cloudwatch')"
QUEUE_LIMIT = 300  # seconds
MEMORY_SIZE = 256  # MB


@dataclass(frozen=True)
class Sizes:
    """How often each thing is done."""

    invocations: int  # in one process, after one to get warm
    messages: int  # through the queue
    warm: int  # invocations by a caller
    cold: int  # the same, each with a new process
    imports: int  # fresh interpreters


def in_process(stack: Stack, contender: Contender, function: str, invocations: int) -> dict[str, float]:
    """Run a handler often in one warm function process, and count what it asks of AWS and the database."""
    with deployed(stack, contender, function, repeated=True) as name, stack.admin() as admin:
        module = contender.modules[function]
        invoke(stack, name, {"module": module, "events": events(stack, function, 1)})
        first = last_task(stack) + 1
        payload = {"module": module, "events": events(stack, function, invocations)}
        before = database_counts(admin)
        answer = invoke(stack, name, payload)
        counted = database_counts(admin) - before
    assert last_task(stack) >= first
    if function == "process_task":
        assert open_tasks(stack, first) == 0
    messages = invocations * (BATCH_SIZE if function == "process_task" else 1)
    round_trips = counted["Questions"] - 1  # the one is the counting itself
    requests = Counter(answer["requests"])
    return {
        # at the median: what else runs on the machine meanwhile lengthens some invocations
        "messages_per_second": messages / invocations / statistics.median(answer["seconds"]),
        "aws_requests_per_message": requests.total() / messages,
        "put_metric_data_per_invocation": requests["PutMetricData"] / invocations,
        "round_trips_per_message": round_trips / messages,
        "round_trips_per_invocation": round_trips / invocations,
        "connections_per_invocation": counted["Connections"] / invocations,
    }


def invocation_times(stack: Stack, contender: Contender, function: str, sizes: Sizes) -> dict[str, float]:
    """Invoke a function as a caller does: the milliseconds until the answer, with a process that is new, or not."""
    functions = stack.client("lambda")
    with deployed(stack, contender, function) as name:
        cold = []
        for number in range(sizes.cold):
            # changing a function ends its processes; MiniStack does so for settings that reach them alone
            functions.update_function_configuration(FunctionName=name, MemorySize=MEMORY_SIZE + number)
            functions.get_waiter("function_updated_v2").wait(FunctionName=name)
            cold += timed(stack, name, events(stack, function, 1))
        warm = timed(stack, name, events(stack, function, sizes.warm))
    return {"cold_ms": statistics.median(cold), "warm_ms": statistics.median(warm)}


def through_queue(stack: Stack, contender: Contender, messages: int) -> float:
    """Have one function process work off a queue that is full beforehand, in batches of ten: the messages per second.

    Counted from the first completed batch on, so that neither the start of the process nor that of the polling counts.
    """
    sqs, functions = stack.client("sqs"), stack.client("lambda")
    url = sqs.create_queue(QueueName="bench-queue", Attributes={"VisibilityTimeout": "1800"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    tasks = new_tasks(stack, messages)
    for start in range(0, messages, 10):
        batch = tasks[start : start + 10]
        entries = [{"Id": str(task), "MessageBody": announcement(task)} for task in batch]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
    with deployed(stack, contender, "process_task") as name:
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
        mapping = functions.create_event_source_mapping(EventSourceArn=arn, FunctionName=name, BatchSize=BATCH_SIZE)[
            "UUID"
        ]
        try:
            wait_until(lambda: open_tasks(stack, tasks[0]) < messages, "one is Completed")
            first, left = time.monotonic(), open_tasks(stack, tasks[0])
            wait_until(lambda: open_tasks(stack, tasks[0]) == 0, "all are Completed", QUEUE_LIMIT)
            seconds = time.monotonic() - first
        finally:
            functions.delete_event_source_mapping(UUID=mapping)
            sqs.delete_queue(QueueUrl=url)
    return left / seconds


def import_times(contender: Contender, function: str, repeats: int) -> dict[str, float]:
    """Import a handler, and what none can do without, in fresh interpreters: the least time of each, and the ratio."""
    statements = {"import_ms": f"import {contender.modules[function]}", "bare_import_ms": BARE_IMPORT}
    with tempfile.TemporaryDirectory() as directory:
        for name, data in unpacked(contender.packages[function]).items():
            file = Path(directory, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        runs = [{name: import_time(each, directory) for name, each in statements.items()} for _ in range(repeats)]
    least = {name: min(run[name] for run in runs) for name in statements}
    return least | {"import_times_bare": least["import_ms"] / least["bare_import_ms"]}


def import_time(statement: str, package: str) -> float:
    """The milliseconds of processor time that a statement takes in a new interpreter, which may not keep bytecode.

    So it is in a new function process. Processor time, since it depends less on what else runs.
    """
    code = f"import time; start = time.process_time(); {statement}; print(1000 * (time.process_time() - start))"
    environment = {"PYTHONPATH": package, "PYTHONDONTWRITEBYTECODE": "1", "AWS_DEFAULT_REGION": "eu-west-1"}
    command = [str(EMULATOR_PYTHON), "-c", code]
    return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def package_bytes(package: bytes) -> int:
    """The size of a package without the certificates, which AWS or its user determine."""
    with tempfile.TemporaryFile() as file:
        file.write(package)
        with zipfile.ZipFile(file) as archive:
            return len(package) - archive.getinfo(CA_BUNDLE).compress_size


def invoke(stack: Stack, name: str, payload: Any) -> Any:
    """Invoke once, however long it takes."""
    config = Config(read_timeout=300, retries={"total_max_attempts": 1})
    client = stack.session().client("lambda", endpoint_url=stack.record["endpoint_url"], config=config)
    response = client.invoke(FunctionName=name, Payload=json.dumps(payload))
    answer = json.loads(response["Payload"].read())
    assert "FunctionError" not in response, answer
    return answer


def timed(stack: Stack, name: str, payloads: Sequence[Any]) -> list[float]:
    """Invoke once for each payload: the milliseconds of each."""
    client, milliseconds = stack.client("lambda"), []
    for payload in payloads:
        start = time.perf_counter()
        response = client.invoke(FunctionName=name, Payload=json.dumps(payload))
        milliseconds.append(1000 * (time.perf_counter() - start))
        assert "FunctionError" not in response, response["Payload"].read()
    return milliseconds


def database_counts(admin: Any) -> Counter[str]:
    """How many statements and connections the database server has had."""
    with admin.cursor() as cursor:
        cursor.execute("SHOW GLOBAL STATUS WHERE Variable_name IN ('Questions', 'Connections')")
        return Counter({row["Variable_name"]: int(row["Value"]) for row in cursor.fetchall()})


def last_task(stack: Stack) -> int:
    """The id of the newest task, 0 when there is none."""
    return int(stack.query("SELECT COALESCE(MAX(id), 0) AS id FROM taskmanager.tasks")[0]["id"])


def open_tasks(stack: Stack, first: int) -> int:
    """How many tasks from `first` on are not Completed."""
    sql = "SELECT COUNT(*) AS number FROM taskmanager.tasks WHERE id >= %s AND status <> 'Completed'"
    return int(stack.query(sql, first)[0]["number"])
