# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""R1 to R17, asked of AWS and the database after site.yml. The names are those of the requirements."""

from __future__ import annotations

import json
from typing import Any

import pytest
from stack import Stack, wait_until
from system import add_task, counted, mapping, queue_attributes, statuses, wait_completed

FUNCTIONS = ("add_task", "process_task")


@pytest.fixture(scope="module")
def widgets(system: Stack) -> list[dict[str, Any]]:
    body = system.client("cloudwatch").get_dashboard(DashboardName="TaskManagementDashboard")["DashboardBody"]
    return list(json.loads(body)["widgets"])


@pytest.fixture(scope="module")
def instance(system: Stack) -> dict[str, Any]:
    filters = [{"Name": "tag:Name", "Values": ["task-management-web"]}]
    (reservation,) = system.client("ec2").describe_instances(Filters=filters)["Reservations"]
    return dict(reservation["Instances"][0])


@pytest.fixture(scope="module")
def database(system: Stack) -> dict[str, Any]:
    (found,) = system.client("rds").describe_db_instances(DBInstanceIdentifier="task-management-db")["DBInstances"]
    return dict(found)


def security_group(stack: Stack, name: str) -> dict[str, Any]:
    groups = stack.client("ec2").describe_security_groups(Filters=[{"Name": "group-name", "Values": [name]}])
    (found,) = groups["SecurityGroups"]
    return dict(found)


def statements(stack: Stack, policy: str) -> dict[str, dict[str, Any]]:
    iam = stack.client("iam")
    (found,) = [each for each in iam.list_policies(Scope="Local")["Policies"] if each["PolicyName"] == policy]
    version = iam.get_policy_version(PolicyArn=found["Arn"], VersionId=found["DefaultVersionId"])["PolicyVersion"]
    return {statement["Sid"]: statement for statement in version["Document"]["Statement"]}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_r1_log_group_keeps_real_log_lines_for_14_days(system: Stack, function: str) -> None:
    logs, name = system.client("logs"), f"/aws/lambda/{function}"
    (group,) = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert group["retentionInDays"] == 14
    system.invoke(function, {"health_check": True})
    events = wait_until(lambda: logs.filter_log_events(logGroupName=name)["events"], "a line is logged")
    assert any("RequestId" in event["message"] or "requestId" in event["message"] for event in events)


def test_r2_dashboard_has_the_five_widgets(widgets: list[dict[str, Any]]) -> None:
    assert [widget["type"] for widget in widgets] == ["metric"] * 5


@pytest.mark.parametrize(
    ("index", "view", "period", "stat"),
    [
        (0, "timeSeries", 60, "Average"),
        (1, "timeSeries", 60, "Average"),
        (2, "singleValue", 300, "Sum"),
        (3, "timeSeries", 300, "Average"),
        (4, "singleValue", 3600, "Sum"),
    ],
)
def test_r3_to_r7_widgets_have_view_period_and_statistic(
    widgets: list[dict[str, Any]], index: int, view: str, period: int, stat: str
) -> None:
    properties = widgets[index]["properties"]
    assert (properties["view"], properties["period"], properties["stat"]) == (view, period, stat)


def test_r3_to_r7_widgets_show_the_metrics(widgets: list[dict[str, Any]], instance: dict[str, Any]) -> None:
    assert [widget["properties"]["metrics"] for widget in widgets] == [
        [["AWS/EC2", "CPUUtilization", "InstanceId", instance["InstanceId"]]],
        [["AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", "task-management-db"]],
        [["AWS/Lambda", metric, "FunctionName", name] for name in FUNCTIONS for metric in ("Invocations", "Errors")],
        [["AWS/Lambda", "Duration", "FunctionName", name] for name in FUNCTIONS],
        [["TaskManagementSystem", "TasksAdded"], ["TaskManagementSystem", "TasksCompleted"]],
    ]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_r8_alarm_fires_above_five_errors_of_a_function(system: Stack, function: str) -> None:
    (alarm,) = system.client("cloudwatch").describe_alarms(AlarmNames=[f"{function}-errors"])["MetricAlarms"]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("AWS/Lambda", "Errors", "Sum")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 5)
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": function}]
    assert function in alarm["AlarmDescription"]
    topics = [topic["TopicArn"] for topic in system.client("sns").list_topics()["Topics"]]
    assert alarm["AlarmActions"] == [topic for topic in topics if topic.endswith(":task-management-alarms")]


def test_r9_r10_a_task_that_is_added_and_completed_is_counted_once(system: Stack) -> None:
    metrics = ("TasksAdded", "TasksStarted", "TasksCompleted", "TasksFailed")
    before = [counted(system, metric) for metric in metrics]
    task = add_task(system, "count me")
    wait_completed(system, [task])
    wait_until(lambda: counted(system, "TasksCompleted") > before[2], "the completion is counted")
    assert [counted(system, metric) - old for metric, old in zip(metrics, before, strict=True)] == [1, 1, 1, 0]


def test_r10_failures_raise_the_alarm(system: Stack) -> None:
    cloudwatch, function = system.client("cloudwatch"), system.client("lambda")
    for _ in range(6):
        response = function.invoke(
            FunctionName="process_task:live", Payload=b'{"Records": [{"messageId": "x", "body": "?"}]}'
        )
        assert response["FunctionError"] == "Unhandled"

    def state() -> str:
        add_task(system, "wake the evaluation")  # the emulator evaluates alarms when a metric arrives
        (alarm,) = cloudwatch.describe_alarms(AlarmNames=["process_task-errors"])["MetricAlarms"]
        return str(alarm["StateValue"])

    wait_until(lambda: state() == "ALARM", "the alarm is raised")


def test_r11_instance_has_its_role_by_an_instance_profile(system: Stack, instance: dict[str, Any]) -> None:
    iam, name = system.client("iam"), "TaskManagementEC2Role"
    role = iam.get_role(RoleName=name)["Role"]
    assert role["Description"] == "Role for EC2 instances in the task management system"
    assert role["AssumeRolePolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]
    policies = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert {policy["PolicyName"] for policy in policies} == {
        "AmazonSSMManagedInstanceCore",
        "CloudWatchAgentServerPolicy",
    }
    profile = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    assert [each["RoleName"] for each in profile["Roles"]] == [name]
    assert instance["IamInstanceProfile"]["Arn"] == profile["Arn"]


def test_r12_functions_policy_has_exact_resources(system: Stack, database: dict[str, Any]) -> None:
    iam = system.client("iam")
    (policy,) = [
        each
        for each in iam.list_policies(Scope="Local")["Policies"]
        if each["PolicyName"] == "TaskManagementLambdaPolicy"
    ]
    description = iam.get_policy(PolicyArn=policy["Arn"])["Policy"]["Description"]
    assert description == "Policy for Lambda functions in the task management system"
    found = statements(system, "TaskManagementLambdaPolicy")
    account = "eu-north-1:123456789012"
    assert found.keys() == {"WriteLogs", "PublishMetrics", "ConnectToDatabase", "AttachToVpc"}
    assert found["WriteLogs"]["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert found["WriteLogs"]["Resource"] == [
        f"arn:aws:logs:{account}:log-group:/aws/lambda/{name}:*" for name in FUNCTIONS
    ]
    assert found["PublishMetrics"]["Action"] == "cloudwatch:PutMetricData"
    assert found["PublishMetrics"]["Condition"] == {"StringEquals": {"cloudwatch:namespace": "TaskManagementSystem"}}
    assert found["ConnectToDatabase"]["Action"] == "rds-db:connect"
    assert found["ConnectToDatabase"]["Resource"] == (
        f"arn:aws:rds-db:{account}:dbuser:{database['DbiResourceId']}/lambda_user"
    )


@pytest.mark.parametrize(
    ("role", "policy", "actions", "resource"),
    [
        (
            "TaskManagementAddTaskRole",
            "announce-tasks",
            "sns:Publish",
            "sns:eu-north-1:123456789012:new-task-notification",
        ),
        (
            "TaskManagementProcessTaskRole",
            "receive-tasks",
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            "sqs:eu-north-1:123456789012:task-processing-queue",
        ),
    ],
)
def test_d7_each_function_has_what_it_alone_does(
    system: Stack, role: str, policy: str, actions: str | list[str], resource: str
) -> None:
    iam = system.client("iam")
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == [policy]
    (statement,) = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == (actions, f"arn:aws:{resource}")
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert [each["PolicyName"] for each in attached] == ["TaskManagementLambdaPolicy"]
    (trust,) = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_r13_web_group_admits_http_and_https_from_everywhere(system: Stack, instance: dict[str, Any]) -> None:
    group = security_group(system, "task-management-ec2-sg")
    assert group["Description"] == "Security group for task management EC2 instances"
    rules = {(rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in group["IpPermissions"]}
    assert rules == {("tcp", 80, 80), ("tcp", 443, 443)}
    assert {r["CidrIp"] for rule in group["IpPermissions"] for r in rule["IpRanges"]} == {"0.0.0.0/0"}
    assert group["GroupId"] in [each["GroupId"] for each in instance["SecurityGroups"]]


def permissions(found: list[dict[str, Any]]) -> set[tuple[str, int, int, str]]:
    """Rules as protocol, ports and source or target."""
    return {
        (rule["IpProtocol"], rule.get("FromPort", -1), rule.get("ToPort", -1), source)
        for rule in found
        for source in [
            *(each["GroupId"] for each in rule["UserIdGroupPairs"]),
            *(each["CidrIp"] for each in rule["IpRanges"]),
            *(each["CidrIpv6"] for each in rule["Ipv6Ranges"]),
            *(each["PrefixListId"] for each in rule["PrefixListIds"]),
        ]
    }


def test_r14_database_group_admits_mysql_from_the_web_and_the_functions_alone(
    system: Stack, database: dict[str, Any]
) -> None:
    group = security_group(system, "task-management-rds-sg")
    assert group["Description"] == "Security group for task management RDS instance"
    others = [security_group(system, f"task-management-{name}-sg") for name in ("ec2", "lambda")]
    port = database["Endpoint"]["Port"]
    assert permissions(group["IpPermissions"]) == {("tcp", port, port, other["GroupId"]) for other in others}
    assert {other["VpcId"] for other in others} == {group["VpcId"]}
    assert group["GroupId"] in [each["VpcSecurityGroupId"] for each in database["VpcSecurityGroups"]]


def test_d3_functions_group_lets_out_mysql_to_the_database_and_https_and_nothing_in(
    system: Stack, database: dict[str, Any]
) -> None:
    group = security_group(system, "task-management-lambda-sg")
    port, target = database["Endpoint"]["Port"], security_group(system, "task-management-rds-sg")["GroupId"]
    assert group["IpPermissions"] == []
    assert permissions(group["IpPermissionsEgress"]) == {("tcp", port, port, target), ("tcp", 443, 443, "0.0.0.0/0")}
    for function in FUNCTIONS:
        vpc = system.client("lambda").get_function_configuration(FunctionName=f"{function}:live")["VpcConfig"]
        assert vpc["SecurityGroupIds"] == [group["GroupId"]]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_r15_functions_know_the_database(system: Stack, database: dict[str, Any], function: str) -> None:
    served = system.client("lambda").get_function_configuration(FunctionName=f"{function}:live")
    variables = served["Environment"]["Variables"]
    endpoint = database["Endpoint"]
    assert variables["DB_HOST"] == endpoint["Address"]
    assert variables["DB_NAME"] == "taskmanager"
    assert variables["DB_PORT"] == str(endpoint["Port"])
    assert not [name for name in variables if "PASSWORD" in name]


def test_r16_instance_takes_tokens_and_still_passwords(system: Stack, database: dict[str, Any]) -> None:
    assert database["IAMDatabaseAuthenticationEnabled"] is True
    assert database["PendingModifiedValues"] == {}
    assert system.query("SELECT CURRENT_USER() AS user") == [{"user": "admin@%"}]


def test_r17_database_user_has_the_plugin_and_its_database_alone(system: Stack) -> None:
    rows = system.query(
        "SELECT plugin, authentication_string FROM mysql.user WHERE user = 'lambda_user' AND host = '%%'"
    )
    assert [(row["plugin"], row["authentication_string"]) for row in rows] == [("AWSAuthenticationPlugin", "RDS")]
    grants = [next(iter(row.values())) for row in system.query("SHOW GRANTS FOR 'lambda_user'@'%%'")]
    assert [grant.partition(" TO ")[0] for grant in grants] == [
        "GRANT USAGE ON *.*",
        "GRANT ALL PRIVILEGES ON `taskmanager`.*",
    ]


def test_d2_mapping_hands_back_single_failures_and_the_queue_sets_them_aside(system: Stack) -> None:
    found = mapping(system)
    assert (found["BatchSize"], found["FunctionResponseTypes"]) == (10, ["ReportBatchItemFailures"])
    redrive = json.loads(queue_attributes(system)["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"].endswith(":task-processing-queue-dlq")
    assert int(redrive["maxReceiveCount"]) == 5


def test_queue_takes_messages_from_the_topic_alone(system: Stack) -> None:
    (statement,) = json.loads(queue_attributes(system)["Policy"])["Statement"]
    assert statement["Condition"] == {
        "ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-north-1:123456789012:new-task-notification"}
    }
    assert (statement["Principal"], statement["Action"]) == ({"Service": "sns.amazonaws.com"}, "sqs:SendMessage")


def test_a_task_may_be_added_by_http(system: Stack) -> None:
    answer = system.invoke("add_task", {"requestContext": {}, "body": json.dumps({"title": "by HTTP"})})
    assert answer["statusCode"] == 201
    wait_completed(system, [json.loads(answer["body"])["id"]])


def test_a_task_without_title_is_refused_and_not_stored(system: Stack) -> None:
    before = system.query("SELECT COUNT(*) AS tasks FROM taskmanager.tasks")
    answer = system.invoke("add_task", {"description": "no title"})
    assert answer["statusCode"] == 400
    assert "title" in json.loads(answer["body"])["error"]
    assert system.query("SELECT COUNT(*) AS tasks FROM taskmanager.tasks") == before


def test_twenty_tasks_are_completed(system: Stack) -> None:
    ids = [add_task(system, f"task {number}") for number in range(20)]
    wait_completed(system, ids)
    assert statuses(system, ids) == ["Completed"] * 20
