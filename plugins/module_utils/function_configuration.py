# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of a Lambda function that lambda_function_configuration converges, and a function's environment.

Pure: no Ansible, no AWS. A configuration is the dictionary of Lambda's API (FunctionConfiguration).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

DEFAULT_EPHEMERAL_STORAGE: Final = 512  # MB
_KEYS: Final = {"description": "Description", "layers": "Layers", "ephemeral_storage": "EphemeralStorage"}


def settings_of(configuration: Mapping[str, Any], options: Iterable[str]) -> dict[str, Any]:
    """Read the settings of these options."""
    storage = configuration.get("EphemeralStorage", {})
    found = {
        "description": configuration.get("Description", ""),
        "layers": [layer["Arn"] for layer in configuration.get("Layers", [])],
        "ephemeral_storage": storage.get("Size", DEFAULT_EPHEMERAL_STORAGE),
    }
    return {option: found[option] for option in options}


def request_of(function_name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Write settings as a request of UpdateFunctionConfiguration, which leaves others as they are."""
    given = {_KEYS[option]: value for option, value in settings.items()}
    if "EphemeralStorage" in given:
        given["EphemeralStorage"] = {"Size": given["EphemeralStorage"]}
    return {"FunctionName": function_name} | given


def function_environment(given: Mapping[str, Any]) -> dict[str, str]:
    """The environment variables of a function as AWS takes them: text.

    Text stays as it is; everything else, true and false, numbers, lists and mappings, is written as JSON.

    :raises ValueError: a value is null, or none of these.
    """
    if problems := function_environment_problems(given):
        raise ValueError("; ".join(problems))
    return {name: _text(value) for name, value in given.items()}


def function_environment_problems(given: Mapping[str, Any]) -> list[str]:
    """What is wrong with the values: a sentence for each with the name, the reason and the way out, not the value."""
    found = []
    for name, value in given.items():
        if value is None:
            found.append(f"the value of {name} is null: give '' for an empty variable, or leave it out")
            continue
        try:
            _text(value)
        except (TypeError, ValueError):
            found.append(f"the value of {name} can't be written as JSON: give text")
    return found


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, allow_nan=False)
