# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How MySQL 8.0+ and MariaDB 10.6+ print a user: the answers to SHOW CREATE USER and SHOW GRANTS. Pure.

https://dev.mysql.com/doc/refman/8.4/en/show-grants.html, https://mariadb.com/kb/en/show-grants/
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.model import (
    WITH_GRANT_OPTION,
    Account,
    User,
    UserError,
    is_iam,
    normalise,
)

_NAME = r"(?:`(?:[^`]|``)*`|'(?:[^'\\]|\\.|'')*')"
_ACCOUNT = rf"{_NAME}@{_NAME}"
_TARGET = rf"(?:(?:[A-Z]+ )*(?:\*|{_NAME})\.(?:\*|{_NAME})|{_ACCOUNT})"
_COLUMNS = rf"{_NAME}(?:, ?{_NAME})*"
_PRIVILEGE = rf"[A-Z_]+(?: [A-Z_]+)*(?: \({_COLUMNS}\))?"
_GRANT = re.compile(
    rf"GRANT (?P<privileges>{_PRIVILEGE}(?:, ?{_PRIVILEGE})*) ON (?P<target>{_TARGET}) TO {_ACCOUNT}(?P<rest>.*)",
    re.DOTALL,
)
_ROLES = re.compile(rf"GRANT (?P<roles>{_NAME}(?:@{_NAME})?(?:, ?{_NAME}(?:@{_NAME})?)*) TO {_ACCOUNT}.*", re.DOTALL)
_CREATE_USER = re.compile(rf"CREATE USER {_ACCOUNT}")
# MySQL: IDENTIFIED WITH 'x' AS '…' [AND IDENTIFIED WITH …]; MariaDB: IDENTIFIED VIA x USING '…' [OR y USING …]
_AUTHENTICATION = re.compile(
    r" (?:IDENTIFIED (?:WITH|VIA)|AND IDENTIFIED WITH|OR) '?(?P<plugin>\w+)'?"
    r"(?: (?:AS|USING) '(?P<string>(?:[^'\\]|\\.|'')*)')?",
    re.DOTALL,
)
# MySQL prints PASSWORD EXPIRE DEFAULT, NEVER or INTERVAL for the policy, and nothing behind it once it has expired.
_EXPIRED = re.compile(r" PASSWORD EXPIRE(?! (?:DEFAULT|NEVER|INTERVAL))")
_LOCKED = re.compile(r" ACCOUNT LOCK")
_REQUIRE = re.compile(rf"(?: DEFAULT ROLE {_ACCOUNT}(?:,{_ACCOUNT})*)? REQUIRE (?P<tls>\w+)")


def parse_user(account: Account, create_user: str, show_grants: Iterable[str]) -> User:
    """Read a user from the answers to SHOW CREATE USER and SHOW GRANTS.

    Raises UserError for an answer that can't be read, rather than leave a privilege unseen.
    """
    plugins, auth_string, tls, rest = _parse_create_user(account, create_user)
    grants: dict[str, set[str]] = {}
    roles: set[str] = set()
    for line in show_grants:
        if grant := _GRANT.fullmatch(line):
            grants.setdefault(grant["target"], set()).update(_parse_privileges(grant["privileges"], grant["rest"]))
        elif granted_roles := _ROLES.fullmatch(line):
            roles.update(re.findall(rf"{_NAME}(?:@{_NAME})?", granted_roles["roles"]))
        elif not line.startswith("SET DEFAULT ROLE "):  # MariaDB: which of the roles is on at login
            raise _unreadable(account, line)
    held = {target: normalise(privileges) for target, privileges in grants.items()}
    grants_held = {target: privileges for target, privileges in held.items() if privileges}
    locked, expired = bool(_LOCKED.search(rest)), bool(_EXPIRED.search(rest))
    return User(account, tls, grants_held, frozenset(roles), plugins, auth_string, locked, expired)


def _parse_create_user(account: Account, statement: str) -> tuple[tuple[str, ...], str, str, str]:
    """Return the plugins, our plugin's authentication string or '', the word after REQUIRE, and what follows."""
    head = _CREATE_USER.match(statement)
    if not head:
        raise _unreadable(account, statement)
    position = head.end()
    ways: list[re.Match[str]] = []
    while way := _AUTHENTICATION.match(statement, position):
        ways.append(way)
        position = way.end()
    plugins = tuple(way["plugin"] for way in ways)
    # MariaDB prints a plain password so, naming no plugin, and REQUIRE behind it
    if password := re.compile(r" IDENTIFIED BY PASSWORD '[^']*'").match(statement, position):
        plugins, position = ("mysql_native_password",), password.end()
    require = _REQUIRE.match(statement, position)
    string = ways[0]["string"] if is_iam(plugins) else None
    return plugins, string or "", require["tls"] if require else "NONE", statement[position:]


def _parse_privileges(privileges: str, rest: str) -> set[str]:
    """Split a GRANT line's privileges; `rest` is what follows the account."""
    names: set[str] = set()
    for privilege in re.findall(_PRIVILEGE, privileges):
        name, bracket, columns = privilege.partition(" (")
        names |= {f"{name} ({column})" for column in re.findall(_NAME, columns)} if bracket else {name}
    # The right to pass on a PROXY goes with it, and has no REVOKE of its own.
    if WITH_GRANT_OPTION not in rest or names == {"PROXY"}:
        return names
    # MySQL has a line for the dynamic privileges that may be passed on; of the others, GRANT OPTION tells.
    dynamic = {name for name in names if "_" in name.partition(" (")[0]}
    option = {"GRANT OPTION"} if names - dynamic else set()
    return names - dynamic | {f"{name}{WITH_GRANT_OPTION}" for name in dynamic} | option


def _unreadable(account: Account, line: str) -> UserError:
    """Name a line without its authentication clause, which may hold the hash of a password."""
    return UserError(
        f"This of the user {account} is not understood, so nothing is changed: {line.partition(' IDENTIFIED ')[0]}. "
        "Take it off by hand (a partial revoke of MySQL ends with the GRANT of the same), or manage the user by hand."
    )
