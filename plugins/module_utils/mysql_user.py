# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a database user is, how MySQL and MariaDB print one, and the statements that turn one into another.

Pure: no connection, no Ansible. Nothing here ever holds a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
PLUGIN = "AWSAuthenticationPlugin"
AUTH_STRING = "RDS"

# Before 1.2.4, PyMySQL goes on in clear when the server offers no TLS, even if it was told to verify.
OLDEST_PYMYSQL = (1, 2, 4)

_NAME = r"(?:`(?:[^`]|``)*`|'(?:[^'\\]|\\.|'')*')"
_ACCOUNT = rf"{_NAME}@{_NAME}"
_TARGET = rf"(?:(?:[A-Z]+ )*(?:\*|{_NAME})\.(?:\*|{_NAME})|{_ACCOUNT})"
_PRIVILEGE = rf"[A-Z_]+(?: [A-Z_]+)*(?: \({_NAME}(?:, ?{_NAME})*\))?"
_GRANT = re.compile(
    rf"GRANT (?P<privileges>{_PRIVILEGE}(?:, ?{_PRIVILEGE})*) ON (?P<target>{_TARGET}) TO {_ACCOUNT}(?P<rest>.*)"
)
_ROLES = re.compile(rf"GRANT (?P<roles>{_NAME}(?:@{_NAME})?(?:, ?{_NAME}(?:@{_NAME})?)*) TO {_ACCOUNT}.*")
_CREATE_USER = re.compile(rf"CREATE USER {_ACCOUNT}")
# MySQL: IDENTIFIED WITH 'x' AS '…' [AND IDENTIFIED WITH …]; MariaDB: IDENTIFIED VIA x USING '…' [OR y USING …]
_AUTHENTICATION = re.compile(
    r" (?:IDENTIFIED (?:WITH|VIA)|AND IDENTIFIED WITH|OR) '?(?P<plugin>\w+)'?"
    r"(?: (?:AS|USING) '(?P<string>(?:[^'\\]|\\.|'')*)')?"
)
_REQUIRE = re.compile(rf"(?: DEFAULT ROLE {_ACCOUNT}(?:,{_ACCOUNT})*)? REQUIRE (?P<tls>\w+)")


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
class User:
    """A database user.

    `tls` is the word after REQUIRE: NONE, SSL, X509, SUBJECT, ISSUER or CIPHER. `grants` maps what a privilege is
    on, as SHOW GRANTS prints it (`` `taskmanager`.* ``), to upper-case privileges. `plugins` holds each way in, so
    it is empty for a user who needs no password.
    """

    account: Account
    tls: str
    grants: Mapping[str, frozenset[str]]
    roles: frozenset[str] = frozenset()
    plugins: tuple[str, ...] = (PLUGIN,)
    auth_string: str = AUTH_STRING


def quote(name: str) -> str:
    """Quote an identifier. Backticks, since they don't depend on sql_mode and know no backslash escapes."""
    return "`" + name.replace("`", "``") + "`"


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


def desired_user(account: Account, privileges: Mapping[str, object], require_ssl: bool) -> User:
    """Build the wanted user from a module's options.

    `privileges` maps `*.*`, `database.*` or `database.table` to lists of privileges. Raises UserError when a key or a
    privilege can't be understood.
    """
    if not account.name:
        raise UserError("name is empty: an anonymous user can't log in with an IAM token.")
    grants = {_target(key): _privileges(key, words) for key, words in privileges.items()}
    # Servers store host names in lower case, and answer only to those when asked for the user.
    return User(Account(account.name, account.host.lower()), "SSL" if require_ssl else "NONE", grants)


def _target(key: str) -> str:
    """Turn `database.*` or `database.table` into the form that SHOW GRANTS prints."""
    if key == "*.*":
        return key
    database, _dot, table = key.partition(".")
    if not table or not database or "." in table or re.search(r"[`'\"\\]|^\*", key):
        raise UserError(
            f"privileges: {key!r} is neither '*.*' nor 'database.*' nor 'database.table'. Write the names as they "
            "are: they are quoted, and _ and % are escaped, by this module."
        )
    if table == "*":
        # Here alone _ and % are patterns: https://dev.mysql.com/doc/refman/8.4/en/grant.html, Database Privileges
        return quote(re.sub(r"([_%])", r"\\\1", database)) + ".*"
    return f"{quote(database)}.{quote(table)}"


def _privileges(key: str, words: object) -> frozenset[str]:
    """Bring privileges given for `key` into the form that SHOW GRANTS prints."""
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise UserError(f"privileges: {key!r} needs a list of privileges, such as [SELECT, INSERT].")
    names = [" ".join(word.upper().split()) for word in words]
    for name in names:
        if not re.fullmatch(r"[A-Z][A-Z_ ]*", name):
            raise UserError(f"privileges: {name!r} on {key!r} is not the name of a privilege, such as SELECT or ALL.")
    privileges = _normalise(names)
    if not privileges:
        raise UserError(f"privileges: {key!r} has none. Leave the key out: what is not listed is revoked.")
    if key == "*.*" and "ALL" in privileges:
        raise UserError(
            "privileges: ALL on '*.*' is not for a user of an application, RDS's administrator can't grant it, and "
            "MySQL never shows it as such. Name the privileges, or grant ALL on 'database.*'."
        )
    return privileges


def _normalise(privileges: Iterable[str]) -> frozenset[str]:
    """Drop USAGE, which means no privilege, and what ALL already says."""
    names = {"ALL" if name == "ALL PRIVILEGES" else name for name in privileges} - {"USAGE"}
    return frozenset(name for name in names if "ALL" not in names or name == "ALL" or not _covered_by_all(name))


def _covered_by_all(privilege: str) -> bool:
    """Tell whether ALL includes it: GRANT OPTION and privileges on columns are kept beside it."""
    return privilege != "GRANT OPTION" and "(" not in privilege


def parse_user(account: Account, create_user: str, show_grants: Iterable[str]) -> User:
    """Read a user from the answers to SHOW CREATE USER and SHOW GRANTS, of MySQL 8+ or MariaDB 10.6+.

    Raises UserError for an answer that can't be read, rather than leave a privilege unseen.
    """
    plugins, auth_string, tls = _parse_create_user(create_user)
    grants: dict[str, set[str]] = {}
    roles: set[str] = set()
    for line in show_grants:
        if grant := _GRANT.fullmatch(line):
            grants.setdefault(grant["target"], set()).update(_parse_privileges(grant["privileges"], grant["rest"]))
        elif granted_roles := _ROLES.fullmatch(line):
            roles.update(re.findall(rf"{_NAME}(?:@{_NAME})?", granted_roles["roles"]))
        elif not line.startswith("SET DEFAULT ROLE "):  # MariaDB: which of the roles is on at login
            raise UserError(f"Can't read this privilege of {account}: {_without_secrets(line)}")
    held = {target: _normalise(privileges) for target, privileges in grants.items()}
    return User(account, tls, {t: p for t, p in held.items() if p}, frozenset(roles), plugins, auth_string)


def _parse_create_user(statement: str) -> tuple[tuple[str, ...], str, str]:
    """Return the plugins, the first one's authentication string, and the word after REQUIRE."""
    head = _CREATE_USER.match(statement)
    if not head:
        raise UserError(f"Can't read this answer to SHOW CREATE USER: {_without_secrets(statement)}")
    position = head.end()
    ways: list[re.Match[str]] = []
    while way := _AUTHENTICATION.match(statement, position):
        ways.append(way)
        position = way.end()
    require = _REQUIRE.match(statement, position)
    tls = require["tls"] if require else "NONE"
    # MariaDB prints a plain password so, naming no plugin
    if statement.startswith(" IDENTIFIED BY PASSWORD ", position):
        return ("mysql_native_password",), "", tls
    return tuple(way["plugin"] for way in ways), (ways[0]["string"] or "") if ways else "", tls


def _parse_privileges(privileges: str, rest: str) -> set[str]:
    """Split a GRANT line's privileges; `rest` is what follows the account."""
    names = set(re.findall(_PRIVILEGE, privileges))
    # The right to pass on a PROXY goes with it, and has no REVOKE of its own.
    if " WITH GRANT OPTION" in rest and names != {"PROXY"}:
        names.add("GRANT OPTION")
    return names


def _without_secrets(line: str) -> str:
    """Cut off the authentication clause, which may hold the hash of a password."""
    return line.partition(" IDENTIFIED ")[0]


def plan(current: User | None, desired: User | None) -> list[str]:
    """Return the statements that turn `current` into `desired`; None stands for no such user.

    Raises UserError when the current user does not log in with an IAM token: it is somebody else's.
    """
    if current is None:
        return [] if desired is None else [_create(desired), *_grant({}, desired)]
    _refuse_other_authentication(current)
    if desired is None:
        return [f"DROP USER {current.account}"]
    # Revoke first: ALL is narrowed by revoking it as a whole.
    return [*_alter(current, desired), *_revoke(current, desired), *_grant(current.grants, desired)]


def _refuse_other_authentication(user: User) -> None:
    if [plugin.lower() for plugin in user.plugins] != [PLUGIN.lower()]:
        way_in = " or ".join(user.plugins) or "no password at all"
        raise UserError(
            f"The user {user.account} exists and logs in with {way_in}, not with {PLUGIN} alone. It is left as it "
            "is, since whoever uses it would be locked out. Drop it by hand, or choose another name."
        )


def _create(user: User) -> str:
    return f"CREATE USER {user.account} {_authentication()} REQUIRE {user.tls}"


def _authentication() -> str:
    return f"IDENTIFIED WITH {PLUGIN} AS '{AUTH_STRING}'"


def _alter(current: User, desired: User) -> Iterator[str]:
    if current.auth_string != desired.auth_string:
        yield f"ALTER USER {desired.account} {_authentication()}"
    if current.tls != desired.tls:
        yield f"ALTER USER {desired.account} REQUIRE {desired.tls}"


def _revoke(current: User, desired: User) -> Iterator[str]:
    for role in sorted(current.roles - desired.roles):
        yield f"REVOKE {role} FROM {desired.account}"
    for target, held in sorted(current.grants.items()):
        wanted = desired.grants.get(target, frozenset())
        extra = {name for name in held - wanted if "ALL" not in wanted or not _covered_by_all(name)}
        for privileges in _groups(extra):
            yield f"REVOKE {privileges} ON {target} FROM {desired.account}"


def _grant(held: Mapping[str, frozenset[str]], desired: User) -> Iterator[str]:
    for target, wanted in sorted(desired.grants.items()):
        for privileges in _groups(wanted - held.get(target, frozenset())):
            yield f"GRANT {privileges} ON {target} TO {desired.account}"


def _groups(privileges: Iterable[str]) -> Iterator[str]:
    """Group privileges into what one statement may hold: ALL stands alone.

    Columns come first, since revoking a privilege from a table takes it from the columns too, and then there would
    be none left to revoke there.
    """
    names = sorted(privileges)
    columns = [name for name in names if "(" in name]
    others = [name for name in names if "(" not in name and name != "ALL"]
    for group in (columns, ["ALL PRIVILEGES"] if "ALL" in names else [], others):
        if group:
            yield ", ".join(group)


def describe(user: User | None) -> str:
    """Write a user as lines for a diff, empty for no user. Holds no secret: only IAM users come this far."""
    if user is None:
        return ""
    lines = [f"{user.account} IDENTIFIED WITH {PLUGIN} AS '{user.auth_string}' REQUIRE {user.tls}"]
    lines += [f"GRANT {role}" for role in sorted(user.roles)]
    lines += [f"GRANT {', '.join(sorted(names))} ON {target}" for target, names in sorted(user.grants.items())]
    return "\n".join(lines) + "\n"


_RIGHTS = (
    "The login user lacks a privilege that this needs: CREATE USER, SELECT on the database mysql, or, to grant or "
    "revoke, the privilege itself with GRANT OPTION."
)
# https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
_STATEMENT_HINTS = {
    1044: _RIGHTS,
    1045: _RIGHTS,
    1142: _RIGHTS,
    1227: _RIGHTS,
    1698: _RIGHTS,  # MariaDB, for a role
    1524: f"The server has no {PLUGIN}. Is this an RDS instance, and is IAM database authentication enabled on it?",
    1146: "Privileges on a table can be granted only once the table exists.",
}


def explain_statement(statement: str, code: int, words: str) -> str:
    """Say what a refused statement means. `code` and `words` are the server's."""
    hint = _STATEMENT_HINTS.get(code, "The server refused a statement.")
    return f"{hint} {statement}: {words} ({code})"
