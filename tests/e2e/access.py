# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls made with the credentials of a role: what its statements are for, and what is next to that."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import pymysql
from botocore.exceptions import ClientError
from stack import Stack
from system import NAMESPACE, QUEUE

ACCOUNT = "eu-north-1:123456789012"
TOPIC = "new-task-notification"
NEIGHBOUR = "neighbour"
USER = "lambda_user"
# The errors by which AWS and the database refuse.
DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
DENIED_BY_DATABASE = {1044, 1045}


class Caller:
    """Somebody with credentials; by default the administrator, who prepares the calls of others."""

    def __init__(self, stack: Stack, session: boto3.Session | None = None) -> None:
        """Make no call yet."""
        self.stack = stack
        self.session = session or stack.session()
        self.administrator = Caller(stack) if session else self
        self.clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """boto3's client of a service; one for all calls, since each takes a tenth of a second to make."""
        if service not in self.clients:
            self.clients[service] = self.stack.client(service, self.session)
        return self.clients[service]

    def login(self, user: str, database: str | None = None) -> None:
        """Log in to the database with a token."""
        record = self.stack.record
        token = self.client("rds").generate_db_auth_token(record["db_host"], record["db_port"], user)
        self.stack.login(user, token, database=database).close()


@dataclass(frozen=True)
class Call:
    """A call, and the statement that admits it, if there is one: its Sid, or the name of a policy of AWS.

    `past` is an error that only somebody who was admitted gets.
    """

    admitted_by: str
    make: Callable[[Caller], object]
    past: str = ""


def publish(topic: str) -> Callable[[Caller], object]:
    """Publish what process_task takes for a health check."""
    arn = f"arn:aws:sns:{ACCOUNT}:{topic}"
    return lambda caller: caller.client("sns").publish(TopicArn=arn, Message='{"health_check": true}')


def on_queue(action: str, queue: str, **arguments: Any) -> Callable[[Caller], object]:
    """Do something with a queue."""

    def act(caller: Caller) -> None:
        url = caller.administrator.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
        getattr(caller.client("sqs"), action)(QueueUrl=url, **arguments)

    return act


def start_stream(group: str) -> Callable[[Caller], object]:
    """Start a log stream."""
    return lambda caller: caller.client("logs").create_log_stream(logGroupName=group, logStreamName=str(uuid.uuid4()))


def write_log(group: str) -> Callable[[Caller], object]:
    """Write a line to a log stream that is there."""

    def write(caller: Caller) -> None:
        stream = str(uuid.uuid4())
        caller.administrator.client("logs").create_log_stream(logGroupName=group, logStreamName=stream)
        line = {"timestamp": int(time.time() * 1000), "message": "written by a test"}
        caller.client("logs").put_log_events(logGroupName=group, logStreamName=stream, logEvents=[line])

    return write


def count(namespace: str) -> Callable[[Caller], object]:
    """Count something that no widget shows."""
    metric = {"MetricName": "Neighbours", "Value": 1.0}
    return lambda caller: caller.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=[metric])


def on_interface(action: str, **arguments: Any) -> Callable[[Caller], object]:
    """Do something with a network interface that is there."""

    def act(caller: Caller) -> None:
        ec2 = caller.administrator.client("ec2")
        subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
        try:
            getattr(caller.client("ec2"), action)(NetworkInterfaceId=interface, **arguments)
        finally:
            if ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"]:
                ec2.delete_network_interface(NetworkInterfaceId=interface)

    return act


def create_interface(caller: Caller) -> None:
    """Create a network interface."""
    ec2 = caller.administrator.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    interface = caller.client("ec2").create_network_interface(SubnetId=subnet)["NetworkInterface"]
    ec2.delete_network_interface(NetworkInterfaceId=interface["NetworkInterfaceId"])


def look_at(things: str) -> Callable[[Caller], object]:
    """Describe things of EC2."""
    return lambda caller: getattr(caller.client("ec2"), f"describe_{things}")()


LOGS = [f"/aws/lambda/{name}" for name in ("add_task", "process_task", NEIGHBOUR)]
CALLS = {
    "publish on the topic": Call("AnnounceTasks", publish(TOPIC)),
    "publish on a neighbouring topic": Call("", publish(NEIGHBOUR)),
    "receive from the queue": Call("ReceiveTasks", on_queue("receive_message", QUEUE, VisibilityTimeout=0)),
    "delete from the queue": Call(
        "ReceiveTasks", on_queue("delete_message", QUEUE, ReceiptHandle="x"), past="ReceiptHandleIsInvalid"
    ),
    "read the queue's attributes": Call("ReceiveTasks", on_queue("get_queue_attributes", QUEUE)),
    "send to the queue": Call("", on_queue("send_message", QUEUE, MessageBody='{"health_check": true}')),
    "receive from a neighbouring queue": Call("", on_queue("receive_message", NEIGHBOUR)),
    "delete from a neighbouring queue": Call(
        "", on_queue("delete_message", NEIGHBOUR, ReceiptHandle="x"), past="ReceiptHandleIsInvalid"
    ),
    "read a neighbouring queue's attributes": Call("", on_queue("get_queue_attributes", NEIGHBOUR)),
    "receive from the dead-letter queue": Call("", on_queue("receive_message", f"{QUEUE}-dlq", VisibilityTimeout=0)),
    # one policy for both functions, as R12 asks: each may write the log of the other
    **{f"start a stream in {group}": Call("WriteLogs", start_stream(group)) for group in LOGS[:2]},
    **{f"write to {group}": Call("WriteLogs", write_log(group)) for group in LOGS[:2]},
    f"start a stream in {LOGS[2]}": Call("CloudWatchAgentServerPolicy", start_stream(LOGS[2])),
    f"write to {LOGS[2]}": Call("CloudWatchAgentServerPolicy", write_log(LOGS[2])),
    "count in the namespace": Call("PublishMetrics", count(NAMESPACE)),
    "count in a neighbouring namespace": Call("CloudWatchAgentServerPolicy", count(NEIGHBOUR)),
    "log in as the database user": Call("ConnectToDatabase", lambda caller: caller.login(USER)),
    "open the database": Call("ConnectToDatabase", lambda caller: caller.login(USER, "taskmanager")),
    "log in as a neighbouring user": Call("", lambda caller: caller.login(NEIGHBOUR)),
    "open a neighbouring database": Call("", lambda caller: caller.login(USER, NEIGHBOUR)),
    "create a network interface": Call("AttachToVpc", create_interface),
    "look at network interfaces": Call(
        "AttachToVpc", lambda caller: caller.client("ec2").describe_network_interfaces()
    ),
    "look at subnets": Call("AttachToVpc", lambda caller: caller.client("ec2").describe_subnets()),
    "delete a network interface": Call("AttachToVpc", on_interface("delete_network_interface")),
    # the embedded AWS has neither, and says so to those that are admitted
    "assign an address": Call(
        "AttachToVpc",
        on_interface("assign_private_ip_addresses", SecondaryPrivateIpAddressCount=1),
        past="InvalidAction",
    ),
    "take an address away": Call(
        "AttachToVpc",
        on_interface("unassign_private_ip_addresses", PrivateIpAddresses=["10.20.1.9"]),
        past="InvalidAction",
    ),
    "look at instances": Call("", look_at("instances")),
    "read a parameter": Call(
        "AmazonSSMManagedInstanceCore",
        lambda caller: caller.client("ssm").get_parameter(Name=NEIGHBOUR),
        past="ParameterNotFound",
    ),
}


def admitted_by(*policies: str) -> set[str]:
    """The calls that statements or policies admit."""
    return {name for name, call in CALLS.items() if call.admitted_by in policies}


SHARED = ("WriteLogs", "PublishMetrics", "ConnectToDatabase", "AttachToVpc")
# By role and inline policy, the statement in it.
OWN = {
    ("TaskManagementAddTaskRole", "announce-tasks"): "AnnounceTasks",
    ("TaskManagementProcessTaskRole", "receive-tasks"): "ReceiveTasks",
}
# What each role may do, of all the calls.
# tests/unit/test_permissions.py holds the roles and the statements to the inventory's.
MAY = {
    "TaskManagementAddTaskRole": admitted_by(*SHARED, "AnnounceTasks"),
    "TaskManagementProcessTaskRole": admitted_by(*SHARED, "ReceiveTasks"),
    # R11 asks for two policies of AWS. The agent's is for any log group and any namespace: no door of ours to shut.
    "TaskManagementEC2Role": admitted_by(
        "AmazonSSMManagedInstanceCore", "CloudWatchAgentServerPolicy", "WriteLogs", "PublishMetrics"
    ),
}


def admitted(caller: Caller) -> set[str]:
    """The calls that are not refused; one that fails for another reason fails the test."""
    return {name for name, call in CALLS.items() if is_admitted(caller, call)}


def is_admitted(caller: Caller, call: Call) -> bool:
    """Whether a call is not refused."""
    try:
        call.make(caller)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in {*DENIED, call.past}:
            raise
        return code == call.past
    except pymysql.err.OperationalError as error:
        if error.args[0] not in DENIED_BY_DATABASE:
            raise
        return False
    return True


def assume(stack: Stack, role: str) -> Caller:
    """Take the credentials of a role, which trusts a service alone: for this moment it trusts us too."""
    iam, sts = stack.client("iam"), stack.client("sts")
    found = iam.get_role(RoleName=role)["Role"]
    trust = found["AssumeRolePolicyDocument"]
    us = {"Effect": "Allow", "Principal": {"AWS": sts.get_caller_identity()["Arn"]}, "Action": "sts:AssumeRole"}
    iam.update_assume_role_policy(
        RoleName=role, PolicyDocument=json.dumps(trust | {"Statement": [*trust["Statement"], us]})
    )
    try:
        keys = sts.assume_role(RoleArn=found["Arn"], RoleSessionName="test")["Credentials"]
    finally:
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))
    session = boto3.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=stack.record["region"]
    )
    return Caller(stack, session)


@contextmanager
def neighbours(stack: Stack) -> Iterator[None]:
    """Put something next to each thing of the system."""
    sns, sqs, logs = (stack.client(name) for name in ("sns", "sqs", "logs"))
    topic = sns.create_topic(Name=NEIGHBOUR)["TopicArn"]
    queue = sqs.create_queue(QueueName=NEIGHBOUR)["QueueUrl"]
    logs.create_log_group(logGroupName=LOGS[2])
    stack.query(f"CREATE DATABASE {NEIGHBOUR}")
    stack.query(f"CREATE USER '{NEIGHBOUR}'@'%%' IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'")
    try:
        yield
    finally:
        stack.query(f"DROP USER '{NEIGHBOUR}'@'%%'")
        stack.query(f"DROP DATABASE {NEIGHBOUR}")
        logs.delete_log_group(logGroupName=LOGS[2])
        sqs.delete_queue(QueueUrl=queue)
        sns.delete_topic(TopicArn=topic)
