# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Removes the temporary folders of runs of Ansible that were killed."""

from __future__ import annotations

DOCUMENTATION = """
name: clear_temporary
type: notification
version_added: 0.1.0
short_description: Remove the temporary folders of runs that were killed
description:
  - Ansible removes its temporary folder when it ends, so that a run that is killed leaves it; some are 4 MB large.
  - Removes, when a playbook starts, those beside its own whose process, by the number in their name, has gone.
notes:
  - The folder that they are in must not be shared with other machines or containers, whose processes are not seen.
requirements:
  - enable in configuration
author:
  - taskmanager.aws contributors
"""

import os
import re
import shutil
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.plugins.callback import CallbackBase

# tempfile.mkdtemp adds eight characters to the process's number, and some are digits
OWNED = re.compile(r"ansible-local-(\d+)\w{8}")


def is_running(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def clear(parent: Path) -> None:
    """Remove the folders in `parent` whose runs have gone."""
    for folder in parent.glob("ansible-local-*"):
        owner = OWNED.fullmatch(folder.name)
        if owner and not is_running(int(owner[1])):
            shutil.rmtree(folder, ignore_errors=True)  # another run may be at it


class CallbackModule(CallbackBase):
    """Looks when a playbook starts."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "taskmanager.aws.clear_temporary"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_start(self, playbook: Any) -> None:
        del playbook
        clear(Path(constants.DEFAULT_LOCAL_TMP).parent)
