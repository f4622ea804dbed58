# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inputs of the role rds_iam_auth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.kinds import (
    Kind,
    integer,
    shown,
    values,
    wrong_values,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.model import UserError
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.options import parse_privileges

KINDS: Final[dict[str, Kind]] = {
    "rds_iam_auth_db_instance": aws.DB_IDENTIFIER_OR_NONE,
    "rds_iam_auth_db_cluster": aws.DB_IDENTIFIER_OR_NONE,
    "rds_iam_auth_wait_timeout": integer(1, 86_400, "a number of seconds"),
    "rds_iam_auth_users[].name": aws.USER_NAME,
    "rds_iam_auth_users[].host?": aws.HOST,
}
MANAGED_BY_RDS: Final = ("rds",)  # stands for the secret in which RDS keeps the master user's password
LOGIN_KINDS: Final[dict[str, Kind]] = {
    "rds_iam_auth_login.login_host?": aws.DATABASE_HOST,
    "rds_iam_auth_login.login_port?": aws.PORT,
    "rds_iam_auth_login.login_user?": aws.NOT_BLANK,
    "rds_iam_auth_login.connect_timeout?": aws.CONNECT_TIMEOUT,
}


def contradictions(inputs: Mapping[str, Any]) -> list[str]:
    """Two databases, a way to the administrator's password that is missing or double, and users that can't be."""
    instance, cluster = inputs["rds_iam_auth_db_instance"], inputs["rds_iam_auth_db_cluster"]
    found = []
    if instance and cluster:
        found.append(
            f"rds_iam_auth_db_instance is {instance} and rds_iam_auth_db_cluster is {cluster}: give one of "
            "them; the instances of a cluster have the cluster's setting"
        )
    if inputs["rds_iam_auth_users"]:
        found += wrong_values(inputs, LOGIN_KINDS, check_mode=inputs["check_mode"])
        found += [*_of_login(inputs, instance or cluster), *_of_users(inputs)]
    return found


def _of_login(inputs: Mapping[str, Any], database: str) -> Iterator[str]:
    login, secret_id = inputs["rds_iam_auth_login"], inputs["rds_iam_auth_secret"]
    ways = {
        "rds_iam_auth_login.login_password": "login_password" in login,
        "rds_iam_auth_secret": bool(secret_id),
        "rds_iam_auth_login_by_token": str(inputs["rds_iam_auth_login_by_token"]).lower() in ("true", "yes", "1", "on"),
    }
    given = [way for way, is_given in ways.items() if is_given]
    if len(given) != 1:
        yield (
            "rds_iam_auth_users needs one way to the administrator's password: rds_iam_auth_login.login_password, "
            f"rds_iam_auth_secret or rds_iam_auth_login_by_token; given: {', '.join(given) or 'none'}"
        )
    for name in ("login_host", "ca_cert", *(() if secret_id else ("login_user",))):
        if name not in login:
            yield f"rds_iam_auth_login.{name} is missing"
    if secret_id in MANAGED_BY_RDS and not database:
        yield (
            "rds_iam_auth_secret is rds, the secret that RDS keeps for a database: give rds_iam_auth_db_instance or "
            "rds_iam_auth_db_cluster"
        )


def _of_users(inputs: Mapping[str, Any]) -> Iterator[str]:
    users = inputs["rds_iam_auth_users"]
    accounts = Counter((str(user["name"]), str(user.get("host", "%")).lower()) for user in users)
    for (name, host), count in accounts.items():
        if count > 1:
            yield f"rds_iam_auth_users: {name}@{host} is there {count} times: give it once, with all its privileges"
    if inputs["rds_iam_auth_state"] == "absent":
        return
    for place, user in values(inputs, "rds_iam_auth_users[]"):
        if user.get("privileges") is None:
            yield f"{place} ({shown(user['name'])}) has no privileges: give them, {{}} for none"
            continue
        try:
            parse_privileges(user["privileges"])
        except UserError as error:
            yield f"{place} ({shown(user['name'])}): {error}"
