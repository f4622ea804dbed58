# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The system as a student makes it in the console, before the collection comes: with the console's defaults."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from stack import Stack

OLD_CODE = "def handler(event, context):\n    return {'statusCode': 200}\n"
ROLE = "lambda-basic-role"


def build(stack: Stack) -> None:
    """Make topic, queue, functions, instance and database in the default VPC."""
    make_instance(stack)
    make_database(stack)
    make_messaging(stack)
    make_functions(stack)


def make_instance(stack: Stack) -> None:
    ec2 = stack.client("ec2")
    group = ec2.create_security_group(GroupName="launch-wizard-1", Description="launch-wizard-1 created by hand")[
        "GroupId"
    ]
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "198.51.100.7/32"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    tags = [{"Key": "Name", "Value": "task-management-web"}, {"Key": "owner", "Value": "student"}]
    ec2.run_instances(
        ImageId="ami-student",
        InstanceType="t3.small",
        KeyName="student",
        MinCount=1,
        MaxCount=1,
        SecurityGroupIds=[group],
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
    )


def make_database(stack: Stack) -> None:
    record, ec2 = stack.record, stack.client("ec2")
    group = ec2.create_security_group(GroupName="rds-by-hand", Description="made in the console")["GroupId"]
    stack.client("rds").create_db_instance(
        DBInstanceIdentifier="task-management-db",
        DBInstanceClass="db.t3.small",
        Engine="mysql",
        AllocatedStorage=30,
        Port=record["db_port"],
        MasterUsername=record["db_admin_user"],
        MasterUserPassword=record["db_admin_password"],
        VpcSecurityGroupIds=[group],
        BackupRetentionPeriod=5,
        Tags=[{"Key": "owner", "Value": "student"}],
    )
    stack.query("CREATE DATABASE taskmanager")
    stack.query(
        "CREATE TABLE taskmanager.tasks (id INT AUTO_INCREMENT PRIMARY KEY, title VARCHAR(255) NOT NULL, "
        "description TEXT, status VARCHAR(50) DEFAULT 'Pending', created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, "
        "updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP)"
    )
    stack.query("INSERT INTO taskmanager.tasks (title) VALUES ('made by hand')")


def make_messaging(stack: Stack) -> None:
    sns, sqs = stack.client("sns"), stack.client("sqs")
    topic = sns.create_topic(Name="new-task-notification", Attributes={"DisplayName": "Tasks"})["TopicArn"]
    url = sqs.create_queue(QueueName="task-processing-queue")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": queue}
    statement["Condition"] = {"ArnLike": {"aws:SourceArn": topic}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="student@example.invalid")


def make_functions(stack: Stack) -> None:
    functions, iam = stack.client("lambda"), stack.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    for name in ("add_task", "process_task"):
        functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role,
            Handler="lambda_function.handler",
            Code={"ZipFile": old_package()},
            Environment={"Variables": {"COLOUR": "blue", "DB_HOST": "wrong"}},
            Tags={"owner": "student"},
        )
    queue = stack.client("sqs").get_queue_url(QueueName="task-processing-queue")["QueueUrl"].rpartition("/")[2]
    arn = f"arn:aws:sqs:eu-north-1:123456789012:{queue}"
    functions.create_event_source_mapping(FunctionName="process_task", EventSourceArn=arn, BatchSize=5)
    stack.client("logs").create_log_group(logGroupName="/aws/lambda/add_task")


def old_package() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("lambda_function.py", OLD_CODE)
    return buffer.getvalue()


def snapshot(stack: Stack) -> dict[str, Any]:
    """All of it that the exercises do not ask to change."""
    ec2, functions, rds = (stack.client(name) for name in ("ec2", "lambda", "rds"))
    sns, sqs = stack.client("sns"), stack.client("sqs")
    (instance,) = [each for found in ec2.describe_instances()["Reservations"] for each in found["Instances"]]
    (database,) = rds.describe_db_instances()["DBInstances"]
    (topic,) = [
        each["TopicArn"] for each in sns.list_topics()["Topics"] if each["TopicArn"].endswith("new-task-notification")
    ]
    (queue,) = sqs.list_queues()["QueueUrls"]
    hand_made = [{"Name": "group-name", "Values": ["launch-wizard-1", "rds-by-hand", "default"]}]
    return {
        "instance": without(instance, "SecurityGroups", "IamInstanceProfile", "Monitoring"),
        "database": without(database, "VpcSecurityGroups", "IAMDatabaseAuthenticationEnabled"),
        "database tags": rds.list_tags_for_resource(ResourceName=database["DBInstanceArn"])["TagList"],
        "groups": ec2.describe_security_groups(Filters=hand_made)["SecurityGroups"],
        "topic": without(sns.get_topic_attributes(TopicArn=topic)["Attributes"]),
        "subscriptions": sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"],
        "queue": traffic_aside(sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]),
        "function tags": [
            functions.list_tags(Resource=each["FunctionArn"])["Tags"]
            for each in functions.list_functions()["Functions"]
        ],
        "role": stack.client("iam").get_role(RoleName=ROLE)["Role"],
        "table": stack.query("SHOW CREATE TABLE taskmanager.tasks")[0]["Create Table"].partition(" AUTO_INCREMENT=")[0],
        "row": stack.query("SELECT * FROM taskmanager.tasks WHERE title = 'made by hand'"),
    }


def without(found: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in names}


def traffic_aside(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if not name.startswith("ApproximateNumber")}
