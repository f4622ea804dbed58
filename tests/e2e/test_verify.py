# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""R19: what is wrong with a running system is found, and named with the way out.

Nothing else is named: the checks that fail are exactly those that are about what was broken. A health check is about
everything that its function needs, so it is named beside what keeps the function from working. Of a thing that is gone,
only that it is gone is named.

Each fault alone, and each kind of answer, is judged in tests/unit/verify; here the system is asked.
"""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import faults
import pytest
from stack import ROOT, Run, Stack

HEALTHY = 55  # checks of the system as it ships
WAIT = {"verify_wait_seconds": 3}
ASKER = "asker"
Fault = tuple[Any, set[str]]  # how to break it, and the checks that are about it

HEALTH = {f"{name} reaches everything that it needs" for name in ("add_task", "process_task")}
POLICY = "policy TaskManagementLambdaPolicy grants what was asked for"
USER = "database user lambda_user@% is as asked for"
DRIFTED: list[Fault] = [
    (faults.wrong_variable, {"process_task has the right environment"}),
    (faults.whole_batches_fail, {"task-processing-queue feeds process_task"}),
    (faults.closed_port, {"task-management-web is open on 80, 443"}),
    (faults.open_database, {"task-management-rds-sg admits no address"}),
    (faults.web_shut_out, {"task-management-rds-sg admits what was asked for"}),
    (faults.detached_policy, {"TaskManagementEC2Role has its managed policies"}),
    (faults.profile_without_role, {"TaskManagementEC2Role is in its instance profile"}),
    (faults.too_much_inline, {"TaskManagementAddTaskRole has its inline policies"}),
    (faults.too_much_trust, {"TaskManagementProcessTaskRole is trusted to lambda.amazonaws.com alone"}),
    (faults.user_without_tls, {USER}),
    (
        partial(faults.changed_alarm, name="add_task-errors", Dimensions=[{"Name": "FunctionName", "Value": "other"}]),
        {"alarm add_task-errors can go off"},
    ),
    (
        partial(faults.changed_alarm, name="task-management-db-cpu", TreatMissingData="missing"),
        {"alarm task-management-db-cpu can go off"},
    ),
    (partial(faults.deleted_alarm, name="process_task-throttles"), {"alarm process_task-throttles can go off"}),
]
GONE: list[Fault] = [
    (faults.deleted_function, {"function add_task exists"}),
    (faults.deleted_role, {"role TaskManagementEC2Role exists"}),
    (faults.lost_instance, {"instance task-management-web runs"}),
    (faults.dropped_user, {USER, "process_task reaches everything that it needs"}),
    (faults.tokens_switched_off, {"task-management-db takes IAM tokens"}),
]


def documented() -> set[str]:
    """The permissions that the READMEs tell the caller of verify.yml to have."""
    texts = [(ROOT / f"roles/{role}/README.md").read_text() for role in ("foundation", "verify")]
    sections = [re.split(r"\n## |- To create", text.partition("## Permissions")[2])[0] for text in texts]
    return {action for section in sections for action in re.findall(r"`([a-z0-9]+:[A-Z]\w+)`", section)}


@contextmanager
def asking(stack: Stack, *refused: tuple[str, str]) -> Iterator[dict[str, Any]]:
    """Playbook variables for a caller who has those permissions alone, but for some actions on some resources."""
    iam, which = stack.client("iam"), {"UserName": ASKER}
    statements = [{"Effect": "Allow", "Action": sorted(documented()), "Resource": "*"}]
    statements += [{"Effect": "Deny", "Action": [action], "Resource": resource} for action, resource in refused]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.create_user(**which)
    iam.put_user_policy(**which, PolicyName="ask", PolicyDocument=document)
    key = iam.create_access_key(**which)["AccessKey"]
    credentials = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
    endpoint = {name: stack.record[name] for name in ("endpoint_url", "region")}
    try:
        yield {"taskmanager_aws": endpoint | credentials}
    finally:
        iam.delete_access_key(**which, AccessKeyId=key["AccessKeyId"])
        iam.delete_user_policy(**which, PolicyName="ask")
        iam.delete_user(**which)


class Health(BaseHTTPRequestHandler):
    """Answers 200 to /health and 404 to all else."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its name in the standard library
        pass


@pytest.fixture(scope="module")
def web(system: Stack) -> Iterator[str]:
    """The URL of a server of HTTPS whose certificate is signed by the stack's own authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(system.directory / "tls/server.pem", system.directory / "tls/server-key.pem")
    with ThreadingHTTPServer(("127.0.0.1", 0), Health) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://localhost:{server.server_port}"
        server.shutdown()


def broken(stack: Stack, breakages: list[Fault]) -> AbstractContextManager[Any]:
    """All of these at once; the last one is mended first."""
    with ExitStack() as all_of_them:
        for breakage, _ in breakages:
            all_of_them.enter_context(breakage(stack))
        return all_of_them.pop_all()


def failed(run: Run) -> list[str]:
    """The checks that the table has as failed."""
    return re.findall(r"^ +- FAILED (.*)$", run.output, re.MULTILINE)


def report(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((stack.build / "verify.json").read_text())
    return found


def expect(stack: Stack, run: Run, names: set[str]) -> dict[str, dict[str, Any]]:
    """What was found by the checks that failed; they are these, in the table, in the message and in the report."""
    assert set(failed(run)) == names
    assert run.code != 0
    assert run.changed == 0
    found = report(stack)
    assert found["ok"] is False
    checks = {check["name"]: check for check in found["checks"] if not check["ok"]}
    assert set(checks) == names
    for name, check in checks.items():
        assert check["way_out"]
        assert f"- {name}: " in run.output
    assert str(stack.record["db_admin_password"]) not in run.output + json.dumps(found)
    return checks


def probe(url: str, system: Stack, **other: Any) -> dict[str, Any]:
    return {"url": url, "ca_path": system.record["db_ca"]} | other


def test_a_healthy_system_passes_with_the_documented_permissions_also_in_check_mode(system: Stack, web: str) -> None:
    (system.build / "verify.json").unlink(missing_ok=True)
    probes = [probe(f"{web}/health", system), {"url": f"{web}/x", "status": 404, "validate_certs": False}]
    with asking(system) as caller:
        run = system.run("verify.yml", "--check", verify_probes=probes, **caller)
    assert (run.code, run.changed, failed(run)) == (0, 0, []), run.output[-8000:]
    assert run.output.count("- ok     ") == HEALTHY + len(probes)
    assert not (system.build / "verify.json").exists()


def test_what_drifted_is_named_and_nothing_else(system: Stack) -> None:
    with broken(system, DRIFTED):
        run = system.run("verify.yml", **WAIT)
    checks = expect(system, run, set().union(*(names for _, names in DRIFTED)))
    assert "run site.yml with the tag security_groups" in run.output
    assert checks["task-management-rds-sg admits no address"]["found"] == "tcp 3306-3306 from 0.0.0.0/0"
    assert "Allow sns:publish on *" in checks["TaskManagementAddTaskRole has its inline policies"]["found"]
    assert (
        "Service ec2.amazonaws.com"
        in checks["TaskManagementProcessTaskRole is trusted to lambda.amazonaws.com alone"]["found"]
    )
    assert "INSUFFICIENT_DATA" in checks["alarm task-management-db-cpu can go off"]["found"]


def test_what_is_gone_is_named_and_nothing_else(system: Stack) -> None:
    with broken(system, GONE):
        run = system.run("verify.yml", **WAIT)
    expect(system, run, set().union(*(names for _, names in GONE)))


def test_what_is_refused_is_named_with_what_kept_it_from_being_asked(system: Stack, web: str) -> None:
    role, group = "TaskManagementProcessTaskRole", "/aws/lambda/add_task"
    refused = [
        ("iam:GetRole", f"arn:aws:iam::123456789012:role/{role}"),
        ("logs:FilterLogEvents", f"arn:aws:logs:*:123456789012:log-group:{group}:*"),
    ]
    probes = [probe(f"{web}/lost", system), {"url": f"{web}/health"}]
    login = "{{ rds_iam_auth_login | combine({'login_port': 9}) }}"
    with broken(system, [(faults.tokens_not_allowed, set())]), asking(system, *refused) as caller:
        run = system.run("verify.yml", verify_probes=probes, verify_db_login=login, **WAIT, **caller)
    checks = expect(
        system,
        run,
        HEALTH
        | {POLICY, f"role {role} exists", "add_task writes logs", USER}
        | {f"{web}/lost answers 200", f"{web}/health answers 200"},
    )
    for name in (f"role {role} exists", "add_task writes logs"):
        assert "no answer: " in checks[name]["found"]
        assert "AccessDenied" in checks[name]["found"]
    assert checks[USER]["found"].startswith("no answer: ")
    assert "rds-db:connect" in checks[POLICY]["found"]
    assert "404" in checks[f"{web}/lost answers 200"]["found"]
    assert "CERTIFICATE_VERIFY_FAILED" in checks[f"{web}/health answers 200"]["found"]
    assert all("Access denied" in checks[name]["found"] for name in HEALTH)


def test_mended_it_is_healthy_again(system: Stack) -> None:
    run = system.run("verify.yml")
    assert (run.code, run.changed, failed(run)) == (0, 0, []), run.output[-8000:]
    found = report(system)
    assert found["ok"] is True
    assert len(found["checks"]) == HEALTHY
    assert all(check["ok"] and set(check) == {"name", "ok", "found", "way_out"} for check in found["checks"])
