# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a user is read. The answers were recorded from MariaDB 10.11.19 and MySQL 9.7.4.

Those of MySQL 8.0 and 8.4 have the same form: https://dev.mysql.com/doc/refman/8.0/en/show-create-user.html,
https://dev.mysql.com/doc/refman/8.4/en/show-grants.html
"""

from __future__ import annotations

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.model import Account, UserError
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.parser import parse_user

ACCOUNT = Account("lambda_user", "%")
WHO = "`lambda_user`@`%`"
MARIADB = f"CREATE USER {WHO} IDENTIFIED VIA AWSAuthenticationPlugin USING 'RDS'"
MYSQL = f"CREATE USER {WHO} IDENTIFIED WITH 'AWSAuthenticationPlugin' AS 'RDS'"
MYSQL_REST = " PASSWORD EXPIRE DEFAULT ACCOUNT UNLOCK PASSWORD HISTORY DEFAULT PASSWORD REUSE INTERVAL DEFAULT"
MYSQL_REST += " PASSWORD REQUIRE CURRENT DEFAULT"
MARIADB_USAGE = f"GRANT USAGE ON *.* TO {WHO} IDENTIFIED VIA AWSAuthenticationPlugin USING 'RDS' REQUIRE SSL"
HASH = "*B69027D44F6E5EDC07F1AEAD1477967B16F28227"


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
            "",
            "NONE",
            id="mariadb, two ways in",
        ),
        pytest.param(
            f"CREATE USER {WHO} IDENTIFIED BY PASSWORD '{HASH}' REQUIRE SSL",
            ("mysql_native_password",),
            "",
            "SSL",
            id="mariadb, password",
        ),
        pytest.param(f"CREATE USER {WHO}", (), "", "NONE", id="mariadb, no password"),
        pytest.param(
            MYSQL + " REQUIRE NONE" + MYSQL_REST, ("AWSAuthenticationPlugin",), "RDS", "NONE", id="mysql, no tls"
        ),
        pytest.param(MYSQL + " REQUIRE SSL" + MYSQL_REST, ("AWSAuthenticationPlugin",), "RDS", "SSL", id="mysql"),
        pytest.param(
            f"CREATE USER {WHO} IDENTIFIED WITH 'caching_sha2_password' AS '$A$00A$\\nk\x13Z*K\ne''s\\'B\\\\'"
            " REQUIRE SSL" + MYSQL_REST,
            ("caching_sha2_password",),
            "",
            "SSL",
            id="mysql, password",
        ),
        pytest.param(
            MYSQL + " DEFAULT ROLE `r1`@`%` REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 5" + MYSQL_REST + " ATTRIBUTE '{}'",
            ("AWSAuthenticationPlugin",),
            "RDS",
            "SSL",
            id="mysql, role, limits and comment",
        ),
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
            "",
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
            {"`taskmanager`.`tasks`": {"SELECT (`id`)", "SELECT (`o``d`)", "INSERT"}},
            set(),
            id="columns",
        ),
        pytest.param(
            [f"GRANT SELECT (`x`, `y`), INSERT (`o,d)`, `o``d`), UPDATE ON `d`.`t` TO {WHO}"],
            {"`d`.`t`": {"SELECT (`x`)", "SELECT (`y`)", "INSERT (`o,d)`)", "INSERT (`o``d`)", "UPDATE"}},
            set(),
            id="odd columns",
        ),
        pytest.param(
            [
                f"GRANT SELECT ON *.* TO {WHO} WITH GRANT OPTION",
                f"GRANT BACKUP_ADMIN ON *.* TO {WHO} WITH GRANT OPTION",
                f"GRANT PROXY ON `admin`@`%` TO {WHO} WITH GRANT OPTION",
                f"GRANT `r1`@`%` TO {WHO} WITH ADMIN OPTION",
            ],
            {"*.*": {"SELECT", "BACKUP_ADMIN WITH GRANT OPTION", "GRANT OPTION"}, "`admin`@`%`": {"PROXY"}},
            {"`r1`@`%`"},
            id="mysql's administrator",
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
def test_what_is_not_understood_is_an_error_without_the_secrets_in_it(create: str, lines: list[str]) -> None:
    with pytest.raises(UserError, match="is not understood") as error:
        parse_user(ACCOUNT, create, lines)
    assert HASH not in str(error.value)
