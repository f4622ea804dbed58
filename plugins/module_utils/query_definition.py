# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a saved query of CloudWatch Logs Insights is, and which one has a name.

Pure: no Ansible, no AWS. A query definition is the dictionary of CloudWatch's API (QueryDefinition).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


class AmbiguousNameError(ValueError):
    """More than one query definition has the name."""


@dataclass(frozen=True)
class Settings:
    """Everything that is converged on a query definition. The order of log groups means nothing: they are sorted."""

    query_string: str
    log_group_names: list[str]


def given_settings(params: Mapping[str, Any]) -> Settings:
    """Return the settings that the module's options state."""
    return Settings(params["query_string"].strip(), sorted(params["log_group_names"]))


def settings_of(definition: Mapping[str, Any]) -> Settings:
    """Read the settings of a query definition."""
    return Settings(definition["queryString"].strip(), sorted(definition.get("logGroupNames", [])))


def named(name: str, definitions: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the definition of exactly this name, or None.

    :raises AmbiguousNameError: AWS lets several have one name, and nothing tells which of them is meant.
    """
    found = [definition for definition in definitions if definition["name"] == name]
    if len(found) > 1:
        ids = ", ".join(sorted(definition["queryDefinitionId"] for definition in found))
        raise AmbiguousNameError(
            f"name: {name!r} is the name of {len(found)} query definitions ({ids}), so it is not clear which one is "
            "meant; rename or delete all but one of them"
        )
    return found[0] if found else None


def request_of(name: str, settings: Settings, definition_id: str | None) -> dict[str, Any]:
    """Write the settings as a request of PutQueryDefinition; without the id it makes another definition."""
    identity = {"queryDefinitionId": definition_id} if definition_id else {}
    return identity | {
        "name": name,
        "queryString": settings.query_string,
        "logGroupNames": settings.log_group_names,
    }
