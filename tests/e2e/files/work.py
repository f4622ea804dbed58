# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work that tests deploy in place of the shipped one: a task whose title says so fails."""

from task import Task


def work(task: Task) -> None:
    """Do nothing, or fail."""
    if task.title.startswith("fail"):
        raise RuntimeError(f"task {task.id} was told to fail")
