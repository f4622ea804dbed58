# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can't be done and why: refusals before the first statement, and the server's errors in plain words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.model import (
    PLUGIN,
    WITH_GRANT_OPTION,
    Account,
    Target,
    UserError,
)

# Before 1.2.4, PyMySQL goes on in clear when the server offers no TLS, even if it was told to verify.
OLDEST_PYMYSQL = (1, 2, 4)
NO_PLUGIN = f"The server has no {PLUGIN}. Is this an RDS instance, and is IAM database authentication enabled on it?"

_RIGHTS = (
    "login_user: it lacks a privilege that this needs: CREATE USER, SELECT on the database mysql, or, to grant or "
    "revoke, the privilege itself with GRANT OPTION. Log in as the master user of the RDS instance, or grant it that."
)
# https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
_STATEMENT_HINTS = {
    1044: _RIGHTS,
    1045: _RIGHTS,
    1142: _RIGHTS,
    1143: _RIGHTS,
    1227: _RIGHTS,
    1698: _RIGHTS,  # MariaDB, for a role
    1221: "privileges: some can be held on '*.*' alone, and some not on a single table.",
    1524: NO_PLUGIN,
}


def check_driver(version: tuple[int, ...] | None) -> None:
    """Refuse a PyMySQL (its first three version numbers, or None when it is missing) that may connect in clear.

    Raises UserError.
    """
    if version is None or version < OLDEST_PYMYSQL:
        found = "none is installed" if version is None else f"{'.'.join(map(str, version))} is installed"
        raise UserError(
            f"PyMySQL {'.'.join(map(str, OLDEST_PYMYSQL))} or later is needed for the Python that runs this module, "
            f"and {found}. Older ones send the password in clear to a server that offers no TLS."
        )


def check_privilege_names(privileges: Mapping[Target, Iterable[str]], known: frozenset[str]) -> None:
    """Refuse a privilege that the server does not list. Raises UserError."""
    for target, names in privileges.items():
        plain = {name.partition(" (")[0].removesuffix(WITH_GRANT_OPTION) for name in names}
        for name in sorted(plain - known - {"ALL"}):
            raise UserError(
                f"privileges: {name!r} on {target.sql(patterns=False)} is not a privilege of this server. Its SHOW "
                "PRIVILEGES lists those that it knows, by the names that it prints them with."
            )


def check_other_account(account: Account, administrator: str, statements: Iterable[str]) -> None:
    """Refuse to change the account that is logged in. `administrator` is what the server says it is, user@host.

    Raises UserError.
    """
    user, _at, host = administrator.rpartition("@")
    if statements and (user, host.lower()) == (account.name, account.host.lower()):
        raise UserError(
            f"name: {account} is the account that login_user logs in as, and would take away what it needs itself. Log "
            "in as another administrator, or give another name."
        )


def missing_from_table(target: Target, names: Iterable[str], columns: frozenset[str]) -> str:
    """Say what of a table that privileges are for is not there; '' when all is. `columns` are in lower case.

    Only CREATE, which ALL includes, can be granted before the table exists:
    https://dev.mysql.com/doc/refman/8.4/en/grant.html, Table Privileges
    """
    where = f"privileges: {target.sql(patterns=False)}"
    if target.routine:
        return "" if columns else f"{where} is no routine that login_user can see. Create it first."
    if not columns and {"ALL", "CREATE"} & set(names):
        return ""
    if not columns:
        return f"{where} is not a table that login_user can see. Create it first."
    wanted = {name.partition(" (`")[2][:-2].replace("``", "`") for name in names if " (" in name}
    missing = sorted(column for column in wanted if column.lower() not in columns)
    return f"{where} has no column {', '.join(missing)}. Correct the name, or add it first." if missing else ""


def explain_statement(statement: str, code: int, words: str) -> str:
    """Say what a refused statement means. `code` and `words` are the server's."""
    hint = _STATEMENT_HINTS.get(code, "The server refused a statement.")
    return f"{hint} {statement}: {words} ({code})"
