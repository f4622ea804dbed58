# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings of the policy lint that stand, and why."""

from __future__ import annotations

from policy_lint import Finding

# By document: the Sid, what is found (one or more kinds), about which actions or resources, and why it stands.
EXPLAINED: dict[str, list[tuple[str, str, str, str]]] = {
    "TaskManagementLambdaPolicy": [
        (
            "ConnectToDatabase",
            "CREDENTIALS_EXPOSURE PERMISSIONS_MANAGEMENT_ACTIONS",
            "rds-db:connect",
            "to log in as lambda_user is what R12 asks for; the resource is that user of this one database",
        ),
        (
            "AttachToVpc",
            "RESOURCE_STAR",
            "ec2:createnetworkinterface ec2:deletenetworkinterface"
            " ec2:assignprivateipaddresses ec2:unassignprivateipaddresses",
            "Lambda makes interfaces of ids that nobody knows before; AWSLambdaVPCAccessExecutionRole says the same",
        ),
    ],
}


def explained(document: str) -> set[Finding]:
    """The findings of a document that are explained."""
    return {
        (sid, kind, subject)
        for sid, kinds, subjects, _ in EXPLAINED.get(document, [])
        for kind in kinds.split()
        for subject in subjects.split()
    }
