# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each role may do what its statements are for, and nothing next to that: asked with its own credentials."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from access import CALLS, MAY, OWN, SHARED, Caller, admitted, assume, is_admitted, neighbours
from botocore.exceptions import ClientError
from policies import shared_statements, without_inline, without_shared
from stack import Stack

FUNCTION_ROLES = ["TaskManagementAddTaskRole", "TaskManagementProcessTaskRole"]


@pytest.fixture(scope="module")
def callers(system: Stack) -> Iterator[dict[str, Caller]]:
    """Somebody with the credentials of each role, where everything has a neighbour."""
    with neighbours(system):
        yield {role: assume(system, role) for role in MAY}


def test_each_door_opens_for_who_has_the_key(system: Stack, callers: dict[str, Caller]) -> None:
    assert callers.keys() == MAY.keys()
    refused = CALLS.keys() - admitted(Caller(system))
    assert refused == {"open a neighbouring database"}, "the database user has no grants on it"


@pytest.mark.parametrize("role", MAY)
def test_a_role_may_do_its_own_and_nothing_of_its_neighbours(callers: dict[str, Caller], role: str) -> None:
    assert admitted(callers[role]) == MAY[role]


@pytest.mark.parametrize("sid", SHARED)
def test_without_a_shared_statement_its_calls_alone_are_refused(
    system: Stack, callers: dict[str, Caller], sid: str
) -> None:
    with without_shared(system, sid):
        left = {role: admitted(callers[role]) for role in FUNCTION_ROLES}
    gone = {name for name, call in CALLS.items() if call.admitted_by == sid}
    assert left == {role: MAY[role] - gone for role in FUNCTION_ROLES}


@pytest.mark.parametrize(("role", "policy", "sid"), [(*place, sid) for place, sid in OWN.items()])
def test_without_its_own_policy_the_calls_of_that_alone_are_refused(
    system: Stack, callers: dict[str, Caller], role: str, policy: str, sid: str
) -> None:
    with without_inline(system, role, policy):
        left = admitted(callers[role])
    assert left == {name for name in MAY[role] if CALLS[name].admitted_by != sid}


@pytest.mark.parametrize("role", FUNCTION_ROLES)
def test_a_permission_for_a_neighbouring_database_opens_no_door_here(
    system: Stack, callers: dict[str, Caller], role: str
) -> None:
    (instance,) = system.client("rds").describe_db_instances(DBInstanceIdentifier="task-management-db")["DBInstances"]
    with shared_statements(system, lambda text: text.replace(instance["DbiResourceId"], "db-NEIGHBOUR")):
        assert not is_admitted(callers[role], CALLS["log in as the database user"])
    assert is_admitted(callers[role], CALLS["log in as the database user"])


@pytest.mark.parametrize("role", MAY)
def test_a_role_is_for_its_service_and_nobody_else(system: Stack, role: str) -> None:
    found = system.client("iam").get_role(RoleName=role)["Role"]
    service = "ec2.amazonaws.com" if role not in FUNCTION_ROLES else "lambda.amazonaws.com"
    assert found["AssumeRolePolicyDocument"] == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
    }
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        system.client("sts").assume_role(RoleArn=found["Arn"], RoleSessionName="test")
