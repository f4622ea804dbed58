# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""R26: teardown removes what was made, and says so only once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from stack import Stack


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
        "groups": [each["GroupId"] for each in ec2.describe_security_groups()["SecurityGroups"]],
        "instances": ec2.describe_instances(Filters=live)["Reservations"],
        "roles": [each["RoleName"] for each in iam.list_roles()["Roles"]],
        "policies": [each["PolicyName"] for each in iam.list_policies(Scope="Local")["Policies"]],
        "profiles": iam.list_instance_profiles()["InstanceProfiles"],
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


def test_teardown_leaves_what_was_there_before_and_asks_first(
    new_stack: Callable[[str], AbstractContextManager[Stack]],
) -> None:
    with new_stack("e2e-teardown") as stack:
        before = everything(stack)
        stack.converge("site.yml")
        made = everything(stack)
        same = [name for name in before if made[name] == before[name]]
        assert same == ["users"], "the comparison sees everything that is made"

        unconfirmed = stack.run("teardown.yml", teardown_confirm="somewhere else")
        assert unconfirmed.code != 0
        assert "-e teardown_confirm=local" in unconfirmed.output
        assert everything(stack) == made

        assert stack.converge("teardown.yml", teardown_confirm="local").changed > 0
        assert everything(stack) == before
        assert stack.converge("teardown.yml", teardown_confirm="local").changed == 0
        assert everything(stack) == before
