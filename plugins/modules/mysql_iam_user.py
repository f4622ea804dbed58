#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage a database user who logs in with an RDS IAM token."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mysql_iam_user
short_description: Manage a database user who logs in with an RDS IAM token
version_added: 0.1.0
author: taskmanager.aws contributors
description:
  - Creates, changes and drops a user of a MySQL or MariaDB database on Amazon RDS who logs in with an IAM token
    (C(IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS')) and so has no password.
  - Works for MySQL 8.0 or later and MariaDB 10.6 or later.
  - Connects over TLS only, with the server's certificate and host name verified.
  - A user who logs in in any other way is refused, both to change and to drop.
requirements:
  - PyMySQL >= 1.2.4
  - The login user needs C(CREATE USER), C(SELECT) on the database C(mysql), and whatever it is to grant, with
    C(GRANT OPTION). The master user of an RDS instance has these.
options:
  name:
    description: Name of the user.
    type: str
    required: true
  host:
    description: Host, or pattern of hosts, that the user may come from.
    type: str
    default: "%"
  state:
    description: Whether the user exists.
    type: str
    choices: [present, absent]
    default: present
  privileges:
    description:
      - All the privileges of the user, and what they are on. Others, and roles, are revoked; C({}) revokes everything.
      - A key is V(*.*), V(database.*) or V(database.table), with the names written as they are; C(_) and C(%) stand
        for themselves.
      - A value is a list of privileges as C(SHOW GRANTS) prints them, such as V([SELECT, INSERT]) or V([ALL]).
        V(ALL) is refused on V(*.*), and privileges on single columns are not supported.
      - Narrowing V(ALL) revokes it and then grants what remains, so the user is without privileges in between.
      - Required when O(state=present).
    type: dict
  require_ssl:
    description: Whether the user must connect over TLS.
    type: bool
    default: true
  login_user:
    description: The administrator to log in as.
    type: str
    required: true
  login_password:
    description: The administrator's password.
    type: str
    required: true
  login_host:
    description: Host of the database server, by the name that is in its certificate.
    type: str
    required: true
  login_port:
    description: Port of the database server.
    type: int
    default: 3306
  ca_cert:
    description: Path of the certificates, in PEM form, of the authorities that may have signed the server's one.
    type: path
    required: true
  connect_timeout:
    description: Seconds to wait for the connection.
    type: int
    default: 30
attributes:
  check_mode:
    description: Reads the user, says what would change, and changes nothing.
    support: full
  diff_mode:
    description: Shows the user and its privileges, before and after.
    support: full
  idempotent:
    description: A second run with the same options changes nothing.
    support: full
"""

EXAMPLES = r"""
- name: Create the user of the functions
  taskmanager.aws.mysql_iam_user:
    name: lambda_user
    privileges:
      taskmanager.*: [ALL]
    login_host: taskmanager.abcdefghijkl.eu-west-1.rds.amazonaws.com
    login_user: admin
    login_password: "{{ database_password }}"
    ca_cert: files/rds-ca.pem

- name: Give it only what the functions use
  taskmanager.aws.mysql_iam_user:
    name: lambda_user
    privileges:
      taskmanager.tasks: [SELECT, INSERT, UPDATE]
    login_host: taskmanager.abcdefghijkl.eu-west-1.rds.amazonaws.com
    login_user: admin
    login_password: "{{ database_password }}"
    ca_cert: files/rds-ca.pem

- name: Drop it
  taskmanager.aws.mysql_iam_user:
    name: lambda_user
    state: absent
    login_host: taskmanager.abcdefghijkl.eu-west-1.rds.amazonaws.com
    login_user: admin
    login_password: "{{ database_password }}"
    ca_cert: files/rds-ca.pem
"""

RETURN = r"""
statements:
  description:
    - The statements that were carried out, or in check mode would be. They hold no secret.
    - On failure, those that had taken effect before it.
  returned: always, except when it fails before the first statement
  type: list
  elements: str
  sample: ["CREATE USER `lambda_user`@`%` IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL"]
user:
  description: The user as it is after the run, or in check mode would be.
  returned: success, when O(state=present)
  type: dict
  contains:
    name:
      description: Name of the user.
      type: str
      sample: lambda_user
    host:
      description: Host pattern, in lower case as the server keeps it.
      type: str
      sample: "%"
    require_ssl:
      description: Whether the user must connect over TLS.
      type: bool
    grants:
      description: Sorted privileges by what they are on, both as C(SHOW GRANTS) prints them.
      type: dict
      sample: {"`taskmanager`.*": [ALL]}
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user import (
    Account,
    StatementError,
    User,
    UserError,
    describe,
    desired_user,
    plan,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user_api import (
    Login,
    connected,
    read_user,
    run_statements,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "host": {"type": "str", "default": "%"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "privileges": {"type": "dict"},
    "require_ssl": {"type": "bool", "default": True},
    "login_user": {"type": "str", "required": True},
    "login_password": {"type": "str", "required": True, "no_log": True},
    "login_host": {"type": "str", "required": True},
    "login_port": {"type": "int", "default": 3306},
    "ca_cert": {"type": "path", "required": True},
    "connect_timeout": {"type": "int", "default": 30},
}


def ensure(login: Login, account: Account, desired: User | None, check_mode: bool) -> dict[str, Any]:
    """Bring the account to the desired user, None for no user, and return the module's result.

    Raises UserError, or StatementError once something has changed.
    """
    with connected(login) as connection:
        current = read_user(connection, account)
        statements = plan(current, desired)
        if not check_mode:
            run_statements(connection, statements)
            left = plan(read_user(connection, account), desired) if statements else []
            if left:  # such as a privilege that the server prints by another name: it would change on every run
                raise StatementError(
                    f"The server took every statement, yet to it these are still due: {left}", statements
                )
    result: dict[str, Any] = {
        "changed": bool(statements),
        "statements": statements,
        "diff": {"before": describe(current), "after": describe(desired)},
    }
    return result if desired is None else {**result, "user": returned_user(desired)}


def returned_user(user: User) -> dict[str, Any]:
    """Return what the module tells of a user."""
    return {
        "name": user.account.name,
        "host": user.account.host,
        "require_ssl": user.tls == "SSL",
        "grants": {target: sorted(privileges) for target, privileges in user.grants.items()},
    }


def ensure_from(params: dict[str, Any], check_mode: bool) -> dict[str, Any]:
    """Read the module's options and act on them."""
    login = Login(
        host=params["login_host"],
        port=params["login_port"],
        user=params["login_user"],
        password=params["login_password"],
        ca_cert=params["ca_cert"],
        connect_timeout=params["connect_timeout"],
    )
    wanted = desired_user(Account(params["name"], params["host"]), params["privileges"] or {}, params["require_ssl"])
    return ensure(login, wanted.account, wanted if params["state"] == "present" else None, check_mode)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec=ARGUMENT_SPEC,
        required_if=[("state", "present", ["privileges"])],
        supports_check_mode=True,
    )
    try:
        result = ensure_from(module.params, module.check_mode)
    except StatementError as error:
        module.fail_json(msg=str(error), changed=bool(error.done), statements=error.done)
    except UserError as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
