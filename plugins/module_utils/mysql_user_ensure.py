# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a user, plans, carries the plan out unless in check mode, and says what that did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.checks import (
    check_other_account,
    check_privilege_names,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.model import (
    Account,
    StatementError,
    User,
    UserError,
    describe,
    groups,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.options import Wish, desired_user
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.planner import plan
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user_api import (
    read_administrator,
    read_missing,
    read_missing_plugin,
    read_patterns,
    read_privilege_names,
    read_user,
    run_statements,
)

if TYPE_CHECKING:
    from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user_api import Connection


def ensure_present(connection: Connection, wish: Wish, check_mode: bool) -> dict[str, Any]:
    """Make the user what the wish says, and return the module's result, with `missing` to warn of in check mode.

    Raises UserError, or StatementError once something has changed.
    """
    known = read_privilege_names(connection)
    check_privilege_names(wish.privileges, known)
    current = read_user(connection, wish.account)
    desired = desired_user(wish, current, read_patterns(connection), known)
    statements = plan(current, desired, wish.convert)
    check_other_account(wish.account, read_administrator(connection), statements)
    missing = read_missing(connection, wish) if statements else []
    if check_mode:
        # An earlier task, which check mode kept from it, may be about to make what is missing.
        missing += read_missing_plugin(connection)
    elif missing:
        raise UserError(" ".join(missing))
    else:
        carry_out(connection, statements, desired)
    return {**result(current, desired, statements), "user": returned_user(desired), "missing": missing}


def ensure_absent(connection: Connection, account: Account, check_mode: bool) -> dict[str, Any]:
    """Drop the user, and return the module's result. Raises UserError."""
    current = read_user(connection, account)
    statements = plan(current, None)
    check_other_account(account, read_administrator(connection), statements)
    if not check_mode:
        run_statements(connection, statements)
    return result(current, None, statements)


def carry_out(connection: Connection, statements: list[str], desired: User) -> None:
    """Run the statements, and read the user back. Raises StatementError."""
    run_statements(connection, statements)
    left = plan(read_user(connection, desired.account), desired) if statements else []
    if left:  # such as a column whose name the server prints in other letters: it would change on every run
        raise StatementError(
            f"The server took every statement, yet to it these are still due: {left}. Write the names as its SHOW "
            f"GRANTS FOR {desired.account} prints them.",
            statements,
        )


def result(current: User | None, desired: User | None, statements: list[str]) -> dict[str, Any]:
    """Return what the module tells of the change."""
    diff = {"before": describe(current), "after": describe(desired)}
    if statements:
        diff["prepared"] = "".join(f"{statement};\n" for statement in statements)
    return {"changed": bool(statements), "statements": statements, "diff": diff}


def returned_user(user: User) -> dict[str, Any]:
    """Return what the module tells of a user."""
    return {
        "name": user.account.name,
        "host": user.account.host,
        "require_ssl": user.tls == "SSL",
        "grants": {target: groups(privileges) for target, privileges in user.grants.items()},
    }
