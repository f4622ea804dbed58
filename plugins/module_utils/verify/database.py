# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The database: whether it takes IAM tokens, and whether its users are as asked for.

Pure: no Ansible, no AWS, no database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.taskmanager.aws.plugins.module_utils.verify.check import (
    NONE,
    Answer,
    Check,
    Unknown,
    asked,
    check,
    first,
)

CONVERGE = "run site.yml with the tag rds_iam_auth"


def db_instance_checks(wanted: str, instance: Answer, unknown: Unknown) -> Iterator[Check]:
    """The checks of an RDS instance, by its identifier; of one that is not there, that it is not."""
    if unknown(wanted):
        return
    make = "make it anew, or restore it from a snapshot"
    yield asked(f"database {wanted} exists", instance, "instances", lambda found: [] if found else [NONE], make)
    current = first(instance.get("instances", []))
    if current:
        on = current.get("iam_database_authentication_enabled")
        faults = [] if on else ["IAM authentication is off"]
        yield check(f"{wanted} takes IAM tokens", faults, CONVERGE)


def db_user_checks(wanted: Mapping[str, Any], user: Answer, host: str, unknown: Unknown) -> Iterator[Check]:
    """The check of a database user, as the role rds_iam_auth takes it, unless its database is not there."""
    if unknown(host):
        return
    name = f"database user {wanted['name']}@{wanted.get('host', '%')} is as asked for"
    yield asked(name, user, "statements", lambda found: [f"it would take {each}" for each in found], CONVERGE)
