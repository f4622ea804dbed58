# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The name and the password to log in to a database with, out of a secret.

Pure: no Ansible, no AWS. No message has the secret's value in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class LoginError(ValueError):
    """There is no such secret, or no password in it."""


@dataclass(frozen=True)
class Login:
    """Whom to log in as. `user` is None when the secret names nobody."""

    user: str | None
    password: str = field(repr=False)


def managed_secret(kind: str, identifier: str, described: Mapping[str, Any] | None) -> str:
    """Return the ARN of the secret in which RDS keeps the master user's password.

    :param kind: `instance` or `cluster`, as in the name of the option.
    :raises LoginError: there is no such database, or it has no such secret.
    """
    if described is None:
        raise LoginError(f"db_{kind}_identifier: there is no {kind} {identifier!r} in this account and region")
    arn = (described.get("MasterUserSecret") or {}).get("SecretArn")
    if not arn:
        raise LoginError(
            f"db_{kind}_identifier: the {kind} {identifier!r} has no password that RDS manages in Secrets Manager; "
            "name a secret of your own, or give the password"
        )
    return str(arn)


def login_from(secret_id: str, value: str | None) -> Login:
    """Read a secret as RDS keeps it: a JSON object with `username` and `password`.

    :raises LoginError: it is something else.
    """
    try:
        content = json.loads(value or "")
    except ValueError:
        content = None  # its text is in the error, so the error is not passed on
    password = content.get("password") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(password, str) or not password:
        raise LoginError(
            f"the secret {secret_id!r} is not a JSON object with a `password`, as those of RDS are: "
            '{"username": ..., "password": ...}'
        )
    return Login(content.get("username"), password)
