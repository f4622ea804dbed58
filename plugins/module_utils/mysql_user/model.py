# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a database user is. Pure: no connection, no Ansible; nothing here ever holds a password or its hash."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
PLUGIN = "AWSAuthenticationPlugin"
AUTH_STRING = "RDS"
WITH_GRANT_OPTION = " WITH GRANT OPTION"
# Accounts that the servers, and RDS, have for themselves.
SYSTEM_ACCOUNTS = {
    "mariadb.sys",
    "mysql.infoschema",
    "mysql.session",
    "mysql.sys",
    "rdsadmin",
    "rdsproxyadmin",
    "rdsrepladmin",
    "rdstopmgr",
}


class UserError(Exception):
    """A refusal or a failure, in words for the person who runs the playbook."""


class StatementError(UserError):
    """A failure after some statements may have been carried out (account statements can't be rolled back).

    `done` lists the statements that took effect before it.
    """

    def __init__(self, message: str, done: list[str]) -> None:
        super().__init__(message)
        self.done = done


@dataclass(frozen=True)
class Account:
    """A user name and the host pattern that it may come from. `str()` is the form that SQL takes."""

    name: str
    host: str

    def __str__(self) -> str:
        return f"{quote(self.name)}@{quote(self.host)}"


@dataclass(frozen=True)
class Target:
    """What a privilege is on: a table, all of a database when `table` is None, or everything when both are None.

    With `routine`, FUNCTION or PROCEDURE, the name in `table` is that of a routine. The names are as they are: not
    quoted, not escaped.
    """

    database: str | None = None
    table: str | None = None
    routine: str = ""

    def sql(self, patterns: bool) -> str:
        """Return the form that GRANT takes and SHOW GRANTS prints.

        `patterns` tells whether the server takes _ and % in `database.*` for patterns; nowhere else are they ever:
        https://dev.mysql.com/doc/refman/8.4/en/grant.html, Database Privileges
        """
        if self.database is None:
            return "*.*"
        if self.table is not None:
            return f"{self.routine} {quote(self.database)}.{quote(self.table)}".lstrip()
        return quote(re.sub(r"([_%])", r"\\\1", self.database) if patterns else self.database) + ".*"


@dataclass(frozen=True)
class User:
    """A database user.

    `tls` is the word after REQUIRE: NONE, SSL, X509, SUBJECT, ISSUER or CIPHER. `grants` maps what a privilege is
    on, as SHOW GRANTS prints it (`` `taskmanager`.* ``), to upper-case privileges; one on columns is an element for
    each column (`` SELECT (`id`) ``). `plugins` holds each way in, so it is empty for a user who needs no password.
    `auth_string` is empty where the plugin is not ours, since it may be the hash of a password. `locked` and `expired`
    keep the user out, whatever the token.
    """

    account: Account
    tls: str
    grants: Mapping[str, frozenset[str]]
    roles: frozenset[str] = frozenset()
    plugins: tuple[str, ...] = (PLUGIN,)
    auth_string: str = AUTH_STRING
    locked: bool = False
    expired: bool = False


def quote(name: str) -> str:
    """Quote an identifier. Backticks, since they don't depend on sql_mode and know no backslash escapes."""
    return "`" + name.replace("`", "``") + "`"


def is_iam(plugins: tuple[str, ...]) -> bool:
    """Tell whether an IAM token is the only way in. MariaDB prints the plugin's name as somebody wrote it."""
    return [plugin.lower() for plugin in plugins] == [PLUGIN.lower()]


def normalise(privileges: Iterable[str]) -> frozenset[str]:
    """Drop USAGE, which means no privilege, and what ALL already says."""
    names = {"ALL" if name == "ALL PRIVILEGES" else name for name in privileges} - {"USAGE"}
    return frozenset(name for name in names if "ALL" not in names or name == "ALL" or not covered_by_all(name))


# What there is to grant on all of a database, on a table and on a routine, of those that a server knows
# (https://dev.mysql.com/doc/refman/8.4/en/grant.html, https://mariadb.com/kb/en/grant/).
_OF_TABLE = {
    "ALTER",
    "CREATE",
    "CREATE VIEW",
    "DELETE",
    "DELETE HISTORY",
    "DROP",
    "INDEX",
    "INSERT",
    "REFERENCES",
    "SELECT",
    "SHOW VIEW",
    "TRIGGER",
    "UPDATE",
}
_OF_ROUTINE = {"ALTER ROUTINE", "EXECUTE", "SHOW CREATE ROUTINE"}
_OF_DATABASE = {*_OF_TABLE, *_OF_ROUTINE, "CREATE ROUTINE", "CREATE TEMPORARY TABLES", "EVENT", "LOCK TABLES"}


def with_all(target: Target, privileges: Iterable[str], known: frozenset[str]) -> frozenset[str]:
    """Write the full list of what there is to grant on a target as a server prints it: ALL, or on a routine the list.

    :param known: the privileges that the server has.
    """
    names = normalise(privileges)
    if target.database is None:
        return names
    if target.routine:
        return names - {"ALL"} | (_OF_ROUTINE & known if "ALL" in names else frozenset())
    full = _OF_DATABASE if target.table is None else _OF_TABLE
    return normalise({*names, "ALL"}) if names >= full & known else names


def covered_by_all(privilege: str) -> bool:
    """Tell whether ALL includes it: GRANT OPTION and privileges on columns are kept beside it."""
    return privilege != "GRANT OPTION" and "(" not in privilege


def groups(privileges: Iterable[str]) -> list[str]:
    """Group privileges into what one statement may hold: ALL stands alone, the columns of a privilege together.

    A dynamic privilege that may be passed on, `NAME WITH GRANT OPTION`, stands alone too: each has its own option.

    Columns come first, since revoking a privilege from a table takes it from the columns too, and then there would
    be none left to revoke there.
    """
    columns: dict[str, list[str]] = {}
    tables: list[str] = []
    passed_on = sorted(name for name in privileges if name.endswith(WITH_GRANT_OPTION))
    for name in sorted(set(privileges) - {"ALL", *passed_on}):
        privilege, _bracket, column = name.partition(" (")
        if column:
            columns.setdefault(privilege, []).append(column[:-1])
        else:
            tables.append(name)
    on_columns = ", ".join(f"{privilege} ({', '.join(names)})" for privilege, names in columns.items())
    everything = "ALL PRIVILEGES" if "ALL" in privileges else ""
    return [group for group in (on_columns, everything, ", ".join(tables), *passed_on) if group]


def describe(user: User | None) -> str:
    """Write a user as lines for a diff, empty for no user."""
    if user is None:
        return ""
    way_in = " OR ".join(user.plugins) or "nothing"
    string = f" AS '{user.auth_string}'" if user.auth_string else ""
    kept_out = " PASSWORD EXPIRE" * user.expired + " ACCOUNT LOCK" * user.locked
    lines = [f"{user.account} IDENTIFIED WITH {way_in}{string} REQUIRE {user.tls}{kept_out}"]
    lines += [f"GRANT {role}" for role in sorted(user.roles)]
    lines += [f"GRANT {', '.join(groups(names))} ON {target}" for target, names in sorted(user.grants.items())]
    return "\n".join(lines) + "\n"
