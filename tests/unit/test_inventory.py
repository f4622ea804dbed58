# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory makes of its variables."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
# What the role foundation would have found.
FOUND = ["region", "partition", "account_id", "vpc_id", "subnet_ids", "instance_id", "db_endpoint", "db_port"]
FOUND += ["db_resource_id", "topic_arn", "queue_arn", "queue_url"]
EMF = {"environment": {"METRICS_FORMAT": "emf"}}
UNSET: dict[str, Any] = {"environment": {}}


def template(expression: str, **variables: Any) -> Any:
    """The value of an expression for the host of the default inventory."""
    command = [str(Path(sys.executable).with_name("ansible")), "local", "--module-name", "debug"]
    command += ["--args", f"msg={{{{ {expression} }}}}", "--extra-vars", f"@{ROOT}/playbooks/vars/wiring.yml"]
    command += ["--extra-vars", json.dumps({"foundation_out": dict.fromkeys(FOUND, "x")} | variables)]
    environment = os.environ | {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_CALLBACK_RESULT_FORMAT": "json"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.partition("=>")[2])["msg"]


@pytest.mark.parametrize(
    ("variables", "published"),
    [
        ({}, True),
        ({"taskmanager_metrics_format": "emf"}, False),
        ({"lambda_deploy_functions": [EMF, EMF]}, False),
        ({"lambda_deploy_functions": [EMF, UNSET]}, True),
        ({"lambda_deploy_functions": [EMF, {}]}, True),
    ],
)
def test_functions_may_publish_metrics_unless_all_of_them_print_theirs(
    variables: dict[str, Any], published: bool
) -> None:
    statements = template("taskmanager_policies[0].statements", **variables)
    assert ("cloudwatch:PutMetricData" in [statement["Action"] for statement in statements]) is published


@pytest.mark.parametrize(("found", "port"), [(3306, "3306"), (3307, "3307"), (0, "3306")])
def test_the_rules_have_the_port_of_the_database(found: int, port: str) -> None:
    there = dict.fromkeys(FOUND, "x") | {"db_port": found}
    rules = template("security_groups_groups[2].rules", foundation_out=there, taskmanager_db_port=3306)
    assert [(str(rule["ports"][0]), rule["group"]) for rule in rules] == [
        (port, "task-management-ec2-sg"),
        (port, "task-management-lambda-sg"),
    ]
