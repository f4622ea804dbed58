# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a database takes IAM tokens, whether it can be made to now, and what there is to wait for.

Pure: no Ansible, no AWS. Instances and clusters are the dictionaries of RDS's API (DBInstance, DBCluster).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

SETTING: Final = "IAMDatabaseAuthenticationEnabled"
ENGINES: Final = ("aurora-mysql", "aurora-postgresql", "mariadb", "mysql", "postgres")
# What a database can be modified in. `storage-optimization` goes on for hours beside everything else.
READY: Final = {"available", "storage-optimization"}
# What a database is in while this change is made.
CHANGING: Final = {"configuring-iam-database-auth", "modifying"}
# What no database gets out of by itself.
STUCK: Final = re.compile(
    r"stopped|deleting|storage-full|insufficient-capacity|restore-error|(.*-)?failed|(incompatible|inaccessible)-.*"
)
# The defaults of the module's options, in seconds.
WAIT_TIMEOUT: Final = 900
WAIT_DELAY: Final = 10


class DatabaseError(ValueError):
    """The database does not exist, or IAM authentication can't be enabled for it as it is."""


@dataclass(frozen=True)
class Database:
    """What decides of an instance or a cluster.

    `coming` is the value that the setting is about to have; `queued` are the other settings with such a value.
    """

    name: str
    engine: str
    status: str
    enabled: bool
    coming: bool | None = None
    queued: tuple[str, ...] = ()
    cluster: str = ""

    @property
    def reached(self) -> bool:
        """Whether the setting is as it is wanted, and nothing else is on its way."""
        return self.enabled and self.coming is not False


def instance_of(described: Mapping[str, Any]) -> Database:
    """Read an instance."""
    name, cluster = described["DBInstanceIdentifier"], described.get("DBClusterIdentifier") or ""
    return _database(f"RDS instance {name!r}", described, described["DBInstanceStatus"], cluster)


def cluster_of(described: Mapping[str, Any], members: Iterable[Mapping[str, Any]]) -> Database:
    """Read a cluster. It is changing as long as one of its instances is."""
    statuses = [described["Status"], *(member["DBInstanceStatus"] for member in members)]
    status = next((each for each in statuses if each in CHANGING), described["Status"])
    return _database(f"cluster {described['DBClusterIdentifier']!r}", described, status)


def _database(name: str, described: Mapping[str, Any], status: str, cluster: str = "") -> Database:
    pending = described.get("PendingModifiedValues") or {}
    queued = sorted(key for key, value in pending.items() if key != SETTING and value not in (None, "", [], {}))
    enabled = bool(described.get(SETTING))
    return Database(name, described["Engine"], status, enabled, pending.get(SETTING), tuple(queued), cluster)


def check(database: Database) -> None:
    """Refuse what can't be changed, or not without changing something else.

    :raises DatabaseError: names what keeps from it, and the way out.
    """
    if database.engine not in ENGINES:
        raise DatabaseError(
            f"{database.name} runs {database.engine}, which has no IAM authentication; those that have it: "
            f"{', '.join(ENGINES)}"
        )
    if database.reached:
        return
    if database.cluster:
        raise DatabaseError(
            f"db_instance_identifier: {database.name} is a member of the cluster {database.cluster!r}, which has the "
            f"setting for all of its members; give db_cluster_identifier {database.cluster!r}"
        )
    if STUCK.fullmatch(database.status):
        raise DatabaseError(
            f"{database.name} is {database.status}, and can't be modified in this state, which does not pass by "
            "itself; have it available, and run again"
        )
    if database.queued:
        raise DatabaseError(
            f"{database.name} has changes that wait for its maintenance window: {', '.join(database.queued)}. RDS "
            "would make them too, at once and perhaps with an outage, when it makes this one; make or revert them "
            "first, or run again after the window"
        )


def to_modify(database: Database) -> bool:
    """Whether the setting is to be changed, and can be now."""
    return not database.reached and database.status in READY


def waiting_for(database: Database) -> str:
    """What there is to wait for, in words; nothing when the setting is in force."""
    if database.reached and database.coming is None and database.status not in CHANGING:
        return ""
    state = "enabled" if database.enabled else "disabled"
    return f"{database.name} is {database.status}, IAM authentication {state}"
