# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""R21: what was built by hand is brought to R1 to R19, and nothing else of it is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import byhand
import pytest
from deployer import ADOPTED, DONE_WITHOUT, decided
from stack import Run, Stack
from system import add_task, mapping, wait_completed

ADOPT = {"foundation_manage": False, "foundation_vpc": {"name": ""}}


@dataclass(frozen=True)
class Adopted:
    stack: Stack
    before: dict[str, Any]
    run: Run


@pytest.fixture(scope="module")
def adopted(new_stack: Callable[[str], AbstractContextManager[Stack]]) -> Iterator[Adopted]:
    with new_stack("e2e-adoption") as stack:
        byhand.build(stack)
        before = byhand.snapshot(stack)
        stack.extra = ADOPT
        yield Adopted(stack, before, stack.converge("site.yml"))


def test_every_check_of_verify_holds(adopted: Adopted) -> None:
    assert adopted.run.output.count("- ok     ") == 55
    assert "FAILED" not in adopted.run.output


def test_nothing_else_of_theirs_changed(adopted: Adopted) -> None:
    after = byhand.snapshot(adopted.stack)
    assert {name: after[name] for name in after if after[name] != adopted.before[name]} == {}


def test_the_deployers_policy_is_enough_and_needed(adopted: Adopted) -> None:
    assert decided(adopted.stack, "denied") == DONE_WITHOUT
    assert ADOPTED - decided(adopted.stack, "allowed") == set()


def their_instance(stack: Stack) -> dict[str, Any]:
    (instance,) = [
        each for found in stack.client("ec2").describe_instances()["Reservations"] for each in found["Instances"]
    ]
    return dict(instance)


def test_d8_their_instance_reports_each_minute(adopted: Adopted) -> None:
    assert their_instance(adopted.stack)["Monitoring"] == {"State": "enabled"}


def test_their_groups_stay_beside_ours(adopted: Adopted) -> None:
    ec2, instance = adopted.stack.client("ec2"), their_instance(adopted.stack)
    assert {each["GroupName"] for each in instance["SecurityGroups"]} == {"launch-wizard-1", "task-management-ec2-sg"}
    (database,) = adopted.stack.client("rds").describe_db_instances()["DBInstances"]
    attached = [each["VpcSecurityGroupId"] for each in database["VpcSecurityGroups"]]
    groups = ec2.describe_security_groups(GroupIds=attached)["SecurityGroups"]
    assert {each["GroupName"] for each in groups} == {"rds-by-hand", "task-management-rds-sg"}


@pytest.mark.parametrize("function", ["add_task", "process_task"])
def test_their_variables_stay_and_wrong_ones_are_put_right(adopted: Adopted, function: str) -> None:
    configuration = adopted.stack.client("lambda").get_function_configuration(FunctionName=f"{function}:live")
    variables = configuration["Environment"]["Variables"]
    assert (variables["COLOUR"], variables["DB_HOST"]) == ("blue", "localhost")
    assert not configuration["Role"].endswith(byhand.ROLE)


def test_their_mapping_is_converged_not_doubled(adopted: Adopted) -> None:
    found = mapping(adopted.stack)
    assert (found["BatchSize"], found["FunctionResponseTypes"]) == (10, ["ReportBatchItemFailures"])


def test_a_queue_without_dead_letter_queue_is_named(adopted: Adopted) -> None:
    assert "The queue task-processing-queue has no dead-letter queue" in adopted.run.output


def test_tasks_go_through_their_topic_and_queue(adopted: Adopted) -> None:
    wait_completed(adopted.stack, [add_task(adopted.stack, "adopted")])


def test_what_is_missing_is_named_before_anything_is_changed(adopted: Adopted) -> None:
    names = {"taskmanager_topic": "no-such-topic", "taskmanager_queue": "no-such-queue"}
    # the deployer may not even look for a queue of another name
    run = adopted.stack.run("converge.yml", taskmanager_aws="{{ taskmanager_operator_aws }}", **names)
    assert run.code != 0
    assert run.changed == 0
    assert "SNS topic no-such-topic was not found; SQS queue no-such-queue was not found" in run.output


def test_teardown_leaves_what_was_not_ours(adopted: Adopted) -> None:
    adopted.stack.converge("teardown.yml", teardown_confirm="local")
    after = byhand.snapshot(adopted.stack)
    gone = {"function tags"}  # the functions themselves, whose code was ours
    assert {name for name in after if after[name] != adopted.before[name]} == gone
    assert their_instance(adopted.stack)["Monitoring"] == {"State": "disabled"}
