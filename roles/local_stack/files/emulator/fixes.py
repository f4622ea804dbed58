# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What MiniStack 1.5.33 lacks and the system needs; each fix is one function, named in FIXES.

`tests/e2e/test_emulator_fixes.py` and `test_emulator_code.py` show for each that upstream still needs it: when one
fails, delete the fix.
"""

import json
import queue
import re
import secrets
import time
import uuid
from collections.abc import Callable
from typing import Any

from alarm_fixes import alarm_settings
from ministack.core import iam_actions, lambda_runtime
from ministack.services import cloudwatch, cloudwatch_logs, ec2, iam, lambda_svc, sts
from security_group_fixes import interfaces_by_group, security_group_dependencies, security_group_rules

Params = dict[str, Any]
SESSION_SECONDS = 12 * 3600  # the longest that a role's session lives
SWEEP_SECONDS = 60
LOG_END = "-- end of the log lines of an invocation --"
LOG_SECONDS = 5  # until the lines are taken as they are: a killed process tells no end, and its children may live


def set_default_policy_version() -> None:
    """Add `SetDefaultPolicyVersion`, which `iam_managed_policy` calls."""

    def handler(params: Params) -> Any:
        arn, version_id = iam._p(params, "PolicyArn"), iam._p(params, "VersionId")
        policy = iam._policies.get(arn)
        if not policy or version_id not in policy["Versions"]:
            return iam._error(404, "NoSuchEntity", f"Policy {arn} version {version_id} was not found.", ns="iam")
        for version in policy["Versions"].values():
            version["IsDefaultVersion"] = version["VersionId"] == version_id
        policy["DefaultVersionId"] = version_id
        return iam._xml(200, "SetDefaultPolicyVersionResponse", "", ns="iam")

    iam._IAM_HANDLERS["SetDefaultPolicyVersion"] = handler


def instance_description() -> None:
    """Add the elements of an instance that `ec2_instance` reads: network interfaces and metadata options."""
    original = ec2._instance_xml
    missing = (
        "<networkInterfaceSet/><metadataOptions><state>applied</state><httpTokens>required</httpTokens>"
        "<httpPutResponseHopLimit>1</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint></metadataOptions>"
    )
    ec2._instance_xml = lambda instance: original(instance).rpartition("</item>")[0] + missing + "</item>"


def instance_id_filter() -> None:
    """Honour the filter `instance-id`: without it, a change of one instance meets all of them."""
    original = ec2._matches_filters

    def matches(instance: dict[str, Any], filters: dict[str, list[str]]) -> bool:
        wanted = filters.get("instance-id")
        return (wanted is None or instance["InstanceId"] in wanted) and original(instance, filters)

    ec2._matches_filters = matches


def instance_security_groups() -> None:
    """Take security groups from the first network interface at launch, and change them by `ModifyInstanceAttribute`."""
    run_instances = ec2._ACTION_MAP["RunInstances"]

    def run(params: Params) -> Any:
        for name in list(params):
            if match := re.fullmatch(r"NetworkInterface\.1\.SecurityGroupId\.(\d+)", name):
                params[f"SecurityGroupId.{match[1]}"] = params[name]
        return run_instances(params)

    def modify(params: Params) -> Any:
        instance_id = ec2._p(params, "InstanceId")
        instance = ec2._instances.get(instance_id)
        if not instance:
            return ec2._error("InvalidInstanceID.NotFound", f"The instance ID '{instance_id}' does not exist", 400)
        wanted = ec2._parse_member_list(params, "GroupId")
        unknown = [group for group in wanted if group not in ec2._security_groups]
        if unknown or not wanted:
            return ec2._error("InvalidGroup.NotFound", f"The security groups {unknown} do not exist", 400)
        instance["SecurityGroups"] = [
            {"GroupId": group, "GroupName": ec2._security_groups[group]["GroupName"]} for group in wanted
        ]
        return ec2._xml(200, "ModifyInstanceAttributeResponse", "<return>true</return>")

    ec2._ACTION_MAP.update({"RunInstances": run, "ModifyInstanceAttribute": modify})


def instance_monitoring() -> None:
    """Add `MonitorInstances` and `UnmonitorInstances`, which `ec2_instance_monitoring` calls."""

    def setter(action: str, state: str) -> Callable[[Params], Any]:
        def handler(params: Params) -> Any:
            wanted = ec2._parse_member_list(params, "InstanceId")
            for instance_id in wanted:
                if instance_id not in ec2._instances:
                    return ec2._error(
                        "InvalidInstanceID.NotFound", f"The instance ID '{instance_id}' does not exist", 400
                    )
                ec2._instances[instance_id]["Monitoring"] = {"State": state}
            items = "".join(
                f"<item><instanceId>{each}</instanceId><monitoring><state>{state}</state></monitoring></item>"
                for each in wanted
            )
            return ec2._xml(200, f"{action}Response", f"<instancesSet>{items}</instancesSet>")

        return handler

    ec2._ACTION_MAP["MonitorInstances"] = setter("MonitorInstances", "enabled")
    ec2._ACTION_MAP["UnmonitorInstances"] = setter("UnmonitorInstances", "disabled")


def log_group_kms_key() -> None:
    """Add `AssociateKmsKey` and `DisassociateKmsKey`, which `cloudwatchlogs_log_group` calls."""

    def handler(data: Params) -> Any:
        group = cloudwatch_logs._log_groups.get(data["logGroupName"])
        if not group:
            return refuse_missing("log group", data["logGroupName"])
        group["kmsKeyId"] = data.get("kmsKeyId")
        return cloudwatch_logs.json_response({})

    add_log_actions({"AssociateKmsKey": handler, "DisassociateKmsKey": handler})


def query_definitions() -> None:
    """Add the saved queries of Logs Insights, which `cloudwatchlogs_query_definition` manages."""
    definitions = cloudwatch_logs.AccountRegionScopedDict()

    def put(data: Params) -> Any:
        definition_id = data.get("queryDefinitionId")
        if definition_id and definition_id not in definitions:
            return refuse_missing("query definition", definition_id)
        definition_id = definition_id or str(uuid.uuid4())
        definitions[definition_id] = {
            "queryDefinitionId": definition_id,
            "name": data["name"],
            "queryString": data["queryString"],
            "queryLanguage": data.get("queryLanguage", "CWLI"),
            "logGroupNames": data.get("logGroupNames", []),
            "parameters": data.get("parameters", []),
            "lastModified": int(time.time() * 1000),
        }
        return cloudwatch_logs.json_response({"queryDefinitionId": definition_id})

    def describe(data: Params) -> Any:
        prefix = data.get("queryDefinitionNamePrefix", "")
        found = [each for each in definitions.values() if each["name"].startswith(prefix)]
        return cloudwatch_logs.json_response({"queryDefinitions": found})

    def delete(data: Params) -> Any:
        if not definitions.pop(data["queryDefinitionId"], None):
            return refuse_missing("query definition", data["queryDefinitionId"])
        return cloudwatch_logs.json_response({"success": True})

    actions = {"PutQueryDefinition": put, "DescribeQueryDefinitions": describe, "DeleteQueryDefinition": delete}
    add_log_actions(actions)


def add_log_actions(actions: dict[str, Callable[[Params], Any]]) -> None:
    """Add actions to CloudWatch Logs, whose own are in a table inside `handle_request`."""
    original = cloudwatch_logs.handle_request

    async def handle_request(method: str, path: str, headers: Params, body: bytes, query_params: Params) -> Any:
        action = headers.get("x-amz-target", "").rpartition(".")[2]
        if action in actions:
            return actions[action](json.loads(body))
        return await original(method, path, headers, body, query_params)

    cloudwatch_logs.handle_request = handle_request


def refuse_missing(kind: str, name: str) -> Any:
    """The answer of CloudWatch Logs about something that does not exist."""
    return cloudwatch_logs.error_response_json(
        "ResourceNotFoundException", f"The specified {kind} does not exist: {name}", 400
    )


def metric_namespace_condition() -> None:
    """Supply the condition key `cloudwatch:namespace` of PutMetricData, from a JSON, query or CBOR body."""
    original = iam_actions.request_tag_context

    def context(service: str, action: str, body: bytes, params: Params) -> dict[str, Any]:
        found = original(service, action, body, params)
        namespace = metric_namespace(body) if action == "cloudwatch:PutMetricData" else None
        return {**found, "cloudwatch:namespace": namespace} if namespace else found

    iam_actions.request_tag_context = context


def metric_namespace(body: bytes) -> str | None:
    """The namespace in the body of a PutMetricData request, None when there is none."""
    if text := re.search(rb'(?:^|&)Namespace=([^&]+)|"Namespace"\s*:\s*"([^"]+)"', body):
        return (text[1] or text[2]).decode()
    key = b"\x69Namespace"  # CBOR: a text string of nine bytes
    start = body.find(key)
    if start < 0:
        return None
    start += len(key)
    length = body[start] & 0x1F
    start += 1
    if length == 24:  # RFC 8949, 3: the length is in the next byte
        length = body[start]
        start += 1
    return body[start : start + length].decode()


def metric_sweep() -> None:
    """Look for metrics past their two weeks now and then: upstream reads all of them at each call of CloudWatch."""
    original = cloudwatch._evict_old_metrics
    next_sweep = 0.0

    def sweep() -> None:
        nonlocal next_sweep
        if time.monotonic() >= next_sweep:
            next_sweep = time.monotonic() + SWEEP_SECONDS
            original()

    cloudwatch._evict_old_metrics = sweep


def log_stream_resource() -> None:
    """Match writers of logs by the stream's ARN, as AWS does; without it a policy for `NAME:*` admits nobody."""
    original = iam_actions.extract_resource_arn
    by_stream = {"Logs_20140328.CreateLogStream", "Logs_20140328.PutLogEvents"}

    def extract(service: str, method: str, path: str, headers: Params, body: bytes, *more: Any) -> str:
        arn = original(service, method, path, headers, body, *more)
        if service != "logs" or headers.get("x-amz-target") not in by_stream:
            return arn
        return f"{arn}:log-stream:{json.loads(body).get('logStreamName', '')}"

    iam_actions.extract_resource_arn = extract


def invocation_log_end() -> None:
    """Have a Python function's process tell where an invocation's log lines end.

    Upstream waits until none has come for 5 ms, or 50 ms when there is none, and calls that time the function's.
    """
    original, script = lambda_runtime.Worker._drain_stderr_bounded, lambda_runtime._PYTHON_WORKER_SCRIPT
    answered = "        _real_stdout.flush()\n\nrun()"
    told = f"        sys.stderr.flush(); os.write(2, b'{LOG_END}\\n')\n"
    if answered not in script:
        raise RuntimeError("the program that runs Python functions is not the one that this fix knows")

    def lines_of(worker: Any, *waits: float, **named_waits: float) -> str:
        if not worker.config.get("Runtime", "python").startswith("python"):
            return original(worker, *waits, **named_waits)
        lines: list[str] = []
        deadline = time.monotonic() + LOG_SECONDS
        while not (lines and lines[-1].endswith(LOG_END)) and time.monotonic() < deadline:
            more_may_come = worker._stderr_thread.is_alive()
            try:
                lines.append(worker._stderr_queue.get(timeout=0.05))
            except queue.Empty:
                if not more_may_come:
                    break
        return "\n".join(lines).removesuffix(LOG_END).removesuffix("\n")

    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(answered, told + answered)
    lambda_runtime.Worker._drain_stderr_bounded = lines_of


def function_session_expiration() -> None:
    """Give a function's session an expiration, without which the RDS token verifier refuses every function."""
    original = sts.register_session

    def register(access_key: str, session: dict[str, Any]) -> None:
        session.setdefault("Expiration", time.time() + SESSION_SECONDS)
        original(access_key, session)

    sts.register_session = register


def function_session_secret() -> None:
    """Make the keys of a function's session unguessable: upstream computes them from the names of function and role."""
    original, salt = lambda_runtime.execution_credentials, secrets.token_hex()

    def credentials(config: dict[str, Any]) -> Any:
        return original({**config, "FunctionArn": f"{config['FunctionArn']}:{salt}"})

    lambda_runtime.execution_credentials = lambda_svc.execution_credentials = credentials


FIXES: tuple[Callable[[], None], ...] = (
    set_default_policy_version,
    instance_description,
    instance_id_filter,
    instance_security_groups,
    instance_monitoring,
    security_group_rules,
    security_group_dependencies,
    interfaces_by_group,
    alarm_settings,
    log_group_kms_key,
    query_definitions,
    metric_namespace_condition,
    metric_sweep,
    log_stream_resource,
    invocation_log_end,
    function_session_expiration,
    function_session_secret,
)
