#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_login_info
version_added: 0.1.0
short_description: Get the name and the password to log in to an RDS database with
description:
  - Reads a secret of Secrets Manager, by its name or as the one in which RDS keeps the master user's password, or makes
    an IAM token.
  - The result is secret. Give the task C(no_log=true). Error messages are free of it.
notes:
  - No collection has a module that reads a secret, only the lookup P(amazon.aws.secretsmanager_secret#lookup). It takes
    region, endpoint and credentials of its own and not those of C(module_defaults), and leaves the secret in the
    arguments of whatever task it stands in.
author:
  - taskmanager.aws contributors
options:
  secret_id:
    description:
      - Name or ARN of a secret, a JSON object with C(username) and C(password), as those of RDS are.
      - Give this, O(db_instance_identifier), O(db_cluster_identifier) or O(token_for).
    type: str
  db_instance_identifier:
    description:
      - The RDS instance whose master user's password RDS manages in Secrets Manager.
    type: str
  db_cluster_identifier:
    description:
      - The cluster of which the same holds.
    type: str
  token_for:
    description:
      - Makes an IAM token for this login. It is good for 15 minutes, and only where the caller may
        C(rds-db:connect) as this user. It is signed here, without a call to AWS.
    type: dict
    suboptions:
      login_host:
        description: The endpoint of the database.
        type: str
        required: true
      login_port:
        description: Its port.
        type: int
        default: 3306
      login_user:
        description: The database user, who logs in with IAM tokens.
        type: str
        required: true
attributes:
  check_mode:
    description: It only reads.
    support: full
  diff_mode:
    description: It changes nothing.
    support: N/A
  idempotent:
    description: It changes nothing.
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Get the password that RDS manages
  taskmanager.aws.rds_login_info:
    db_instance_identifier: orders

- name: Make a token for an administrator who is an IAM user of the database
  taskmanager.aws.rds_login_info:
    token_for:
      login_host: orders.abcdefghijkl.eu-west-1.rds.amazonaws.com
      login_user: orders_admin
"""

RETURN = r"""
login_user:
  description: The name; null when the secret names nobody.
  returned: success
  type: str
  sample: admin
login_password:
  description: The password, or the token.
  returned: success
  type: str
"""


from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.taskmanager.aws.plugins.module_utils import rds_api
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.refuse import refuse_wrong_options
from ansible_collections.taskmanager.aws.plugins.module_utils.rds_login import (
    Login,
    LoginError,
    login_from,
    managed_secret,
)

SOURCES = ("secret_id", "db_instance_identifier", "db_cluster_identifier", "token_for")

CHECKED = {
    "secret_id": aws.NOT_BLANK,
    "db_instance_identifier": aws.DB_IDENTIFIER,
    "db_cluster_identifier": aws.DB_IDENTIFIER,
    "token_for.login_host": aws.DATABASE_HOST,
    "token_for.login_port": aws.PORT,
    "token_for.login_user": aws.NOT_BLANK,
}


def run(module: AnsibleAWSModule) -> Login:
    """Get the login from where the options say.

    :raises LoginError: there is no such secret, or no password in it.
    :raises RdsError: AWS refused or failed a call.
    """
    secret_id, instance, cluster, token_for = (module.params[name] for name in SOURCES)
    if token_for:
        host, port, user = (token_for[name] for name in ("login_host", "login_port", "login_user"))
        return Login(user, rds_api.make_token(module.client("rds"), host, port, user))
    if instance is not None:
        secret_id = managed_secret("instance", instance, rds_api.find_instance(module.client("rds"), instance))
    elif cluster is not None:
        secret_id = managed_secret("cluster", cluster, rds_api.find_cluster(module.client("rds"), cluster))
    secret = rds_api.read_secret(module.client("secretsmanager"), secret_id)
    if secret is None:
        raise LoginError(f"there is no secret {secret_id!r} in this account and region")
    return login_from(secret_id, secret.get("SecretString"))


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "secret_id": {"type": "str", "no_log": False},  # a name
            "db_instance_identifier": {"type": "str"},
            "db_cluster_identifier": {"type": "str"},
            "token_for": {
                "type": "dict",
                "no_log": False,  # what the token is for, not the token
                "options": {
                    "login_host": {"type": "str", "required": True},
                    "login_port": {"type": "int", "default": 3306},
                    "login_user": {"type": "str", "required": True},
                },
            },
        },
        required_one_of=[SOURCES],
        mutually_exclusive=[SOURCES],
        supports_check_mode=True,
    )
    refuse_wrong_options(module, CHECKED)
    try:
        login = run(module)
    except LoginError as error:
        module.fail_json(msg=str(error))
    except rds_api.RdsError as error:
        module.fail_json_aws_error(error)
    module.exit_json(changed=False, login_user=login.user, login_password=login.password)


if __name__ == "__main__":
    main()
