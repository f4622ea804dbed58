# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a Lambda function needs a new version, and which old ones may go.

Pure: no Ansible, no AWS. A version is the dictionary of Lambda's API (FunctionConfiguration), an alias likewise
(AliasConfiguration). The rules: https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

UNPUBLISHED: Final = "$LATEST"
# What differs between a version and the function that it was published from, though code and settings are the same.
OF_ONE_VERSION: Final = {
    "Description",  # a version may have one of its own
    "FunctionArn",
    "LastModified",
    "LastUpdateStatus",
    "LastUpdateStatusReason",
    "LastUpdateStatusReasonCode",
    "MasterArn",
    "RevisionId",
    "RuntimeVersionConfig",
    "SnapStart",  # has the state of its snapshot
    "State",
    "StateReason",
    "StateReasonCode",
    "Version",
}


@dataclass(frozen=True)
class Published:
    """The versions of a function, the oldest first, and the version by alias."""

    versions: list[str]
    aliases: dict[str, str]
    is_current: bool
    """Whether the newest version has the code and the settings of the function itself."""
    in_use: set[str]
    """The versions that an alias sends calls to."""


def published(configurations: Iterable[Mapping[str, Any]], aliases: Sequence[Mapping[str, Any]]) -> Published:
    """Read what ListVersionsByFunction and ListAliases answer."""
    by_version = {configuration["Version"]: configuration for configuration in configurations}
    latest = by_version.pop(UNPUBLISHED)
    versions = sorted(by_version, key=int)
    return Published(
        versions=versions,
        aliases={alias["Name"]: alias["FunctionVersion"] for alias in aliases},
        is_current=bool(versions) and _content(by_version[versions[-1]]) == _content(latest),
        in_use={version for alias in aliases for version in _targets(alias)},
    )


def outdated(found: Published, keep: int | None) -> list[str]:
    """Return the versions to delete so that the newest `keep` stay (None: all), and those in use."""
    if keep is None:
        return []
    return [version for version in found.versions[:-keep] if version not in found.in_use]


def _content(configuration: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in configuration.items() if key not in OF_ONE_VERSION}


def _targets(alias: Mapping[str, Any]) -> set[str]:
    weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    return {alias["FunctionVersion"], *weights}
