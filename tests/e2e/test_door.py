# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Neither another user of the machine nor a web page gets in to the embedded AWS and its database."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import boto3
import pymysql
import pytest
from access import USER
from botocore.exceptions import ClientError
from stack import Stack
from stranger import Request, as_stranger

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user of the machine"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

ACCOUNT = "123456789012"
IDENTITY = "Action=GetCallerIdentity&Version=2011-06-15"
GROUPS = "Action=CreateSecurityGroup&GroupName=stranger&GroupDescription=any&Version=2016-11-15"
FUNCTION = "/2015-03-31/functions/add_task/invocations"
REFUSED = (400, 403)
PATHS = ["reset", "health", "ready", "config", "sqs/messages", "ses/messages", "rds/ca.pem", "lambda-code/add_task"]


def identity(stack: Stack) -> Request:
    return Request(stack.record["endpoint_url"] + "/", "sts", IDENTITY)


def invocation(stack: Stack) -> Request:
    return Request(stack.record["endpoint_url"] + FUNCTION, "lambda", json.dumps({"title": "from a stranger"}))


def internal(stack: Stack, path: str, method: str = "POST") -> Request:
    return Request(f"{stack.record['endpoint_url']}/_ministack/{path}", "sts", method=method)


def root(stack: Stack) -> tuple[str, str]:
    return stack.record["root_access_key"], stack.record["root_secret_key"]


def administrator(stack: Stack) -> tuple[str, str]:
    return stack.record["admin_access_key"], stack.record["admin_secret_key"]


def titles(stack: Stack) -> set[str]:
    return {row["title"] for row in stack.query("SELECT title FROM taskmanager.tasks")}


def guessed_session(stack: Stack, function: str) -> tuple[str, str, str]:
    """The keys that MiniStack as it comes gives to a function's session: anybody can compute them."""
    found = stack.client("lambda").get_function_configuration(FunctionName=function)
    digest = hashlib.sha256(f"{found['FunctionArn']}:{found['Role']}".encode()).hexdigest()
    secret, token = (hashlib.sha256(f"{part}:{digest}".encode()).hexdigest() for part in ("secret", "token"))
    return f"ASIA{digest[:16].upper()}", secret, token


def test_a_stranger_who_knew_the_secret_would_get_in(system: Stack) -> None:
    """What the other tests are measured against."""
    assert as_stranger(identity(system).signed(*root(system)).send).status == 200
    assert as_stranger(identity(system).signed(*administrator(system)).send).status == 200
    assert as_stranger(internal(system, "health", "GET").signed(*root(system)).send).status == 200


@pytest.mark.parametrize(
    "name",
    [
        "stack.json",
        "build/local.env",
        "root_secret",
        "admin_password",
        "broker.conf",
        "client.cnf",
        "my.cnf",
        "init.sql",
        "tls/server-key.pem",
        "tls/ca-key.pem",
        "log/calls.log",
        "log/emulator.log",
        "data/mysql.sock",
        "emulator/door.py",
    ],
)
def test_a_stranger_reads_no_file(system: Stack, name: str) -> None:
    assert (system.directory / name).exists()
    with pytest.raises(PermissionError):
        as_stranger((system.directory / name).read_bytes)


@pytest.mark.parametrize("key", [ACCOUNT, "000000000000", "test", "AKIAIOSFODNN7EXAMPLE", "ASIA", "١٢٣٤٥٦٧٨٩٠١٢"])
@pytest.mark.parametrize("secret", ["test", "", "admin", ACCOUNT])
def test_a_guessed_key_is_nobody(system: Stack, key: str, secret: str) -> None:
    for request in (identity(system), invocation(system)):
        signed = request.signed(key, secret or "x")
        encoded = {name: value.encode().decode("latin-1") for name, value in signed.headers.items()}
        assert as_stranger(replace(signed, headers=encoded).send).status == 403
    assert "from a stranger" not in titles(system)


def test_another_users_key_needs_its_secret_too(system: Stack) -> None:
    for key, _ in (administrator(system), (system.record["access_key"], "")):
        for secret in ("test", system.record["root_secret_key"]):
            assert as_stranger(identity(system).signed(key, secret).send).status == 403


@pytest.mark.parametrize("function", ["add_task", "process_task"])
def test_the_keys_of_a_functions_session_cannot_be_computed(system: Stack, function: str) -> None:
    system.invoke("add_task", {"title": "starts the function"})
    key, secret, token = guessed_session(system, function)
    assert as_stranger(identity(system).signed(key, secret, token).send).status == 403


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/health", FUNCTION, "/bucket/key", f"/{ACCOUNT}/any", "/_localstack/health"])
def test_an_unsigned_request_is_refused(system: Stack, method: str, path: str) -> None:
    request = Request(system.record["endpoint_url"] + path, "any", GROUPS, method, {})
    assert as_stranger(request.send).status == 403


@pytest.mark.parametrize("path", PATHS)
def test_what_is_ministacks_own_is_for_root_alone(system: Stack, path: str) -> None:
    for method in ("GET", "POST"):
        request = internal(system, path, method)
        assert as_stranger(request.send).status == 403
        assert as_stranger(request.signed(ACCOUNT, "test").send).status == 403
        assert request.signed(*administrator(system)).send().status == 403
    assert system.client("sns").list_topics()["Topics"] != []


def test_the_token_broker_asks_for_its_capability(system: Stack) -> None:
    port, capability = (system.directory / "broker.conf").read_text().split()
    assert system.record["endpoint_url"].endswith(f":{port}")
    body = json.dumps({"username": USER, "token": token_of(system, *administrator(system))})
    known = replace(internal(system, "rds/iam-auth"), body=body, headers={"Content-Type": "application/json"})
    header = "X-Ministack-RDS-Capability"
    assert as_stranger(known.with_headers(**{header: capability}).send).status == 200
    assert as_stranger(known.with_headers(**{header: "0" * 64}).send).status == 403
    assert as_stranger(known.send).status == 403
    assert as_stranger(known.signed(*root(system)).send).status == 403


def token_of(stack: Stack, key: str, secret: str, token: str | None = None) -> str:
    session = boto3.Session(key, secret, token, region_name=stack.record["region"])
    made = stack.client("rds", session).generate_db_auth_token(stack.record["db_host"], stack.record["db_port"], USER)
    return str(made)


def test_a_stranger_does_not_log_in_to_the_database(system: Stack) -> None:
    record = system.record

    def login(user: str, password: str) -> Callable[[], None]:
        tls = {"check_hostname": False, "verify_mode": "none"}  # who attacks needs no certificate of ours
        return lambda: pymysql.connect(
            host="127.0.0.1", port=record["db_port"], user=user, password=password, ssl=tls
        ).close()

    as_stranger(login(record["db_admin_user"], record["db_admin_password"]))  # the control
    tokens = [
        "",
        "test",
        token_of(system, ACCOUNT, "test"),
        token_of(system, "test", "test"),
        token_of(system, *guessed_session(system, "add_task")),
    ]
    tries = [(USER, token) for token in tokens]
    users = (record["db_admin_user"], "root", "mysql", "")
    tries += [(user, password) for user in users for password in ("", "test", "admin")]
    for user, password in tries:
        with pytest.raises(pymysql.err.OperationalError, match="1045"):
            as_stranger(login(user, password))


def listening(pids: list[int]) -> tuple[set[int], set[str]]:
    """The TCP ports and the Unix sockets that these processes listen on."""
    inodes = set()
    for pid in pids:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            if found := re.fullmatch(r"socket:\[(\d+)\]", os.readlink(descriptor)):
                inodes.add(found[1])
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()]
    ports = {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A" and row[9] in inodes}
    rows = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()]
    return ports, {row[7] if len(row) > 7 else "" for row in rows if row[5] == "01" and row[6] in inodes}


def test_no_other_socket_lets_anybody_in(system: Stack) -> None:
    pids = system.pids()
    ports, sockets = listening(pids)
    assert ports == {int(system.record["endpoint_url"].rpartition(":")[2]), system.record["db_port"]}
    assert sockets == {"mysql.sock"}

    def connect() -> None:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect("mysql.sock")

    with contextlib.chdir(system.directory / "data"):  # the path of a socket has 107 characters at the most
        connect()  # the control
        with pytest.raises(PermissionError):
            as_stranger(connect)
    for pid in pids:
        with pytest.raises(PermissionError):
            as_stranger(Path(f"/proc/{pid}/environ").read_bytes)
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        assert not [name for name, value in system.record.items() if "secret" in name and value.encode() in command]


def test_a_web_page_is_refused_even_with_the_secret(system: Stack) -> None:
    good = identity(system).signed(*root(system))
    assert good.send().status == 200
    port = system.record["endpoint_url"].rpartition(":")[2]
    for origin in ("http://evil.example", "null", system.record["endpoint_url"]):
        assert good.with_headers(Origin=origin).send().status == 403
    for host in ("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", "", "[::1]", "localhost.:1"):
        request = replace(identity(system), headers={"Host": host}).signed(*root(system))
        assert request.send().status == 403, host
    localhost = replace(identity(system), url=f"http://localhost:{port}/").signed(*root(system))
    assert localhost.send().status == 200


@pytest.mark.parametrize("path", ["/", "/_ministack/reset", "/bucket", FUNCTION])
def test_what_a_page_sends_without_asking_has_no_effect(system: Stack, path: str) -> None:
    """A form of text/plain, an image, a preflight: what a browser sends to any address without the server's leave."""
    url, title = system.record["endpoint_url"] + path, "from a page"
    form = Request(url, "any", json.dumps({"title": title}), headers={"Content-Type": "text/plain"})
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    preflight = replace(form, method="OPTIONS", headers=asked)
    for request in (form, form.with_headers(**asked), replace(form, method="GET"), preflight):
        answer = request.send()
        assert answer.status == 403
        assert [name for name in answer.headers if name.startswith("access-control-")] == []
    assert title not in titles(system)
    assert system.client("sns").list_topics()["Topics"] != []


def test_no_answer_lets_a_page_read_it(system: Stack) -> None:
    for request in (identity(system), internal(system, "health", "GET"), invocation(system)):
        answer = request.signed(*root(system)).send()
        assert answer.status == 200
        assert [name for name in answer.headers if name.startswith("access-control-")] == []


def test_a_presigned_url_is_checked(system: Stack) -> None:
    url = f"{system.record['endpoint_url']}/?{IDENTITY}"
    request = Request(url, "sts", method="GET")
    assert request.presigned(*root(system)).send().status == 200
    assert request.presigned(*administrator(system)).send().status == 200
    assert request.presigned(ACCOUNT, "test").send().status == 403
    good = request.presigned(*administrator(system))
    assert replace(good, url=good.url.replace("GetCallerIdentity", "GetSessionToken")).send().status == 403
    assert replace(good, url=good.url.replace("X-Amz-Expires=60", "X-Amz-Expires=999")).send().status == 403
    assert replace(good, url=good.url.replace("X-Amz-Signature=", "X-Amz-Signature=%C3%A9")).send().status in REFUSED
    short = request.presigned(*root(system), seconds=1)
    while time.time() < expiry(short):
        time.sleep(0.1)
    assert short.send().status == 403


def expiry(request: Request) -> float:
    """When a URL that is good for a second has certainly expired: its date has whole seconds."""
    found = re.search(r"X-Amz-Date=(\w+)Z", request.url)
    assert found
    return time.mktime(time.strptime(found[1], "%Y%m%dT%H%M%S")) - time.timezone + 2


def test_what_was_signed_is_what_is_done(system: Stack) -> None:
    good = identity(system).signed(*root(system))
    assert replace(good, body=IDENTITY.replace("GetCallerIdentity", "GetSessionToken")).send().status in REFUSED
    assert replace(good, url=good.url + "?Action=GetSessionToken").send().status in REFUSED
    assert replace(good, method="PUT").send().status in REFUSED
    hashed = good.with_headers(**{"X-Amz-Content-SHA256": hashlib.sha256(b"other").hexdigest()})
    assert hashed.send().status in REFUSED
    for algorithm in ("AWS4-ECDSA-P256-SHA256", "AWS", "Bearer", ""):
        other = good.headers["Authorization"].replace("AWS4-HMAC-SHA256", algorithm)
        assert good.with_headers(Authorization=other).send().status in REFUSED
    assert good.with_headers(Authorization=good.headers["Authorization"] + "é").send().status in REFUSED


def test_a_refusal_is_one_that_clients_of_aws_understand(system: Stack) -> None:
    guessed = boto3.Session(ACCOUNT, "test", region_name="eu-north-1")
    errors = {"sns": "SignatureDoesNotMatch", "sqs": "SignatureDoesNotMatch", "ec2": "AuthFailure", "logs": "Invalid"}
    calls = {"sns": "list_topics", "sqs": "list_queues", "ec2": "describe_vpcs", "logs": "describe_log_groups"}
    for service, call in calls.items():
        with pytest.raises(ClientError, match=errors[service]):
            getattr(system.client(service, guessed), call)()
    for service, call in (("cloudwatch", "list_metrics"), ("lambda", "list_functions")):
        with pytest.raises(ClientError) as caught:
            getattr(system.client(service, guessed), call)()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
