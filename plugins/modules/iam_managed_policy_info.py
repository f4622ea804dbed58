#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_managed_policy_info
version_added: 0.1.0
short_description: Read a managed policy of the account, with its document
description:
  - Finds a customer managed policy by its name, and reads the document that is in force.
  - P(amazon.aws.iam_managed_policy#module) writes such policies; no module of amazon.aws reads their documents.
author:
  - taskmanager.aws contributors
options:
  name:
    description:
      - The name of the policy, whatever its path.
    type: str
    required: true
  entities:
    description:
      - Whether to tell who has the policy.
    type: bool
    default: false
attributes:
  check_mode:
    description: It only reads.
    support: full
  diff_mode:
    description: It changes nothing.
    support: none
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Read what a policy allows
  taskmanager.aws.iam_managed_policy_info:
    name: ShopLogs

- name: Read who has a policy
  taskmanager.aws.iam_managed_policy_info:
    name: ShopLogs
    entities: true
"""

RETURN = r"""
policies:
  description: The policy; empty when there is none of that name.
  returned: always
  type: list
  elements: dict
  contains:
    policy_name:
      description: The name.
      returned: always
      type: str
      sample: ShopLogs
    arn:
      description: The ARN.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:policy/ShopLogs
    policy_document:
      description: The document of the version that is in force, as AWS has it.
      returned: always
      type: dict
      sample: {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}
    entities:
      description: Who has the policy, by name within each type.
      returned: with O(entities)
      type: list
      elements: dict
      contains:
        usage:
          description: Whether the policy is V(attached), or is the V(boundary) of the permissions.
          returned: always
          type: str
          sample: attached
        type:
          description: V(role), V(user) or V(group).
          returned: always
          type: str
          sample: role
        name:
          description: The name.
          returned: always
          type: str
          sample: ShopTakeOrder
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.iam import (
    AnsibleIAMError,
    IAMErrorHandler,
    get_iam_managed_policy_version,
    list_iam_managed_policies,
)
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.refuse import refuse_wrong_options

CHECKED = {
    "name": aws.POLICY_NAME,
}


# By usage, AWS's name for it; by type, where AWS tells of it and of its name.
USAGES = {"attached": "PermissionsPolicy", "boundary": "PermissionsBoundary"}
TYPES = {
    "role": ("PolicyRoles", "RoleName"),
    "user": ("PolicyUsers", "UserName"),
    "group": ("PolicyGroups", "GroupName"),
}


def read_policies(client: Any, name: str, entities: bool = False) -> list[dict[str, Any]]:
    """Return the policy with its document, and on request with who has it, or nothing.

    :raises AnsibleIAMError: AWS refused or failed a call.
    """
    return [
        {
            "policy_name": name,
            "arn": policy["Arn"],
            "policy_document": get_iam_managed_policy_version(client, policy["Arn"], policy["DefaultVersionId"])[
                "Document"
            ],
            **({"entities": read_entities(client, policy["Arn"])} if entities else {}),
        }
        for policy in list_iam_managed_policies(client, Scope="Local")
        if policy["PolicyName"] == name
    ]


def read_entities(client: Any, arn: str) -> list[dict[str, str]]:
    """Return who has the policy, and as what; AWS tells the usage by being asked for one.

    :raises AnsibleIAMError: AWS refused or failed a call.
    """
    return [
        {"usage": usage, "type": kind, "name": name}
        for usage, its_name in USAGES.items()
        for kind, names in list_entities(client, arn, its_name).items()
        for name in sorted(names)
    ]


@IAMErrorHandler.list_error_handler("list entities for policy", {})
@AWSRetry.jittered_backoff()
def list_entities(client: Any, arn: str, usage: str) -> dict[str, list[str]]:
    """Return the names by type, none of a policy that is gone."""
    pages = client.get_paginator("list_entities_for_policy").paginate(PolicyArn=arn, PolicyUsageFilter=usage)
    found = pages.build_full_result()
    return {kind: [each[name] for each in found.get(listed, [])] for kind, (listed, name) in TYPES.items()}


def main() -> None:
    """Run the module."""
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "entities": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    refuse_wrong_options(module, CHECKED)
    client = module.client("iam", retry_decorator=AWSRetry.jittered_backoff())
    try:
        policies = read_policies(client, module.params["name"], module.params["entities"])
    except AnsibleIAMError as error:
        module.fail_json_aws_error(error)
    module.exit_json(changed=False, policies=policies)


if __name__ == "__main__":
    main()
