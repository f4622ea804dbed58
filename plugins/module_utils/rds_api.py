# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to RDS and Secrets Manager. `client` is boto3's client of `rds`, `secrets` the one of `secretsmanager`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

MISSING = ["DBInstanceNotFound", "DBInstanceNotFoundFault", "DBClusterNotFoundFault", "ResourceNotFoundException"]
Described = Mapping[str, Any]


class RdsError(AnsibleAWSError):
    """AWS refused or failed a call about a database or a secret."""


class RdsErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into RdsError."""

    _CUSTOM_EXCEPTION = RdsError

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code(MISSING)


@RdsErrorHandler.list_error_handler("describe RDS instance {identifier}")
@AWSRetry.jittered_backoff()
def find_instance(client: Any, identifier: str) -> Described | None:
    """Return the instance, or None.

    :raises RdsError: DescribeDBInstances was refused or failed.
    """
    return client.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]


@RdsErrorHandler.list_error_handler("describe cluster {identifier}")
@AWSRetry.jittered_backoff()
def find_cluster(client: Any, identifier: str) -> Described | None:
    """Return the cluster, or None.

    :raises RdsError: DescribeDBClusters was refused or failed.
    """
    return client.describe_db_clusters(DBClusterIdentifier=identifier)["DBClusters"][0]


@RdsErrorHandler.common_error_handler("describe the instances of cluster {identifier}")
@AWSRetry.jittered_backoff()
def find_members(client: Any, identifier: str) -> list[Described]:
    """Return the instances of a cluster.

    :raises RdsError: DescribeDBInstances was refused or failed.
    """
    filters = [{"Name": "db-cluster-id", "Values": [identifier]}]
    pages = client.get_paginator("describe_db_instances").paginate(Filters=filters)
    return [instance for page in pages for instance in page["DBInstances"]]


# What a change of this one setting is asked for with; nothing else is sent, so nothing else is changed.
ENABLE = {"EnableIAMDatabaseAuthentication": True, "ApplyImmediately": True}


@RdsErrorHandler.common_error_handler("enable IAM authentication of RDS instance {identifier}")
@AWSRetry.jittered_backoff()
def enable_for_instance(client: Any, identifier: str) -> Described:
    """Enable IAM authentication of an instance, and return the instance.

    :raises RdsError: ModifyDBInstance was refused or failed.
    """
    return client.modify_db_instance(DBInstanceIdentifier=identifier, **ENABLE)["DBInstance"]


@RdsErrorHandler.common_error_handler("enable IAM authentication of cluster {identifier}")
@AWSRetry.jittered_backoff()
def enable_for_cluster(client: Any, identifier: str) -> Described:
    """Enable IAM authentication of a cluster, and return the cluster.

    :raises RdsError: ModifyDBCluster was refused or failed.
    """
    return client.modify_db_cluster(DBClusterIdentifier=identifier, **ENABLE)["DBCluster"]


@RdsErrorHandler.common_error_handler("set the security groups of RDS instance {identifier}")
@AWSRetry.jittered_backoff()
def set_security_groups(client: Any, identifier: str, groups: list[str]) -> Described:
    """Give an instance these groups, by their ids, and return the instance. Nothing else is sent.

    :raises RdsError: ModifyDBInstance was refused or failed.
    """
    change = {"VpcSecurityGroupIds": groups, "ApplyImmediately": True}
    return client.modify_db_instance(DBInstanceIdentifier=identifier, **change)["DBInstance"]


@RdsErrorHandler.list_error_handler("read secret {secret_id}")
@AWSRetry.jittered_backoff()
def read_secret(secrets: Any, secret_id: str) -> Mapping[str, Any] | None:
    """Return the current version of a secret, or None.

    :raises RdsError: GetSecretValue was refused or failed.
    """
    return secrets.get_secret_value(SecretId=secret_id)


@RdsErrorHandler.common_error_handler("make a token for {user} at {host}:{port}")
def make_token(client: Any, host: str, port: int, user: str) -> str:
    """Return a token, signed with the caller's credentials. It makes no call, so it says nothing of permissions.

    :raises RdsError: there are no credentials, or no region.
    """
    return client.generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user)
