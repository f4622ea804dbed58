# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names and limits of AWS that inputs are checked against. The models are botocore's, of the service's API.

Pure: no Ansible, no AWS.
"""

from __future__ import annotations

from math import isfinite
from typing import Final

from ansible_collections.taskmanager.aws.plugins.module_utils import log_group
from ansible_collections.taskmanager.aws.plugins.module_utils.alarm import problems as alarm
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.kinds import (
    Kind,
    choice,
    integer,
    number,
    text,
)

_HEX = r"[0-9a-f]{8,32}"
# what makes a filter of EC2 match other things too
# (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html)
_NO_WILDCARD = r"[^*?]"

# EC2: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html. A name goes into a filter,
# where an asterisk matches the groups of others too.
GROUP_NAME: Final = text(
    "1 to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$, with no space at either end, and neither 'default' nor "
    "one that starts with sg-",
    r"(?!(?i:sg-)|default$)(?! )[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$]*(?<! )",
    255,
)
_GROUP_TEXT = r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]*"
GROUP_DESCRIPTION: Final = text("1 to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*", _GROUP_TEXT, 255)
RULE_DESCRIPTION: Final = text("up to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*", _GROUP_TEXT, 255, 0)
GROUP_ID: Final = text("the id of a security group, sg-…", rf"sg-{_HEX}", 40, made_by_aws=True)
SOURCE_GROUP_ID: Final = text(
    "the id of a security group, sg-…, or account/sg-…/name",
    rf"(\d{{12}}/sg-{_HEX}/.+|sg-{_HEX})",
    320,
    made_by_aws=True,
)
PREFIX_LIST_ID: Final = text("the id of a prefix list, pl-…", rf"pl-{_HEX}", 40, made_by_aws=True)
VPC_ID: Final = text("the id of a VPC, vpc-…", rf"vpc-{_HEX}", 40, made_by_aws=True)
SUBNET_ID: Final = text("the id of a subnet, subnet-…", rf"subnet-{_HEX}", 40, made_by_aws=True)
INSTANCE_ID: Final = text("the id of an EC2 instance, i-…", rf"i-{_HEX}", 40, made_by_aws=True)
INSTANCE_ID_OR_NONE: Final = text("the id of an EC2 instance, i-…, or empty", rf"(i-{_HEX})?", 40, 0)
NAME_TAG: Final = text(
    "1 to 256 characters without * and ?, which match the names of others too, and with no space at either end",
    rf"(?!\s){_NO_WILDCARD}*(?<!\s)",
    256,
)
NAME_TAG_OR_NONE: Final = text(f"empty, or {NAME_TAG.words}", rf"((?!\s){_NO_WILDCARD}*(?<!\s))?", 256, 0)
IMAGE_ID: Final = text("the id of an image, ami-…, or resolve:ssm:…", rf"(ami-{_HEX}|resolve:ssm:\S+)", 2048)
ZONE: Final = text("the letter of an availability zone, such as a", r"[a-z]", 1)

# IAM: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
POLICY_NAME: Final = text("1 to 128 letters, digits and +=,.@_-", r"[\w+=,.@-]+", 128)
POLICY_NAME_OR_ARN: Final = text(
    "the name of a managed policy or its ARN",
    r"([\w+=,.@-]{1,128}|arn:[\w-]+:iam::(\d{12}|aws):policy/[\x21-\x7e]+)",
    2048,
)
ROLE_NAME: Final = text(
    "1 to 64 letters, digits and +=,.@_-, and none that starts with AWSServiceRole, as the roles of AWS's services do",
    r"(?!(?i:AWSServiceRole))[\w+=,.@-]+",
    64,
)
ROLE_ARN: Final = text(
    "the ARN of a role, arn:aws:iam::123456789012:role/…",
    r"arn:[\w-]+:iam::\d{12}:role/?[\w+=,.@\-/]+",
    2048,
    made_by_aws=True,
)
IAM_DESCRIPTION: Final = text("up to 1,000 characters", r"[\t\n\r\x20-\x7e\xa1-\xff]*", 1000, 0)
IAM_PATH: Final = text("a path that starts and ends with a slash", r"/([\x21-\x7e]*/)?", 512)
SERVICE: Final = text(
    "the name of a service, such as lambda.amazonaws.com, never a wildcard", r"[a-z0-9-]+(\.[a-z0-9-]+)+", 256
)
MOST_OF_MANAGED_POLICY: Final = 6_144  # characters without white space
MOST_OF_INLINE_POLICIES: Final = 10_240  # of a role, all together

# Tags: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
TAG_KEY: Final = text("a tag's key of 1 to 128 characters that does not start with aws:", r"(?!(?i:aws:)).*", 128)

# Lambda: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
FUNCTION_NAME: Final = text("1 to 64 letters, digits, - and _, with neither account nor alias", r"[a-zA-Z0-9-_]+", 64)
FUNCTION_REFERENCE: Final = text(
    "the name or the ARN of a function, with :alias or :version if need be",
    r"(arn:[\w-]+:lambda:[a-z0-9-]+:\d{12}:function:)?[a-zA-Z0-9-_]{1,64}(:(\$LATEST|[a-zA-Z0-9-_]+))?",
    256,
)
ALIAS: Final = text("1 to 128 letters, digits, - and _, not digits alone", r"(?!\d+$)[a-zA-Z0-9-_]+", 128)
FUNCTION_DESCRIPTION: Final = text("up to 256 characters", r".*", 256, 0)
HANDLER: Final = text("up to 128 characters without white space, such as handler.handler", r"\S+", 128)
RUNTIME: Final = text("a Python runtime, such as python3.13", r"python3\.\d{1,2}", 16)
LAYER_ARN: Final = text(
    "the ARN of a layer's version",
    r"arn:[\w-]+:lambda:([a-z0-9-]+:\d{12}:layer:[a-zA-Z0-9-_]+:\d+|::awslayer:[a-zA-Z0-9-_]+)",
    2048,
    made_by_aws=True,
)
VARIABLE_NAME: Final = text("a letter, and then one or more letters, digits or _", r"[a-zA-Z][a-zA-Z0-9_]+", 1024)
TIMEOUT: Final = integer(1, 5_400, "a number of seconds")
MEMORY: Final = integer(128, 32_768, "a number of MB")
EPHEMERAL_STORAGE: Final = integer(512, 10_240, "a number of MB")
DEAD_LETTER_ARN: Final = text(
    "empty, or the ARN of an SQS queue or an SNS topic",
    r"(arn:[\w-]+:(sqs|sns):[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+)?",
    1024,
    0,
)
MOST_OF_ENVIRONMENT: Final = 4_096  # bytes, names and values together
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, those that can't be set
RESERVED_VARIABLES: Final = frozenset(
    {
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)

# SQS and SNS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html and
# https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
QUEUE_NAME: Final = text(
    "1 to 80 letters, digits, - and _, with .fifo at the end of a FIFO queue's", r"[A-Za-z0-9_-]+(\.fifo)?", 80
)
TOPIC_NAME: Final = text(
    "1 to 256 letters, digits, - and _, with .fifo at the end of a FIFO topic's", r"[A-Za-z0-9_-]+(\.fifo)?", 256
)
# CloudWatch can't notify a FIFO topic
ALARM_TOPIC: Final = text("empty, or 1 to 256 letters, digits, - and _", r"[A-Za-z0-9_-]*", 256, 0)
TOPIC_ARN_OR_NONE: Final = text(
    "empty, or the ARN of a topic", r"(arn:[\w-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+)?", 2048, 0
)
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
MOVED_PER_SECOND: Final = integer(1, 500, "a number of messages")
QUEUE_ARN: Final = text(
    "the ARN of an SQS queue", r"arn:[\w-]+:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+(\.fifo)?", 1024, made_by_aws=True
)
# https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
SUBSCRIPTION_PROTOCOL: Final = choice(
    "application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"
)
NOT_BLANK: Final = text("text", r".*\S.*", 1_000_000)

# CloudWatch Logs: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
LOG_GROUP_NAME: Final = text(
    "1 to 512 letters, digits and ._-/#, not starting with aws/", r"(?!aws/)[.\-_/#A-Za-z0-9]+", 512
)
RETENTION: Final = choice(log_group.FOR_EVER, *log_group.RETENTIONS)  # 0 stands for ever
KMS_KEY: Final = text("the ARN of a KMS key", r"arn:[\w-]+:kms:[a-z0-9-]+:\d{12}:key/[\w-]+", 256, made_by_aws=True)
KMS_KEY_OR_NONE: Final = text(f"{KMS_KEY.words}, or empty", r"(arn:[\w-]+:kms:[a-z0-9-]+:\d{12}:key/[\w-]+)?", 256, 0)
QUERY_NAME: Final = text("1 to 255 characters, not blank", r".*\S.*", 255)
QUERY_STRING: Final = text("1 to 10,000 characters, not blank", r".*\S.*", 10_000)

# CloudWatch: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
ALARM_NAME: Final = text("1 to 255 characters, not blank", r".*\S.*", 255)
ALARM_DESCRIPTION: Final = text("up to 1,024 characters", r".*", 1024, 0)
NAMESPACE: Final = text("1 to 255 characters, not starting with a colon", r"[^:].*", 255)
METRIC_NAME: Final = text("1 to 255 characters, not blank", r".*\S.*", 255)
DIMENSION_NAME: Final = text("1 to 255 characters, not starting with a colon", r"[^:].*", 255)
EVALUATION_PERIODS: Final = integer(1, 604_800)
EXTENDED_STATISTIC: Final = text(
    "a statistic such as p99, tm90, IQM, TM(10%:90%) or PR(0:500)", alarm.EXTENDED_STATISTIC.pattern, 255
)
METRIC_ID: Final = text("a lower case letter, then letters, digits and _", alarm.METRIC_ID.pattern, 255)
THRESHOLD: Final = Kind("a finite number", lambda value: (found := number(value)) is not None and isfinite(found))
PERIOD: Final = Kind(
    "10, 20, 30 or a multiple of 60, in seconds",
    lambda value: integer(10, 604_800).accepts(value) and (int(value) in (10, 20, 30) or int(value) % 60 == 0),
)
ALARM_RULE: Final = text("1 to 10,240 characters, not blank", r".*\S.*", 10_240)
ACTION_ARN: Final = text("an ARN, such as that of a topic", r"arn:.+", 1024, made_by_aws=True)
DASHBOARD_NAME: Final = text("1 to 255 letters, digits, - and _", r"[A-Za-z0-9_-]+", 255)

# RDS: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
_IDENTIFIER = r"[a-zA-Z](?:-?[a-zA-Z0-9])*"
DB_IDENTIFIER: Final = text(
    "1 to 63 letters, digits and hyphens that start with a letter, with no two hyphens together and none at the end",
    _IDENTIFIER,
    63,
)
DB_IDENTIFIER_OR_NONE: Final = text(f"empty, or {DB_IDENTIFIER.words}", rf"({_IDENTIFIER})?", 63, 0)
DB_CLASS: Final = text("a class of RDS instances, such as db.t3.micro", r"db\.[a-z0-9-]+\.[a-z0-9-]+", 64)
STORAGE: Final = integer(5, 65_536, "a number of GiB")
PORT: Final = integer(1, 65_535, "a port")

# MySQL: https://dev.mysql.com/doc/refman/8.4/en/identifier-length.html
DATABASE_NAME: Final = text(
    "1 to 64 characters, with no space at the end, and not a database of the server itself",
    r"(?!(?i:mysql|sys|information_schema|performance_schema|innodb)$)[^\x00]*[^\x00\s]",
    64,
)
USER_NAME: Final = text("1 to 32 characters, with no space at either end", r"(?!\s)[^\x00]*(?<!\s)", 32)
_LABEL = r"[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?"
DATABASE_HOST: Final = text(
    "the name of a host, without port, each part of it 1 to 63 letters, digits and hyphens, or an IP address",
    rf"{_LABEL}(\.{_LABEL})*\.?|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*",
    253,
    made_by_aws=True,
)
# PyMySQL takes no more than a year
CONNECT_TIMEOUT: Final = integer(1, 31_536_000, "a number of seconds")
HOST: Final = text("a host, a pattern such as 10.0.%, or % for all hosts", r"[^\s\x00]+", 255)
