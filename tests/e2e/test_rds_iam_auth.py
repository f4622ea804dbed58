# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""rds_iam_auth with the permissions that its README names: the administrator's logins, what is refused, waiting."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
import yaml
from proxy import running_proxy
from stack import Run, Stack
from test_database_login import user_with

INSTANCE = "task-management-db"
ODD = "no-json-but-a-secret"
ENABLED = b"<IAMDatabaseAuthenticationEnabled>true<"
DISABLED = b"<IAMDatabaseAuthenticationEnabled>false<"


@pytest.fixture(scope="module")
def caller(system: Stack) -> Iterator[boto3.Session]:
    """A user with the permissions that the role's README names."""
    actions = ["rds:DescribeDBInstances", "rds:ModifyDBInstance", "secretsmanager:GetSecretValue", "rds-db:connect"]
    yield from user_with(system, "database-deployer", {"Effect": "Allow", "Action": actions, "Resource": "*"})


@pytest.fixture(scope="module")
def play(system: Stack, caller: boto3.Session, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    """Runs tasks as the caller, whatever comes of them."""
    key = caller.get_credentials()
    assert key
    mine = {"access_key": key.access_key, "secret_key": key.secret_key}
    path = tmp_path_factory.mktemp("play") / "play.yml"

    def run(tasks: list[dict[str, Any]], *options: str, **connection: str) -> Run:
        defaults = {"group/taskmanager.aws.aws": "{{ taskmanager_aws | combine(mine) }}"}
        variables = {"mine": mine | connection}
        play = {"hosts": "all", "gather_facts": False, "module_defaults": defaults, "vars": variables, "tasks": tasks}
        path.write_text(yaml.safe_dump([play]))
        return system.run(str(path), *options)

    return run


@pytest.fixture
def administrators(system: Stack) -> Iterator[None]:
    """Two secrets, and an administrator who logs in with tokens."""
    record, secrets = system.record, system.client("secretsmanager")
    login = {"username": record["db_admin_user"], "password": record["db_admin_password"]}
    for name, value in {"shop/admin": json.dumps(login), "shop/odd": ODD}.items():
        secrets.create_secret(Name=name, SecretString=value)
    system.query("CREATE USER dba@'%%' IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL")
    system.query("GRANT SELECT, CREATE USER ON *.* TO dba@'%%' WITH GRANT OPTION")
    yield
    for name in ("shop/admin", "shop/odd"):
        secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    for user in ("dba", "by_secret", "by_token"):
        system.query(f"DROP USER IF EXISTS {user}@'%%'")


def role(**inputs: Any) -> dict[str, Any]:
    """A task that runs the role, with `inputs` in place of some of these."""
    variables = {
        "db_instance": INSTANCE,
        "login": {},
        "users": [{"name": "never", "privileges": {"taskmanager.tasks": ["SELECT"]}}],
    } | inputs
    names = {f"rds_iam_auth_{name}": value for name, value in variables.items()}
    return {"ansible.builtin.include_role": {"name": "taskmanager.aws.rds_iam_auth"}, "vars": names}


def refused(**inputs: Any) -> dict[str, Any]:
    """A task that runs the role, and tells why it failed."""
    told = {"ansible.builtin.debug": {"msg": "refused: {{ ansible_failed_result.msg }}"}}
    went_on = {"ansible.builtin.fail": {"msg": "it went on"}}
    return {"block": [role(**inputs), went_on], "rescue": [told]}


def user(name: str) -> list[dict[str, Any]]:
    return [{"name": name, "privileges": {"taskmanager.tasks": ["SELECT"]}}]


@pytest.mark.usefixtures("administrators")
def test_the_administrator_logs_in_by_secret_or_token_and_neither_is_shown(
    system: Stack, play: Callable[..., Run], caller: boto3.Session
) -> None:
    record = system.record
    login = {"login_host": record["db_host"], "login_port": record["db_port"], "ca_cert": record["db_ca"]}
    dba = login | {"login_user": "dba"}
    run = play(
        [
            role(login=login, secret="shop/admin", users=user("by_secret")),
            role(login=dba, login_by_token=True, users=user("by_token")),
            refused(login=dba),
            refused(login=dba, secret="shop/admin", login_by_token=True),
            refused(login={"login_host": "x"}, login_by_token=True),
            refused(login=login, secret="shop/none"),
            refused(login=login, secret="shop/odd"),
            refused(login=login, secret="rds"),
            refused(login=login, secret="rds", db_instance=""),
            refused(login=login | {"ca_cert": "https://localhost:9/ca.pem"}, secret="shop/admin"),
            refused(login=login, secret="shop/admin", db_cluster="shops"),
        ],
        "-vvv",
    )
    assert run.code == 0, run.output[-8000:]
    made = system.query(
        "SELECT user AS name FROM mysql.user WHERE user IN ('by_secret', 'by_token', 'never') ORDER BY name"
    )
    assert [row["name"] for row in made] == ["by_secret", "by_token"]

    text = " ".join(run.output.split())
    for told in (
        "rds_iam_auth_login.login_password, rds_iam_auth_secret or rds_iam_auth_login_by_token; given: none",
        "given: rds_iam_auth_secret, rds_iam_auth_login_by_token",
        "rds_iam_auth_login.ca_cert is missing. rds_iam_auth_login.login_user is missing",
        "login (rds_iam_auth_secret): there is no secret 'shop/none' in this account and region",
        "login (rds_iam_auth_secret): the secret 'shop/odd' is not a JSON object with a `password`",
        f"the instance '{INSTANCE}' has no password that RDS manages in Secrets Manager",
        "give rds_iam_auth_db_instance or rds_iam_auth_db_cluster",
        "CA bundle https://localhost:9/ca.pem: it can't be downloaded",
        f"rds_iam_auth_db_instance is {INSTANCE} and rds_iam_auth_db_cluster is shops",
    ):
        assert told in text, told
    key = caller.get_credentials()
    assert key
    secrets = [record["db_admin_password"], ODD, key.secret_key, "DBUser=", "X-Amz-Signature"]
    assert [secret for secret in secrets if secret in run.output] == []


@pytest.fixture
def late(system: Stack) -> Iterator[str]:
    """The record of an instance that takes no tokens yet."""
    rds = system.client("rds")
    rds.create_db_instance(DBInstanceIdentifier="late", DBInstanceClass="db.t3.micro", Engine="mysql", Port=3306)
    yield "late"
    rds.delete_db_instance(DBInstanceIdentifier="late", SkipFinalSnapshot=True)


def answering(*changes: tuple[bytes, bytes]) -> Callable[[bytes], bytes]:
    """Has the answers tell of these statuses and settings one after the other, and the last one for ever."""
    left = list(changes)

    def rewrite(body: bytes) -> bytes:
        status, setting = left.pop(0) if len(left) > 1 else left[0]
        body = body.replace(b"<DBInstanceStatus>available<", b"<DBInstanceStatus>" + status + b"<")
        return body.replace(ENABLED, setting).replace(DISABLED, setting)

    return rewrite


def test_waiting_is_shown_and_has_a_limit(system: Stack, play: Callable[..., Run], late: str) -> None:
    switch = {"db_instance_identifier": late, "wait_delay": 0}
    with running_proxy(system.record["endpoint_url"]) as proxy:
        proxy.rewrites["DescribeDBInstances"] = answering(
            *((status, DISABLED) for status in (b"backing-up", b"available", b"configuring-iam-database-auth")),
            (b"available", ENABLED),
            (b"modifying", ENABLED),
        )
        proxy.rewrites["ModifyDBInstance"] = answering((b"modifying", DISABLED))
        run = play(
            [
                {"taskmanager.aws.rds_iam_authentication": switch},
                {"taskmanager.aws.rds_iam_authentication": switch | {"wait_timeout": 0}},
            ],
            endpoint_url=proxy.url,
        )
    look, change = "DescribeDBInstances", "ModifyDBInstance"
    assert proxy.seen == [look, look, change, look, look, look]
    assert run.changed == 1
    shown = [line for line in run.output.splitlines() if line.startswith("waiting: [local]: RDS instance 'late' is ")]
    assert [line.split(" is ")[1].split(" (")[0] for line in shown] == [
        "backing-up, IAM authentication disabled",
        "modifying, IAM authentication disabled",
        "configuring-iam-database-auth, IAM authentication disabled",
    ]
    assert all(line.endswith(" of 900 s)") for line in shown)
    assert run.code != 0
    message = (
        "wait_timeout: after 0 s, RDS instance 'late' is modifying, IAM authentication enabled. Nothing was changed"
    )
    assert message in run.output
