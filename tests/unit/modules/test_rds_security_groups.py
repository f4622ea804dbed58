# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""rds_security_groups: what is asked of RDS, what is waited for, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.rds_iam_authentication import DatabaseError
from ansible_collections.taskmanager.aws.plugins.modules import rds_security_groups
from botocore.stub import Stubber

QUEUED = {"DBInstanceClass": "db.m5.large"}
OLD, NEW = "sg-00000000000000001", "sg-00000000000000002"


def instance(*groups: str, status: str = "available", **more: Any) -> dict[str, Any]:
    attached = [{"VpcSecurityGroupId": group, "Status": "active"} for group in groups or [OLD]]
    return {"DBInstanceIdentifier": "shop", "DBInstanceStatus": status, "VpcSecurityGroups": attached, **more}


@pytest.fixture
def client() -> Any:
    return boto3.client("rds", region_name="eu-north-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def aws(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


class FakeModule:
    """What `run` uses of AnsibleAWSModule."""

    def __init__(self, client: Any, *wanted: str, check_mode: bool = False) -> None:
        self.params = {"db_instance_identifier": "shop", "vpc_security_group_ids": list(wanted)}
        self.check_mode = check_mode
        self._diff = True
        self._client = client

    def client(self, _service: str) -> Any:
        return self._client


def answer_describe(aws: Stubber, found: dict[str, Any]) -> None:
    aws.add_response("describe_db_instances", {"DBInstances": [found]}, {"DBInstanceIdentifier": "shop"})


@pytest.mark.parametrize("more", [{}, {"StorageType": "io1", "Iops": 1000}, {"PendingModifiedValues": {}}])
def test_the_groups_alone_are_sent(client: Any, aws: Stubber, more: dict[str, Any]) -> None:
    answer_describe(aws, instance(**more))
    sent = {"DBInstanceIdentifier": "shop", "VpcSecurityGroupIds": [OLD, NEW], "ApplyImmediately": True}
    aws.add_response("modify_db_instance", {"DBInstance": instance(OLD, NEW)}, sent)
    assert rds_security_groups.run(FakeModule(client, NEW, OLD, NEW)) == {
        "changed": True,
        "vpc_security_group_ids": [OLD, NEW],
        "waiting_for": "",
        "diff": {"before": {"vpc_security_group_ids": [OLD]}, "after": {"vpc_security_group_ids": [OLD, NEW]}},
    }


@pytest.mark.parametrize("more", [{}, {"PendingModifiedValues": QUEUED}, {"status": "stopped"}])
def test_an_instance_that_has_the_groups_is_left_alone(client: Any, aws: Stubber, more: dict[str, Any]) -> None:
    answer_describe(aws, instance(OLD, NEW, **more))
    result = rds_security_groups.run(FakeModule(client, OLD, NEW))
    assert (result["changed"], result["waiting_for"]) == (False, "")


def test_a_group_that_goes_is_none_and_one_that_comes_is_one(client: Any, aws: Stubber) -> None:
    found = instance(OLD, NEW, status="modifying")
    found["VpcSecurityGroups"][0]["Status"], found["VpcSecurityGroups"][1]["Status"] = "removing", "adding"
    answer_describe(aws, found)
    result = rds_security_groups.run(FakeModule(client, NEW))
    assert result["changed"] is False
    assert result["waiting_for"] == f"RDS instance 'shop' is modifying, with the groups {NEW}"


def test_an_instance_that_is_busy_is_waited_for(client: Any, aws: Stubber) -> None:
    answer_describe(aws, instance(status="backing-up"))
    result = rds_security_groups.run(FakeModule(client, NEW))
    assert (result["changed"], result["waiting_for"]) == (
        False,
        f"RDS instance 'shop' is backing-up, with the groups {OLD}",
    )


def test_check_mode_predicts_and_writes_nothing(client: Any, aws: Stubber) -> None:
    answer_describe(aws, instance(status="backing-up"))
    result = rds_security_groups.run(FakeModule(client, NEW, check_mode=True))
    assert (result["changed"], result["vpc_security_group_ids"]) == (True, [NEW])


@pytest.mark.parametrize(
    ("found", "wanted", "told"),
    [
        (
            instance(PendingModifiedValues=QUEUED),
            [NEW],
            "wait for its maintenance window: DBIns",
        ),
        (instance(DBClusterIdentifier="orders"), [NEW], "a member of the cluster 'orders'"),
        (instance(status="stopped"), [NEW], "'shop' is stopped, and can't be modified"),
        (instance(), [], r"vpc_security_group_ids: \[\] would leave RDS instance 'shop' without a group"),
    ],
)
def test_what_cannot_be_changed_is_refused(
    client: Any, aws: Stubber, found: dict[str, Any], wanted: list[str], told: str
) -> None:
    answer_describe(aws, found)
    with pytest.raises(DatabaseError, match=told):
        rds_security_groups.run(FakeModule(client, *wanted))


def test_an_instance_that_is_not_there_is_refused(client: Any, aws: Stubber) -> None:
    aws.add_client_error("describe_db_instances", "DBInstanceNotFound")
    with pytest.raises(DatabaseError, match="there is no instance 'shop' in this account and region"):
        rds_security_groups.run(FakeModule(client, NEW))
