# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each error of mysql_iam_user, provoked on a real MariaDB: what it says, and that nothing was changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from database_server import Server, free_port, make_certificate

type Module = Callable[..., dict[str, Any]]

USER: dict[str, Any] = {"name": "lambda_user", "privileges": {"taskmanager.*": ["SELECT"]}}
COUNT = "SELECT COUNT(*) AS users FROM mysql.user WHERE user = 'lambda_user'"


def message(result: dict[str, Any]) -> str:
    """The message of a failure before the first statement."""
    assert result["failed"]
    assert result.get("changed", False) is False
    return str(result["msg"])


@pytest.fixture
def limited(mariadb: Server) -> Iterator[Callable[[str], dict[str, str]]]:
    """Makes an administrator with these grants alone, and returns the options to log in as it."""

    def make(*grants: str) -> dict[str, str]:
        mariadb.query("CREATE USER limited IDENTIFIED BY 'short of rights'")
        for grant in grants:
            mariadb.query(f"GRANT {grant} TO limited WITH GRANT OPTION")
        return {"login_user": "limited", "login_password": "short of rights"}

    yield make
    mariadb.query("DROP USER IF EXISTS limited, lambda_user")


def test_no_plugin(plain_mariadb: Server, run_module: Module) -> None:
    assert "is IAM database authentication enabled" in message(run_module(plain_mariadb, **USER))
    assert plain_mariadb.query(COUNT) == [{"users": 0}]


def test_check_mode_warns_of_a_missing_plugin_that_an_earlier_task_may_bring(
    plain_mariadb: Server, run_module: Module
) -> None:
    result = run_module(plain_mariadb, check=True, **USER)
    assert result["changed"]
    assert "is IAM database authentication enabled" in str(result["warnings"])


def test_wrong_password(mariadb: Server, run_module: Module) -> None:
    text = message(run_module(mariadb, **USER, login_password="wr0ng"))
    assert f"localhost:{mariadb.port} refused admin, or its login_password" in text
    assert "wr0ng" not in text


def test_a_password_that_the_message_has_by_chance_is_masked(mariadb: Server, run_module: Module) -> None:
    assert ":**" in message(run_module(mariadb, **USER, login_password=str(mariadb.port)))


def test_nobody_listens(mariadb: Server, run_module: Module) -> None:
    port = free_port()
    text = message(run_module(mariadb, **USER, login_port=port))
    assert f"no connection to localhost:{port}" in text
    assert "security groups" in text


def test_no_such_host(mariadb: Server, run_module: Module) -> None:
    assert "no connection to db.invalid:" in message(run_module(mariadb, **USER, login_host="db.invalid"))


def test_a_certificate_of_another_authority(mariadb: Server, run_module: Module, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    make_certificate(other, tmp_path / "key.pem")
    assert f"is not trusted by {other}" in message(run_module(mariadb, **USER, ca_cert=str(other)))


def test_another_host_name(mariadb: Server, run_module: Module) -> None:
    text = message(run_module(mariadb, **USER, login_host="127.0.0.1"))
    assert f"certificate of 127.0.0.1:{mariadb.port} is for another host name" in text


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_no_certificates_to_trust(mariadb: Server, run_module: Module, tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    assert f"ca_cert: {path} can't be read" in message(run_module(mariadb, **USER, ca_cert=str(path)))


def test_a_server_without_tls_gets_nothing(mariadb_without_tls: Server, run_module: Module) -> None:
    text = message(run_module(mariadb_without_tls, **USER))
    assert f"localhost:{mariadb_without_tls.port} offers no TLS" in text
    assert mariadb_without_tls.query(COUNT) == [{"users": 0}]


@pytest.mark.parametrize(
    ("grants", "present"),
    [
        pytest.param(["CREATE USER ON *.*"], True, id="may not read the user"),
        pytest.param(["SELECT ON *.*"], True, id="may not create users"),
        pytest.param(["SELECT ON *.*"], False, id="may not drop users"),
    ],
)
def test_an_administrator_without_the_right(
    mariadb: Server, run_module: Module, limited: Callable[..., dict[str, str]], grants: list[str], present: bool
) -> None:
    login = limited(*grants)
    if not present:
        run_module(mariadb, **USER)
    options = USER if present else {"name": "lambda_user", "state": "absent"}
    text = message(run_module(mariadb, **options, **login))
    assert text.startswith("login_user: it lacks a privilege that this needs: CREATE USER, SELECT on")
    assert mariadb.query(COUNT) == [{"users": 0 if present else 1}]


@pytest.mark.parametrize(
    "privileges",
    [{"taskmanager.*": ["DELETE"]}, {"taskmanager.tasks": ["DELETE"]}, {"taskmanager.tasks": ["UPDATE (id)"]}],
)
def test_an_administrator_who_lacks_what_it_grants(
    mariadb: Server, run_module: Module, limited: Callable[..., dict[str, str]], privileges: dict[str, Any]
) -> None:
    login = limited("CREATE USER, SELECT ON *.*")
    result = run_module(mariadb, name="lambda_user", privileges=privileges, **login)
    assert result["msg"].startswith("login_user: it lacks a privilege that this needs")
    # Account statements can't be rolled back: the result says what is done.
    assert (result["changed"], len(result["statements"])) == (True, 1)
    assert result["statements"][0].startswith("CREATE USER")


@pytest.mark.parametrize(
    ("privileges", "text"),
    [
        ({"taskmanager.*": ["SELCT"]}, "'SELCT' on `taskmanager`.* is not a privilege of this server"),
        ({"*.*": ["REPLICATION CLIENT"]}, "'REPLICATION CLIENT' on *.* is not a privilege of this server"),
        ({"taskmanager.nothing": ["SELECT"]}, "`taskmanager`.`nothing` is not a table that login_user can see"),
        ({"taskmanager.tasks": ["SELECT (id, due)"]}, "`taskmanager`.`tasks` has no column due"),
        ({"taskmanager": ["SELECT"]}, "'taskmanager' is neither"),
        ({"taskmanager.*": ["ALL", "TYPOO"]}, "'TYPOO' on `taskmanager`.* is not a privilege of this server"),
        (
            {"FUNCTION taskmanager.nothing": ["EXECUTE"]},
            "`taskmanager`.`nothing` is no routine that login_user",
        ),
        ({"PROCEDURE taskmanager.*": ["EXECUTE"]}, "names no procedure"),
        ({"taskmanager.*": ["SELECT WITH GRANT OPTION"]}, "only a dynamic privilege"),
        (["SELECT"], "neither a mapping"),
    ],
)
def test_privileges_that_cannot_be_granted(mariadb: Server, run_module: Module, privileges: object, text: str) -> None:
    assert text in message(run_module(mariadb, name="lambda_user", privileges=privileges))
    assert mariadb.query(COUNT) == [{"users": 0}]


def test_check_mode_warns_of_a_missing_table_that_an_earlier_task_may_make(mariadb: Server, run_module: Module) -> None:
    result = run_module(mariadb, check=True, name="lambda_user", privileges={"taskmanager.nothing": ["SELECT"]})
    assert result["changed"]
    assert "`taskmanager`.`nothing` is not a table" in str(result["warnings"])


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ({"name": ""}, "name: ''"),
        ({"host": ""}, "host: ''"),
        ({"login_user": ""}, "login_user is ''"),
        ({"login_user": " "}, "login_user is ' '"),
        ({"login_host": ""}, "login_host is ''"),
    ],
)
def test_empty_names(mariadb: Server, run_module: Module, option: dict[str, str], text: str) -> None:
    assert text in message(run_module(mariadb, **USER | option))


def test_a_privilege_on_a_level_where_it_cannot_be_held(mariadb: Server, run_module: Module) -> None:
    result = run_module(mariadb, name="lambda_user", privileges={"taskmanager.*": ["PROCESS"]})
    assert "some can be held on '*.*' alone" in result["msg"]
    assert len(result["statements"]) == 1
    mariadb.query("DROP USER lambda_user")


@pytest.mark.parametrize(
    "host",
    [
        ".rds.amazonaws.com",
        "a..b",
        "x" * 64,
        f"{'x' * 64}.example",
        "a b",
        "localhost:3306",
        "https://db",
        "é.example",
        "%",
    ],
)
def test_a_host_that_is_none(mariadb: Server, run_module: Module, host: str) -> None:
    text = message(run_module(mariadb, **USER, login_host=host))
    assert text.startswith("Nothing was changed. login_host is ")
    assert "it must be the name of a host, without port" in text


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("connect_timeout", -1),
        ("connect_timeout", 0),
        ("connect_timeout", 99_999_999),
        ("login_port", 0),
        ("login_port", 70_000),
    ],
)
def test_a_number_out_of_range(mariadb: Server, run_module: Module, option: str, value: int) -> None:
    assert f"{option} is {value}: it must be a" in message(run_module(mariadb, **USER | {option: value}))


def test_a_refused_token_names_the_usual_causes(mariadb: Server, run_module: Module) -> None:
    text = message(run_module(mariadb, **USER, login_password="a-token"))
    for cause in (
        "15 minutes",
        "region",
        "rds-db:connect on dbuser:<DbiResourceId>/admin",
        "IAM authentication enabled",
    ):
        assert cause in text


@pytest.mark.parametrize("name", ["mariadb.sys", "mysql.sys", "rdsadmin", "MySQL.Session"])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_an_account_of_the_server_itself_is_left_alone(
    mariadb: Server, run_module: Module, name: str, state: str
) -> None:
    options = {"name": name, "host": "localhost", "state": state, "privileges": {}, "convert": True}
    assert f"name: {name!r} is an account of the server itself" in message(run_module(mariadb, **options))


@pytest.mark.parametrize(
    "options",
    [{"privileges": {"taskmanager.*": ["SELECT"]}, "convert": True}, {"state": "absent"}],
    ids=["convert", "drop"],
)
def test_the_administrator_does_not_lock_itself_out(
    mariadb: Server, run_module: Module, options: dict[str, Any]
) -> None:
    before = mariadb.query("SHOW GRANTS FOR admin@'%'")
    text = message(run_module(mariadb, name="admin", host="%", **options))
    assert "the account that login_user logs in as" in text or "is not an IAM user" in text
    assert mariadb.query("SHOW GRANTS FOR admin@'%'") == before
