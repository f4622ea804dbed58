# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""2,000 tasks while all goes wrong that can: none is lost, and none is completed twice."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.config import Config
from proxy import Proxy, running_proxy
from stack import ROOT, Stack, running, wait_until
from system import DEAD_LETTERS, converge_functions, counted, queue_attributes, queue_url, queue_with

FILES = ROOT / "tests/e2e/files"
FUNCTIONS = ("add_task", "process_task")
TASKS = 2000
FAILING = 10  # of them: their work fails however often it is tried
CALLERS = 6
KILLED_EACH = 50  # invocations
THROTTLED_SHARE = 0.1
RESTARTED_AT = (TASKS // 3, TASKS * 2 // 3)  # accepted tasks
BATCH_SIZE = 10
# Seconds. Messages become visible sooner than is sound: a batch that takes longer is delivered again while it runs.
PATIENCE, PAUSE, FUNCTION_TIMEOUT, VISIBILITY_TIMEOUT, WORK_LIMIT = 120, 0.3, 20, 4, 120
MAX_RECEIVE_COUNT = 5
# An invocation that was cut off: COMMIT may have been done, and its answer lost.
CUT_OFF = re.compile(r"Worker process died|Task timed out|\(2013, 'Lost connection to MySQL server during query")
# Each change to Completed is a row.
COMPLETIONS = (
    "CREATE TABLE taskmanager.completions (task_id BIGINT UNSIGNED NOT NULL)",
    """CREATE TRIGGER taskmanager.count_completions AFTER UPDATE ON taskmanager.tasks FOR EACH ROW
       INSERT INTO completions SELECT NEW.id FROM DUAL WHERE NEW.status = 'Completed' AND OLD.status <> 'Completed'""",
)


@dataclass
class Callers:
    """Those who add tasks: the ids of what was accepted and the reasons of what was not, by title."""

    client: Any
    accepted: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def add(self, number: int) -> None:
        """Add a task: again, under another title, until the answer is 201."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            title = f"{'fail' if number < FAILING else 'task'} {number} at {time.monotonic_ns()}"
            response = self.client.invoke(FunctionName="add_task:live", Payload=json.dumps({"title": title}))
            answer = json.loads(response["Payload"].read())
            if answer.get("statusCode") == 201:
                self.accepted[title] = json.loads(answer["body"])["id"]
                return
            self.refused[title] = answer["errorMessage"]
            time.sleep(PAUSE)  # as a caller who means well
        raise AssertionError(f"task {number} was refused for {PATIENCE} s, the last time with {self.refused[title]!r}")


@dataclass(frozen=True)
class Outcome:
    """What was asked, what is there afterwards, and what went wrong in between."""

    accepted: dict[str, int]
    refused: dict[str, str]
    tasks: dict[int, dict[str, str]]  # rows by id
    completions: Counter[int]
    dead: Counter[int]  # messages by task
    aws_calls: Counter[str]
    throttled: Counter[str]
    invocations: dict[str, int]
    failed_batches: int
    metrics: dict[str, int]
    seconds: float

    @property
    def stored_though_refused(self) -> dict[int, str]:
        """The reasons of the refused attempts that left a task, by its id."""
        return {task: self.refused[row["title"]] for task, row in self.tasks.items() if row["title"] in self.refused}

    @property
    def figures(self) -> dict[str, Any]:
        """What happened, in numbers."""
        return {
            "seconds": round(self.seconds, 1),
            "accepted": len(self.accepted),
            "refused and tried again": len(self.refused),
            "stored though refused": len(self.stored_though_refused),
            "completed": len(self.completions),
            "completed twice": self.completions.total() - len(self.completions),
            "dead-lettered tasks": len(self.dead),
            "announced twice": self.aws_calls["Publish"] - self.throttled["Publish"],
            "database restarts": len(RESTARTED_AT),
            "AWS calls of the functions": self.aws_calls.total(),
            "of them throttled": self.throttled.total(),
            "invocations": self.invocations,
            "of them killed": {name: number // KILLED_EACH for name, number in self.invocations.items()},
            "batches delivered again as a whole": self.failed_batches,
            "metrics": self.metrics,
        }


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Two thousand tasks through a system whose functions reach AWS by the fault proxy."""
    lambdas = lambdas_that_get_killed(tmp_path_factory.mktemp("lambdas"))
    with running("chaos") as stack, running_proxy(stack.record["endpoint_url"]) as proxy:
        deploy(stack, lambdas, proxy.url)
        proxy.throttled_share, proxy.repeated = THROTTLED_SHARE, frozenset({"Publish"})
        start = time.monotonic()
        with queue_with(stack, VISIBILITY_TIMEOUT, MAX_RECEIVE_COUNT):
            callers = add_all(stack)
            wait_until(lambda: is_drained(stack), "the queue is empty", WORK_LIMIT)
        outcome = observe(stack, callers, proxy, time.monotonic() - start)
    report = json.dumps(outcome.figures, indent=1)
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build/chaos.json").write_text(report + "\n")
    print(report)
    return outcome


def test_what_was_to_go_wrong_did(outcome: Outcome) -> None:
    assert outcome.throttled.total() == pytest.approx(THROTTLED_SHARE * outcome.aws_calls.total(), rel=0.3)
    assert {name: number >= KILLED_EACH for name, number in outcome.invocations.items()} == dict.fromkeys(
        FUNCTIONS, True
    )
    failed = [*outcome.refused.values(), *outcome.stored_though_refused.values()]
    assert any("MySQL server" in reason for reason in failed), "a restart was met"
    assert any("Worker process died" in reason for reason in outcome.stored_though_refused.values())


def test_every_accepted_task_is_completed_once_or_set_aside(outcome: Outcome) -> None:
    assert len(outcome.accepted) == TASKS
    lost = [task for task in outcome.accepted.values() if task not in outcome.completions and task not in outcome.dead]
    assert lost == []
    assert [task for task, times in outcome.completions.items() if times > 1] == []
    unlike = {
        task: row
        for task, row in outcome.tasks.items()
        if (row["status"] == "Completed") != (task in outcome.completions)
    }
    assert unlike == {}


def test_a_task_that_can_not_be_done_is_set_aside(outcome: Outcome) -> None:
    failing = {task for title, task in outcome.accepted.items() if title.startswith("fail")}
    assert len(failing) == FAILING
    assert failing <= outcome.dead.keys()
    assert not failing & outcome.completions.keys()


def test_a_refused_task_leaves_nothing_unless_the_answer_was_lost(outcome: Outcome) -> None:
    unexplained = {task: why for task, why in outcome.stored_though_refused.items() if not CUT_OFF.search(why)}
    assert unexplained == {}
    assert {row["title"] for row in outcome.tasks.values()} <= outcome.accepted.keys() | outcome.refused.keys()


def test_metrics_miss_no_accepted_task_and_count_no_completion_twice(outcome: Outcome) -> None:
    refused_late = [reason for reason in outcome.refused.values() if CUT_OFF.search(reason)]
    assert len(outcome.accepted) <= outcome.metrics["TasksAdded"] <= len(outcome.accepted) + len(refused_late)
    completed = len(outcome.completions)
    # an invocation that does not come to its end may lose what it counted
    least = completed - BATCH_SIZE * outcome.failed_batches
    assert least <= outcome.metrics["TasksCompleted"] <= completed
    assert outcome.metrics["TasksFailed"] >= FAILING


def lambdas_that_get_killed(directory: Path) -> Path:
    """A copy of the functions, each with the handler that kills it in front."""
    shutil.copytree(ROOT / "files/lambdas", directory, dirs_exist_ok=True)
    shutil.copy(FILES / "work.py", directory / "process_task/work.py")
    for function in FUNCTIONS:
        (directory / function / "handler.py").rename(directory / function / "shipped.py")
        shutil.copy(FILES / "killed_handler.py", directory / function / "handler.py")
    return directory


def deploy(stack: Stack, lambdas: Path, endpoint_url: str) -> None:
    """Make the system with functions that call AWS at `endpoint_url`, and have completions counted."""
    inventory = yaml.safe_load((ROOT / "inventory/group_vars/all/lambda_deploy.yml").read_text())
    environment = {"AWS_ENDPOINT_URL": endpoint_url, "KILLED_EACH": str(KILLED_EACH)}
    stack.extra = {
        "taskmanager_lambdas_dir": str(lambdas),
        "taskmanager_function_timeout": FUNCTION_TIMEOUT,
        "taskmanager_function_environment": inventory["taskmanager_function_environment"] | environment,
    }
    converge_functions(stack)
    for statement in COMPLETIONS:
        stack.query(statement)


def add_all(stack: Stack) -> Callers:
    """Add all tasks by several callers at once, and restart the database meanwhile."""
    config = Config(max_pool_connections=CALLERS, retries={"total_max_attempts": 1})
    endpoint_url = stack.record["endpoint_url"]
    callers = Callers(stack.session().client("lambda", endpoint_url=endpoint_url, config=config))
    with ThreadPoolExecutor(CALLERS) as pool:
        added = [pool.submit(callers.add, number) for number in range(TASKS)]
        for number in RESTARTED_AT:
            added[number].result()
            stack.stop_server("database")
            stack.start_database()
        for each in added:
            each.result()
    return callers


def is_drained(stack: Stack) -> bool:
    """Whether no message waits, and none is being worked on."""
    attributes = queue_attributes(stack)
    return attributes["ApproximateNumberOfMessages"] == attributes["ApproximateNumberOfMessagesNotVisible"] == "0"


def observe(stack: Stack, callers: Callers, proxy: Proxy, seconds: float) -> Outcome:
    """Read what there is now."""
    rows = stack.query("SELECT id, title, status FROM taskmanager.tasks")
    completions = stack.query("SELECT task_id FROM taskmanager.completions")
    log = (stack.directory / "log/emulator.log").read_text()
    return Outcome(
        accepted=callers.accepted,
        refused=callers.refused,
        tasks={row["id"]: row for row in rows},
        completions=Counter(row["task_id"] for row in completions),
        dead=Counter(dead_tasks(stack)),
        aws_calls=Counter(proxy.seen),
        throttled=Counter(proxy.throttled),
        invocations={name: (stack.directory / f"tmp/{name}.invocations").stat().st_size for name in FUNCTIONS},
        failed_batches=log.count("Lambda process_task failed processing SQS batch"),
        metrics={
            name: counted(stack, name) for name in ("TasksAdded", "TasksStarted", "TasksCompleted", "TasksFailed")
        },
        seconds=seconds,
    )


def dead_tasks(stack: Stack) -> Iterator[int]:
    """The task of each message in the dead-letter queue."""
    sqs, url = stack.client("sqs"), queue_url(stack, DEAD_LETTERS)
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            yield json.loads(json.loads(message["Body"])["Message"])["task_id"]
