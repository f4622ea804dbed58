# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The statements that turn one user into another. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.model import (
    AUTH_STRING,
    PLUGIN,
    WITH_GRANT_OPTION,
    User,
    UserError,
    covered_by_all,
    groups,
    is_iam,
)

_IDENTIFIED = f"IDENTIFIED WITH {PLUGIN} AS '{AUTH_STRING}'"


def plan(current: User | None, desired: User | None, convert: bool = False) -> list[str]:
    """Return the statements that turn `current` into `desired`; None stands for no such user.

    Raises UserError when the current user does not log in with an IAM token alone: it is somebody else's. With
    `convert`, one that has a single way in, or none, is turned into an IAM user.
    """
    if current is None:
        return [] if desired is None else [_create(desired), *_grant({}, desired)]
    if not is_iam(current.plugins):
        _refuse(current, desired, convert)
    if desired is None:
        return [f"DROP USER {current.account}"]
    # Revoke first: ALL is narrowed by revoking it as a whole.
    return [*_alter(current, desired), *_revoke(current, desired), *_grant(current.grants, desired)]


def _refuse(current: User, desired: User | None, convert: bool) -> None:
    """Raise UserError unless the user may be converted."""
    way_in = " and ".join(current.plugins) or "no password at all"
    found = f"name: the user {current.account} exists and logs in with {way_in}, not with {PLUGIN} alone. It is left"
    if desired is None:
        raise UserError(f"{found}, since it is not an IAM user. Drop it by hand if nobody needs it.")
    if len(current.plugins) > 1:
        # ALTER USER … IDENTIFIED keeps MySQL's second factor.
        raise UserError(f"{found}, since who has several ways in is not converted. Take off all but one by hand.")
    if not convert:
        raise UserError(
            f"{found}, since whoever uses it would be locked out. Choose another name, or set convert: true to take "
            "its way in away and let it log in with IAM tokens."
        )


def _create(user: User) -> str:
    return f"CREATE USER {user.account} {_IDENTIFIED} REQUIRE {user.tls}"


def _alter(current: User, desired: User) -> Iterator[str]:
    # an expired account is one until it is identified anew
    same = is_iam(current.plugins) and current.auth_string == AUTH_STRING and not current.expired
    clauses = [] if same else [_IDENTIFIED]
    clauses += [f"REQUIRE {desired.tls}"] if current.tls != desired.tls else []
    clauses += ["ACCOUNT UNLOCK"] if current.locked else []
    if clauses:
        yield f"ALTER USER {desired.account} {' '.join(clauses)}"


def _revoke(current: User, desired: User) -> Iterator[str]:
    for role in sorted(current.roles - desired.roles):
        yield f"REVOKE {role} FROM {desired.account}"
    for target, held in sorted(current.grants.items()):
        for privileges in groups(_extra(held, desired.grants.get(target, frozenset()))):
            # what may be passed on is revoked as a whole, option and all
            yield f"REVOKE {privileges.removesuffix(WITH_GRANT_OPTION)} ON {target} FROM {desired.account}"


def _grant(held: Mapping[str, frozenset[str]], desired: User) -> Iterator[str]:
    for target, wanted in sorted(desired.grants.items()):
        for privileges in groups(wanted - _kept(held.get(target, frozenset()), wanted)):
            name = privileges.removesuffix(WITH_GRANT_OPTION)
            yield f"GRANT {name} ON {target} TO {desired.account}{privileges.removeprefix(name)}"


def _extra(held: frozenset[str], wanted: frozenset[str]) -> set[str]:
    """Return what is to be revoked. What ALL covers is not: GRANT ALL completes it."""
    return {name for name in held - wanted if "ALL" not in wanted or not covered_by_all(name)}


def _kept(held: frozenset[str], wanted: frozenset[str]) -> set[str]:
    """Return what is left after the REVOKE: one of a privilege on the table takes it from the columns too."""
    extra = _extra(held, wanted)
    return {name for name in held - extra if " (" not in name or not extra & {"ALL", name.partition(" (")[0]}} - {
        name.removesuffix(WITH_GRANT_OPTION) for name in extra
    }
