# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work that a task stands for. Replace this file with yours; all else stays."""

import os
import time

from task import Task


def work(task: Task) -> None:  # noqa: ARG001 - a stand-in has no use for it
    """Do the work of `task`: this stand-in waits PROCESSING_SECONDS.

    It is called from several threads at once, and, since SQS delivers at least once, now and then twice for one task.
    An exception fails this task alone; its message is delivered again.
    """
    time.sleep(float(os.environ["PROCESSING_SECONDS"]))
