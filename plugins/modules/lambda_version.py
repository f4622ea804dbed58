#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: lambda_version
version_added: 0.1.0
short_description: Publish a version of a Lambda function
description:
  - Publishes the code and the settings of a function as a version, unless the newest version has them already.
  - Waits until the function's last update is finished, and until the version can be invoked.
  - Deletes old versions when told how many to keep.
  - Point an alias at the version with M(amazon.aws.lambda_alias).
author:
  - taskmanager.aws contributors
options:
  function_name:
    description:
      - The name or ARN of the function.
    type: str
    required: true
  keep:
    description:
      - How many versions to keep, the newest ones, at least 1. Those that an alias sends calls to are kept besides.
      - Without it, no version is deleted.
    type: int
  wait_timeout:
    description:
      - The longest wait for Lambda to finish an update, or a version, in seconds.
    type: int
    default: 180
attributes:
  check_mode:
    description: Says whether a version would be published, and which ones deleted, and writes nothing.
    support: full
    details:
      - A function that is not there yet is one whose first version would be published.
  diff_mode:
    description: Shows the versions, before and after.
    support: full
  idempotent:
    description: A second run on the same function changes nothing.
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: amazon.aws.lambda
  - module: amazon.aws.lambda_alias
notes:
  - M(amazon.aws.lambda) publishes a version with each change of code, but none with a change of settings, and deletes
    none.
"""

EXAMPLES = r"""
- name: Publish a version, and keep the newest three
  taskmanager.aws.lambda_version:
    function_name: take_order
    keep: 3
"""

RETURN = r"""
version:
  description: The newest version.
  returned: success, but not when check mode predicts a new one
  type: str
  sample: "7"
versions:
  description: All versions, the oldest first.
  returned: success; without a version that check mode predicts
  type: list
  elements: str
  sample: ["5", "6", "7"]
aliases:
  description: The version that each alias points at, by the alias's name.
  returned: success
  type: dict
  sample: {"live": "6"}
"""

from dataclasses import replace
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.taskmanager.aws.plugins.module_utils.function_version import Published, outdated
from ansible_collections.taskmanager.aws.plugins.module_utils.function_version_api import (
    FunctionVersionError,
    delete_version,
    find_versions,
    publish,
    wait_until,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.refuse import refuse_wrong_options

PREDICTED = "(new)"

CHECKED = {
    "function_name": aws.FUNCTION_REFERENCE,
}


def run(module: AnsibleAWSModule) -> dict[str, Any]:
    """Publish and delete versions, and return the module's result.

    :raises FunctionVersionError: there is no such function, or AWS refused or failed a call, or took too long.
    """
    name, keep = module.params["function_name"], module.params["keep"]
    client = module.client("lambda")
    found = find_versions(client, name)
    if found is None:
        if not module.check_mode:
            raise FunctionVersionError(message=f"function_name: there is no function {name!r}; create it first")
        found = Published([], {}, is_current=False, in_use=set())
    after = found if found.is_current else with_new_version(module, client, found)
    old = outdated(after, keep)
    if not module.check_mode:
        # also one that somebody else published just now, as amazon.aws.lambda does with changed code
        wait_until(
            "published_version_active", client, name, module.params["wait_timeout"], Qualifier=after.versions[-1]
        )
        for version in old:
            delete_version(client, name, version)
    versions = [version for version in after.versions if version not in old]
    result = described(versions, found.aliases) | {"changed": versions != found.versions}
    if module._diff:
        result["diff"] = {"before": {"versions": found.versions}, "after": {"versions": versions}}
    return result


def with_new_version(module: AnsibleAWSModule, client: Any, found: Published) -> Published:
    """Publish a version, and return all; in check mode with one that stands for it."""
    if module.check_mode:
        return replace(found, versions=[*found.versions, PREDICTED])
    name, timeout = module.params["function_name"], module.params["wait_timeout"]
    wait_until("function_updated_v2", client, name, timeout)
    wait_until("function_active_v2", client, name, timeout)
    version = publish(client, name)["Version"]
    return replace(found, versions=sorted({*found.versions, version}, key=int))


def described(versions: list[str], aliases: dict[str, str]) -> dict[str, Any]:
    """Return the module's values for these versions; the number of a predicted one is not known."""
    known = [version for version in versions if version != PREDICTED]
    newest = {"version": versions[-1]} if known == versions else {}
    return newest | {"versions": known, "aliases": aliases}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "function_name": {"type": "str", "required": True},
            "keep": {"type": "int"},
            "wait_timeout": {"type": "int", "default": 180},
        },
        supports_check_mode=True,
    )
    refuse_wrong_options(module, CHECKED)
    if module.params["keep"] is not None and module.params["keep"] < 1:
        module.fail_json(msg=f"keep: {module.params['keep']}, must be at least 1: the newest version can't be deleted")
    try:
        result = run(module)
    except FunctionVersionError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
