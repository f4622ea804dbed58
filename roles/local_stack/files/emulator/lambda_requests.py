# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has MiniStack 1.5.33 take a request to Lambda for what it is: its action, version or alias, and mapping's function.

As it comes, it takes what is asked of one alias or mapping for ListAliases or ListEventSourceMappings, and what is
asked of reserved concurrency for PutFunctionConcurrency, lets everybody change a mapping, and checks a call of a
version or an alias against the function.
`tests/e2e/test_emulator_fixes.py` shows for each that upstream still needs it: when that test fails, delete the fix.
"""

import json
import re
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import lambda_svc, tagging

Params = dict[str, Any]

# What a path is of, and the actions by method.
ACTIONS = (
    (
        re.compile(r".*/functions/[^/]+/concurrency/?"),
        {"GET": "GetFunctionConcurrency", "PUT": "PutFunctionConcurrency", "DELETE": "DeleteFunctionConcurrency"},
    ),
    (
        re.compile(r".*/functions/[^/]+/aliases/[^/]+/?"),
        {"GET": "GetAlias", "PUT": "UpdateAlias", "DELETE": "DeleteAlias"},
    ),
    (
        re.compile(r".*/event-source-mappings/[^/]+/?"),
        {
            "GET": "GetEventSourceMapping",
            "PUT": "UpdateEventSourceMapping",
            "DELETE": "DeleteEventSourceMapping",
        },
    ),
)


def actions_of_aliases_and_mappings() -> None:
    """Tell the actions on one alias, or one mapping, from those on all, and those on reserved concurrency apart."""
    original = iam_actions._lambda_action

    def action(method: str, path: str) -> str | None:
        for pattern, by_method in ACTIONS:
            if pattern.fullmatch(path):
                return by_method.get(method)
        return original(method, path)

    iam_actions._lambda_action = action


def qualified_functions() -> None:
    """Check what is asked of a version or an alias against its ARN."""
    original = iam_actions.extract_resource_arn

    def extract(
        service: str, method: str, path: str, headers: Params, body: bytes, params: Params, region: str, account: str
    ) -> str:
        resource = str(original(service, method, path, headers, body, params, region, account))
        qualifier = iam_actions._query_param(params, "Qualifier") if service == "lambda" else ""
        return f"{resource}:{qualifier}" if qualifier else resource

    iam_actions.extract_resource_arn = extract


def functions_of_mappings() -> None:
    """Supply `lambda:FunctionArn` of event source mappings: of a new one, and of one that is there."""
    in_request, original = iam_actions.request_tag_context, iam_evaluator.enforce

    def context(service: str, action: str, body: bytes, params: Params) -> Params:
        found = dict(in_request(service, action, body, params))
        if action == "lambda:CreateEventSourceMapping":
            found["lambda:FunctionArn"] = function_arn(json.loads(body)["FunctionName"])
        return found

    def enforce(access_key_id: str, iam_action: str, service: str, region: str, **request: Any) -> Any:
        _, is_mapping, mapping_id = request.get("resource_arn", "").partition(":event-source-mapping:")
        if is_mapping and (mapping := lambda_svc._esms.get(mapping_id)):
            known = request.get("service_context") or {}
            request["service_context"] = known | {"lambda:FunctionArn": mapping["FunctionArn"]}
        return original(access_key_id, iam_action, service, region, **request)

    iam_actions.request_tag_context = context
    iam_evaluator.enforce = enforce


def function_arn(name: str) -> str:
    """The ARN of a function that is named by ARN or name."""
    here = f"arn:aws:lambda:{tagging.get_region()}:{tagging._account()}"
    return name if name.startswith("arn:") else f"{here}:function:{name}"


FIXES = (actions_of_aliases_and_mappings, qualified_functions, functions_of_mappings)
