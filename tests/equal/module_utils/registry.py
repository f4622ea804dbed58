# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What others register with."""

from __future__ import annotations

REGISTERED: list[str] = []


class Base:
    """Knows its subclasses."""

    subclasses: dict[str, type] = {}  # noqa: RUF012

    def __init_subclass__(cls) -> None:
        Base.subclasses[cls.__name__] = cls
