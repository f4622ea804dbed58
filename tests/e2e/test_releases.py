# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A deploy reaches those who call `live` once it is healthy, and not before."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stack import Stack
from system import add_task, wait_completed

FUNCTIONS = ("add_task", "process_task")


def serving(stack: Stack) -> dict[str, str]:
    """The version that `live` points at, by function."""
    functions = stack.client("lambda")
    return {name: functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"] for name in FUNCTIONS}


def versions(stack: Stack, function: str) -> list[str]:
    """The published versions of a function, the oldest first."""
    found = stack.client("lambda").list_versions_by_function(FunctionName=function)["Versions"]
    return [each["Version"] for each in found if each["Version"] != "$LATEST"]


def code(stack: Stack) -> dict[str, str]:
    """The hash of the code that `live` serves, by function."""
    functions = stack.client("lambda")
    found = {name: functions.get_function_configuration(FunctionName=name, Qualifier="live") for name in FUNCTIONS}
    return {name: configuration["CodeSha256"] for name, configuration in found.items()}


@pytest.fixture
def deploy(system: Stack, tmp_path: Path) -> Any:
    """Deploys the functions with edited files; without any, as they were."""

    def run(edits: dict[str, Callable[[str], str]] | None = None, *options: str) -> Any:
        lambdas = tmp_path / "lambdas"
        shutil.copytree(system.extra["taskmanager_lambdas_dir"], lambdas, dirs_exist_ok=True)
        for name, edit in (edits or {}).items():
            (lambdas / name).write_text(edit((lambdas / name).read_text()))
        variables = {
            "foundation_manage": False,
            "taskmanager_lambdas_dir": str(lambdas),
            "lambda_deploy_health_wait_seconds": 2,
        }
        return system.run("converge.yml", "--tags", "lambda_deploy", *options, **variables)

    return run


def test_the_queue_feeds_what_serves(system: Stack) -> None:
    mappings = system.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert [mapping["FunctionArn"].rpartition(":function:")[2] for mapping in mappings] == ["process_task:live"]


def test_a_version_that_is_not_healthy_does_not_serve_and_the_run_fails_by_name(system: Stack, deploy: Any) -> None:
    before = serving(system)
    run = deploy({"common/health.py": lambda text: text.replace("FROM tasks", "FROM nothing")})
    assert run.code != 0
    broken = versions(system, "add_task")[-1]
    assert int(broken) > int(before["add_task"])
    assert f"Version {broken} of add_task failed its health check, and is not released" in run.output
    assert f"stays on version {before['add_task']}, which goes on serving" in run.output
    assert "taskmanager.nothing" in run.output, "the function's own words"
    assert serving(system) == before
    answer = system.invoke("add_task", {"title": "served by the old version"})
    wait_completed(system, [json.loads(answer["body"])["id"]])

    mended = deploy()
    assert mended.code == 0, mended.output
    assert int(serving(system)["add_task"]) > int(broken)
    wait_completed(system, [add_task(system, "mended")])


def test_a_changed_comment_releases_one_function_alone(system: Stack, deploy: Any) -> None:
    before, hashes = serving(system), code(system)
    edit = {"add_task/handler.py": lambda text: text + "# a comment\n"}
    predicted = deploy(edit, "--check")
    assert predicted.code == 0, predicted.output
    assert "A new version of add_task would be published" in predicted.output
    assert "A new version of process_task would be" not in predicted.output
    assert (serving(system), code(system)) == (before, hashes)

    run = deploy(edit)
    assert run.code == 0, run.output
    after = serving(system)
    assert (after["process_task"], int(after["add_task"])) == (before["process_task"], int(before["add_task"]) + 1)
    assert code(system)["process_task"] == hashes["process_task"]
    assert len(versions(system, "add_task")) <= 3
    assert deploy().code == 0
    assert code(system) == hashes
