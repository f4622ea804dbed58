# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option `privileges` of mysql_iam_user, and names."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.model import Account, Target, UserError
from ansible_collections.taskmanager.aws.plugins.module_utils.mysql_user.options import (
    Wish,
    desired_user,
    parse_account,
    parse_privileges,
)

SHOP = Target("shop")
ORDERS = Target("shop", "orders")


@pytest.mark.parametrize(
    ("privileges", "read"),
    [
        pytest.param({"shop.*": ["all privileges"]}, {SHOP: {"ALL"}}, id="all"),
        pytest.param({"shop.orders": ["select", " Create   View "]}, {ORDERS: {"SELECT", "CREATE VIEW"}}, id="list"),
        pytest.param({"shop.orders": "select, INSERT"}, {ORDERS: {"SELECT", "INSERT"}}, id="string of privileges"),
        pytest.param({"*.*": ["PROCESS"]}, {Target(): {"PROCESS"}}, id="global"),
        pytest.param({}, {}, id="none"),
        pytest.param(
            "shop.*:SELECT,INSERT/shop.orders:ALL",
            {SHOP: {"SELECT", "INSERT"}, ORDERS: {"ALL"}},
            id="string as in ansible.mysql",
        ),
        pytest.param(
            "shop.orders:SELECT (id, title),DELETE",
            {ORDERS: {"SELECT (`id`)", "SELECT (`title`)", "DELETE"}},
            id="columns in a string",
        ),
        pytest.param(
            {"shop.orders": ["SELECT(id,title)", "update ( a b , `o,d``)` )"]},
            {ORDERS: {"SELECT (`id`)", "SELECT (`title`)", "UPDATE (`a b`)", "UPDATE (`o,d``)`)"}},
            id="columns",
        ),
        pytest.param(
            {"shop.*": ["ALL", "SELECT", "GRANT OPTION"]}, {SHOP: {"ALL", "SELECT", "GRANT OPTION"}}, id="beside ALL"
        ),
        pytest.param("shop.*:ALL,GRANT", {SHOP: {"ALL", "GRANT OPTION"}}, id="GRANT as mysql_user has it"),
        pytest.param(
            {"FUNCTION shop.f": ["EXECUTE"], "procedure shop.`p.q`": ["ALTER ROUTINE"]},
            {Target("shop", "f", "FUNCTION"): {"EXECUTE"}, Target("shop", "p.q", "PROCEDURE"): {"ALTER ROUTINE"}},
            id="routines",
        ),
        pytest.param(
            {"*.*": ["ROLE_ADMIN WITH GRANT OPTION"]},
            {Target(): {"ROLE_ADMIN WITH GRANT OPTION"}},
            id="a dynamic privilege to pass on",
        ),
        pytest.param({"`o.d``d'b`.`*`": ["SELECT"]}, {Target("o.d`d'b", "*"): {"SELECT"}}, id="odd names in backticks"),
        pytest.param({"Zoë-名前.a b": ["SELECT"]}, {Target("Zoë-名前", "a b"): {"SELECT"}}, id="unicode"),
    ],
)
def test_privileges_are_read(privileges: Any, read: dict[Target, set[str]]) -> None:
    assert parse_privileges(privileges) == read


@pytest.mark.parametrize(
    ("privileges", "message"),
    [
        ({"d": ["SELECT"]}, "neither"),
        ({"d.": ["SELECT"]}, "neither"),
        ({".t": ["SELECT"]}, "neither"),
        ({"*.t": ["SELECT"]}, "neither"),
        ({"a.b.c": ["SELECT"]}, "neither"),
        ({"'d'.*": ["SELECT"]}, "neither"),
        ({"`a\\_b`.*": ["SELECT"]}, "neither"),
        ({"a\\_b.*": ["SELECT"]}, "neither"),
        ({"d.*": {"ALL": True}}, "is not a list"),
        ({"d.*": [1]}, "is not a list"),
        ({"d.*": []}, "has none"),
        ({"d.*": ["USAGE"]}, "has none"),
        ({"d.*": ["SELECT (id)"]}, "names columns"),
        ({"d.t": ["DELETE (id)"]}, "names columns"),
        ({"d.t": ["ALL (id)"]}, "names columns"),
        ({"d.t": ["SELECT (id"]}, "not the name of a privilege"),
        ({"d.t": ["SELECT ()"]}, "not the name of a privilege"),
        ({"d.t": ["SELECT (id) x"]}, "not the name of a privilege"),
        ({"d.t": ["SELECT (i`d)"]}, "not the name of a privilege"),
        ({"d.t": "SELECT (id, INSERT"}, "is not a list"),
        ({"d.t": "SELECT id), INSERT"}, "is not a list"),
        ({"d.*": ["SELECT"], "`d`.*": ["INSERT"]}, "given twice"),
        ("d.*", "is not a list|has none"),
        ("", "neither"),
        ("d.*:SELECT/", "neither"),
        (["SELECT"], "neither a mapping"),
        (None, "neither a mapping"),
        ({"d.*": ["SELECT ON *.* TO x; --"]}, "not the name of a privilege"),
        ({"*.*": ["ALL PRIVILEGES"]}, "ALL on"),
    ],
)
def test_privileges_that_cannot_be_understood_are_refused(privileges: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        parse_privileges(privileges)


@pytest.mark.parametrize(
    ("target", "patterns", "sql"),
    [
        (Target(), True, "*.*"),
        (Target("a_b%"), True, "`a\\_b\\%`.*"),
        (Target("a_b%"), False, "`a_b%`.*"),
        (Target("a_b", "c_d"), True, "`a_b`.`c_d`"),
        (Target("a`b", "*"), True, "`a``b`.`*`"),
    ],
)
def test_names_are_quoted_and_escaped_where_they_would_be_patterns(target: Target, patterns: bool, sql: str) -> None:
    assert target.sql(patterns) == sql


def test_where_nothing_is_a_pattern_nothing_is_escaped() -> None:
    wish = Wish(Account("u", "%"), parse_privileges({"a_b.*": ["SELECT"]}), require_ssl=True)
    assert set(desired_user(wish, None, patterns=False, known=frozenset()).grants) == {"`a_b`.*"}


@pytest.mark.parametrize(("name", "host", "message"), [("", "%", "name: ''"), ("x", "", "host: ''")])
def test_an_empty_name_is_refused(name: str, host: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        parse_account(name, host)


def test_names_are_quoted_and_the_host_is_in_lower_case() -> None:
    assert str(parse_account("we`ird'x", "LOCALHOST")) == "`we``ird'x`@`localhost`"
