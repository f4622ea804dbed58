# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""rds_login_info: which secret is read, what is made of it, and that no error tells it."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.rds_login import Login, LoginError, login_from
from ansible_collections.taskmanager.aws.plugins.modules import rds_login_info
from botocore.stub import Stubber

ARN = "arn:aws:secretsmanager:eu-north-1:123456789012:secret:rds!db-1-abcdef"
SECRET = {"SecretString": json.dumps({"username": "admin", "password": "s3cret", "port": 3306})}


@pytest.fixture
def clients() -> dict[str, Any]:
    return {
        service: boto3.client(service, region_name="eu-north-1", aws_access_key_id="x", aws_secret_access_key="x")
        for service in ("rds", "secretsmanager")
    }


@pytest.fixture
def rds(clients: dict[str, Any]) -> Iterator[Stubber]:
    with Stubber(clients["rds"]) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def secrets(clients: dict[str, Any]) -> Iterator[Stubber]:
    with Stubber(clients["secretsmanager"]) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


class FakeModule:
    """What `run` uses of AnsibleAWSModule."""

    def __init__(self, clients: dict[str, Any], **params: Any) -> None:
        self.params = dict.fromkeys(rds_login_info.SOURCES) | params
        self._clients = clients

    def client(self, service: str) -> Any:
        return self._clients[service]


def test_a_secret_is_read_by_its_name(clients: dict[str, Any], secrets: Stubber) -> None:
    secrets.add_response("get_secret_value", SECRET, {"SecretId": "shop/admin"})
    assert rds_login_info.run(FakeModule(clients, secret_id="shop/admin")) == Login("admin", "s3cret")


@pytest.mark.parametrize(
    ("kind", "operation", "key"),
    [
        ("instance", "describe_db_instances", "DBInstances"),
        ("cluster", "describe_db_clusters", "DBClusters"),
    ],
)
class TestTheSecretOfRds:
    def test_it_is_the_one_of_the_database(
        self, kind: str, operation: str, key: str, clients: dict[str, Any], rds: Stubber, secrets: Stubber
    ) -> None:
        rds.add_response(
            operation, {key: [{"MasterUserSecret": {"SecretArn": ARN}}]}, {f"DB{kind.title()}Identifier": "shop"}
        )
        secrets.add_response("get_secret_value", SECRET, {"SecretId": ARN})
        assert rds_login_info.run(FakeModule(clients, **{f"db_{kind}_identifier": "shop"})) == Login("admin", "s3cret")

    def test_a_database_without_one_is_refused_by_name(
        self, kind: str, operation: str, key: str, clients: dict[str, Any], rds: Stubber
    ) -> None:
        rds.add_response(operation, {key: [{}]})
        with pytest.raises(
            LoginError, match=f"db_{kind}_identifier: the {kind} 'shop' has no password that RDS manages"
        ):
            rds_login_info.run(FakeModule(clients, **{f"db_{kind}_identifier": "shop"}))

    def test_a_missing_database_is_refused_by_name(
        self, kind: str, operation: str, key: str, clients: dict[str, Any], rds: Stubber
    ) -> None:
        rds.add_client_error(operation, f"DB{kind.title()}NotFound" + ("" if key == "DBInstances" else "Fault"))
        with pytest.raises(LoginError, match=f"db_{kind}_identifier: there is no {kind} 'shop'"):
            rds_login_info.run(FakeModule(clients, **{f"db_{kind}_identifier": "shop"}))


def test_a_missing_secret_is_refused_by_name(clients: dict[str, Any], secrets: Stubber) -> None:
    secrets.add_client_error("get_secret_value", "ResourceNotFoundException")
    with pytest.raises(LoginError, match="there is no secret 'shop/admin' in this account and region"):
        rds_login_info.run(FakeModule(clients, secret_id="shop/admin"))


@pytest.mark.parametrize(
    "value",
    ["s3cret", '{"password": 5}', '{"passwort": "s3cret"}', '["s3cret"]', '{"password": ""}', '{"s3cret', "", None],
)
def test_a_secret_of_another_kind_is_refused_and_not_told(value: str | None) -> None:
    with pytest.raises(LoginError, match="the secret 'shop/admin' is not a JSON object with a `password`") as caught:
        login_from("shop/admin", value)
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


def test_a_secret_may_name_nobody() -> None:
    assert login_from("any", '{"password": "s3cret"}') == Login(None, "s3cret")


def test_a_login_does_not_print_its_password() -> None:
    assert "s3cret" not in repr(Login("admin", "s3cret"))


def test_a_token_is_for_one_user_host_and_port(clients: dict[str, Any]) -> None:
    wanted = {"login_host": "shop.example", "login_port": 3307, "login_user": "boss"}
    login = rds_login_info.run(FakeModule(clients, token_for=wanted))
    token = urlsplit(f"https://{login.password}")
    assert (login.user, token.netloc, parse_qs(token.query)["DBUser"]) == ("boss", "shop.example:3307", ["boss"])
