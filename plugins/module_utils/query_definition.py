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

# Logs Insights QL, which is the default, OpenSearch SQL and OpenSearch PPL
# (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html).
LANGUAGES = ("CWLI", "SQL", "PPL")


class InvalidQueryError(ValueError):
    """A query that CloudWatch cannot save."""


class AmbiguousNameError(ValueError):
    """More than one query definition has the name."""


@dataclass(frozen=True)
class Settings:
    """Everything that is converged on a query definition. The order of log groups means nothing: they are sorted."""

    query_string: str
    query_language: str
    log_group_names: list[str]


def given_settings(params: Mapping[str, Any]) -> Settings:
    """Return the settings that the module's options state."""
    return Settings(params["query_string"].strip(), params["query_language"], sorted(params["log_group_names"]))


def check(settings: Settings) -> None:
    """Refuse log groups beside a query in SQL, which names them itself.

    The rule is that of logGroupNames in
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html.

    :raises InvalidQueryError: there are log groups beside it.
    """
    if settings.query_language == "SQL" and settings.log_group_names:
        raise InvalidQueryError(
            f"log_group_names: {settings.log_group_names} can't be given with query_language SQL, whose queries name "
            "their log groups: put them into query_string, such as FROM `/aws/lambda/take_order`, and leave this out"
        )


def settings_of(definition: Mapping[str, Any]) -> Settings:
    """Read the settings of a query definition; one that was saved before there were languages names none."""
    return Settings(
        definition["queryString"].strip(),
        definition.get("queryLanguage", LANGUAGES[0]),
        sorted(definition.get("logGroupNames", [])),
    )


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


def request_of(name: str, settings: Settings, current: Mapping[str, Any] | None) -> dict[str, Any]:
    """Write the settings as a request of PutQueryDefinition that replaces the current definition, or makes one.

    PutQueryDefinition keeps nothing that it is not given, so parameters that others declared are given again; queries
    in Logs Insights QL alone have them.
    """
    keys = ("queryDefinitionId", "parameters") if settings.query_language == LANGUAGES[0] else ("queryDefinitionId",)
    kept = {key: current[key] for key in keys if key in current} if current else {}
    groups = {"logGroupNames": settings.log_group_names} if settings.query_language != "SQL" else {}
    return kept | {
        "name": name,
        "queryString": settings.query_string,
        "queryLanguage": settings.query_language,
        **groups,
    }
