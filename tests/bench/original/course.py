# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What both functions of the course do for each event: a client, a connection and a token anew.

The algorithm is the course's; only TLS is verified here, as this project does, so that both pay for the same checks.
"""

import os
from pathlib import Path
from typing import Any

import boto3
import pymysql
from pymysql.cursors import DictCursor


def get_db_connection() -> "pymysql.Connection[DictCursor]":
    """Connect with a new token."""
    host, port, user = os.environ["DB_HOST"], int(os.environ["DB_PORT"]), os.environ["DB_USER"]
    token = boto3.client("rds").generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user)
    return pymysql.connect(
        host=host,
        port=port,
        user=user,
        password=token,
        database=os.environ["DB_NAME"],
        charset="utf8mb4",
        cursorclass=DictCursor,
        ssl_ca=str(Path(__file__).with_name("rds-ca.pem")),
        ssl_verify_cert=True,
        ssl_verify_identity=True,
    )


def put_metric(name: str) -> None:
    """Publish 1 as `name`."""
    data: list[Any] = [{"MetricName": name, "Value": 1, "Unit": "Count"}]
    boto3.client("cloudwatch").put_metric_data(Namespace=os.environ["METRICS_NAMESPACE"], MetricData=data)
