# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mapping from the queue to process_task: no message is lost while it is changed, and bad input changes nothing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml
from stack import Stack, wait_until
from system import add_task, dead_letters, mapping, queue_attributes, wait_completed

EVERY_TASK = {"body": {"Type": ["Notification"]}}  # what the topic wraps each message in
SETTINGS: list[dict[str, Any]] = [
    {"batch_size": 1},
    {"maximum_batching_window": 1},
    {"maximum_concurrency": 2},
    {"report_batch_item_failures": False},
    {"filter_criteria": [EVERY_TASK]},
    {"enabled": False},
]


def test_no_message_is_lost_while_every_setting_is_changed_back_and_forth(system: Stack, tmp_path: Path) -> None:
    before = mapping(system)
    ends = {"function_name": "process_task:live", "event_source_arn": before["EventSourceArn"]}
    changes = [*SETTINGS, {}, *reversed(SETTINGS), {}]
    tasks = [{"taskmanager.aws.lambda_event_source": ends | settings} for settings in changes]
    defaults = {"group/taskmanager.aws.aws": "{{ taskmanager_aws }}"}
    play = {"hosts": "all", "gather_facts": False, "module_defaults": defaults, "tasks": tasks}
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))

    with ThreadPoolExecutor(1) as pool:
        stop = threading.Event()
        added = pool.submit(add_until, stop, system)
        try:
            changed = system.converge(str(tmp_path / "play.yml")).changed
        finally:
            stop.set()
    ids = added.result()
    assert changed == len(changes)
    assert len(ids) > len(changes), "messages flowed all the while"
    wait_completed(system, ids)
    wait_until(lambda: queue_attributes(system)["ApproximateNumberOfMessages"] == "0", "the queue is empty")
    assert dead_letters(system) == 0
    after = mapping(system)
    assert {name: after.get(name) for name in COMPARED} == {name: before.get(name) for name in COMPARED}


def test_a_timeout_that_the_queue_does_not_suit_is_refused_before_anything_is_changed(system: Stack) -> None:
    visibility = int(queue_attributes(system)["VisibilityTimeout"])
    longer = {"taskmanager_function_timeout": visibility + 1, "foundation_manage": False}
    run = system.run("converge.yml", "--tags", "lambda_deploy", **longer)
    assert run.code != 0
    assert run.changed == 0
    found = f"{visibility} seconds, the timeout of function process_task:live is {visibility + 1} seconds"
    assert found in " ".join(run.output.split())


def test_a_function_without_a_role_is_refused_before_anything_is_changed(system: Stack) -> None:
    nothing: dict[str, Any] = {
        "package": {"sources": []},
        "settings": {"runtime": "python3.13", "handler": "handler.handler"},
    }
    functions = [{"name": "no_role", "role_arn": "", **nothing}]
    run = system.run(
        "converge.yml", "--tags", "lambda_deploy", lambda_deploy_functions=functions, foundation_manage=False
    )
    assert run.code != 0
    assert run.changed == 0
    assert "lambda_deploy_functions[0].role_arn is ''" in run.output


COMPARED = ["UUID", "State", "BatchSize", "MaximumBatchingWindowInSeconds", "FunctionResponseTypes"]


def add_until(stop: threading.Event, stack: Stack) -> list[int]:
    """Add tasks, one after the other, and return their ids."""
    ids: list[int] = []
    while not stop.is_set():
        ids.append(add_task(stack, f"in flight {len(ids)}"))
    return ids
