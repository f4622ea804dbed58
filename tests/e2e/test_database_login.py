# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who gets into the database as lambda_user: asked by logging in. First that a wrong token is refused at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import boto3
import botocore.auth
import pymysql
import pytest
from stack import Stack

USER = "lambda_user"
DENIED = 1045


@pytest.fixture(scope="module")
def caller(system: Stack) -> Iterator[boto3.Session]:
    """A user who may connect as lambda_user, and nothing else."""
    (instance,) = system.client("rds").describe_db_instances(DBInstanceIdentifier="task-management-db")["DBInstances"]
    resource = f"arn:aws:rds-db:eu-north-1:123456789012:dbuser:{instance['DbiResourceId']}/{USER}"
    yield from user_with(system, "may-connect", {"Effect": "Allow", "Action": "rds-db:connect", "Resource": resource})


@pytest.fixture(scope="module")
def stranger(system: Stack) -> Iterator[boto3.Session]:
    """A user who may do all but connect."""
    yield from user_with(system, "may-not-connect", {"Effect": "Allow", "NotAction": "rds-db:*", "Resource": "*"})


def user_with(stack: Stack, name: str, statement: dict[str, Any]) -> Iterator[boto3.Session]:
    iam = stack.client("iam")
    iam.create_user(UserName=name)
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    yield stack.session(key["AccessKeyId"], key["SecretAccessKey"])
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName=name, PolicyName="only")
    iam.delete_user(UserName=name)


def token(stack: Stack, session: boto3.Session, user: str = USER, **target: Any) -> str:
    record = stack.record
    host, port = target.get("host", record["db_host"]), target.get("port", record["db_port"])
    region = target.get("region", record["region"])
    return str(session.client("rds", region_name=region).generate_db_auth_token(host, port, user, Region=region))


def refusal(stack: Stack, password: str, **options: Any) -> int:
    """The number of the error with which a login as lambda_user is refused."""
    with pytest.raises(pymysql.err.OperationalError) as caught:
        stack.login(USER, password, **options)
    return int(caught.value.args[0])


def test_a_good_token_logs_in(system: Stack, caller: boto3.Session) -> None:
    with system.login(USER, token(system, caller), database="taskmanager") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_USER() AS user")
        assert cursor.fetchone() == {"user": "lambda_user@%"}


def test_no_token_is_refused(system: Stack) -> None:
    assert refusal(system, "") == DENIED


def test_an_expired_token_is_refused(system: Stack, caller: boto3.Session) -> None:
    past = datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=16)  # a token lives for 15 minutes
    with mock.patch.object(botocore.auth, "get_current_datetime", return_value=past):
        old = token(system, caller)
    assert past.strftime("%Y%m%dT%H%M") in old
    assert refusal(system, old) == DENIED


def test_a_tampered_token_is_refused(system: Stack, caller: boto3.Session) -> None:
    good = token(system, caller)
    assert refusal(system, good[:-1] + ("0" if good[-1] != "0" else "1")) == DENIED


def test_a_token_of_another_database_user_is_refused(system: Stack, caller: boto3.Session) -> None:
    assert refusal(system, token(system, caller, user="admin")) == DENIED


@pytest.mark.parametrize("target", [{"host": "other.example"}, {"port": 3307}, {"region": "eu-west-1"}])
def test_a_token_for_another_server_is_refused(system: Stack, caller: boto3.Session, target: dict[str, Any]) -> None:
    assert refusal(system, token(system, caller, **target)) == DENIED


def test_a_token_of_a_caller_without_rds_db_connect_is_refused(system: Stack, stranger: boto3.Session) -> None:
    assert refusal(system, token(system, stranger)) == DENIED


def test_a_token_of_an_unknown_caller_is_refused(system: Stack) -> None:
    assert refusal(system, token(system, system.session("AKIAUNKNOWN000000000", "x"))) == DENIED


def test_a_good_token_without_tls_is_refused(system: Stack, caller: boto3.Session) -> None:
    refused = refusal(system, token(system, caller), tls=False)
    assert refused in (DENIED, 3159), "3159: ER_SECURE_TRANSPORT_REQUIRED"


def test_the_administrators_password_is_not_a_token(system: Stack) -> None:
    assert refusal(system, system.record["db_admin_password"]) == DENIED


def test_a_database_whose_iam_authentication_is_off_refuses_good_tokens(system: Stack, caller: boto3.Session) -> None:
    rds = system.client("rds")
    switch = {"DBInstanceIdentifier": "task-management-db", "ApplyImmediately": True}
    rds.modify_db_instance(EnableIAMDatabaseAuthentication=False, **switch)
    try:
        assert refusal(system, token(system, caller)) == DENIED
    finally:
        rds.modify_db_instance(EnableIAMDatabaseAuthentication=True, **switch)
    system.login(USER, token(system, caller)).close()
