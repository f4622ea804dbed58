# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module rds_security_groups, a step each time, until there is nothing to wait for; shows the progress."""

from __future__ import annotations

from ansible_collections.taskmanager.aws.plugins.plugin_utils._rds.waiting import WaitingAction


class ActionModule(WaitingAction):
    """The waiting part of rds_security_groups."""
