# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registers itself where others look."""

from __future__ import annotations

from ansible.module_utils.registry import REGISTERED, Base

REGISTERED.append(__name__)


class Child(Base):
    """A subclass."""
