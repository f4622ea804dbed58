# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""mysql_iam_user against the MySQL server that MYSQL_TEST_HOST, _PORT, _USER, _PASSWORD and _CA name.

On a server without AWSAuthenticationPlugin, as each outside RDS is, `mysql_no_login` stands in for it. It ships with
MySQL, its users have the same form, and the module is made to take it for the plugin.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pymysql
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils import mysql_user_api
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user import checks, model, planner

VARIABLES = [f"MYSQL_TEST_{name}" for name in ("HOST", "PORT", "USER", "PASSWORD", "CA")]
MISSING = [name for name in VARIABLES if not os.environ.get(name)]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"no MySQL server is named: {', '.join(MISSING)} not set")

with_plugin = pytest.mark.usefixtures("plugin")

DATABASE = "iam_user_test"
NAMES = ["iam_user_test", "we`ird 'x\\y\" Zoë", "iam_user_test_theirs"]
OPTIONS = dict(zip(("login_host", "login_port", "login_user", "login_password", "ca_cert"), VARIABLES, strict=True))

type Module = Callable[..., dict[str, Any]]
type Query = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def query() -> Iterator[Query]:
    """Runs SQL as the administrator, on a database of the tests' own."""
    values = {name: os.environ[name] for name in VARIABLES}
    connection = pymysql.connect(
        host=values["MYSQL_TEST_HOST"],
        port=int(values["MYSQL_TEST_PORT"]),
        user=values["MYSQL_TEST_USER"],
        password=values["MYSQL_TEST_PASSWORD"].encode(),
        ssl_ca=values["MYSQL_TEST_CA"],
        ssl_verify_cert=True,
        ssl_verify_identity=True,
        autocommit=True,
        charset="utf8mb4",
    )

    def run(sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, arguments or None)
            return list(cursor.fetchall())

    with connection:
        run(f"DROP DATABASE IF EXISTS {DATABASE}")
        run(f"CREATE DATABASE {DATABASE}")
        run(f"CREATE TABLE {DATABASE}.tasks (id INT PRIMARY KEY, title TEXT, `o,d)``d` INT)")
        yield run
        run(f"DROP DATABASE {DATABASE}")


@pytest.fixture(autouse=True)
def clean(query: Query) -> Iterator[None]:
    """None of the tests' users is left."""
    drop = "DROP USER IF EXISTS " + ", ".join(model.quote(name) for name in NAMES)
    query(drop)
    yield
    query(drop)


@pytest.fixture
def plugin(query: Query, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The plugin that the server has: that of RDS, or the one that stands in for it."""
    loaded = {name for (name,) in query("SELECT plugin_name FROM information_schema.plugins")}
    if model.PLUGIN in loaded:
        yield model.PLUGIN
        return
    if "mysql_no_login" not in loaded:
        query("INSTALL PLUGIN mysql_no_login SONAME 'mysql_no_login.so'")
    monkeypatch.setattr(planner, "_IDENTIFIED", planner._IDENTIFIED.replace(model.PLUGIN, "mysql_no_login"))
    for module in (model, planner, mysql_user_api):
        monkeypatch.setattr(module, "PLUGIN", "mysql_no_login")
    yield "mysql_no_login"
    if "mysql_no_login" not in loaded:
        query("DROP USER IF EXISTS " + ", ".join(model.quote(name) for name in NAMES))
        query("UNINSTALL PLUGIN mysql_no_login")


@pytest.fixture
def run_on_mysql(run_module: Module) -> Module:
    """Runs mysql_iam_user as the administrator, for the tests' user unless another is named."""
    options = {"name": NAMES[0], **{option: os.environ[variable] for option, variable in OPTIONS.items()}}
    return lambda check=False, **others: run_module(None, check, **options | others)


def grants(query: Query) -> list[str]:
    """What SHOW GRANTS prints of the user, without the account and the line that holds nothing."""
    lines = [line for (line,) in query(f"SHOW GRANTS FOR {NAMES[0]}")]
    return [line.partition(" TO ")[0] for line in lines if not line.startswith("GRANT USAGE")]


def test_a_server_without_the_plugin_is_explained(query: Query, run_on_mysql: Module) -> None:
    loaded = query("SELECT 1 FROM information_schema.plugins WHERE plugin_name = %s", model.PLUGIN)
    result = run_on_mysql(privileges={})
    assert result.get("msg", "").startswith(checks.NO_PLUGIN) is not bool(loaded)


@pytest.mark.parametrize(
    "privileges",
    [
        {f"{DATABASE}.*": ["ALL"]},
        {f"{DATABASE}.*": ["SELECT", "GRANT OPTION"], "*.*": ["PROCESS"]},
        {f"{DATABASE}.tasks": ["SELECT (title, id)", "INSERT (`o,d)``d`)", "UPDATE"]},
        {f"{DATABASE}.not_there_yet": ["CREATE", "CREATE VIEW"]},
        f"{DATABASE}.*:SELECT,CREATE TEMPORARY TABLES/{DATABASE}.tasks:DELETE",
        {},
    ],
)
def test_created_as_checked_and_then_unchanged(
    query: Query, run_on_mysql: Module, plugin: str, privileges: object
) -> None:
    told = run_on_mysql(check=True, privileges=privileges)
    assert query("SELECT 1 FROM mysql.user WHERE user = %s", NAMES[0]) == []
    made = run_on_mysql(privileges=privileges)
    assert told["statements"] == made["statements"] != []
    assert query("SELECT plugin, ssl_type FROM mysql.user WHERE user = %s", NAMES[0]) == [(plugin, "ANY")]
    again = run_on_mysql(privileges=privileges)
    assert (again["changed"], again["statements"]) == (False, [])


@with_plugin
def test_grants_both_ways_appended_and_revoked(query: Query, run_on_mysql: Module) -> None:
    for privileges, shown in [
        ({f"{DATABASE}.*": ["ALL"]}, ["GRANT ALL PRIVILEGES ON `iam\\_user\\_test`.*"]),
        ({f"{DATABASE}.*": ["SELECT"]}, ["GRANT SELECT ON `iam\\_user\\_test`.*"]),
        ({f"{DATABASE}.tasks": ["UPDATE", "UPDATE (id)"]}, [f"GRANT UPDATE, UPDATE (`id`) ON `{DATABASE}`.`tasks`"]),
        ({f"{DATABASE}.tasks": ["UPDATE (id)"]}, [f"GRANT UPDATE (`id`) ON `{DATABASE}`.`tasks`"]),
    ]:
        assert run_on_mysql(privileges=privileges)["changed"]
        assert grants(query) == shown
    run_on_mysql(privileges={f"{DATABASE}.tasks": ["SELECT"]}, append_privs=True)
    assert grants(query) == [f"GRANT SELECT, UPDATE (`id`) ON `{DATABASE}`.`tasks`"]
    run_on_mysql(privileges={})
    assert grants(query) == []


@with_plugin
def test_a_partial_revoke_of_all_is_completed(query: Query, run_on_mysql: Module) -> None:
    run_on_mysql(privileges={f"{DATABASE}.*": ["ALL"]})
    query(f"REVOKE DELETE ON `iam\\_user\\_test`.* FROM {NAMES[0]}")
    assert "ALL PRIVILEGES" not in grants(query)[0]
    assert run_on_mysql(privileges={f"{DATABASE}.*": ["ALL"]})["changed"]
    assert grants(query) == ["GRANT ALL PRIVILEGES ON `iam\\_user\\_test`.*"]


@with_plugin
def test_require_ssl_both_ways(query: Query, run_on_mysql: Module) -> None:
    for required, shown in [(True, "ANY"), (False, ""), (True, "ANY")]:
        assert run_on_mysql(privileges={}, require_ssl=required)["changed"]
        assert query("SELECT ssl_type FROM mysql.user WHERE user = %s", NAMES[0]) == [(shown,)]


@with_plugin
def test_an_odd_name_made_and_dropped(query: Query, run_on_mysql: Module) -> None:
    for options in ({"privileges": {f"{DATABASE}.*": ["SELECT"]}}, {"state": "absent"}):
        assert run_on_mysql(name=NAMES[1], **options)["changed"]
        assert run_on_mysql(name=NAMES[1], **options)["changed"] is False
    assert query("SELECT 1 FROM mysql.user WHERE user = %s", NAMES[1]) == []


def test_a_user_with_a_password_is_converted_only_when_told(query: Query, run_on_mysql: Module, plugin: str) -> None:
    query(f"CREATE USER {NAMES[2]} IDENTIFIED BY 'Th€irs-2-keep'")
    (created,) = query(f"SHOW CREATE USER {NAMES[2]}")
    refused = run_on_mysql(name=NAMES[2], privileges={})
    assert "exists and logs in with" in refused["msg"]
    assert query(f"SHOW CREATE USER {NAMES[2]}") == [created]
    converted = run_on_mysql(name=NAMES[2], privileges={}, convert=True)
    assert len(converted["statements"]) == 1
    assert query("SELECT plugin, authentication_string FROM mysql.user WHERE user = %s", NAMES[2]) == [(plugin, "RDS")]
    assert run_on_mysql(name=NAMES[2], privileges={}, convert=True)["changed"] is False


@pytest.mark.parametrize("right", ["CREATE USER", "SELECT"])
def test_an_administrator_without_the_right(query: Query, run_on_mysql: Module, right: str) -> None:
    query(f"CREATE USER {NAMES[2]} IDENTIFIED BY 'Th€irs-2-keep'")
    query(f"GRANT {right} ON *.* TO {NAMES[2]}")
    login = {"login_user": NAMES[2], "login_password": "Th€irs-2-keep"}
    result = run_on_mysql(privileges={f"{DATABASE}.*": ["DELETE"]}, **login)
    assert result["msg"].startswith("login_user: it lacks a privilege that this needs")
    assert query("SELECT 1 FROM mysql.user WHERE user = %s", NAMES[0]) == []


def test_a_second_factor_is_not_converted(query: Query, run_on_mysql: Module, plugin: str) -> None:
    query(f"CREATE USER {NAMES[2]} IDENTIFIED BY 'Th€irs-2-keep' AND IDENTIFIED WITH {plugin} AS 'RDS'")
    assert "has several ways in" in run_on_mysql(name=NAMES[2], privileges={}, convert=True)["msg"]


@with_plugin
def test_with_partial_revokes_names_are_no_patterns(query: Query, run_on_mysql: Module) -> None:
    before = query("SELECT @@GLOBAL.partial_revokes")[0][0]
    query("SET GLOBAL partial_revokes = ON")
    try:
        run_on_mysql(privileges={f"{DATABASE}.*": ["SELECT"]})
        assert grants(query) == [f"GRANT SELECT ON `{DATABASE}`.*"]
        query(f"GRANT SELECT ON *.* TO {NAMES[0]}")
        query(f"REVOKE SELECT ON mysql.* FROM {NAMES[0]}")
        result = run_on_mysql(privileges={})
        assert "is not understood" in result["msg"]
        assert "REVOKE SELECT ON `mysql`.*" in result["msg"]
        query(f"GRANT SELECT ON mysql.* TO {NAMES[0]}")  # or the setting can't be switched off
    finally:
        query(f"DROP USER IF EXISTS {NAMES[0]}")
        query("SET GLOBAL partial_revokes = %s", before)
