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
  - A user who logs in in any other way is refused, both to change and to drop, unless O(convert) says otherwise.
  - An account that is locked, or has expired, is let in again.
  - The account that O(login_user) logs in as, and those that a server has for itself, are never changed or dropped.
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
      - All the privileges of the user, and what they are on. Others, and roles, are revoked, unless O(append_privs) is
        set; V({}) revokes everything.
      - A mapping. A key is V(*.*), V(database.*) or V(database.table), with the names written as they are; C(_) and
        C(%) stand for themselves. A name with a dot, a quote or an asterisk goes into backticks.
      - A key may be a routine too, V(FUNCTION database.name) or V(PROCEDURE database.name).
      - A value is a list of privileges as C(SHOW GRANTS) prints them, such as V([SELECT, INSERT]) or V([ALL]), or a
        string of them with commas between. V(SELECT (id, title\)) is for these columns of a table alone. V(ALL) is
        refused on V(*.*). The full list of what there is to grant on a database or a table is V(ALL). V(GRANT) is
        V(GRANT OPTION). A dynamic privilege of MySQL that the user may pass on is V(ROLE_ADMIN WITH GRANT OPTION).
      - Or a string as the C(priv) of M(ansible.mysql.mysql_user) is one, V(shop.*:SELECT,INSERT/stock.items:SELECT),
        for names without V(/) and V(:).
      - Narrowing V(ALL) revokes it and then grants what remains, so the user is without privileges in between.
      - A table, and its columns, must exist before privileges on it can be granted.
      - Required when O(state=present).
    type: raw
  append_privs:
    description: Whether to keep the privileges and roles that the user has beside O(privileges).
    type: bool
    default: false
  convert:
    description:
      - Whether a user who exists and logs in with a password, or with none, is turned into an IAM user. Whoever logs in
        with the password is locked out from then on.
      - Who has several ways in is refused all the same, and with O(state=absent) everybody but an IAM user is.
    type: bool
    default: false
  require_ssl:
    description: Whether the user must connect over TLS.
    type: bool
    default: true
  login_user:
    description: The administrator to log in as.
    type: str
    required: true
  login_password:
    description:
      - The administrator's password.
      - Where the administrator is an IAM user too, a token, as C(aws rds generate-db-auth-token) prints it. It lives
        for 15 minutes. It is sent as C(mysql_clear_password), over the verified TLS connection.
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
    description: >-
      Reads the user, says what would change, and changes nothing. It warns of a plugin, a table or a column that is not
      there, since an earlier task may be about to make it.
    support: full
  diff_mode:
    description: Shows the user and its privileges, before and after, and the statements.
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

- name: Let it read two columns of another table, and keep the rest
  taskmanager.aws.mysql_iam_user:
    name: lambda_user
    privileges: "taskmanager.users:SELECT (id, name)"
    append_privs: true
    login_host: taskmanager.abcdefghijkl.eu-west-1.rds.amazonaws.com
    login_user: admin
    login_password: "{{ database_password }}"
    ca_cert: files/rds-ca.pem

- name: Take a user's password away, as an administrator who has none either
  taskmanager.aws.mysql_iam_user:
    name: report
    host: 10.0.%
    privileges: {taskmanager.*: [SELECT]}
    convert: true
    login_host: taskmanager.abcdefghijkl.eu-west-1.rds.amazonaws.com
    login_user: iam_admin
    login_password: >-
      {{ lookup('ansible.builtin.pipe', 'aws rds generate-db-auth-token --region eu-west-1 --username iam_admin
      --hostname taskmanager.abcdefghijkl.eu-west-1.rds.amazonaws.com --port 3306') }}
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
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.refuse import refuse_wrong_options
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.model import StatementError, UserError
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.options import (
    Wish,
    parse_account,
    parse_privileges,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user_api import Login, connected
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user_ensure import ensure_absent, ensure_present

CHECKED = {
    "login_user": aws.NOT_BLANK,
    "login_host": aws.DATABASE_HOST,
    "login_port": aws.PORT,
    "connect_timeout": aws.CONNECT_TIMEOUT,
}
ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "host": {"type": "str", "default": "%"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "privileges": {"type": "raw"},
    "append_privs": {"type": "bool", "default": False},
    "convert": {"type": "bool", "default": False},
    "require_ssl": {"type": "bool", "default": True},
    "login_user": {"type": "str", "required": True},
    "login_password": {"type": "str", "required": True, "no_log": True},
    "login_host": {"type": "str", "required": True},
    "login_port": {"type": "int", "default": 3306},
    "ca_cert": {"type": "path", "required": True},
    "connect_timeout": {"type": "int", "default": 30},
}


def ensure_from(params: dict[str, Any], check_mode: bool) -> dict[str, Any]:
    """Read the module's options, act on them, and return its result and `missing`. Raises UserError."""
    account = parse_account(params["name"], params["host"])
    present = params["state"] == "present"
    privileges = parse_privileges(params["privileges"]) if present else {}
    login = Login(
        host=params["login_host"],
        port=params["login_port"],
        user=params["login_user"],
        password=params["login_password"],
        ca_cert=params["ca_cert"],
        connect_timeout=params["connect_timeout"],
    )
    with connected(login) as connection:
        if not present:
            return ensure_absent(connection, account, check_mode)
        wish = Wish(account, privileges, params["require_ssl"], params["append_privs"], params["convert"])
        return ensure_present(connection, wish, check_mode)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec=ARGUMENT_SPEC,
        required_if=[("state", "present", ["privileges"])],
        supports_check_mode=True,
    )
    refuse_wrong_options(module, CHECKED)
    try:
        result = ensure_from(module.params, module.check_mode)
    except StatementError as error:
        module.fail_json(msg=str(error), changed=bool(error.done), statements=error.done)
    except UserError as error:
        module.fail_json(msg=str(error))
    for text in result.pop("missing", []):
        module.warn(text)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
