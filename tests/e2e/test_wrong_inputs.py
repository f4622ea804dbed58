# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each role refuses wrong inputs, all at once, before it writes anything: the log of the embedded AWS tells."""

from __future__ import annotations

import json
import random
import re
from copy import deepcopy
from typing import Any

import pytest
import yaml
from deployer import decided, log
from inputs.right import RIGHT
from inputs.test_inputs import PATHS, places, put, wrong_at
from inputs.test_inputs import WRONG as WRONG_VALUES
from stack import Run, Stack

# One wrong input among right ones, some of which would be written first, and what the message has if not the place.
WRONG: dict[str, list[tuple[Any, ...]]] = {
    "security_groups": [
        ("security_groups_groups[1].name", ""),
        ("security_groups_vpc_id", ""),
        ("security_groups_groups[0].rules[0].proto", "all", "rules[0] of shop-web"),
        (
            "security_groups_groups[1].rules",
            [{"proto": "tcpp", "ports": [80], "cidr_ip": ["10.0.0.0/8"]}],
            "proto is 'tcpp'",
        ),
    ],
    "iam": [
        ("iam_roles[0].name", "bad name/x"),
        ("iam_roles[0].managed_policies", ["ShopLogs", "NoSuchPolicy"], "Failed to find policy by name:'NoSuchPolicy'"),
        ("iam_instances[0].role", "Typo"),
        ("iam_instances[0].id", "i-0123456789abcdef1", "there is no EC2 instance i-0123456789abcdef1"),
    ],
    "lambda_deploy": [
        ("lambda_deploy_functions[0].name", ""),
        ("lambda_deploy_functions[0].alias", "$LATEST"),
        ("lambda_deploy_functions[0].keep_versions", 0),
        ("lambda_deploy_build_dir", ""),
    ],
    "cloudwatch": [
        ("cloudwatch_log_groups[0].retention", 2),
        ("cloudwatch_alarms[0].name", ""),
        ("cloudwatch_dashboards[0].name", "with space"),
    ],
    "rds_iam_auth": [
        ("rds_iam_auth_users[0].privileges", {"shop": ["SELECT"]}, "rds_iam_auth_users[0]"),
        ("rds_iam_auth_users[0].name", ""),
    ],
    "foundation": [
        ("foundation_db_instance.storage", None),
        ("foundation_vpc.name", "*"),
        ("foundation_subnets[1].cidr", "10.21.0.0/24"),
    ],
}
EXAMPLES = 15  # of each role
READABLE = "TaskManagementEC2Role"  # the deployer may read no role of another name
CASES = [(role, place, wrong, (*told, place)[0]) for role, wrongs in WRONG.items() for place, wrong, *told in wrongs]


def right(role: str) -> dict[str, Any]:
    """Right inputs of a role, with roles that the deployer may look for."""
    inputs: dict[str, Any] = json.loads(json.dumps(RIGHT[role]).replace("ShopRole", READABLE))
    return inputs


def run_role(stack: Stack, role: str, inputs: dict[str, Any]) -> Run:
    """Run a role alone, with these inputs, as the deployer."""
    playbook = stack.directory / "role.yml"
    playbook.write_text(f"""
- hosts: all
  gather_facts: false
  module_defaults:
    group/taskmanager.aws.aws: "{{{{ taskmanager_aws }}}}"
  tasks:
    - ansible.builtin.include_role: {{name: taskmanager.aws.{role}}}
""")
    return stack.run(str(playbook), **inputs)


@pytest.mark.parametrize(("role", "place", "wrong", "told"), CASES, ids=[case[1] for case in CASES])
def test_a_wrong_input_among_right_ones_writes_nothing(
    system: Stack, role: str, place: str, wrong: Any, told: str
) -> None:
    inputs = right(role)
    put(inputs, place, wrong)
    calls = len(log(system))
    run = run_role(system, role, inputs)
    assert run.code != 0
    assert told in run.output
    assert run.changed == 0
    assert [call for call in decided(system, "allowed", calls) if not re.match(r"\w+:(Get|List|Describe)", call)] == []
    assert "Traceback" not in run.output


def test_all_problems_are_told_at_once(system: Stack) -> None:
    inputs = deepcopy(RIGHT["security_groups"])
    put(inputs, "security_groups_groups[0].name", "")
    put(inputs, "security_groups_groups[1].description", "ü")
    put(inputs, "security_groups_vpc_id", "vpc-*")
    output = " ".join(run_role(system, "security_groups", inputs).output.split())
    assert "Nothing was changed. security_groups_groups[0].name is '': it must be 1 to 255 letters" in output
    assert "security_groups_groups[1].description is 'ü': it must be 1 to 255 letters" in output
    assert "security_groups_vpc_id is 'vpc-*': it must be the id of a VPC" in output


def some_wrong_inputs(role: str, number: int) -> list[dict[str, Any]]:
    """Right inputs of a role with one wrong value each, at places all over them; the same in each run."""
    found: list[dict[str, Any]] = []
    chance = random.Random(role)  # noqa: S311  # the same in each run, and no secret
    while len(found) < number:
        path = chance.choice([path for of_role, path in PATHS if of_role == role])
        inputs = wrong_at(role, path, chance.choice(places(role, path)), chance.choice(WRONG_VALUES))
        if inputs is not None and "\0" not in json.dumps(inputs).replace("\\u0000", "\0"):  # which YAML can't have
            found.append(inputs)
    return found


@pytest.mark.parametrize("role", WRONG)
def test_any_wrong_value_among_right_ones_is_refused_without_a_call(system: Stack, role: str) -> None:
    wrongs = some_wrong_inputs(role, EXAMPLES)
    tasks = [
        {
            "block": [
                {"ansible.builtin.include_role": {"name": f"taskmanager.aws.{role}"}, "vars": inputs},
                {"ansible.builtin.fail": {"msg": f"Number {number} went through"}},
            ],
            "rescue": [{"ansible.builtin.debug": {"msg": "{{ ansible_failed_result.msg | truncate(200) }}"}}],
        }
        for number, inputs in enumerate(wrongs)
    ]
    defaults = {"group/taskmanager.aws.aws": "{{ taskmanager_aws }}"}
    play = {"hosts": "all", "gather_facts": False, "module_defaults": defaults, "tasks": tasks}
    (system.directory / "wrong.yml").write_text(yaml.safe_dump([play]))
    calls = len(log(system))
    run = system.run(str(system.directory / "wrong.yml"))
    assert run.code == 0, run.output[-3000:]
    assert "went through" not in run.output
    assert f"rescued={EXAMPLES}" in run.output
    assert decided(system, "allowed", calls) == set()
