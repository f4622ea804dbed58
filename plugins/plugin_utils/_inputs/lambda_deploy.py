# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inputs of the role lambda_deploy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.function_configuration import (
    function_environment,
    function_environment_problems,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.kinds import (
    Kind,
    choice,
    duplicates,
    integer,
    missing,
    shown,
    values,
)

_FUNCTION: Final = "lambda_deploy_functions[]"
_SETTINGS: Final = f"{_FUNCTION}.settings"
_QUEUE: Final = f"{_FUNCTION}.event_sources[]"
KINDS: Final[dict[str, Kind]] = {
    f"{_FUNCTION}.name": aws.FUNCTION_NAME,
    f"{_FUNCTION}.description?": aws.FUNCTION_DESCRIPTION,
    f"{_FUNCTION}.role_arn": aws.ROLE_ARN,
    f"{_FUNCTION}.environment{{}}": aws.VARIABLE_NAME,
    f"{_FUNCTION}.package.sources[].src": aws.NOT_BLANK,
    f"{_FUNCTION}.package.requirements?": aws.NOT_BLANK,
    f"{_SETTINGS}.runtime": aws.RUNTIME,
    f"{_SETTINGS}.architecture?": choice("x86_64", "arm64"),
    f"{_SETTINGS}.handler": aws.HANDLER,
    f"{_SETTINGS}.timeout?": aws.TIMEOUT,
    f"{_SETTINGS}.memory_size?": aws.MEMORY,
    f"{_SETTINGS}.layers[].layer_version_arn?": aws.LAYER_ARN,
    f"{_SETTINGS}.ephemeral_storage?": aws.EPHEMERAL_STORAGE,
    f"{_SETTINGS}.dead_letter_arn?": aws.DEAD_LETTER_ARN,
    f"{_SETTINGS}.reserved_concurrency?": integer(0, 1_000_000),
    f"{_SETTINGS}.vpc_subnet_ids[]": aws.SUBNET_ID,
    f"{_SETTINGS}.vpc_security_group_ids[]": aws.GROUP_ID,
    f"{_FUNCTION}.tags{{}}": aws.TAG_KEY,
    f"{_FUNCTION}.alias?": aws.ALIAS,
    f"{_FUNCTION}.keep_versions?": integer(1, 10_000),
    f"{_QUEUE}.event_source_arn": aws.QUEUE_ARN,
    f"{_QUEUE}.batch_size?": integer(1, 10_000),
    f"{_QUEUE}.maximum_batching_window?": integer(0, 300, "a number of seconds"),
    f"{_QUEUE}.maximum_concurrency?": integer(2, 1_000),
    "lambda_deploy_health_wait_seconds": integer(0, 86_400, "a number of seconds"),
}


def contradictions(inputs: Mapping[str, Any]) -> list[str]:
    """What is there twice, missing, too large, or fits nothing else."""
    found = duplicates(inputs, f"{_FUNCTION}.name")
    folder = inputs.get("lambda_deploy_build_dir")
    if inputs["lambda_deploy_functions"] and not aws.NOT_BLANK.accepts(folder):
        found.append(f"lambda_deploy_build_dir is {shown(folder)}: it must be the folder for the packages")
    if inputs["lambda_deploy_state"] == "absent":
        return found
    found += missing(inputs, [f"{_FUNCTION}.package.sources"], "to package the function's code")
    for index, function in enumerate(inputs["lambda_deploy_functions"]):
        found += _of_function(f"lambda_deploy_functions[{index}]", function)
    return found


def _of_function(place: str, function: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{place}.{each}" for each in duplicates(function, "event_sources[].event_source_arn"))
    settings = function["settings"]
    in_vpc = [bool(settings.get(key)) for key in ("vpc_subnet_ids", "vpc_security_group_ids")]
    if any(in_vpc) and not all(in_vpc):
        yield f"{place}.settings has one of vpc_subnet_ids and vpc_security_group_ids: give both, or neither"
    environment = function.get("environment") or {}
    for name in sorted(aws.RESERVED_VARIABLES & environment.keys()):
        yield f"{place}.environment has {name}, which Lambda sets itself: take it out"
    problems = function_environment_problems(environment)
    yield from (f"{place}.environment: {problem}" for problem in problems)
    text = {} if problems else function_environment(environment)
    size = sum(len(f"{name}{value}".encode(errors="replace")) for name, value in text.items())
    if size > aws.MOST_OF_ENVIRONMENT:
        yield f"{place}.environment has {size} bytes, names and values: Lambda takes {aws.MOST_OF_ENVIRONMENT} at most"
    for where, layer in values(settings, "layers[]"):
        if isinstance(layer, Mapping) and not layer.get("layer_version_arn") and not layer.get("layer_name"):
            yield f"{place}.settings.{where} is {shown(layer)}: give layer_version_arn, or layer_name and version"
