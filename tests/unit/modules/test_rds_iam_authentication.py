# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""rds_iam_authentication: what is asked of RDS, what is waited for, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.rds_api import RdsError
from ansible_collections.taskmanager.aws.plugins.module_utils.rds_iam_authentication import (
    Database,
    DatabaseError,
    check,
    cluster_of,
    instance_of,
    to_modify,
    waiting_for,
)
from ansible_collections.taskmanager.aws.plugins.modules import rds_iam_authentication
from botocore.stub import Stubber

SETTING = "IAMDatabaseAuthenticationEnabled"


def instance(enabled: bool = False, status: str = "available", **more: Any) -> dict[str, Any]:
    return {
        "DBInstanceIdentifier": "shop",
        "DBInstanceStatus": status,
        "Engine": "mysql",
        SETTING: enabled,
        "PendingModifiedValues": {},
        **more,
    }


def cluster(enabled: bool = False, status: str = "available", **more: Any) -> dict[str, Any]:
    return {"DBClusterIdentifier": "shop", "Status": status, "Engine": "aurora-mysql", SETTING: enabled, **more}


def database(**more: Any) -> Database:
    return instance_of(instance(**more))


@pytest.mark.parametrize(
    ("found", "modify", "waits"),
    [
        (database(), True, True),
        (database(status="storage-optimization"), True, True),
        (database(status="backing-up"), False, True),
        (database(status="creating"), False, True),
        (database(status="stopping"), False, True),
        (database(PendingModifiedValues={SETTING: True}), True, True),  # not before the maintenance window
        (database(status="modifying"), False, True),
        (database(enabled=True), False, False),
        (database(enabled=True, status="backing-up"), False, False),
        (database(enabled=True, status="stopped"), False, False),
        (database(enabled=True, status="modifying"), False, True),
        (database(enabled=True, status="configuring-iam-database-auth"), False, True),
        (database(enabled=True, PendingModifiedValues={SETTING: True}), False, True),
        (database(enabled=True, PendingModifiedValues={SETTING: False}), True, True),
        (database(enabled=True, PendingModifiedValues={"DBInstanceClass": "db.t3.large"}), False, False),
        (database(enabled=True, DBClusterIdentifier="shops"), False, False),
        (cluster_of(cluster(), []), True, True),
        (cluster_of(cluster(), [instance(status="configuring-iam-database-auth")]), False, True),
        (cluster_of(cluster(enabled=True), [instance(), instance(status="modifying")]), False, True),
        (cluster_of(cluster(enabled=True), [instance(status="rebooting")]), False, False),
    ],
)
def test_a_state_is_changed_waited_for_or_neither(found: Database, modify: bool, waits: bool) -> None:
    check(found)
    assert (to_modify(found), bool(waiting_for(found))) == (modify, waits)


def test_what_is_waited_for_is_told() -> None:
    words = "RDS instance 'shop' is backing-up, IAM authentication disabled"
    assert waiting_for(database(status="backing-up")) == words


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (
            database(Engine="oracle-ee"),
            "'shop' runs oracle-ee, which has no IAM .*: aurora-mysql, .*postgres",
        ),
        (database(DBClusterIdentifier="shops"), "member of the cluster 'shops'.*; give db_cluster_identifier 'shops'"),
        (database(status="stopped"), "'shop' is stopped, and can't be modified.*; have it available, and run again"),
        (database(status="incompatible-network"), "is incompatible-network, and can't"),
        (database(status="inaccessible-encryption-credentials"), "is inaccessible-encryption-credentials, and can't"),
        (cluster_of(cluster(status="migration-failed"), []), "cluster 'shop' is migration-failed, and can't"),
        (
            database(PendingModifiedValues={SETTING: True, "MultiAZ": False, "DBInstanceClass": "db.t3.large"}),
            "wait for its maintenance window: DBInstanceClass, MultiAZ. .*; make or revert them first",
        ),
        (cluster_of(cluster(PendingModifiedValues={"EngineVersion": "8"}), []), "maintenance window: EngineVersion"),
    ],
)
def test_what_can_not_be_changed_alone_is_refused(found: Database, message: str) -> None:
    with pytest.raises(DatabaseError, match=message):
        check(found)


def test_lists_of_nothing_do_not_wait_for_the_window() -> None:
    assert database(PendingModifiedValues={"ProcessorFeatures": [], "PendingCloudwatchLogsExports": {}}).queued == ()


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

    def __init__(self, client: Any, kind: str = "instance", check_mode: bool = False) -> None:
        self.params = {"db_instance_identifier": None, "db_cluster_identifier": None, f"db_{kind}_identifier": "shop"}
        self.check_mode = check_mode
        self._diff = True
        self._client = client

    def client(self, _service: str) -> Any:
        return self._client


def answer_instance(aws: Stubber, found: dict[str, Any]) -> None:
    aws.add_response("describe_db_instances", {"DBInstances": [found]}, {"DBInstanceIdentifier": "shop"})


def answer_cluster(aws: Stubber, found: dict[str, Any], *members: dict[str, Any]) -> None:
    aws.add_response("describe_db_clusters", {"DBClusters": [found]}, {"DBClusterIdentifier": "shop"})
    filters = {"Filters": [{"Name": "db-cluster-id", "Values": ["shop"]}]}
    aws.add_response("describe_db_instances", {"DBInstances": list(members)}, filters)


DIFF = {"before": {"iam_authentication": "disabled"}, "after": {"iam_authentication": "enabled"}}
ASKED = {"EnableIAMDatabaseAuthentication": True, "ApplyImmediately": True}


def test_an_instance_is_asked_for_this_one_change(client: Any, aws: Stubber) -> None:
    answer_instance(aws, instance())
    changing = instance(PendingModifiedValues={SETTING: True}, status="modifying")
    aws.add_response("modify_db_instance", {"DBInstance": changing}, {"DBInstanceIdentifier": "shop", **ASKED})
    assert rds_iam_authentication.run(FakeModule(client)) == {
        "changed": True,
        "status": "modifying",
        "waiting_for": "RDS instance 'shop' is modifying, IAM authentication disabled",
        "diff": DIFF,
    }


def test_a_cluster_is_asked_for_this_one_change(client: Any, aws: Stubber) -> None:
    answer_cluster(aws, cluster(), instance())
    aws.add_response("modify_db_cluster", {"DBCluster": cluster(True)}, {"DBClusterIdentifier": "shop", **ASKED})
    result = rds_iam_authentication.run(FakeModule(client, "cluster"))
    assert result == {"changed": True, "status": "available", "waiting_for": "", "diff": DIFF}


def test_a_database_that_takes_tokens_is_left_alone(client: Any, aws: Stubber) -> None:
    answer_instance(aws, instance(enabled=True))
    result = rds_iam_authentication.run(FakeModule(client))
    assert result == {"changed": False, "status": "available", "waiting_for": ""}


def test_a_database_that_can_not_be_modified_yet_is_not_changed_yet(client: Any, aws: Stubber) -> None:
    answer_instance(aws, instance(status="backing-up"))
    result = rds_iam_authentication.run(FakeModule(client))
    assert (result["changed"], result["status"], bool(result["waiting_for"])) == (False, "backing-up", True)


@pytest.mark.parametrize("status", ["available", "backing-up"])
def test_check_mode_predicts_and_writes_nothing(client: Any, aws: Stubber, status: str) -> None:
    answer_instance(aws, instance(status=status))
    result = rds_iam_authentication.run(FakeModule(client, check_mode=True))
    assert (result["changed"], result["diff"]) == (True, DIFF)


@pytest.mark.parametrize(
    ("kind", "operation", "code"),
    [
        ("instance", "describe_db_instances", "DBInstanceNotFound"),
        ("cluster", "describe_db_clusters", "DBClusterNotFoundFault"),
    ],
)
def test_a_missing_database_is_refused_by_name(client: Any, aws: Stubber, kind: str, operation: str, code: str) -> None:
    aws.add_client_error(operation, code)
    with pytest.raises(DatabaseError, match=f"db_{kind}_identifier: there is no {kind} 'shop' in this account"):
        rds_iam_authentication.run(FakeModule(client, kind))


def test_a_refused_call_keeps_the_reason_of_aws(client: Any, aws: Stubber) -> None:
    answer_instance(aws, instance())
    aws.add_client_error("modify_db_instance", "AccessDenied", "rds:ModifyDBInstance")
    with pytest.raises(RdsError, match=r"enable IAM authentication of RDS instance shop.*rds:ModifyDBInstance"):
        rds_iam_authentication.run(FakeModule(client))
