# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The planner of mysql_iam_user: from what a server printed to statements, in the dialects of MySQL and MariaDB."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.model import Account, User, UserError, describe
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.options import (
    Wish,
    desired_user,
    parse_privileges,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.parser import parse_user
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.planner import plan

ACCOUNT = Account("lambda_user", "%")
WHO = "`lambda_user`@`%`"
MARIADB = f"CREATE USER {WHO} IDENTIFIED VIA AWSAuthenticationPlugin USING 'RDS'"
MYSQL = f"CREATE USER {WHO} IDENTIFIED WITH 'AWSAuthenticationPlugin' AS 'RDS'"
MYSQL_REST = " PASSWORD EXPIRE DEFAULT ACCOUNT UNLOCK PASSWORD HISTORY DEFAULT PASSWORD REUSE INTERVAL DEFAULT"
MYSQL_REST += " PASSWORD REQUIRE CURRENT DEFAULT"
MARIADB_USAGE = f"GRANT USAGE ON *.* TO {WHO} IDENTIFIED VIA AWSAuthenticationPlugin USING 'RDS' REQUIRE SSL"
HASH = "*B69027D44F6E5EDC07F1AEAD1477967B16F28227"

OF_TABLE = ["ALTER", "CREATE", "CREATE VIEW", "DELETE", "DROP", "INDEX", "INSERT", "REFERENCES", "SELECT"]
OF_TABLE += ["SHOW VIEW", "TRIGGER", "UPDATE"]
OF_DATABASE = [
    *OF_TABLE,
    "ALTER ROUTINE",
    "CREATE ROUTINE",
    "CREATE TEMPORARY TABLES",
    "EVENT",
    "EXECUTE",
    "LOCK TABLES",
]
KNOWN = frozenset([*OF_DATABASE, "PROCESS", "GRANT OPTION"])  # as MySQL has them


def wanted(privileges: dict[str, Any], require_ssl: bool = True) -> User:
    return desired_user(Wish(ACCOUNT, parse_privileges(privileges), require_ssl), None, patterns=True, known=KNOWN)


def held(*grants: str, create: str = MARIADB + " REQUIRE SSL") -> User:
    return parse_user(ACCOUNT, create, [f"{grant} TO {WHO}" for grant in grants])


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
            held("GRANT ALL PRIVILEGES ON `d`.*"), wanted({"d.*": OF_DATABASE}), [], id="the full list is ALL"
        ),
        pytest.param(held("GRANT ALL PRIVILEGES ON `d`.`t`"), wanted({"d.t": OF_TABLE}), [], id="the same on a table"),
        pytest.param(
            held("GRANT ALL PRIVILEGES ON `d`.*"),
            wanted({"d.*": OF_DATABASE[1:]}),
            [
                f"REVOKE ALL PRIVILEGES ON `d`.* FROM {WHO}",
                f"GRANT {', '.join(sorted(OF_DATABASE[1:]))} ON `d`.* TO {WHO}",
            ],
            id="one less is not ALL",
        ),
        pytest.param(
            None,
            wanted({"d.*": [*OF_DATABASE, "GRANT OPTION"]}),
            [
                f"CREATE USER {WHO} IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL",
                f"GRANT ALL PRIVILEGES ON `d`.* TO {WHO}",
                f"GRANT GRANT OPTION ON `d`.* TO {WHO}",
            ],
            id="GRANT OPTION stands beside the full list",
        ),
        pytest.param(
            held("GRANT EXECUTE ON FUNCTION `d`.`f`", "GRANT EXECUTE, ALTER ROUTINE ON PROCEDURE `d`.`p`"),
            wanted({"FUNCTION d.f": ["EXECUTE"], "PROCEDURE d.p": ["EXECUTE"]}),
            [f"REVOKE ALTER ROUTINE ON PROCEDURE `d`.`p` FROM {WHO}"],
            id="routines",
        ),
        pytest.param(
            held("GRANT EXECUTE, ALTER ROUTINE ON FUNCTION `d`.`f`"),
            wanted({"FUNCTION d.f": ["ALL"]}),
            [],
            id="of a routine the server prints the list",
        ),
        pytest.param(
            held(create=f"{MYSQL} REQUIRE SSL PASSWORD EXPIRE DEFAULT ACCOUNT LOCK PASSWORD HISTORY DEFAULT"),
            wanted({}),
            [f"ALTER USER {WHO} ACCOUNT UNLOCK"],
            id="a locked account",
        ),
        pytest.param(
            held(create=f"{MARIADB} REQUIRE SSL PASSWORD EXPIRE ACCOUNT LOCK"),
            wanted({}),
            [f"ALTER USER {WHO} IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' ACCOUNT UNLOCK"],
            id="an expired and locked account",
        ),
        pytest.param(
            parse_user(ACCOUNT, MYSQL + " REQUIRE SSL", [f"GRANT ROLE_ADMIN ON *.* TO {WHO} WITH GRANT OPTION"]),
            wanted({"*.*": ["ROLE_ADMIN"]}),
            [f"REVOKE ROLE_ADMIN ON *.* FROM {WHO}", f"GRANT ROLE_ADMIN ON *.* TO {WHO}"],
            id="the option of a dynamic privilege goes",
        ),
        pytest.param(
            held("GRANT ROLE_ADMIN ON *.*", create=MYSQL + " REQUIRE SSL"),
            wanted({"*.*": ["ROLE_ADMIN WITH GRANT OPTION"]}),
            [f"REVOKE ROLE_ADMIN ON *.* FROM {WHO}", f"GRANT ROLE_ADMIN ON *.* TO {WHO} WITH GRANT OPTION"],
            id="the option of a dynamic privilege comes",
        ),
        pytest.param(
            parse_user(ACCOUNT, MYSQL + " REQUIRE SSL", [f"GRANT ROLE_ADMIN ON *.* TO {WHO} WITH GRANT OPTION"]),
            wanted({"*.*": ["ROLE_ADMIN WITH GRANT OPTION"]}),
            [],
            id="the option of a dynamic privilege is there",
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
            held(create=MARIADB.replace("'RDS'", "'x'")),
            wanted({}),
            [f"ALTER USER {WHO} IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL"],
            id="one statement alters both",
        ),
        pytest.param(
            held("GRANT SELECT (`y`, `x`), UPDATE ON `d`.`t`"),
            wanted({"d.t": ["SELECT (x, y)", "update"]}),
            [],
            id="same columns, other order",
        ),
        pytest.param(
            held("GRANT SELECT (`x`, `y`), INSERT (`x`) ON `d`.`t`"),
            wanted({"d.t": ["SELECT (y, z, w)"]}),
            [
                f"REVOKE INSERT (`x`), SELECT (`x`) ON `d`.`t` FROM {WHO}",
                f"GRANT SELECT (`w`, `z`) ON `d`.`t` TO {WHO}",
            ],
            id="only the columns that differ",
        ),
        pytest.param(
            held("GRANT UPDATE, UPDATE (`id`), SELECT (`id`) ON `d`.`t`"),
            wanted({"d.t": ["UPDATE (id)", "SELECT (id)"]}),
            [f"REVOKE UPDATE ON `d`.`t` FROM {WHO}", f"GRANT UPDATE (`id`) ON `d`.`t` TO {WHO}"],
            id="columns that a revoke takes along are granted again",
        ),
        pytest.param(
            held("GRANT ALL PRIVILEGES, UPDATE (`id`) ON `d`.`t`"),
            wanted({"d.t": ["UPDATE (id)"]}),
            [f"REVOKE ALL PRIVILEGES ON `d`.`t` FROM {WHO}", f"GRANT UPDATE (`id`) ON `d`.`t` TO {WHO}"],
            id="all is narrowed to a column",
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
        (MARIADB + f" OR mysql_native_password USING '{HASH}'", "AWSAuthenticationPlugin and mysql_native_password"),
    ],
)
def test_a_user_with_another_way_in_is_refused(create: str, way_in: str, desired: User | None) -> None:
    with pytest.raises(UserError, match=way_in) as error:
        plan(parse_user(ACCOUNT, create, []), desired)
    assert WHO in str(error.value)
    assert HASH not in str(error.value)


@pytest.mark.parametrize(
    ("create", "statements"),
    [
        pytest.param(
            f"CREATE USER {WHO} IDENTIFIED BY PASSWORD '{HASH}' REQUIRE SSL",
            [f"ALTER USER {WHO} IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'"],
            id="mariadb",
        ),
        pytest.param(
            f"CREATE USER {WHO} IDENTIFIED WITH 'caching_sha2_password' AS '$A$005$x' REQUIRE NONE" + MYSQL_REST,
            [f"ALTER USER {WHO} IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL"],
            id="mysql",
        ),
        pytest.param(
            f"CREATE USER {WHO}",
            [f"ALTER USER {WHO} IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL"],
            id="no password",
        ),
    ],
)
def test_convert_turns_the_only_way_in_into_ours(create: str, statements: list[str]) -> None:
    assert plan(parse_user(ACCOUNT, create, []), wanted({}), convert=True) == statements


@pytest.mark.parametrize(
    "create",
    [
        MARIADB + f" OR mysql_native_password USING '{HASH}'",
        MYSQL + " AND IDENTIFIED WITH 'caching_sha2_password' AS '$A$005$x' REQUIRE NONE" + MYSQL_REST,
    ],
)
def test_several_ways_in_are_not_converted(create: str) -> None:
    with pytest.raises(UserError, match="Take off all but one by hand"):
        plan(parse_user(ACCOUNT, create, []), wanted({}), convert=True)


def test_append_keeps_other_privileges_and_roles() -> None:
    current = held("GRANT ALL PRIVILEGES ON `a`.*", "GRANT INSERT, SELECT (`x`) ON `d`.`t`", "GRANT `r`@`%`")
    more = parse_privileges({"a.*": ["SELECT"], "d.t": ["SELECT (y)"], "e.*": ["ALL"]})
    desired = desired_user(Wish(ACCOUNT, more, require_ssl=True, append=True), current, patterns=True, known=KNOWN)
    assert plan(current, desired) == [
        f"GRANT SELECT (`y`) ON `d`.`t` TO {WHO}",
        f"GRANT ALL PRIVILEGES ON `e`.* TO {WHO}",
    ]


def test_the_diff_shows_way_in_roles_and_privileges_as_lines() -> None:
    user = parse_user(ACCOUNT, MARIADB, [f"GRANT `r` TO {WHO}", f"GRANT SELECT, INSERT ON `d`.`t` TO {WHO}"])
    assert describe(user).splitlines() == [
        f"{WHO} IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE NONE",
        "GRANT `r`",
        "GRANT INSERT, SELECT ON `d`.`t`",
    ]
    assert describe(None) == ""


def test_the_diff_of_a_user_with_a_password_has_no_hash() -> None:
    user = parse_user(ACCOUNT, f"CREATE USER {WHO} IDENTIFIED BY PASSWORD '{HASH}'", [])
    assert describe(user) == f"{WHO} IDENTIFIED WITH mysql_native_password REQUIRE NONE\n"
