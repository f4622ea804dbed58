#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatchlogs_query_definition
version_added: 0.1.0
short_description: Manage a saved query of CloudWatch Logs Insights
description:
  - Creates, changes and deletes a query definition, which the console of CloudWatch Logs Insights shows as a saved
    query.
  - Neither amazon.aws nor community.aws has a module for them.
  - The options state the whole query. An option that is not given is converged to its default, not left as it is.
  - Parameters that others declared are kept with a query in Logs Insights QL; the other languages have none.
  - AWS lets several query definitions have one name. The module refuses to guess which of them is meant.
author:
  - taskmanager.aws contributors
options:
  name:
    description:
      - The name of the query. Slashes make folders.
    type: str
    required: true
  state:
    description:
      - Whether the query exists.
    type: str
    choices: [present, absent]
    default: present
  query_string:
    description:
      - The query, in O(query_language).
      - Required with O(state=present).
    type: str
  query_language:
    description:
      - The language of the query.
      - V(CWLI) is Logs Insights QL, V(SQL) is OpenSearch SQL, and V(PPL) is OpenSearch Piped Processing Language.
    type: str
    choices: [CWLI, SQL, PPL]
    default: CWLI
  log_group_names:
    description:
      - The log groups that the query searches; without any, who runs it chooses them.
      - Not with O(query_language=SQL), whose queries name their log groups.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Predicts the change and writes nothing.
    support: full
    details:
      - Whether the query is valid is asked by AWS only when it is really saved.
  diff_mode:
    description: Shows the settings that differ, before and after.
    support: full
  idempotent:
    description: A second run with the same options changes nothing.
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Save a query for errors
  taskmanager.aws.cloudwatchlogs_query_definition:
    name: shop/errors
    query_string: |
      fields @timestamp, message
      | filter level = "ERROR"
      | sort @timestamp desc
    log_group_names: [/aws/lambda/take_order]

- name: Save a query in SQL, which names its log groups itself
  taskmanager.aws.cloudwatchlogs_query_definition:
    name: shop/orders by status
    query_language: SQL
    query_string: SELECT status, COUNT(*) FROM `/aws/lambda/take_order` GROUP BY status

- name: Remove the first
  taskmanager.aws.cloudwatchlogs_query_definition:
    name: shop/errors
    state: absent
"""

RETURN = r"""
query_definition_id:
  description: The identifier of the query.
  returned: when O(state=present), but not when check mode predicts its creation
  type: str
  sample: a1b2c3d4-5678-90ab-cdef-11111example
settings:
  description: The settings of the query; in check mode the predicted ones.
  returned: when O(state=present)
  type: dict
  contains:
    query_string:
      description: The query.
      returned: always
      type: str
      sample: fields @timestamp, message | filter level = "ERROR"
    query_language:
      description: The language of the query.
      returned: always
      type: str
      sample: CWLI
    log_group_names:
      description: The log groups that it searches, sorted.
      returned: always
      type: list
      elements: str
      sample: [/aws/lambda/take_order]
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.refuse import refuse_wrong_options
from ansible_collections.taskmanager.aws.plugins.module_utils.plan import compare
from ansible_collections.taskmanager.aws.plugins.module_utils.query_definition import (
    LANGUAGES,
    AmbiguousNameError,
    InvalidQueryError,
    Settings,
    check,
    given_settings,
    request_of,
    settings_of,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.query_definition_api import (
    QueryDefinitionError,
    delete_definition,
    find_definition,
    put_definition,
)

CHECKED = {
    "name": aws.QUERY_NAME,
    "query_string": aws.QUERY_STRING,
    "log_group_names[]": aws.LOG_GROUP_NAME,
}


def run(module: AnsibleAWSModule) -> dict[str, Any]:
    """Converge the query definition and return the module's result.

    :raises InvalidQueryError: what was asked for is no query that CloudWatch saves.
    :raises AmbiguousNameError: several query definitions have the name.
    :raises QueryDefinitionError: AWS refused or failed a call.
    """
    name = module.params["name"]
    desired = given_settings(module.params) if module.params["state"] == "present" else None
    if desired:
        check(desired)
    client = module.client("logs")
    current = find_definition(client, name)
    definition_id = current["queryDefinitionId"] if current else None
    change = compare(asdict(settings_of(current)) if current else None, asdict(desired) if desired else None)
    if change.changed and not module.check_mode:
        definition_id = apply(client, name, current, desired)
    result: dict[str, Any] = {"changed": change.changed}
    if desired:
        identity = {"query_definition_id": definition_id} if definition_id else {}
        result |= identity | {"settings": asdict(desired)}
    if module._diff:
        result["diff"] = {"before": change.before, "after": change.after}
    return result


def apply(client: Any, name: str, current: Mapping[str, Any] | None, desired: Settings | None) -> str | None:
    """Save or delete the query, and return the id that it has then."""
    if desired:
        return put_definition(client, request_of(name, desired, current))
    if current:
        delete_definition(client, current["queryDefinitionId"])
    return None


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "query_string": {"type": "str"},
            "query_language": {"type": "str", "choices": list(LANGUAGES), "default": LANGUAGES[0]},
            "log_group_names": {"type": "list", "elements": "str", "default": []},
        },
        required_if=[("state", "present", ["query_string"])],
        supports_check_mode=True,
    )
    refuse_wrong_options(module, CHECKED)
    try:
        result = run(module)
    except (AmbiguousNameError, InvalidQueryError) as error:
        module.fail_json(msg=str(error))
    except QueryDefinitionError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
