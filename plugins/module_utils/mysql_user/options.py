# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wanted user, from a module's options. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.model import (
    SYSTEM_ACCOUNTS,
    WITH_GRANT_OPTION,
    Account,
    Target,
    User,
    UserError,
    normalise,
    quote,
    with_all,
)

# https://dev.mysql.com/doc/refman/8.4/en/grant.html, Column Privileges
COLUMN_PRIVILEGES = {"SELECT", "INSERT", "UPDATE", "REFERENCES"}

_QUOTED = r"`(?:[^`\\]|``)+`"
_NAME = r"[^`.'\"\\*]+"
_KEY = re.compile(
    rf"(?:(?P<routine>(?i:FUNCTION|PROCEDURE))\s+)?(?P<database>{_QUOTED}|{_NAME})\.(?P<table>\*|{_QUOTED}|{_NAME})"
)
_COLUMN = rf"\s*({_QUOTED}|[^`,()\\]*[^`,()\\\s])\s*"
_PRIVILEGE = re.compile(rf"(?P<name>[A-Z][A-Z0-9_ ]*?)\s*(?:\((?P<columns>{_COLUMN}(?:,{_COLUMN})*)\))?", re.IGNORECASE)
_BETWEEN_COMMAS = rf"(?:\((?:{_QUOTED}|[^`)])*\)|[^,()])*"


@dataclass(frozen=True)
class Wish:
    """What the options ask for: `append` keeps other privileges and roles, `convert` takes a password away."""

    account: Account
    privileges: Mapping[Target, frozenset[str]]
    require_ssl: bool
    append: bool = False
    convert: bool = False


def parse_account(name: str, host: str) -> Account:
    """Return the account of these options; raise UserError when one is empty."""
    if not name:
        raise UserError("name: '' is an anonymous user, who can't log in with an IAM token. Give a name.")
    if not host:
        raise UserError("host: '' is not a host. Give a host, a pattern such as '10.0.%', or '%' for all hosts.")
    if name.lower() in SYSTEM_ACCOUNTS:
        raise UserError(f"name: {name!r} is an account of the server itself, and is left alone. Give another name.")
    # Servers store host names in lower case, and answer only to those when asked for the user.
    return Account(name, host.lower())


def parse_privileges(option: object) -> dict[Target, frozenset[str]]:
    """Read the option `privileges`, a mapping or a string as `priv` of ansible.mysql.mysql_user has it.

    Raises UserError, which names the part that can't be understood.
    """
    entries = _entries(option)
    privileges: dict[Target, frozenset[str]] = {}
    for key, words in entries:
        target = _target(key)
        if target in privileges:
            raise UserError(f"privileges: {key!r} is given twice. Put its privileges into one list.")
        privileges[target] = _privileges(key, target, words)
    return privileges


def desired_user(wish: Wish, current: User | None, patterns: bool, known: frozenset[str]) -> User:
    """Return the user that the wish makes of `current`. `patterns` as for Target.sql, `known` as for with_all."""
    grants = {target.sql(patterns): with_all(target, names, known) for target, names in wish.privileges.items()}
    tls = "SSL" if wish.require_ssl else "NONE"
    if current is None or not wish.append:
        return User(wish.account, tls, grants)
    held = current.grants
    both = {key: normalise(held.get(key, frozenset()) | grants.get(key, frozenset())) for key in {*held, *grants}}
    return User(wish.account, tls, both, current.roles)


def _entries(option: object) -> list[tuple[str, object]]:
    """Return what the option gives for each key. In a string `/` stands between them, and `:` behind a key."""
    if isinstance(option, Mapping):
        return [(str(key), words) for key, words in option.items()]
    if not isinstance(option, str):
        raise UserError(
            f"privileges: {option!r} is neither a mapping, such as {{'shop.*': [SELECT]}}, nor a string, such as "
            "'shop.*:SELECT'."
        )
    parts = [part.partition(":") for part in option.split("/")]
    return [(key.strip(), words) for key, _colon, words in parts]


def _target(key: str) -> Target:
    """Read `*.*`, `database.*` or `database.table`."""
    if key == "*.*":
        return Target()
    match = _KEY.fullmatch(key)
    if not match:
        raise UserError(
            f"privileges: {key!r} is neither '*.*' nor 'database.*' nor 'database.table' nor 'FUNCTION database.name' "
            "nor 'PROCEDURE database.name'. Write a name as it is: this "
            "module quotes it and escapes _ and %. A name with a dot, a quote or an asterisk goes into backticks; one "
            "with a backslash is not supported."
        )
    database, routine = _unquote(match["database"]), (match["routine"] or "").upper()
    if match["table"] == "*" and routine:
        raise UserError(f"privileges: {key!r} names no {routine.lower()}. On all of a database, give 'database.*'.")
    return Target(database, None if match["table"] == "*" else _unquote(match["table"]), routine)


def _unquote(name: str) -> str:
    return name[1:-1].replace("``", "`") if name.startswith("`") else name


def _privileges(key: str, target: Target, words: object) -> frozenset[str]:
    """Read the privileges for `key`, into the form that SHOW GRANTS prints."""
    names = {name for word in _words(key, words) for name in _privilege(key, target, word)}
    privileges = frozenset("ALL" if name == "ALL PRIVILEGES" else name for name in names) - {"USAGE"}
    if not privileges:
        raise UserError(f"privileges: {key!r} has none. Leave the key out: what is not listed is revoked.")
    if target == Target() and "ALL" in privileges:
        raise UserError(
            "privileges: ALL on '*.*' is not for a user of an application, RDS's administrator can't grant it, and "
            "MySQL never shows it as such. Name the privileges, or grant ALL on 'database.*'."
        )
    return privileges


def _words(key: str, words: object) -> list[str]:
    """Return the privileges one by one, from a list or from a string with commas."""
    if isinstance(words, str) and re.fullmatch(rf"{_BETWEEN_COMMAS}(?:,{_BETWEEN_COMMAS})*", words):
        return [word for word in re.findall(_BETWEEN_COMMAS, words) if word.strip()]
    if isinstance(words, list) and all(isinstance(word, str) for word in words):
        return words
    raise UserError(
        f"privileges: {words!r} on {key!r} is not a list of privileges, such as [SELECT, INSERT] or 'SELECT, INSERT'."
    )


def _privilege(key: str, target: Target, word: str) -> set[str]:
    """Read one privilege; one on columns becomes an element for each column."""
    match = _PRIVILEGE.fullmatch(word.strip())
    if not match:
        raise UserError(
            f"privileges: {word!r} on {key!r} is not the name of a privilege, such as SELECT, ALL or "
            "'SELECT (id, title)'. A column with a comma, a bracket or a backtick goes into backticks."
        )
    name = " ".join(match["name"].upper().split())
    if name == "GRANT":  # as ansible.mysql.mysql_user has it
        name = "GRANT OPTION"
    if name.endswith(WITH_GRANT_OPTION) and ("_" not in name or target != Target()):
        raise UserError(
            f"privileges: {word!r} on {key!r}: only a dynamic privilege, such as ROLE_ADMIN on '*.*', has an option of "
            "its own. Give GRANT OPTION as a privilege beside the others."
        )
    if not match["columns"]:
        return {name}
    if name not in COLUMN_PRIVILEGES or target.table is None:
        raise UserError(
            f"privileges: {word!r} on {key!r} names columns, which is for {', '.join(sorted(COLUMN_PRIVILEGES))} on "
            "'database.table' alone."
        )
    return {f"{name} ({quote(_unquote(column))})" for column in re.findall(_COLUMN, match["columns"])}
