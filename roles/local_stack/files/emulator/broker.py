# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the database's authentication plugin able to ask MiniStack whether a token may log in.

MiniStack issues a capability for one RDS instance, in this process alone. The plugin reads `<port> <capability>` from a
file at each login; this thread writes it whenever the instance with the database's port is made or made anew.
"""

import os
import threading
import time
from pathlib import Path
from typing import Any

from ministack.core import rds_iam
from ministack.services import rds

POLL_SECONDS = 0.1


def log_decisions() -> None:
    """Log the bounded reason code of each login, never the token."""
    original = rds_iam.authorize_rds_iam_token

    def authorize(token: str, **target: Any) -> Any:
        result = original(token, **target)
        code = getattr(result, "code", "allowed")
        print("rds-iam", target["resource_identifier"], target["db_user"], code, flush=True)
        return result

    rds_iam.authorize_rds_iam_token = authorize


def find_instance(port: int) -> tuple[tuple[str, str, str], dict[str, Any]] | None:
    """((account, region, identifier), record) of the RDS instance whose endpoint has the database's port."""
    for key, instance in list(rds._instances._data.items()):
        if instance.get("Endpoint", {}).get("Port") == port:
            return key, instance
    return None


def write_private(path: Path, text: str) -> None:
    """Replace a file at once, readable by its owner alone."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.rename(path)


def watch(conf: Path, db_port: int, gateway_port: int) -> None:
    """Issue a capability for each instance record that appears, and anew when the file is lost; never returns."""
    bound: dict[str, Any] | None = None
    while True:
        found = find_instance(db_port)
        if found and (found[1] is not bound or not conf.exists()):
            (account, region, identifier), bound = found
            capability = rds_iam.issue_capability(
                account_id=account, region=region, resource_kind="instance", resource_identifier=identifier
            )
            write_private(conf, f"{gateway_port} {capability}\n")
        time.sleep(POLL_SECONDS)


def start(conf: Path, db_port: int, gateway_port: int) -> None:
    """Watch in the background."""
    log_decisions()
    threading.Thread(target=watch, args=(conf, db_port, gateway_port), daemon=True).start()
