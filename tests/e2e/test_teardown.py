# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""R26: teardown removes what was made, and says so only once. And nothing of a stack's whole life tells a secret."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from deployer import ADOPTED, DONE_WITHOUT, NOT_ENFORCED, RARE, RELEASED, REPAIRED, SUBSCRIBED, decided, granted, log
from leaks import Secrets, files_with, secrets_of, traces
from stack import ROOT, Run, Stack
from system import add_task, wait_completed

ANSIBLE_HOME = ROOT / ".cache/ansible"
HOLDERS = [
    "admin_password",
    "broker.conf",
    "build/local.env",
    "client.cnf",
    "init.sql",
    "root_secret",
    "stack.json",
    "tls/ca-key.pem",
    "tls/server-key.pem",
]


def everything(stack: Stack) -> dict[str, Any]:
    """What the account and the database have, of all that site.yml and foundation make."""
    ec2, iam, logs = (stack.client(name) for name in ("ec2", "iam", "logs"))
    cloudwatch, sns, sqs = (stack.client(name) for name in ("cloudwatch", "sns", "sqs"))
    functions, rds = stack.client("lambda"), stack.client("rds")
    live = [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]
    return {
        "VPCs": [each["VpcId"] for each in ec2.describe_vpcs()["Vpcs"]],
        "subnets": [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]],
        "route tables": [each["RouteTableId"] for each in ec2.describe_route_tables()["RouteTables"]],
        "gateways": [each["InternetGatewayId"] for each in ec2.describe_internet_gateways()["InternetGateways"]],
        "groups": ec2.describe_security_groups()["SecurityGroups"],
        "interfaces": ec2.describe_network_interfaces()["NetworkInterfaces"],
        "instances": ec2.describe_instances(Filters=live)["Reservations"],
        "roles": [each["RoleName"] for each in iam.list_roles()["Roles"]],
        "policies": [each["PolicyName"] for each in iam.list_policies(Scope="Local")["Policies"]],
        "profiles": iam.list_instance_profiles()["InstanceProfiles"],
        "attachments": attachments(stack),
        "users": [each["UserName"] for each in iam.list_users()["Users"]],
        "log groups": logs.describe_log_groups()["logGroups"],
        "dashboards": cloudwatch.list_dashboards()["DashboardEntries"],
        "alarms": cloudwatch.describe_alarms()["MetricAlarms"],
        "composite alarms": cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"],
        "saved queries": logs.describe_query_definitions()["queryDefinitions"],
        "topics": sns.list_topics()["Topics"],
        "subscriptions": sns.list_subscriptions()["Subscriptions"],
        "queues": sqs.list_queues().get("QueueUrls", []),
        "functions": functions.list_functions()["Functions"],
        "mappings": functions.list_event_source_mappings()["EventSourceMappings"],
        "DB instances": rds.describe_db_instances()["DBInstances"],
        "DB subnet groups": [each["DBSubnetGroupName"] for each in rds.describe_db_subnet_groups()["DBSubnetGroups"]],
        "databases": stack.query("SHOW DATABASES"),
        "database users": stack.query("SELECT user, host FROM mysql.user ORDER BY user, host"),
    }


def attachments(stack: Stack) -> list[Any]:
    """Who has which managed policy of the account, as well as whose boundary it is."""
    iam = stack.client("iam")
    found = []
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        entities = iam.list_entities_for_policy(PolicyArn=policy["Arn"])
        found.append({key: entities[key] for key in ("PolicyRoles", "PolicyUsers", "PolicyGroups")})
    return found


POLICY = "arn:aws:iam::123456789012:policy/TaskManagementLambdaPolicy"
TRUST = {"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}


@contextmanager
def policies_had_by_others(stack: Stack) -> Iterator[list[str]]:
    """Others have our policy; what is to be told of it."""
    iam, trust = stack.client("iam"), json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    iam.create_role(RoleName="billing", AssumeRolePolicyDocument=trust)
    iam.create_role(RoleName="bounded", AssumeRolePolicyDocument=trust, PermissionsBoundary=POLICY)
    iam.create_user(UserName="till")
    iam.create_group(GroupName="staff")
    iam.attach_role_policy(RoleName="billing", PolicyArn=POLICY)
    iam.attach_user_policy(UserName="till", PolicyArn=POLICY)
    iam.attach_group_policy(GroupName="staff", PolicyArn=POLICY)
    yield [
        "The policy TaskManagementLambdaPolicy is attached to the role billing, attached to the user till, "
        "attached to the group staff, the boundary of the role bounded. "
    ]
    iam.detach_role_policy(RoleName="billing", PolicyArn=POLICY)
    iam.detach_user_policy(UserName="till", PolicyArn=POLICY)
    iam.detach_group_policy(GroupName="staff", PolicyArn=POLICY)
    iam.delete_role(RoleName="billing")
    iam.delete_role(RoleName="bounded")
    iam.delete_user(UserName="till")
    iam.delete_group(GroupName="staff")


@contextmanager
def groups_used_by_others(stack: Stack) -> Iterator[list[str]]:
    """Others use our security groups, and Lambda keeps an interface of a function of ours; what is to be told of it."""
    ec2, rds = stack.client("ec2"), stack.client("rds")
    found = {each["GroupName"]: each for each in ec2.describe_security_groups()["SecurityGroups"]}
    ids = {name: each["GroupId"] for name, each in found.items()}
    web, functions, database = (f"task-management-{name}-sg" for name in ("ec2", "lambda", "rds"))
    vpc = found[web]["VpcId"]
    subnet = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"][0]["SubnetId"]
    machine = ec2.run_instances(
        ImageId="ami-others", MinCount=1, MaxCount=1, SubnetId=subnet, SecurityGroupIds=[ids[web]]
    )["Instances"][0]["InstanceId"]
    lambdas = f"AWS Lambda VPC ENI-{{}}-{'-'.join('0' * length for length in (8, 4, 4, 4, 12))}"
    interfaces = [
        ec2.create_network_interface(SubnetId=subnet, Groups=[ids[functions]], Description=lambdas.format(name))
        for name in ("add_task", "others")
    ]
    _, others = kept = [each["NetworkInterface"]["NetworkInterfaceId"] for each in interfaces]
    rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "UserIdGroupPairs": [{"GroupId": ids[web]}]}
    theirs = ec2.create_security_group(GroupName="billing", Description="Billing", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_egress(GroupId=theirs, IpPermissions=[rule])
    rds.create_db_instance(
        DBInstanceIdentifier="billing",
        DBInstanceClass="db.t3.micro",
        Engine="mysql",
        MasterUsername="any",
        MasterUserPassword="of-a-record-alone",
        AllocatedStorage=20,
        VpcSecurityGroupIds=[ids[database]],
    )
    yield [
        f"The group {web} is used by the network interface {machine.replace('i-', 'eni-')} of the instance {machine}, "
        "a rule of the group billing. ",
        f"The group {functions} is used by the network interface {others} ({lambdas.format('others')}). ",
        f"The group {database} is used by the RDS instance billing. ",
    ]
    ec2.terminate_instances(InstanceIds=[machine])
    for interface in kept:
        ec2.delete_network_interface(NetworkInterfaceId=interface)
    ec2.delete_security_group(GroupId=theirs)
    rds.delete_db_instance(DBInstanceIdentifier="billing", SkipFinalSnapshot=True)


USES = {"policies": policies_had_by_others, "groups": groups_used_by_others}


@dataclass
class Refusal:
    """A teardown while others use what is to be removed."""

    run: Run
    told: list[str]
    before: dict[str, Any]
    after: dict[str, Any]
    asked: set[str]  # the actions that AWS allowed


def refused(stack: Stack, uses: Callable[[Stack], AbstractContextManager[list[str]]]) -> Refusal:
    """Try to tear down meanwhile."""
    with uses(stack) as told:
        before, calls = everything(stack), len(log(stack))
        run = stack.run("teardown.yml", teardown_confirm="local")
        return Refusal(run, told, before, everything(stack), decided(stack, "allowed", calls))


@dataclass
class Life:
    """What a stack was asked from its start to its end, each run with all that -vvv shows."""

    runs: dict[str, Run] = field(default_factory=dict)
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    secrets: Secrets = field(default_factory=dict)
    refusals: dict[str, Refusal] = field(default_factory=dict)
    function_logs: str = ""
    holders: dict[str, int] = field(default_factory=dict)  # by path, the mode of each file that has a secret
    left: dict[Path, list[str]] = field(default_factory=dict)
    decided: dict[str, set[str]] = field(default_factory=dict)  # by decision, the playbooks' actions


@pytest.fixture(scope="module")
def life(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Life:
    """Converge a stack, use it, tear it down twice, and stop it."""
    life = Life()
    with new_stack("e2e-teardown", "-vvv") as stack:
        life.states["before"] = everything(stack)
        life.runs["site"] = stack.converge("site.yml")
        wait_completed(stack, [add_task(stack, "any")])
        life.states["made"] = everything(stack)

        life.secrets = secrets_of(stack)
        life.function_logs = json.dumps(function_logs(stack))
        found = files_with(life.secrets, [stack.directory, ANSIBLE_HOME])
        life.holders = {str(path.relative_to(stack.directory)): path.stat().st_mode & 0o777 for path in found}

        life.runs["unconfirmed"] = stack.run("teardown.yml", teardown_confirm="somewhere else")
        life.states["unconfirmed"] = everything(stack)
        life.refusals = {name: refused(stack, uses) for name, uses in USES.items()}
        life.states["let go"] = everything(stack)
        life.runs["first"] = stack.converge("teardown.yml", teardown_confirm="local")
        life.states["first"] = everything(stack)
        life.runs["second"] = stack.converge("teardown.yml", teardown_confirm="local")
        life.states["second"] = everything(stack)
        life.decided = {decision: decided(stack, decision) for decision in ("allowed", "denied")}
    life.runs |= {f"run {number}": run for number, run in enumerate(stack.runs)}
    life.left = files_with(life.secrets, [stack.directory, ANSIBLE_HOME])
    return life


def function_logs(stack: Stack) -> list[Any]:
    """All that the functions logged."""
    logs = stack.client("logs")
    groups = [f"/aws/lambda/{name}" for name in ("add_task", "process_task")]
    return [logs.filter_log_events(logGroupName=group)["events"] for group in groups]


def test_the_comparison_sees_everything_that_is_made(life: Life) -> None:
    before, made = life.states["before"], life.states["made"]
    assert [name for name in before if made[name] == before[name]] == ["users"]


def test_teardown_asks_first(life: Life) -> None:
    assert life.runs["unconfirmed"].code != 0
    assert "-e teardown_confirm=local" in life.runs["unconfirmed"].output
    assert life.states["unconfirmed"] == life.states["made"]


@pytest.mark.parametrize("kind", USES)
def test_what_others_use_is_refused_by_name_before_anything_is_changed(life: Life, kind: str) -> None:
    refusal = life.refusals[kind]
    said = " ".join(refusal.run.output.split())
    assert refusal.run.code != 0
    assert refusal.run.changed == 0
    assert refusal.told
    assert [each for each in refusal.told if each not in said] == []
    assert "Nothing was changed. " + "".join(refusal.told) in said
    assert refusal.after == refusal.before
    assert [each for each in refusal.asked if not re.match(r"\w+:(Describe|Get|List)", each)] == []
    assert life.states["let go"] == life.states["made"]


def test_teardown_leaves_what_was_there_before_and_says_so_once(life: Life) -> None:
    assert life.runs["first"].changed > 0
    assert life.states["first"] == life.states["before"]
    assert life.runs["second"].changed == 0
    assert life.states["second"] == life.states["before"]


def test_what_the_deployers_policy_refuses_is_done_without_and_what_it_allows_is_used(life: Life) -> None:
    assert life.decided["denied"] == DONE_WITHOUT
    elsewhere = ADOPTED | RELEASED | SUBSCRIBED | REPAIRED | set(NOT_ENFORCED) | set(RARE)
    assert granted() - life.decided["allowed"] == elsewhere


def test_no_output_has_a_secret(life: Life) -> None:
    kinds = ("secret_key", "password", "capability", "the key of", "AWS_SESSION_TOKEN")
    assert [kind for kind in kinds if not any(kind in name for name in life.secrets)] == [], "they are known"
    found = {name: traces(run.output, life.secrets) for name, run in life.runs.items()}
    assert {name: what for name, what in found.items() if what} == {}


def test_no_log_of_a_function_has_a_secret(life: Life) -> None:
    assert "task added" in life.function_logs
    assert traces(life.function_logs, life.secrets) == []


def test_a_secret_is_in_the_files_that_are_there_for_it_alone(life: Life) -> None:
    assert life.holders == dict.fromkeys(HOLDERS, 0o600)


def test_no_file_that_is_left_in_the_end_has_a_secret(life: Life) -> None:
    assert life.left == {}


@pytest.mark.parametrize("planted", ["a secret", "a token"])
def test_what_is_planted_is_found(life: Life, planted: str, tmp_path: Path) -> None:
    name, secret = next(iter(life.secrets.items()))
    token = "localhost:3306/?Action=connect&DBUser=lambda_user&X-Amz-Signature=" + "0123456789abcdef" * 4
    text, found = (secret.decode(), name) if planted == "a secret" else (token, "a signed token or link")
    (tmp_path / "file").write_text(f"some {text} more")
    assert traces(f'{{"x": "{text}"}}', life.secrets) == [found]
    assert files_with(life.secrets, [tmp_path]) == {tmp_path / "file": [found]}
