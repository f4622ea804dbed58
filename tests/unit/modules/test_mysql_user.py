# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The planner and the parsers of mysql_iam_user. The MariaDB answers were recorded from 10.11.19; the MySQL ones
follow https://dev.mysql.com/doc/refman/8.4/en/show-grants.html and show-create-user.html."""

from __future__ import annotations

import ssl
from types import SimpleNamespace
from typing import Any

import pymysql
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils import mysql_user_api
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user import (
    Account,
    StatementError,
    User,
    UserError,
    check_driver,
    describe,
    desired_user,
    explain_statement,
    parse_user,
    plan,
)

ACCOUNT = Account("lambda_user", "%")
WHO = "`lambda_user`@`%`"
MARIADB = f"CREATE USER {WHO} IDENTIFIED VIA AWSAuthenticationPlugin USING 'RDS'"
MYSQL = f"CREATE USER {WHO} IDENTIFIED WITH 'AWSAuthenticationPlugin' AS 'RDS'"
MYSQL_REST = " PASSWORD EXPIRE DEFAULT ACCOUNT UNLOCK PASSWORD HISTORY DEFAULT PASSWORD REUSE INTERVAL DEFAULT"
MARIADB_USAGE = f"GRANT USAGE ON *.* TO {WHO} IDENTIFIED VIA AWSAuthenticationPlugin USING 'RDS' REQUIRE SSL"
HASH = "*B69027D44F6E5EDC07F1AEAD1477967B16F28227"


def wanted(privileges: dict[str, Any], require_ssl: bool = True) -> User:
    return desired_user(ACCOUNT, privileges, require_ssl)


def held(*grants: str, create: str = MARIADB + " REQUIRE SSL") -> User:
    return parse_user(ACCOUNT, create, [f"{grant} TO {WHO}" for grant in grants])


@pytest.mark.parametrize(
    ("create", "plugins", "auth_string", "tls"),
    [
        pytest.param(MARIADB, ("AWSAuthenticationPlugin",), "RDS", "NONE", id="mariadb"),
        pytest.param(MARIADB + " REQUIRE SSL", ("AWSAuthenticationPlugin",), "RDS", "SSL", id="mariadb, tls"),
        pytest.param(MARIADB + " REQUIRE ISSUER 'x'", ("AWSAuthenticationPlugin",), "RDS", "ISSUER", id="issuer"),
        pytest.param(
            MARIADB + " REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 5 ACCOUNT LOCK",
            ("AWSAuthenticationPlugin",),
            "RDS",
            "SSL",
            id="mariadb, limits",
        ),
        pytest.param(
            f"CREATE USER {WHO} IDENTIFIED VIA awsauthenticationplugin USING 'RDS' OR mysql_native_password USING "
            f"'{HASH}'",
            ("awsauthenticationplugin", "mysql_native_password"),
            "RDS",
            "NONE",
            id="mariadb, two ways in",
        ),
        pytest.param(
            f"CREATE USER {WHO} IDENTIFIED BY PASSWORD '{HASH}'",
            ("mysql_native_password",),
            "",
            "NONE",
            id="mariadb, password",
        ),
        pytest.param(f"CREATE USER {WHO}", (), "", "NONE", id="mariadb, no password"),
        pytest.param(
            MYSQL + " REQUIRE NONE" + MYSQL_REST, ("AWSAuthenticationPlugin",), "RDS", "NONE", id="mysql, no tls"
        ),
        pytest.param(MYSQL + " REQUIRE SSL" + MYSQL_REST, ("AWSAuthenticationPlugin",), "RDS", "SSL", id="mysql"),
        pytest.param(
            MYSQL + " DEFAULT ROLE `a`@`%`,`b`@`%` REQUIRE SSL" + MYSQL_REST,
            ("AWSAuthenticationPlugin",),
            "RDS",
            "SSL",
            id="mysql, default roles",
        ),
        pytest.param(
            MYSQL + " AND IDENTIFIED WITH 'caching_sha2_password' AS '$A$005$x\\'y' REQUIRE NONE" + MYSQL_REST,
            ("AWSAuthenticationPlugin", "caching_sha2_password"),
            "RDS",
            "NONE",
            id="mysql, second factor",
        ),
    ],
)
def test_the_ways_in_and_the_need_of_tls_are_read(
    create: str, plugins: tuple[str, ...], auth_string: str, tls: str
) -> None:
    user = parse_user(ACCOUNT, create, [])
    assert (user.plugins, user.auth_string, user.tls) == (plugins, auth_string, tls)


@pytest.mark.parametrize(
    ("lines", "grants", "roles"),
    [
        pytest.param([MARIADB_USAGE], {}, set(), id="usage is no privilege, mariadb's authentication clause no matter"),
        pytest.param(
            [f"GRANT USAGE ON *.* TO {WHO}", f"GRANT ALL PRIVILEGES ON `taskmanager`.* TO {WHO}"],
            {"`taskmanager`.*": {"ALL"}},
            set(),
            id="all",
        ),
        pytest.param(
            [f"GRANT SELECT, CREATE TEMPORARY TABLES ON `task\\_manager`.* TO {WHO} WITH GRANT OPTION"],
            {"`task\\_manager`.*": {"SELECT", "CREATE TEMPORARY TABLES", "GRANT OPTION"}},
            set(),
            id="escape and grant option are kept",
        ),
        pytest.param(
            [MARIADB_USAGE.replace("USAGE", "SELECT") + " WITH GRANT OPTION MAX_QUERIES_PER_HOUR 5"],
            {"*.*": {"SELECT", "GRANT OPTION"}},
            set(),
            id="grant option behind mariadb's authentication clause",
        ),
        pytest.param(
            [f"GRANT USAGE ON `x`.* TO {WHO} WITH GRANT OPTION"],
            {"`x`.*": {"GRANT OPTION"}},
            set(),
            id="grant option alone",
        ),
        pytest.param(
            [f"GRANT SELECT (`id`, `o``d`), INSERT ON `taskmanager`.`tasks` TO {WHO}"],
            {"`taskmanager`.`tasks`": {"SELECT (`id`, `o``d`)", "INSERT"}},
            set(),
            id="columns",
        ),
        pytest.param(
            [f"GRANT EXECUTE ON PROCEDURE `taskmanager`.`p` TO {WHO}", f"GRANT ALL PRIVILEGES ON `d`.`o``d` TO {WHO}"],
            {"PROCEDURE `taskmanager`.`p`": {"EXECUTE"}, "`d`.`o``d`": {"ALL"}},
            set(),
            id="procedure and odd table",
        ),
        pytest.param(
            [f"GRANT SELECT, RELOAD ON *.* TO {WHO}", f"GRANT BACKUP_ADMIN,CONNECTION_ADMIN ON *.* TO {WHO}"],
            {"*.*": {"SELECT", "RELOAD", "BACKUP_ADMIN", "CONNECTION_ADMIN"}},
            set(),
            id="mysql's dynamic privileges join the static ones",
        ),
        pytest.param(
            [f"GRANT `r` TO {WHO}", f"SET DEFAULT ROLE `r` FOR {WHO}"], {}, {"`r`"}, id="mariadb's role and default"
        ),
        pytest.param(
            [f"GRANT `a`@`%`,`b`@`%` TO {WHO} WITH ADMIN OPTION"], {}, {"`a`@`%`", "`b`@`%`"}, id="mysql's roles"
        ),
        pytest.param(
            [f"GRANT PROXY ON `admin`@`%` TO {WHO} WITH GRANT OPTION"], {"`admin`@`%`": {"PROXY"}}, set(), id="proxy"
        ),
    ],
)
def test_privileges_are_read(lines: list[str], grants: dict[str, set[str]], roles: set[str]) -> None:
    user = parse_user(ACCOUNT, MARIADB, lines)
    assert user.grants == grants
    assert user.roles == roles


@pytest.mark.parametrize(
    ("create", "lines"),
    [
        pytest.param(MARIADB, [f"REVOKE INSERT ON `d`.* FROM {WHO}"], id="mysql's partial revoke"),
        pytest.param(MARIADB, [f"GRANT something new ON *.* TO {WHO} IDENTIFIED BY PASSWORD '{HASH}'"], id="grant"),
        pytest.param(f"CREATE ACCOUNT x IDENTIFIED BY PASSWORD '{HASH}'", [], id="create user"),
    ],
)
def test_what_cannot_be_read_is_an_error_without_the_secrets_in_it(create: str, lines: list[str]) -> None:
    with pytest.raises(UserError, match="Can't read this") as error:
        parse_user(ACCOUNT, create, lines)
    assert HASH not in str(error.value)


@pytest.mark.parametrize(
    ("current", "desired", "statements"),
    [
        pytest.param(
            None,
            wanted({"taskmanager.*": ["ALL"]}),
            [
                f"CREATE USER {WHO} IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL",
                f"GRANT ALL PRIVILEGES ON `taskmanager`.* TO {WHO}",
            ],
            id="created",
        ),
        pytest.param(
            None,
            wanted({}, require_ssl=False),
            [f"CREATE USER {WHO} IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE NONE"],
            id="created without privileges or tls",
        ),
        pytest.param(None, None, [], id="already absent"),
        pytest.param(held("GRANT SELECT ON `d`.*"), None, [f"DROP USER {WHO}"], id="dropped"),
        pytest.param(held("GRANT ALL PRIVILEGES ON `d`.*"), wanted({"d.*": ["all"]}), [], id="same, in small letters"),
        pytest.param(
            held("GRANT INSERT, SELECT ON `d`.`t`"), wanted({"d.t": ["SELECT", "INSERT"]}), [], id="same, other order"
        ),
        pytest.param(held("GRANT SELECT ON `a\\_b`.*"), wanted({"a_b.*": ["SELECT"]}), [], id="same, escaped name"),
        pytest.param(held("GRANT SELECT ON `a_b`.`t`"), wanted({"a_b.t": ["SELECT"]}), [], id="tables know no escapes"),
        pytest.param(
            held("GRANT UPDATE ON `a_b`.*"),
            wanted({"a_b.*": ["UPDATE"]}),
            [f"REVOKE UPDATE ON `a_b`.* FROM {WHO}", f"GRANT UPDATE ON `a\\_b`.* TO {WHO}"],
            id="a pattern is narrowed to the database",
        ),
        pytest.param(
            held("GRANT SELECT, DELETE ON `d`.`t`"),
            wanted({"d.t": ["SELECT", "INSERT"]}),
            [f"REVOKE DELETE ON `d`.`t` FROM {WHO}", f"GRANT INSERT ON `d`.`t` TO {WHO}"],
            id="only the difference",
        ),
        pytest.param(
            held("GRANT ALL PRIVILEGES ON `d`.*"),
            wanted({"d.*": ["SELECT"]}),
            [f"REVOKE ALL PRIVILEGES ON `d`.* FROM {WHO}", f"GRANT SELECT ON `d`.* TO {WHO}"],
            id="all is narrowed",
        ),
        pytest.param(
            held("GRANT SELECT, INSERT, UPDATE, DELETE ON `d`.*"),
            wanted({"d.*": ["ALL"]}),
            [f"GRANT ALL PRIVILEGES ON `d`.* TO {WHO}"],
            id="an expanded all is completed, and nothing is revoked",
        ),
        pytest.param(
            parse_user(
                ACCOUNT, MARIADB + " REQUIRE SSL", [f"GRANT ALL PRIVILEGES ON `d`.* TO {WHO} WITH GRANT OPTION"]
            ),
            wanted({"d.*": ["ALL"]}),
            [f"REVOKE GRANT OPTION ON `d`.* FROM {WHO}"],
            id="all does not cover the grant option",
        ),
        pytest.param(
            held("GRANT UPDATE (`id`) ON `d`.`t`"),
            wanted({"d.t": ["ALL"]}),
            [f"REVOKE UPDATE (`id`) ON `d`.`t` FROM {WHO}", f"GRANT ALL PRIVILEGES ON `d`.`t` TO {WHO}"],
            id="all does not cover columns",
        ),
        pytest.param(
            held("GRANT UPDATE, UPDATE (`id`) ON `d`.`t`"),
            wanted({"d.t": ["INSERT"]}),
            [
                f"REVOKE UPDATE (`id`) ON `d`.`t` FROM {WHO}",
                f"REVOKE UPDATE ON `d`.`t` FROM {WHO}",
                f"GRANT INSERT ON `d`.`t` TO {WHO}",
            ],
            id="columns are revoked before their table",
        ),
        pytest.param(
            parse_user(
                ACCOUNT,
                MYSQL + " REQUIRE SSL" + MYSQL_REST,
                [f"GRANT `r`@`%` TO {WHO}", f"GRANT PROXY ON `a`@`%` TO {WHO} WITH GRANT OPTION"],
            ),
            wanted({}),
            [f"REVOKE `r`@`%` FROM {WHO}", f"REVOKE PROXY ON `a`@`%` FROM {WHO}"],
            id="roles and proxies are privileges too",
        ),
        pytest.param(
            held(create=MARIADB), wanted({}), [f"ALTER USER {WHO} REQUIRE SSL"], id="tls required from now on"
        ),
        pytest.param(held(), wanted({}, require_ssl=False), [f"ALTER USER {WHO} REQUIRE NONE"], id="tls not required"),
        pytest.param(
            held(create=MARIADB.replace("'RDS'", "'x'") + " REQUIRE SSL"),
            wanted({}),
            [f"ALTER USER {WHO} IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'"],
            id="another authentication string is put right",
        ),
        pytest.param(
            held(create=MARIADB.replace("AWSAuth", "awsauth") + " REQUIRE SSL"), wanted({}), [], id="case of the plugin"
        ),
    ],
)
def test_plan(current: User | None, desired: User | None, statements: list[str]) -> None:
    assert plan(current, desired) == statements


@pytest.mark.parametrize("desired", [wanted({}), None], ids=["present", "absent"])
@pytest.mark.parametrize(
    ("create", "way_in"),
    [
        (f"CREATE USER {WHO} IDENTIFIED BY PASSWORD '{HASH}'", "mysql_native_password"),
        (f"CREATE USER {WHO} IDENTIFIED WITH 'caching_sha2_password' AS '$A$005$x' REQUIRE NONE", "caching_sha2"),
        (f"CREATE USER {WHO}", "no password at all"),
        (MARIADB + f" OR mysql_native_password USING '{HASH}'", "AWSAuthenticationPlugin or mysql_native_password"),
    ],
)
def test_a_user_with_another_way_in_is_refused(create: str, way_in: str, desired: User | None) -> None:
    with pytest.raises(UserError, match=way_in) as error:
        plan(parse_user(ACCOUNT, create, []), desired)
    assert WHO in str(error.value)
    assert HASH not in str(error.value)


@pytest.mark.parametrize(
    ("privileges", "message"),
    [
        ({"d": ["SELECT"]}, "neither"),
        ({"d.": ["SELECT"]}, "neither"),
        ({".t": ["SELECT"]}, "neither"),
        ({"*.t": ["SELECT"]}, "neither"),
        ({"a.b.c": ["SELECT"]}, "neither"),
        ({"`d`.*": ["SELECT"]}, "neither"),
        ({"a\\_b.*": ["SELECT"]}, "neither"),
        ({"d.*": "ALL"}, "needs a list"),
        ({"d.*": [1]}, "needs a list"),
        ({"d.*": []}, "has none"),
        ({"d.*": ["USAGE"]}, "has none"),
        ({"d.*": ["SELECT (id)"]}, "not the name of a privilege"),
        ({"d.*": ["SELECT ON *.* TO x; --"]}, "not the name of a privilege"),
        ({"*.*": ["ALL PRIVILEGES"]}, "ALL on"),
    ],
)
def test_privileges_that_cannot_be_understood_are_refused(privileges: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        wanted(privileges)


def test_an_anonymous_user_is_refused() -> None:
    with pytest.raises(UserError, match="name is empty"):
        desired_user(Account("", "%"), {}, require_ssl=True)


def test_names_are_quoted_and_the_host_is_in_lower_case() -> None:
    user = desired_user(Account("we`ird'x", "LOCALHOST"), {}, require_ssl=True)
    assert str(user.account) == "`we``ird'x`@`localhost`"


def test_the_diff_shows_way_in_roles_and_privileges_as_lines() -> None:
    user = parse_user(ACCOUNT, MARIADB, [f"GRANT `r` TO {WHO}", f"GRANT SELECT, INSERT ON `d`.`t` TO {WHO}"])
    assert describe(user).splitlines() == [
        f"{WHO} IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE NONE",
        "GRANT `r`",
        "GRANT INSERT, SELECT ON `d`.`t`",
    ]
    assert describe(None) == ""


@pytest.mark.parametrize(("version", "found"), [((1, 2, 3), "1.2.3 is installed"), (None, "none is installed")])
def test_a_driver_that_may_connect_in_clear_is_refused(version: tuple[int, ...] | None, found: str) -> None:
    with pytest.raises(UserError, match=found):
        check_driver(version)


def test_the_oldest_safe_driver_is_taken() -> None:
    check_driver((1, 2, 4))


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        (1524, "is IAM database authentication enabled"),
        (1044, "lacks a privilege"),
        (1045, "lacks a privilege"),
        (1142, "lacks a privilege"),
        (1227, "lacks a privilege"),
        (1698, "lacks a privilege"),
        (1146, "once the table exists"),
        (1290, "refused a statement"),
    ],
)
def test_a_refused_statement_is_explained_in_the_servers_words_too(code: int, hint: str) -> None:
    message = explain_statement("DROP USER x", code, "Words.")
    assert hint in message
    assert message.endswith(f"DROP USER x: Words. ({code})")


def unverified(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError()
    error.verify_code, error.verify_message = code, "reason"
    return error


@pytest.mark.parametrize(
    ("cause", "code", "hint"),
    [
        (unverified(62), 2003, "is for another host name"),
        (unverified(64), 2003, "is for another host name"),
        (unverified(19), 2003, "is not trusted by /ca.pem"),
        (ssl.SSLError("handshake"), 2003, "No TLS connection to db:3306"),
        (ConnectionRefusedError("refused"), 2003, "No connection to db:3306: refused"),
        (None, 1045, "refused the user or the password of admin"),
        (None, 2026, "Could not log in to db:3306"),
    ],
)
def test_a_failed_login_is_explained_without_the_password(
    monkeypatch: pytest.MonkeyPatch, cause: OSError | None, code: int, hint: str
) -> None:
    error = pymysql.OperationalError(code, "words")
    if cause is not None:
        error.original_exception = cause  # type: ignore[attr-defined]  # as PyMySQL does

    def refuse(**_options: object) -> None:
        raise error

    monkeypatch.setattr(pymysql, "connect", refuse)
    login = mysql_user_api.Login("db", 3306, "admin", "s3cret", "/ca.pem", 1)
    with pytest.raises(UserError, match=hint) as raised, mysql_user_api.connected(login):
        pass
    assert "s3cret" not in f"{raised.value} {login}"


def test_without_readable_certificates_no_connection_is_tried() -> None:
    login = mysql_user_api.Login("127.0.0.1", 1, "admin", "x", "/does/not/exist.pem", 1)
    with pytest.raises(UserError, match=r"ca_cert: /does/not/exist\.pem"), mysql_user_api.connected(login):
        pass


class Connection:
    """A connection that answers from a table, and raises the answers that are errors."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers

    def cursor(self) -> Connection:
        return self

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def execute(self, statement: str) -> None:
        answer = self.answers[statement]
        if isinstance(answer, Exception):
            raise answer
        self.rows = [(line,) for line in answer]

    def fetchall(self) -> list[tuple[str]]:
        return self.rows


@pytest.mark.parametrize("code", [1133, 1396], ids=["mariadb", "mysql"])
def test_a_missing_user_is_none(code: int) -> None:
    connection: Any = Connection({f"SHOW CREATE USER {WHO}": pymysql.OperationalError(code, "words")})
    assert mysql_user_api.read_user(connection, ACCOUNT) is None


def test_a_user_that_may_not_be_read_is_not_taken_for_a_missing_one() -> None:
    connection: Any = Connection({f"SHOW CREATE USER {WHO}": pymysql.OperationalError(1044, "words")})
    with pytest.raises(UserError, match="SELECT on the database mysql"):
        mysql_user_api.read_user(connection, ACCOUNT)


def test_a_failure_half_way_names_what_took_effect() -> None:
    connection: Any = Connection({"A": [], "B": pymysql.OperationalError(1044, "words"), "C": []})
    with pytest.raises(StatementError) as error:
        mysql_user_api.run_statements(connection, ["A", "B", "C"])
    assert error.value.done == ["A"]


def test_a_connection_is_verified_and_its_session_prints_names_in_backticks(monkeypatch: pytest.MonkeyPatch) -> None:
    options: dict[str, Any] = {}

    def connect(**given: Any) -> Any:
        options.update(given)
        return Connection({})

    monkeypatch.setattr(mysql_user_api, "pymysql", SimpleNamespace(connect=connect, MySQLError=pymysql.MySQLError))
    with mysql_user_api.connected(mysql_user_api.Login("db", 3306, "admin", "pä€s", "/ca.pem", 1)):
        assert (options["ssl_ca"], options["ssl_verify_cert"], options["ssl_verify_identity"]) == (
            "/ca.pem",
            True,
            True,
        )
        assert options["password"] == "pä€s".encode()
        assert options["init_command"] == "SET SESSION sql_mode = 'TRADITIONAL', sql_quote_show_create = 1"


def test_no_connection_is_tried_with_a_driver_that_may_connect_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mysql_user_api, "DRIVER_VERSION", (1, 2, 3))
    monkeypatch.setattr(pymysql, "connect", lambda **_options: pytest.fail("connected"))
    login = mysql_user_api.Login("db", 3306, "admin", "x", "/ca.pem", 1)
    with pytest.raises(UserError, match=r"1\.2\.3 is installed"), mysql_user_api.connected(login):
        pass
