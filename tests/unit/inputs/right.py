# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Right inputs of each role, with a value for each thing that is checked."""

from __future__ import annotations

from typing import Any

GROUP = {"name": "shop-web", "description": "Web servers"}
RIGHT: dict[str, dict[str, Any]] = {
    "security_groups": {
        "security_groups_state": "present",
        "security_groups_vpc_id": "vpc-0123456789abcdef0",
        "security_groups_groups": [
            {
                **GROUP,
                "rules": [
                    {"proto": "tcp", "ports": [443, "8000-8100"], "cidr_ip": ["10.0.0.0/8"], "rule_desc": "HTTPS"},
                    {"proto": "icmp", "icmp_type": 8, "icmp_code": 0, "group": "shop-db"},
                    {"ports": [22], "group_id": ["sg-01234567"]},
                    {"ports": [22], "ip_prefix": ["pl-01234567"], "rule_desc": "SSH"},
                ],
                "rules_egress": [
                    {"from_port": 1, "to_port": 9, "group": "shop-db", "group_id": ["sg-01234567"]},
                    {"ports": [443], "ip_prefix": ["pl-01234567"], "rule_desc": "S3"},
                ],
                "allowed_cidr_rules": ["HTTPS", "SSH"],
            },
            {"name": "shop-db", "description": "Databases", "rules": []},
        ],
        "security_groups_wait_minutes": 30,
        "security_groups_instances": [{"id": "i-0123456789abcdef0", "groups": ["shop-web"]}],
        "security_groups_db_instances": [{"identifier": "shop-db", "groups": ["shop-db"]}],
        "security_groups_functions": ["take_order"],
    },
    "iam": {
        "iam_state": "present",
        "iam_policies": [
            {
                "name": "ShopLogs",
                "description": "Writes logs",
                "path": "/shop/",
                "retain": False,
                "statements": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}],
                "tags": {"team": "shop"},
            }
        ],
        "iam_roles": [
            {
                "name": "ShopRole",
                "description": "Runs the shop",
                "service": "ec2.amazonaws.com",
                "managed_policies": ["ShopLogs", "arn:aws:iam::aws:policy/ReadOnlyAccess"],
                "inline_policies": {"take-orders": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]},
                "boundary": "ShopLogs",
                "path": "/shop/",
                "tags": {"team": "shop"},
                "instance_profile": True,
            }
        ],
        "iam_instances": [{"id": "i-0123456789abcdef0", "role": "ShopRole"}],
    },
    "lambda_deploy": {
        "lambda_deploy_state": "present",
        "lambda_deploy_build_dir": "build",
        "lambda_deploy_health_wait_seconds": 60,
        "lambda_deploy_functions": [
            {
                "name": "take_order",
                "description": "Takes orders",
                "role_arn": "arn:aws:iam::123456789012:role/ShopRole",
                "environment": {"STOCK": 5, "STRICT": True, "SIZES": [1, 2], "NONE": ""},
                "package": {"sources": [{"src": "handler"}], "requirements": "requirements.txt"},
                "settings": {
                    "runtime": "python3.13",
                    "architecture": "arm64",
                    "handler": "handler.handler",
                    "timeout": 30,
                    "memory_size": "256",
                    "layers": [{"layer_version_arn": "arn:aws:lambda:eu-north-1:123456789012:layer:shop:3"}],
                    "reserved_concurrency": 5,
                    "ephemeral_storage": 1024,
                    "dead_letter_arn": "arn:aws:sqs:eu-north-1:123456789012:failed",
                    "vpc_subnet_ids": ["subnet-01234567"],
                    "vpc_security_group_ids": ["sg-01234567"],
                },
                "tags": {"team": "shop"},
                "alias": "live",
                "keep_versions": 3,
                "event_sources": [
                    {
                        "event_source_arn": "arn:aws:sqs:eu-north-1:123456789012:orders.fifo",
                        "batch_size": 10,
                        "maximum_batching_window": 0,
                        "maximum_concurrency": 2,
                    }
                ],
            }
        ],
    },
    "cloudwatch": {
        "cloudwatch_state": "present",
        "cloudwatch_log_groups": [
            {
                "name": "/aws/lambda/take_order",
                "retention": 14,
                "kms_key_id": "arn:aws:kms:eu-north-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
                "tags": {"team": "shop"},
            }
        ],
        "cloudwatch_queries": [
            {"name": "shop/errors", "query_string": "fields @message", "log_group_names": ["/shop"]}
        ],
        "cloudwatch_topic": "shop-alarms",
        "cloudwatch_topic_subscriptions": [{"protocol": "email", "endpoint": "operator@example.org"}],
        "cloudwatch_topic_arn": "",
        "cloudwatch_alarms": [
            {
                "name": "shop-errors",
                "description": "Orders fail",
                "namespace": "AWS/Lambda",
                "metric_name": "Errors",
                "dimensions": {"FunctionName": "take_order"},
                "threshold": 5,
                "period": 60,
                "evaluation_periods": 2,
                "datapoints_to_alarm": 1,
                "alarm_actions": ["arn:aws:sns:eu-north-1:123456789012:shop-alarms"],
                "ok_actions": ["arn:aws:sns:eu-north-1:123456789012:shop-alarms"],
                "insufficient_data_actions": ["arn:aws:sns:eu-north-1:123456789012:shop-alarms"],
                "tags": {"team": "shop"},
            },
            {
                "name": "shop-slow",
                "description": "Orders take long",
                "namespace": "AWS/Lambda",
                "metric_name": "Duration",
                "extended_statistic": "p99",
                "threshold": 2000,
            },
            {
                "name": "shop-few",
                "description": "Fewer orders than is usual",
                "metrics": [
                    {
                        "id": "orders",
                        "metric_stat": {
                            "metric": {"namespace": "Shop", "metric_name": "Orders"},
                            "period": 300,
                            "stat": "Sum",
                        },
                    },
                    {"id": "usual", "expression": "ANOMALY_DETECTION_BAND(orders, 2)"},
                ],
                "comparison": "LessThanLowerThreshold",
                "threshold_metric_id": "usual",
            },
        ],
        "cloudwatch_composite_alarms": [
            {
                "name": "shop-unhealthy",
                "description": "The shop is unhealthy",
                "alarm_rule": 'ALARM("shop-errors")',
                "alarm_actions": ["arn:aws:sns:eu-north-1:123456789012:shop-alarms"],
                "ok_actions": ["arn:aws:sns:eu-north-1:123456789012:shop-alarms"],
                "insufficient_data_actions": ["arn:aws:sns:eu-north-1:123456789012:shop-alarms"],
            }
        ],
        "cloudwatch_monitored_instances": ["i-0123456789abcdef0"],
        "cloudwatch_dashboards": [{"name": "Shop", "widgets": []}],
    },
    "rds_iam_auth": {
        "rds_iam_auth_state": "present",
        "rds_iam_auth_db_instance": "shop-db",
        "rds_iam_auth_db_cluster": "",
        "rds_iam_auth_wait_timeout": 900,
        "rds_iam_auth_login": {
            "login_host": "shop-db.abcdefghijkl.eu-north-1.rds.amazonaws.com",
            "login_port": 3306,
            "login_user": "admin",
            "login_password": "of-the-administrator",
            "ca_cert": "global-bundle.pem",
            "connect_timeout": 30,
        },
        "rds_iam_auth_secret": "",
        "rds_iam_auth_login_by_token": False,
        "rds_iam_auth_users": [{"name": "shop_app", "host": "10.0.%", "privileges": {"shop.*": ["SELECT"]}}],
    },
    "foundation": {
        "foundation_state": "present",
        "foundation_manage": True,
        "foundation_vpc": {"name": "shop", "cidr": "10.20.0.0/16"},
        "foundation_subnets": [
            {"name": "shop-a", "cidr": "10.20.1.0/24", "zone": "a"},
            {"name": "shop-b", "cidr": "10.20.2.0/24", "zone": "b"},
        ],
        "foundation_instance": {"name": "shop-web", "type": "t3.micro", "image_id": "ami-01234567"},
        "foundation_db_instance": {
            "identifier": "shop-db",
            "class": "db.t3.micro",
            "storage": 20,
            "engine": "mysql",
            "port": 3306,
        },
        "foundation_db_login": {"login_user": "admin", "login_password": "of-the-administrator", "ca_cert": "ca.pem"},
        "foundation_database": "shop",
        "foundation_tables": {"orders": "CREATE TABLE orders (id INT PRIMARY KEY)"},
        "foundation_topic": "orders",
        "foundation_queue": {
            "name": "orders",
            "visibility_timeout": 180,
            "dead_letter_queue": "orders-dlq",
            "max_receive_count": 5,
        },
    },
}
