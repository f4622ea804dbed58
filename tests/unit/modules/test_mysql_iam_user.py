# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""mysql_iam_user against a real MariaDB, which is asked what came of it: by logging in, and by what it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pymysql
import pytest
import yaml
from ansible_collections.taskmanager.aws.plugins.modules import mysql_iam_user
from database_server import Server

type Module = Callable[..., dict[str, Any]]
type Tokens = set[tuple[str, str]]

TOKEN = "localhost:3306/?Action=connect&X-Amz-Signature=0123"
SOMEBODY = """SELECT user AS user, host AS host, plugin AS plugin, ssl_type AS ssl_type FROM mysql.user
WHERE is_role = 'N' AND user NOT IN ('root', 'admin', 'mariadb.sys', '')"""


@pytest.fixture(autouse=True)
def clean(mariadb: Server) -> Iterator[None]:
    """No user is left for the next test."""
    yield
    for row in mariadb.query(SOMEBODY):
        mariadb.query(f"DROP USER {mariadb_name(row['user'])}@{mariadb_name(row['host'])}")


def mariadb_name(name: str) -> str:
    return "'" + name.replace("\\", "\\\\").replace("'", "''") + "'"


def grants(mariadb: Server, who: str = "lambda_user") -> list[str]:
    """What SHOW GRANTS prints of a user, without the account and the line on *.* that holds nothing."""
    lines = [str(*row.values()) for row in mariadb.query(f"SHOW GRANTS FOR {who}")]
    return [line.partition(" TO ")[0] for line in lines if not line.startswith("GRANT USAGE ON *.*")]


def log_in(
    mariadb: Server, user: str = "lambda_user", password: str = TOKEN, tls: bool = True, **options: Any
) -> pymysql.Connection[pymysql.cursors.Cursor]:
    """Log in over the network."""
    return pymysql.connect(
        host="localhost",
        port=mariadb.port,
        user=user,
        password=password.encode(),
        ssl_ca=str(mariadb.ca) if tls else None,
        ssl_disabled=not tls,
        charset="utf8mb4",
        **options,
    )


def refusal(mariadb: Server, sql: str = "", **options: Any) -> int:
    """The number of the error with which a login, or the statement after it, is refused."""
    with pytest.raises(pymysql.MySQLError) as caught, log_in(mariadb, **options) as connection:
        connection.cursor().execute(sql)
    return int(caught.value.args[0])


def read(mariadb: Server, sql: str, **options: Any) -> None:
    """Run a query as the user; raise when it is refused."""
    with log_in(mariadb, **options) as connection:
        connection.cursor().execute(sql)


def test_a_user_is_made_who_logs_in_with_a_token_alone(mariadb: Server, tokens: Tokens, run_module: Module) -> None:
    tokens.add(("lambda_user", TOKEN))
    result = run_module(mariadb, name="lambda_user", privileges={"taskmanager.*": ["ALL"]})
    assert result["statements"] == [
        "CREATE USER `lambda_user`@`%` IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL",
        "GRANT ALL PRIVILEGES ON `taskmanager`.* TO `lambda_user`@`%`",
    ]
    assert mariadb.query(SOMEBODY) == [
        {"user": "lambda_user", "host": "%", "plugin": "AWSAuthenticationPlugin", "ssl_type": "ANY"}
    ]
    assert grants(mariadb) == ["GRANT ALL PRIVILEGES ON `taskmanager`.*"]
    read(mariadb, "SELECT * FROM taskmanager.tasks")
    assert refusal(mariadb, password="another") == 1045
    assert refusal(mariadb, "SELECT * FROM task_manager.tasks") == 1142


def test_the_second_run_changes_nothing(mariadb: Server, run_module: Module) -> None:
    options: dict[str, Any] = {
        "name": "lambda_user",
        "privileges": {
            "taskmanager.tasks": ["SELECT (title, id)", "INSERT (`o,d)``d`)", "UPDATE"],
            "task_manager.*": ["all privileges", "grant  option"],
            "taskmanager.not_there_yet": ["create"],
            "*.*": ["PROCESS"],
        },
    }
    assert run_module(mariadb, **options)["changed"]
    assert run_module(mariadb, check=True, **options)["changed"] is False
    second = run_module(mariadb, **options)
    assert (second["changed"], second["statements"]) == (False, [])
    assert second["diff"]["before"] == second["diff"]["after"]
    assert "prepared" not in second["diff"]


def test_check_mode_tells_what_the_run_then_does_and_changes_nothing(mariadb: Server, run_module: Module) -> None:
    options: dict[str, Any] = {"name": "lambda_user", "privileges": {"taskmanager.*": ["SELECT"]}}
    told = run_module(mariadb, check=True, **options)
    assert mariadb.query(SOMEBODY) == []
    assert told == run_module(mariadb, **options)
    assert told["diff"]["prepared"] == "".join(f"{statement};\n" for statement in told["statements"])
    assert told["diff"]["after"].splitlines()[1:] == ["GRANT SELECT ON `taskmanager`.*"]


def test_grants_are_widened_and_narrowed(mariadb: Server, tokens: Tokens, run_module: Module) -> None:
    tokens.add(("lambda_user", TOKEN))
    for privileges, shown, may_delete in [
        ({"taskmanager.tasks": ["SELECT"]}, ["GRANT SELECT ON `taskmanager`.`tasks`"], False),
        ({"taskmanager.*": ["ALL"]}, ["GRANT ALL PRIVILEGES ON `taskmanager`.*"], True),
        ("taskmanager.*:SELECT,INSERT", ["GRANT SELECT, INSERT ON `taskmanager`.*"], False),
        ({"taskmanager.tasks": "SELECT (id)"}, ["GRANT SELECT (`id`) ON `taskmanager`.`tasks`"], False),
    ]:
        assert run_module(mariadb, name="lambda_user", privileges=privileges)["changed"]
        assert grants(mariadb) == shown
        read(mariadb, "SELECT id FROM taskmanager.tasks")
        if may_delete:
            read(mariadb, "DELETE FROM taskmanager.tasks")
        else:
            assert refusal(mariadb, "DELETE FROM taskmanager.tasks") == 1142
    assert refusal(mariadb, "SELECT title FROM taskmanager.tasks") == 1143
    assert run_module(mariadb, name="lambda_user", privileges={})["changed"]
    assert grants(mariadb) == []


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (["UPDATE", "UPDATE (id)"], ["UPDATE (id)"], "UPDATE (`id`)"),
        (["ALL", "UPDATE (id)"], ["SELECT", "UPDATE (id)"], "SELECT, UPDATE (`id`)"),
        (["SELECT (id)", "UPDATE (id)"], ["SELECT (title)", "UPDATE (id)"], "SELECT (`title`), UPDATE (`id`)"),
        (["ALL", "GRANT OPTION"], ["GRANT OPTION", "SELECT"], "SELECT"),
    ],
)
def test_columns_and_the_grant_option_outlive_a_revoke_beside_them(
    mariadb: Server, run_module: Module, before: list[str], after: list[str], shown: str
) -> None:
    run_module(mariadb, name="lambda_user", privileges={"taskmanager.tasks": before})
    result = run_module(mariadb, name="lambda_user", privileges={"taskmanager.tasks": after})
    assert result["changed"], result
    assert grants(mariadb) == [f"GRANT {shown} ON `taskmanager`.`tasks`"]
    last = run_module(mariadb, name="lambda_user", privileges={"taskmanager.tasks": after})
    assert last["changed"] is False


def test_append_privs_keeps_what_is_there(mariadb: Server, run_module: Module) -> None:
    mariadb.query("CREATE ROLE reader")
    run_module(mariadb, name="lambda_user", privileges={"taskmanager.tasks": ["INSERT"], "task_manager.*": ["ALL"]})
    mariadb.query("GRANT reader TO lambda_user")
    mariadb.query("GRANT reader TO admin WITH ADMIN OPTION")
    more = {"taskmanager.tasks": ["SELECT"], "task_manager.*": ["SELECT"]}
    result = run_module(mariadb, name="lambda_user", privileges=more, append_privs=True)
    assert result["statements"] == ["GRANT SELECT ON `taskmanager`.`tasks` TO `lambda_user`@`%`"]
    both = [
        "GRANT `reader`",
        "GRANT ALL PRIVILEGES ON `task\\_manager`.*",
        "GRANT SELECT, INSERT ON `taskmanager`.`tasks`",
    ]
    assert grants(mariadb) == both
    assert run_module(mariadb, name="lambda_user", privileges=more, append_privs=True)["changed"] is False
    run_module(mariadb, name="lambda_user", privileges=more)
    assert grants(mariadb) == ["GRANT SELECT ON `task\\_manager`.*", "GRANT SELECT ON `taskmanager`.`tasks`"]
    mariadb.query("DROP ROLE reader")


def test_require_ssl_both_ways(mariadb: Server, run_module: Module) -> None:
    def required() -> list[str]:
        return [row["ssl_type"] for row in mariadb.query(SOMEBODY)]

    run_module(mariadb, name="lambda_user", privileges={})
    assert required() == ["ANY"]
    off = run_module(mariadb, name="lambda_user", privileges={}, require_ssl=False)
    assert off["statements"] == ["ALTER USER `lambda_user`@`%` REQUIRE NONE"]
    assert required() == [""]
    assert run_module(mariadb, name="lambda_user", privileges={})["changed"]
    assert required() == ["ANY"]


def test_users_of_one_name_are_told_apart_by_host(mariadb: Server, tokens: Tokens, run_module: Module) -> None:
    tokens.add(("lambda_user", TOKEN))
    for host in ("LOCALHOST", "10.0.%", "10.1.0.0/255.255.0.0"):
        run_module(mariadb, name="lambda_user", host=host, privileges={"taskmanager.*": ["SELECT"]})
        again = run_module(mariadb, name="lambda_user", host=host, privileges={"taskmanager.*": ["SELECT"]})
        assert again["changed"] is False
    assert sorted(row["host"] for row in mariadb.query(SOMEBODY)) == ["10.0.%", "10.1.0.0/255.255.0.0", "localhost"]
    read(mariadb, "SELECT * FROM taskmanager.tasks")
    run_module(mariadb, name="lambda_user", host="localhost", state="absent")
    assert refusal(mariadb) in (1045, 1130)


@pytest.mark.parametrize("name", ["we`ird", "o'brien", 'say "x"', "per%cent", "under_score", "back\\slash", "Zoë 名前"])
def test_odd_names_of_users(mariadb: Server, run_module: Module, name: str) -> None:
    assert run_module(mariadb, name=name, privileges={"taskmanager.*": ["SELECT"]})["changed"]
    assert [row["user"] for row in mariadb.query(SOMEBODY)] == [name]
    assert run_module(mariadb, name=name, privileges={"taskmanager.*": ["SELECT"]})["changed"] is False
    assert run_module(mariadb, name=name, state="absent")["changed"]
    assert mariadb.query(SOMEBODY) == []


def test_a_database_with_an_underscore_is_that_one_alone(mariadb: Server, tokens: Tokens, run_module: Module) -> None:
    tokens.add(("lambda_user", TOKEN))
    run_module(mariadb, name="lambda_user", privileges={"task_manager.*": ["SELECT"]})
    read(mariadb, "SELECT * FROM task_manager.tasks")
    assert refusal(mariadb, "SELECT * FROM taskXmanager.tasks") == 1142


def test_odd_names_of_databases(mariadb: Server, tokens: Tokens, run_module: Module) -> None:
    tokens.add(("lambda_user", TOKEN))
    privileges = {"`o.d``d'b`.*": ["SELECT"], "`o.d``d'b`.t": ["INSERT"]}
    run_module(mariadb, name="lambda_user", privileges=privileges)
    read(mariadb, "SELECT * FROM `o.d``d'b`.t")
    assert run_module(mariadb, name="lambda_user", privileges=privileges)["changed"] is False


@pytest.mark.parametrize("sql_mode", ["ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "ORACLE"])
def test_the_servers_sql_mode_is_no_matter(mariadb: Server, run_module: Module, sql_mode: str) -> None:
    mode = mariadb.query("SELECT @@GLOBAL.sql_mode AS mode")[0]["mode"]
    mariadb.query("SET GLOBAL sql_mode = %s", sql_mode)
    try:
        options: dict[str, Any] = {"name": "we`ird\\", "privileges": {"task_manager.*": ["SELECT"]}}
        assert run_module(mariadb, **options)["changed"]
        assert run_module(mariadb, **options)["changed"] is False
    finally:
        mariadb.query("SET GLOBAL sql_mode = %s", mode)


def test_a_password_that_is_not_latin(mariadb: Server, run_module: Module) -> None:
    mariadb.query("CREATE USER zoe IDENTIFIED BY 'Ünï-名前'")
    mariadb.query("GRANT CREATE USER, SELECT ON *.* TO zoe")
    assert run_module(mariadb, name="lambda_user", privileges={}, login_user="zoe", login_password="Ünï-名前")[
        "changed"
    ]


def test_the_examples_run_one_after_the_other(mariadb: Server, run_module: Module) -> None:
    mariadb.query("CREATE USER report@'10.0.%' IDENTIFIED BY 'theirs'")
    for task in yaml.safe_load(mysql_iam_user.EXAMPLES):
        options = task["taskmanager.aws.mysql_iam_user"]
        ours = {name: value for name, value in options.items() if not name.startswith("login_") and name != "ca_cert"}
        assert run_module(mariadb, **ours)["changed"], task["name"]
    assert [row["user"] for row in mariadb.query(SOMEBODY)] == ["report"]


def test_absent_and_absent_again(mariadb: Server, run_module: Module) -> None:
    run_module(mariadb, name="lambda_user", privileges={"taskmanager.*": ["ALL"]})
    assert run_module(mariadb, check=True, name="lambda_user", state="absent")["changed"]
    assert len(mariadb.query(SOMEBODY)) == 1
    dropped = run_module(mariadb, name="lambda_user", state="absent")
    assert dropped["statements"] == ["DROP USER `lambda_user`@`%`"]
    assert mariadb.query(SOMEBODY) == []
    assert run_module(mariadb, name="lambda_user", state="absent")["changed"] is False


@pytest.mark.parametrize("options", [{"privileges": {}}, {"state": "absent"}, {"state": "absent", "convert": True}])
@pytest.mark.parametrize("check", [False, True])
def test_a_user_with_a_password_is_left_alone(
    mariadb: Server, run_module: Module, options: dict[str, Any], check: bool
) -> None:
    mariadb.query("CREATE USER lambda_user IDENTIFIED BY 'theirs'")
    result = run_module(mariadb, check=check, name="lambda_user", **options)
    assert result["failed"]
    assert "`lambda_user`@`%` exists and logs in with mysql_native_password" in result["msg"]
    assert ("Drop it by hand" if "state" in options else "or set convert: true") in result["msg"]
    log_in(mariadb, password="theirs").close()


def test_convert_takes_the_password_away(mariadb: Server, tokens: Tokens, run_module: Module) -> None:
    tokens.add(("lambda_user", TOKEN))
    mariadb.query("CREATE USER lambda_user IDENTIFIED BY 'theirs'")
    mariadb.query("GRANT SELECT ON taskmanager.* TO lambda_user")
    options: dict[str, Any] = {"name": "lambda_user", "privileges": {"taskmanager.*": ["SELECT"]}, "convert": True}
    told = run_module(mariadb, check=True, **options)
    log_in(mariadb, password="theirs").close()
    result = run_module(mariadb, **options)
    assert told["statements"] == result["statements"]
    assert result["statements"] == [
        "ALTER USER `lambda_user`@`%` IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL"
    ]
    assert result["diff"]["before"].startswith("`lambda_user`@`%` IDENTIFIED WITH mysql_native_password REQUIRE NONE\n")
    assert refusal(mariadb, password="theirs") == 1045
    read(mariadb, "SELECT * FROM taskmanager.tasks")
    assert run_module(mariadb, **options)["changed"] is False


def test_a_user_with_two_ways_in_is_not_converted(mariadb: Server, run_module: Module) -> None:
    mariadb.query(
        "CREATE USER lambda_user IDENTIFIED VIA mysql_native_password USING PASSWORD('theirs') "
        "OR AWSAuthenticationPlugin USING 'RDS'"
    )
    result = run_module(mariadb, name="lambda_user", privileges={}, convert=True)
    assert "mysql_native_password and AWSAuthenticationPlugin" in result["msg"]
    log_in(mariadb, password="theirs").close()


def test_an_administrator_logs_in_with_a_token(mariadb: Server, tokens: Tokens, run_module: Module) -> None:
    tokens.add(("boss", TOKEN))
    run_module(
        mariadb, name="boss", privileges={"*.*": ["CREATE USER", "GRANT OPTION", "SELECT"], "mysql.*": ["SELECT"]}
    )
    login = {"login_user": "boss", "login_password": TOKEN}
    assert run_module(mariadb, name="lambda_user", privileges={"taskmanager.*": ["SELECT"]}, **login)["changed"]
    assert grants(mariadb) == ["GRANT SELECT ON `taskmanager`.*"]
    refused = run_module(mariadb, name="lambda_user", privileges={}, **login | {"login_password": "expired"})
    assert "it lives for 15 minutes" in refused["msg"]


ALL_OF_A_DATABASE = """ALTER, ALTER ROUTINE, CREATE, CREATE ROUTINE, CREATE TEMPORARY TABLES, CREATE VIEW, DELETE,
DELETE HISTORY, DROP, EVENT, EXECUTE, INDEX, INSERT, LOCK TABLES, REFERENCES, SELECT, SHOW VIEW, TRIGGER, UPDATE"""


@pytest.mark.parametrize("extra", ["", ", GRANT OPTION"])
def test_the_full_list_is_all_and_a_second_run_changes_nothing(mariadb: Server, run_module: Module, extra: str) -> None:
    options = {"name": "lambda_user", "privileges": {"taskmanager.*": (ALL_OF_A_DATABASE + extra).replace("\n", " ")}}
    assert (
        "GRANT ALL PRIVILEGES ON `taskmanager`.* TO `lambda_user`@`%`" in run_module(mariadb, **options)["statements"]
    )
    assert run_module(mariadb, **options)["statements"] == []
    assert grants(mariadb) == ["GRANT ALL PRIVILEGES ON `taskmanager`.*"]


def test_the_word_grant_of_mysql_user_is_the_grant_option(mariadb: Server, run_module: Module) -> None:
    options = {"name": "lambda_user", "privileges": "taskmanager.*:ALL,GRANT"}
    run_module(mariadb, **options)
    (line,) = mariadb.query("SHOW GRANTS FOR lambda_user")[1:]
    assert str(*line.values()).endswith("WITH GRANT OPTION")
    assert run_module(mariadb, **options)["statements"] == []


def test_privileges_on_routines(mariadb: Server, tokens: Tokens, run_module: Module) -> None:
    tokens.add(("lambda_user", TOKEN))
    mariadb.query("CREATE FUNCTION taskmanager.one() RETURNS INT DETERMINISTIC RETURN 1")
    mariadb.query("CREATE PROCEDURE taskmanager.two() SELECT 2")
    options = {
        "name": "lambda_user",
        "privileges": {
            "FUNCTION taskmanager.one": ["EXECUTE"],
            "PROCEDURE taskmanager.two": ["EXECUTE", "ALTER ROUTINE"],
        },
    }
    run_module(mariadb, **options)
    assert run_module(mariadb, **options)["statements"] == []
    read(mariadb, "SELECT taskmanager.one()")
    read(mariadb, "CALL taskmanager.two()")
    less = options | {"privileges": {"FUNCTION taskmanager.one": ["EXECUTE"]}}
    assert len(run_module(mariadb, **less)["statements"]) == 1
    assert refusal(mariadb, "CALL taskmanager.two()") == 1370
    mariadb.query("DROP FUNCTION taskmanager.one")
    mariadb.query("DROP PROCEDURE taskmanager.two")


@pytest.mark.parametrize("state", ["ACCOUNT LOCK", "PASSWORD EXPIRE", "PASSWORD EXPIRE ACCOUNT LOCK"])
def test_an_account_that_is_kept_out_is_let_in_again(
    mariadb: Server, tokens: Tokens, run_module: Module, state: str
) -> None:
    tokens.add(("lambda_user", TOKEN))
    options = {"name": "lambda_user", "privileges": {"taskmanager.*": ["SELECT"]}}
    run_module(mariadb, **options)
    mariadb.query(f"ALTER USER lambda_user {state}")
    predicted = run_module(mariadb, check=True, **options)
    assert predicted["changed"]
    assert state.split()[-1] in predicted["diff"]["before"].partition("\n")[0]
    assert run_module(mariadb, **options)["statements"] == predicted["statements"]
    read(mariadb, "SELECT * FROM taskmanager.tasks")
    assert run_module(mariadb, **options)["statements"] == []


def test_convert_unlocks_a_locked_user(mariadb: Server, tokens: Tokens, run_module: Module) -> None:
    tokens.add(("lambda_user", TOKEN))
    mariadb.query("CREATE USER lambda_user IDENTIFIED BY 'a password' ACCOUNT LOCK")
    run_module(mariadb, name="lambda_user", privileges={"taskmanager.*": ["SELECT"]}, convert=True)
    read(mariadb, "SELECT * FROM taskmanager.tasks")
