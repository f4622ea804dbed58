# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules that site.yml did not make, or does not make any more, are told of, and removed when asked."""

from __future__ import annotations

import re
from typing import Any

from stack import Run, Stack

ANYWHERE = [{"CidrIp": "0.0.0.0/0", "Description": "for the weekend"}]
EVERYTHING = [{"CidrIp": "203.0.113.0/24"}]


def groups(stack: Stack) -> dict[str, dict[str, Any]]:
    found = stack.client("ec2").describe_security_groups()["SecurityGroups"]
    return {each["GroupName"]: each for each in found if each["GroupName"].startswith("task-management-")}


def add_rules_by_hand(stack: Stack) -> None:
    ec2, there = stack.client("ec2"), groups(stack)
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": ANYWHERE}
    for name in ("task-management-ec2-sg", "task-management-rds-sg"):
        ec2.authorize_security_group_ingress(GroupId=there[name]["GroupId"], IpPermissions=[ssh])
    out = {"IpProtocol": "-1", "IpRanges": EVERYTHING}
    ec2.authorize_security_group_egress(GroupId=there["task-management-lambda-sg"]["GroupId"], IpPermissions=[out])


def told(run: Run) -> list[str]:
    """The foreign rules that a run tells of, without the port of this database."""
    found = re.findall(r"=> \(item=task-management-(\S+ (?:ingress|egress) .+)\) =>", run.output)
    return [re.sub(r"TCP \d{4,}", "MySQL", each) for each in found]


def test_foreign_rules_are_told_of_and_removed_when_asked(system: Stack) -> None:
    before = groups(system)
    add_rules_by_hand(system)
    with_theirs = groups(system)
    run = system.converge("converge.yml", "--tags", "security_groups", taskmanager_functions_reach_database="false")
    assert run.changed == 0
    assert told(run) == FOREIGN
    assert run.output.count("which its allowed_cidr_rules forbid") == 1
    assert groups(system) == with_theirs
    run = system.converge("converge.yml", "--tags", "security_groups", security_groups_purge_rules="true")
    assert run.changed == 1
    assert groups(system) == before


FOREIGN = [
    'ec2-sg ingress TCP 22 from 0.0.0.0/0 ("for the weekend")',
    'lambda-sg egress MySQL to the group task-management-rds-sg ("MySQL")',
    "lambda-sg egress all traffic to 203.0.113.0/24",
    'rds-sg ingress MySQL from the group task-management-lambda-sg ("MySQL from the functions")',
    'rds-sg ingress TCP 22 from 0.0.0.0/0 ("for the weekend")',
]
