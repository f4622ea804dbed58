# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""process_task: its steps against a real database, and its handler."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType, SimpleNamespace
from typing import Any

import pymysql
import pytest
from attempts import MAX_THREADS, Outcome, attempt_all, shared_threads
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from common import health
from common.clients import client
from common.database import Database
from messages import BatchError
from task import Task
from work import work

QUEUE = "https://sqs.eu-west-1.amazonaws.com/000000000000/task-processing-queue"
CONTEXT = SimpleNamespace(aws_request_id="request-1", get_remaining_time_in_millis=lambda: 30_000)
FAR_ID = 2**40
LATER = time.monotonic() + 3600


def record(message_id: str, body: object) -> dict[str, str]:
    return {"messageId": message_id, "body": body if isinstance(body, str) else json.dumps(body)}


def batch_of(*task_ids: int) -> list[dict[str, str]]:
    return [record(f"m{number}", {"task_id": task_id}) for number, task_id in enumerate(task_ids)]


class Work:
    """Work that remembers its tasks and fails for those named."""

    def __init__(self, *failing: int) -> None:
        self.done: list[Task] = []
        self.failing = failing

    def __call__(self, task: Task) -> None:
        self.done.append(task)
        if task.id in self.failing:
            raise RuntimeError("boom")

    @property
    def ids(self) -> list[int]:
        return sorted(task.id for task in self.done)


def test_tasks_are_worked_completed_and_counted(mariadb: Any, database: Database, process_task: ModuleType) -> None:
    ids = [mariadb.add("one"), mariadb.add("two", "In Progress")]
    do, counts = Work(), Counter[str]()
    assert process_task.process(batch_of(*ids), database, do, counts, LATER) == {}
    assert sorted(do.done, key=lambda task: task.id) == [Task(ids[0], "one", None), Task(ids[1], "two", None)]
    assert mariadb.statuses(*ids) == ["Completed", "Completed"]
    assert +counts == {"TasksStarted": 2, "TasksCompleted": 2}


def test_task_is_in_progress_during_its_work(mariadb: Any, database: Database, process_task: ModuleType) -> None:
    seen: list[str] = []
    task_id = mariadb.add()
    process_task.process(
        batch_of(task_id), database, lambda task: seen.extend(mariadb.statuses(task.id)), Counter(), LATER
    )
    assert seen == ["In Progress"]


def test_failed_task_stays_in_progress_and_fails_alone(
    mariadb: Any, database: Database, process_task: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = mariadb.add(), mariadb.add()
    counts: Counter[str] = Counter()
    failures = process_task.process(batch_of(good, bad), database, Work(bad), counts, LATER)
    assert failures == {"m1": f"task {bad}: RuntimeError: boom"}
    assert mariadb.statuses(good, bad) == ["Completed", "In Progress"]
    assert +counts == {"TasksStarted": 2, "TasksCompleted": 1, "TasksFailed": 1}
    assert "Traceback" in caplog.text


def test_poison_fails_alone(mariadb: Any, database: Database, process_task: ModuleType) -> None:
    task_id = mariadb.add()
    counts: Counter[str] = Counter()
    records = [record("poison", "?"), *batch_of(task_id)]
    assert list(process_task.process(records, database, Work(), counts, LATER)) == ["poison"]
    assert mariadb.statuses(task_id) == ["Completed"]
    assert +counts == {"TasksStarted": 1, "TasksCompleted": 1, "TasksFailed": 1}


def test_completed_and_unknown_tasks_are_acknowledged_without_work(
    mariadb: Any, database: Database, process_task: ModuleType
) -> None:
    completed = mariadb.add(status="Completed")
    do, counts = Work(), Counter[str]()
    assert process_task.process(batch_of(completed, FAR_ID), database, do, counts, LATER) == {}
    assert do.ids == []
    assert mariadb.statuses(completed) == ["Completed"]
    assert not +counts


def test_task_announced_twice_in_a_batch_is_worked_once(
    mariadb: Any, database: Database, process_task: ModuleType
) -> None:
    task_id = mariadb.add()
    do, counts = Work(task_id), Counter[str]()
    assert list(process_task.process(batch_of(task_id, task_id), database, do, counts, LATER)) == ["m0", "m1"]
    assert do.ids == [task_id]
    assert counts["TasksFailed"] == 1


def test_task_completed_meanwhile_by_another_delivery_is_not_counted_again(
    mariadb: Any, database: Database, process_task: ModuleType
) -> None:
    task_id = mariadb.add()
    counts: Counter[str] = Counter()

    def complete_elsewhere(task: Task) -> None:
        mariadb.query("UPDATE tasks SET status = 'Completed' WHERE id = %s", task.id)

    assert process_task.process(batch_of(task_id), database, complete_elsewhere, counts, LATER) == {}
    assert +counts == {"TasksStarted": 1}


def test_health_checks_are_acknowledged_without_database_or_count(process_task: ModuleType) -> None:
    def refuse() -> Any:
        raise pymysql.OperationalError(2003, "no server")

    counts: Counter[str] = Counter()
    assert process_task.process([record("m", health.MESSAGE)], Database(refuse), Work(), counts, LATER) == {}
    assert not +counts


def test_announcement_that_overtakes_its_commit_waits_for_it(
    mariadb: Any, database: Database, process_task: ModuleType
) -> None:
    do = Work()
    with mariadb.connect() as adding, ThreadPoolExecutor() as pool:
        adding.begin()
        cursor = adding.cursor()
        cursor.execute("INSERT INTO tasks (title) VALUES ('uncommitted')")
        processed = pool.submit(process_task.process, batch_of(cursor.lastrowid), database, do, Counter(), LATER)
        time.sleep(0.3)
        assert not processed.done()
        adding.commit()
        processed.result(timeout=5)
    assert do.ids == [cursor.lastrowid]
    assert mariadb.statuses(cursor.lastrowid) == ["Completed"]


def test_batch_takes_three_round_trips(mariadb: Any, database: Database, process_task: ModuleType) -> None:
    def questions() -> int:
        row = database.execute("SHOW SESSION STATUS LIKE 'Questions'").fetchone()
        assert row
        return int(row["Value"])

    ids = [mariadb.add() for _ in range(10)]
    before = questions()
    process_task.process(batch_of(*ids), database, Work(), Counter(), LATER)
    assert questions() - before - 1 == 3


def test_tasks_of_a_batch_are_worked_at_once() -> None:
    together = threading.Barrier(10, timeout=5)
    tasks = [Task(number, "t", None) for number in range(10)]
    assert attempt_all([[task] for task in tasks], lambda _: together.wait(), LATER) == Outcome({}, set(), set())


def test_what_is_not_finished_in_time_is_handed_back(
    mariadb: Any, database: Database, process_task: ModuleType
) -> None:
    quick, slow = mariadb.add(), mariadb.add()
    never, counts = threading.Event(), Counter[str]()

    def do(task: Task) -> None:
        if task.id == slow:
            never.wait(60)

    before = time.monotonic()
    failures = process_task.process(batch_of(quick, slow), database, do, counts, before + 0.3)
    assert time.monotonic() - before < 30
    assert failures == {"m1": f"task {slow}: the time was up"}
    assert mariadb.statuses(quick, slow) == ["Completed", "In Progress"]
    assert counts == {"TasksStarted": 2, "TasksCompleted": 1, "TasksFailed": 0}
    never.set()


def test_work_that_did_not_begin_in_time_never_begins() -> None:
    never, begun = threading.Event(), list[int]()

    def do(task: Task) -> None:
        begun.append(task.id)
        never.wait(60)

    tasks = [Task(number, "t", None) for number in range(MAX_THREADS + 5)]
    assert attempt_all([[task] for task in tasks], do, time.monotonic() + 0.3) == Outcome(
        {}, set(), {task.id for task in tasks}
    )
    never.set()
    assert sorted(begun) == list(range(MAX_THREADS))


def test_work_that_hangs_takes_no_thread_from_the_next_batch() -> None:
    never, together = threading.Event(), threading.Barrier(MAX_THREADS, timeout=5)
    tasks = [Task(number, "t", None) for number in range(MAX_THREADS)]
    attempt_all([[task] for task in tasks], lambda _: bool(never.wait(60)), time.monotonic())
    assert attempt_all([[task] for task in tasks], lambda _: together.wait(), LATER) == Outcome({}, set(), set())
    never.set()


def test_batches_share_their_threads() -> None:
    threads = shared_threads()
    attempt_all([[Task(1, "t", None)]], lambda _: None, LATER)
    assert shared_threads() is threads


def test_without_time_no_work_is_waited_for() -> None:
    never = threading.Event()
    outcome = attempt_all([[Task(1, "t", None)]], lambda _: bool(never.wait(60)), time.monotonic() - 1)
    never.set()
    assert outcome == Outcome({}, set(), {1})


def test_database_lost_during_the_work_costs_no_second_work(
    mariadb: Any, database: Database, process_task: ModuleType
) -> None:
    task_id = mariadb.add()
    row = database.execute("SELECT CONNECTION_ID() AS id").fetchone()
    assert row
    counts: Counter[str] = Counter()
    process_task.process(batch_of(task_id), database, lambda _: mariadb.query(f"KILL {row['id']}"), counts, LATER)
    assert mariadb.statuses(task_id) == ["Completed"]
    assert counts["TasksCompleted"] == 1


def test_work_waits_for_processing_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROCESSING_SECONDS", "0.2")
    before = time.monotonic()
    work(Task(1, "t", None))
    assert time.monotonic() - before >= 0.2


@pytest.fixture
def running(
    mariadb: Any, use_server: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Stubber, Stubber]]:
    """The environment of the function, and its queue and CloudWatch: each call must be one that was foreseen."""
    use_server(mariadb)
    monkeypatch.setenv("QUEUE_URL", QUEUE)
    monkeypatch.setenv("PROCESSING_SECONDS", "0")
    with Stubber(client("sqs")) as sqs, Stubber(client("cloudwatch")) as cloudwatch:
        yield sqs, cloudwatch
        sqs.assert_no_pending_responses()
        cloudwatch.assert_no_pending_responses()


def metrics_of(**counts: int) -> dict[str, object]:
    data = [{"MetricName": name, "Value": count, "Unit": "Count"} for name, count in counts.items()]
    return {"Namespace": "TaskManagementSystem", "MetricData": data}


def test_handler_answers_failures_and_publishes_metrics(
    mariadb: Any, running: tuple[Stubber, Stubber], process_task: ModuleType
) -> None:
    expected = metrics_of(TasksFailed=1, TasksStarted=1, TasksCompleted=1)
    running[1].add_response("put_metric_data", {}, expected)
    records = [*batch_of(mariadb.add()), record("poison", "?")]
    assert process_task.handler({"Records": records}, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "poison"}]}


def test_handler_keeps_time_for_what_follows_the_work(
    mariadb: Any, running: tuple[Stubber, Stubber], process_task: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROCESSING_SECONDS", "0.5")
    running[1].add_response("put_metric_data", {}, metrics_of(TasksStarted=1))
    hurried = SimpleNamespace(aws_request_id="r", get_remaining_time_in_millis=lambda: process_task.RESERVE * 1000)
    with pytest.raises(BatchError, match="the time was up"):
        process_task.handler({"Records": batch_of(mariadb.add())}, hurried)


def test_handler_raises_for_a_wholly_failed_batch_after_publishing_metrics(
    running: tuple[Stubber, Stubber], process_task: ModuleType
) -> None:
    running[1].add_response("put_metric_data", {}, metrics_of(TasksFailed=1))
    with pytest.raises(BatchError, match="message poison: the message is not JSON"):
        process_task.handler({"Records": [record("poison", "?")]}, CONTEXT)


def test_handler_raises_without_metrics_and_acknowledges_the_second_delivery(
    mariadb: Any, running: tuple[Stubber, Stubber], process_task: ModuleType
) -> None:
    event = {"Records": batch_of(mariadb.add())}
    running[1].add_client_error("put_metric_data", "AccessDenied")
    with pytest.raises(ClientError, match="AccessDenied"):
        process_task.handler(event, CONTEXT)
    assert process_task.handler(event, CONTEXT) == {"batchItemFailures": []}


@pytest.mark.usefixtures("running")
def test_handler_raises_when_the_database_refuses_it(process_task: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.database.auth_token", lambda: "wrong")
    with pytest.raises(pymysql.OperationalError, match="Access denied"):
        process_task.handler({"Records": batch_of(1)}, CONTEXT)


def test_health_check_asks_database_queue_and_cloudwatch(
    running: tuple[Stubber, Stubber], process_task: ModuleType
) -> None:
    sqs, cloudwatch = running
    request = {"QueueUrl": QUEUE, "AttributeNames": ["QueueArn"]}
    sqs.add_response("get_queue_attributes", {"Attributes": {"QueueArn": "arn:aws:sqs:::q"}}, request)
    cloudwatch.add_response("put_metric_data", {}, metrics_of(HealthChecks=1))
    response = process_task.handler({"health_check": True}, CONTEXT)
    assert response["statusCode"] == 200
    assert json.loads(response["body"]) == {"database": "ok", "queue": "ok", "cloudwatch": "ok"}


def of_group(records: list[dict[str, Any]], *groups: str, queue: str = "tasks.fifo") -> list[dict[str, Any]]:
    """The records as a queue delivers them whose messages have these groups."""
    arn = f"arn:aws:sqs:eu-west-1:000000000000:{queue}"
    return [
        each | {"eventSourceARN": arn, "attributes": {"MessageGroupId": group}}
        for each, group in zip(records, groups, strict=True)
    ]


def test_a_group_of_a_fifo_queue_is_worked_in_its_order(
    mariadb: Any, database: Database, process_task: ModuleType
) -> None:
    ids = [mariadb.add() for _ in range(20)]
    backwards = ids[::-1]
    do = Work()
    records = of_group(batch_of(*backwards), *["a"] * 20)
    assert process_task.process(records, database, do, Counter(), LATER) == {}
    assert [task.id for task in do.done] == backwards


def test_behind_a_failure_a_group_of_a_fifo_queue_waits_and_others_do_not(
    mariadb: Any, database: Database, process_task: ModuleType
) -> None:
    one, bad, behind, other = (mariadb.add() for _ in range(4))
    do, counts = Work(bad), Counter[str]()
    records = of_group(batch_of(one, bad, behind, other), "a", "a", "a", "b")
    failures = process_task.process(records, database, do, counts, LATER)
    assert set(failures) == {"m1", "m2"}
    assert failures["m2"] == f"task {behind}: an earlier one of its group failed"
    assert do.ids == [one, bad, other]
    assert mariadb.statuses(one, bad, behind, other) == ["Completed", "In Progress", "In Progress", "Completed"]
    assert (counts["TasksFailed"], counts["TasksCompleted"]) == (1, 2)


def test_behind_poison_a_group_of_a_fifo_queue_waits(
    mariadb: Any, database: Database, process_task: ModuleType
) -> None:
    one, behind, other = (mariadb.add() for _ in range(3))
    do, counts = Work(), Counter[str]()
    poisoned = [*batch_of(one), record("poison", "no JSON"), record("behind", {"task_id": behind})]
    records = of_group([*poisoned, record("other", {"task_id": other})], "a", "a", "a", "b")
    failures = process_task.process(records, database, do, counts, LATER)
    assert set(failures) == {"poison", "behind"}
    assert failures["behind"] == "an earlier message of its group failed"
    assert do.ids == [one, other]
    assert mariadb.statuses(behind) == ["Pending"]


def test_when_the_time_is_up_a_group_goes_no_further(
    mariadb: Any, database: Database, process_task: ModuleType
) -> None:
    first, second = mariadb.add(), mariadb.add()
    do = Work()
    records = of_group(batch_of(first, second), "a", "a")
    failures = process_task.process(records, database, do, Counter(), time.monotonic() - 1)
    assert "m1" in failures
    assert second not in do.ids


def test_groups_of_a_standard_queue_ask_for_no_order(
    mariadb: Any, database: Database, process_task: ModuleType
) -> None:
    bad, good = mariadb.add(), mariadb.add()
    records = of_group(batch_of(bad, good), "a", "a", queue="tasks")
    assert set(process_task.process(records, database, Work(bad), Counter(), LATER)) == {"m0"}
