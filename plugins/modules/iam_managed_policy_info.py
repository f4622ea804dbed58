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
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.iam import (
    AnsibleIAMError,
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


def read_policies(client: Any, name: str) -> list[dict[str, Any]]:
    """Return the policy with its document, or nothing.

    :raises AnsibleIAMError: AWS refused or failed a call.
    """
    return [
        {
            "policy_name": name,
            "arn": policy["Arn"],
            "policy_document": get_iam_managed_policy_version(client, policy["Arn"], policy["DefaultVersionId"])[
                "Document"
            ],
        }
        for policy in list_iam_managed_policies(client, Scope="Local")
        if policy["PolicyName"] == name
    ]


def main() -> None:
    """Run the module."""
    module = AnsibleAWSModule(
        argument_spec={"name": {"type": "str", "required": True}},
        supports_check_mode=True,
    )
    refuse_wrong_options(module, CHECKED)
    client = module.client("iam", retry_decorator=AWSRetry.jittered_backoff())
    try:
        policies = read_policies(client, module.params["name"])
    except AnsibleIAMError as error:
        module.fail_json_aws_error(error)
    module.exit_json(changed=False, policies=policies)


if __name__ == "__main__":
    main()
