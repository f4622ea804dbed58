# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is missing is told of once; what could not be asked says so; of what was not found nothing is expected."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.filter.verify_checks import verify_checks
from shop import ACCESS_DENIED, ALL, HTTPS, LOG, MISSING, RECEIVE, alarm_wanted, failed, healthy, judged, names


@pytest.mark.parametrize(
    ("kind", "column", "value", "name", "left_out"),
    [
        ("roles", "role", {"iam_roles": []}, ALL[8], ALL[9:14]),
        ("instances", "instance", {"instances": []}, ALL[14], ALL[15:17]),
        ("security_groups", "groups", {"security_groups": []}, ALL[17], ALL[18:20]),
        ("db_instances", "instance", {"instances": []}, ALL[20], [ALL[21]]),
    ],
)
def test_of_what_is_missing_nothing_else_is_told(
    kind: str, column: str, value: Any, name: str, left_out: list[str]
) -> None:
    checks = judged(kind, column, value)
    assert failed(checks) == {name: "there is none"}
    assert names(checks) == [each for each in ALL if each not in left_out]


def test_of_a_function_that_is_missing_nothing_else_is_told() -> None:
    kinds = healthy()
    for kind in ("functions", "event_sources"):
        kinds[kind]["configuration"] = [{"functions": [{"function": {}}]}]
    kinds["functions"]["health"] = [{"msg": "no such function"}]
    checks = verify_checks(kinds, MISSING)
    assert failed(checks) == {"function orders exists": "there is none"}
    assert names(checks) == [name for name in ALL if name not in ALL[2:7]]


@pytest.mark.parametrize(
    ("kind", "column", "name", "left_out"),
    [
        ("functions", "configuration", ALL[1], ALL[3:5]),
        ("functions", "health", ALL[2], []),
        ("functions", "logs", ALL[5], []),
        ("event_sources", "mapping", ALL[6], []),
        ("policies", "policy", ALL[7], []),
        ("roles", "role", ALL[8], ALL[9:14]),
        ("roles", "inline", ALL[11], []),
        ("instances", "instance", ALL[14], ALL[15:17]),
        ("instances", "groups", ALL[15], []),
        ("security_groups", "groups", ALL[17], ALL[18:20]),
        ("db_instances", "instance", ALL[20], [ALL[21]]),
        ("db_users", "user", ALL[22], []),
        ("alarms", "alarms", ALL[23], []),
        ("probes", "response", HTTPS, []),
    ],
)
def test_a_question_that_could_not_be_asked_says_so(kind: str, column: str, name: str, left_out: list[str]) -> None:
    checks = judged(kind, column, ACCESS_DENIED)
    assert failed(checks) == {name: f"no answer: {ACCESS_DENIED['msg']}"}
    assert names(checks) == [each for each in ALL if each not in left_out]
    assert all("README of the role verify" in check["way_out"] for check in checks if not check["ok"])


def test_logs_of_a_function_that_could_not_be_invoked_are_not_missed() -> None:
    assert ALL[5] not in names(judged("functions", "logs", {"skipped": True}))


@pytest.mark.parametrize(
    ("kind", "column", "value", "left_out"),
    [
        ("policies", "wanted", {"name": "ShopLogs", "statements": [LOG | {"Resource": f"arn:{MISSING}/x"}]}, [ALL[7]]),
        ("security_groups", "vpc_id", MISSING, ALL[17:20]),
        ("db_users", "host", MISSING, [ALL[22]]),
        ("alarms", "wanted", alarm_wanted() | {"dimensions": {"InstanceId": MISSING}}, [ALL[23]]),
    ],
)
def test_nothing_is_expected_of_what_was_not_found(kind: str, column: str, value: Any, left_out: list[str]) -> None:
    checks = judged(kind, column, value)
    assert failed(checks) == {}
    assert names(checks) == [name for name in ALL if name not in left_out]


def test_parts_that_name_what_was_not_found_are_left_out_and_the_rest_is_judged() -> None:
    kinds = healthy()
    kinds["functions"]["wanted"][0]["environment"]["QUEUE"] = MISSING
    kinds["event_sources"]["wanted"][0][1]["event_source_arn"] = MISSING
    kinds["roles"]["wanted"][0]["inline_policies"] = {"receive": [RECEIVE | {"Resource": MISSING}]}
    checks = verify_checks(kinds, MISSING)
    assert failed(checks) == {}
    assert names(checks) == [name for name in ALL if name not in (ALL[3], ALL[6], ALL[11])]


def test_an_instance_that_was_not_found_is_told_of() -> None:
    checks = judged("instances", "wanted", {"id": MISSING, "name": "web", "profile": "ShopWeb", "open_ports": [443]})
    assert failed(checks) == {"instance web runs": "there is none"}
