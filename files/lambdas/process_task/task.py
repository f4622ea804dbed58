# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task as process_task works on it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """A row of the table `tasks`."""

    id: int
    title: str
    description: str | None
