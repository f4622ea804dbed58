# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a system is named by the checks that are about it, and by no other."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.taskmanager.aws.plugins.filter.verify_checks import verify_checks
from shop import ALL, HTTPS, LOG, MISSING, RECEIVE, alarm, failed, healthy, judged, names, policy, role, tcp


def test_a_healthy_system_passes_each_check() -> None:
    checks = judged()
    assert names(checks) == ALL
    assert failed(checks) == {}
    assert {(check["found"], check["way_out"]) for check in checks} == {("as asked for", "")}


def configured(**other: Any) -> dict[str, Any]:
    [function] = healthy()["functions"]["configuration"][0]["functions"]
    return {"functions": [function | other]}


def in_force(*statements: Any) -> dict[str, Any]:
    return {"policies": [{"policy_name": "ShopLogs", "policy_document": {"Statement": list(statements)}}]}


def inline(*policies: tuple[str, Any]) -> dict[str, Any]:
    return {"policies": [{"policy_name": name, "policy_document": {"Statement": each}} for name, each in policies]}


def answer(status: int, body: str) -> dict[str, Any]:
    return {"result": {"output": {"statusCode": status, "body": body}}}


def database(*permissions: dict[str, Any]) -> dict[str, Any]:
    groups = [("web", "sg-1", []), ("db", "sg-2", [*permissions])]
    return {
        "security_groups": [{"group_name": name, "group_id": id_, "ip_permissions": each} for name, id_, each in groups]
    }


def instance(**other: Any) -> dict[str, Any]:
    return {"instances": [healthy()["instances"]["instance"][0]["instances"][0] | other]}


FROM_WEB = tcp(3306, group="sg-1")
TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
BROKEN: list[
    tuple[str, str, Any, str, str]
] = [  # kind, column, what is there instead, the check that fails, what it found
    ("existing", "wanted", {"name": "queue orders", "id": ""}, "queue orders exists", "there is none"),
    ("existing", "wanted", {"name": "queue orders", "id": MISSING}, "queue orders exists", "there is none"),
    (
        "functions",
        "configuration",
        configured(environment={"variables": {}}),
        ALL[3],
        "SHOP is missing; QUEUE is missing",
    ),
    ("functions", "configuration", configured(environment=None), ALL[3], "SHOP is missing; QUEUE is missing"),
    (
        "functions",
        "configuration",
        configured(role="arn:aws:iam::1:role/Other"),
        ALL[4],
        "it runs as arn:aws:iam::1:role/Other",
    ),
    ("functions", "health", answer(503, '{"database": "timed out", "topic": "ok"}'), ALL[2], "database: timed out"),
    ("functions", "health", answer(500, "a sad story"), ALL[2], "a sad story"),
    ("functions", "health", answer(503, '{"database": "ok"}'), ALL[2], '{"database": "ok"}'),
    ("functions", "health", answer(503, "[1]"), ALL[2], "[1]"),
    ("functions", "health", {"result": {"output": {"errorMessage": "no module handler"}}}, ALL[2], "no module handler"),
    ("functions", "health", {"result": {"output": None}}, ALL[2], "it answered None"),
    ("functions", "logs", {"events": []}, ALL[5], "no line"),
    (
        "event_sources",
        "mapping",
        {"diff": {"before": {}, "after": {"enabled": True}}},
        ALL[6],
        "there is no event source mapping",
    ),
    (
        "event_sources",
        "mapping",
        {"diff": {"before": {"enabled": False}, "after": {"enabled": True}}},
        ALL[6],
        "enabled is False, not True",
    ),
    ("policies", "policy", {"policies": []}, ALL[7], "there is none"),
    (
        "policies",
        "policy",
        in_force(LOG, RECEIVE),
        ALL[7],
        f"too much: Allow sqs:receivemessage on {RECEIVE['Resource']}",
    ),
    (
        "policies",
        "policy",
        in_force(LOG | {"Action": LOG["Action"][0]}),
        ALL[7],
        "lacks: Allow logs:createlogstream on *",
    ),
    (
        "roles",
        "role",
        {"iam_roles": [role(assume_role_policy_document={"Statement": [TRUST]})]},
        ALL[9],
        "lacks: Allow Service lambda",
    ),
    ("roles", "role", {"iam_roles": [role(managed_policies=[])]}, ALL[10], "lacks: ShopLogs"),
    (
        "roles",
        "role",
        {"iam_roles": [role(managed_policies=[policy("ShopLogs"), policy("X")])]},
        ALL[10],
        "too much: X",
    ),
    ("roles", "role", {"iam_roles": [role(permissions_boundary=None)]}, ALL[12], "it has none, not ShopBoundary"),
    ("roles", "role", {"iam_roles": [role(instance_profiles=[])]}, ALL[13], "it is in none"),
    ("roles", "inline", inline(), ALL[11], "lacks: receive"),
    ("roles", "inline", inline(("receive", RECEIVE), ("x", LOG)), ALL[11], "too much: x"),
    (
        "roles",
        "inline",
        inline(("receive", RECEIVE | {"Resource": "*"})),
        ALL[11],
        "receive lacks: Allow sqs:receivemessage on arn:",
    ),
    ("instances", "instance", instance(state={"name": "stopped"}), ALL[14], "it is stopped"),
    ("instances", "instance", instance(iam_instance_profile=None), ALL[16], "it has none"),
    ("instances", "instance", instance(iam_instance_profile={"arn": "arn:x/Other"}), ALL[16], "it has arn:x/Other"),
    (
        "instances",
        "groups",
        {"security_groups": [{"ip_permissions": [tcp(443, "10.0.0.0/8")]}]},
        ALL[15],
        "443 is closed to 0.0.0.0/0",
    ),
    ("security_groups", "groups", database(), ALL[18], "lacks: tcp 3306 from web"),
    ("security_groups", "groups", database(tcp(3307, group="sg-1")), ALL[18], "lacks: tcp 3306 from web"),
    ("security_groups", "groups", database(tcp(3305, group="sg-1")), ALL[18], "lacks: tcp 3306 from web"),
    ("security_groups", "groups", database(FROM_WEB | {"ip_protocol": "udp"}), ALL[18], "lacks: tcp 3306 from web"),
    ("security_groups", "groups", database(tcp(3306, group="sg-9")), ALL[18], "lacks: tcp 3306 from web"),
    (
        "security_groups",
        "groups",
        database(FROM_WEB, tcp(3306, "192.0.2.0/24")),
        ALL[19],
        "tcp 3306-3306 from 192.0.2.0/24",
    ),
    (
        "security_groups",
        "groups",
        database(FROM_WEB | {"ipv6_ranges": [{"cidr_ipv6": "::/0"}]}),
        ALL[19],
        "tcp 3306-3306 from ::/0",
    ),
    (
        "security_groups",
        "groups",
        database(FROM_WEB | {"prefix_list_ids": [{"prefix_list_id": "pl-1"}]}),
        ALL[19],
        "tcp 3306-3306 from pl-1",
    ),
    (
        "db_instances",
        "instance",
        {"instances": [{"iam_database_authentication_enabled": False}]},
        ALL[21],
        "IAM authentication is off",
    ),
    ("db_users", "user", {"statements": ["CREATE USER clerk"]}, ALL[22], "it would take CREATE USER clerk"),
    ("alarms", "alarms", {"metric_alarms": []}, ALL[23], "there is none"),
    (
        "alarms",
        "alarms",
        {"metric_alarms": [alarm(dimensions=[])]},
        ALL[23],
        "it watches Shop Lost, not Shop Lost Shop=1",
    ),
    ("alarms", "alarms", {"metric_alarms": [alarm(threshold=50.0)]}, ALL[23], "its threshold is 50.0, not 5"),
    ("alarms", "alarms", {"metric_alarms": [alarm(actions_enabled=False)]}, ALL[23], "its actions are switched off"),
    (
        "alarms",
        "alarms",
        {"metric_alarms": [alarm(state_value="INSUFFICIENT_DATA")]},
        ALL[23],
        "INSUFFICIENT_DATA: nothing came of Shop Lost Shop=1",
    ),
    ("probes", "response", {"status": 500, "msg": "HTTP Error 500"}, HTTPS, "HTTP Error 500"),
    ("probes", "response", {"status": -1, "msg": "certificate verify failed"}, HTTPS, "certificate verify failed"),
]


@pytest.mark.parametrize(("kind", "column", "value", "name", "found"), BROKEN)
def test_a_fault_fails_its_own_check_and_no_other(kind: str, column: str, value: Any, name: str, found: str) -> None:
    checks = judged(kind, column, value)
    [(failing, reason)] = failed(checks).items()
    assert (failing, reason[: len(found)]) == (name, found)
    assert names(checks) == ALL
    assert all(check["way_out"] for check in checks if not check["ok"])


def test_each_check_was_seen_to_fail() -> None:
    missing = {name for name in ALL if name.endswith(" exists")}
    assert {name for *_, name, _ in BROKEN} | missing == set(ALL)


def test_an_alarm_that_takes_no_data_for_good_may_have_none() -> None:
    quiet = alarm(state_value="INSUFFICIENT_DATA", treat_missing_data="notBreaching")
    assert failed(judged("alarms", "alarms", {"metric_alarms": [quiet]})) == {}


MATH: list[dict[str, Any]] = [
    {"id": "share", "expression": "lost / sent"},
    {"id": "lost", "return_data": False, "metric_stat": {"metric": {"namespace": "Shop", "metric_name": "Lost"}}},
]
MATH[1]["metric_stat"] |= {"period": 60, "stat": "Sum"}


@pytest.mark.parametrize(
    ("wanted", "found", "fault"),
    [
        ({"metrics": MATH, "threshold": 5}, {"metrics": MATH[::-1]}, ""),
        (
            {"metrics": MATH, "threshold": 5},
            {},
            "it watches Shop Lost Shop=1, not lost = Sum Shop Lost; share = lost / sent",
        ),
        ({"metrics": MATH, "threshold_metric_id": "share"}, {"metrics": MATH, "threshold_metric_id": "share"}, ""),
        ({"metrics": MATH, "threshold_metric_id": "lost"}, {"metrics": MATH}, "its band is None, not lost"),
        ({"threshold": "5.00"}, {}, ""),
    ],
    ids=["math", "one metric", "a band", "no band", "an alarm of others"],
)
def test_an_alarm_on_metric_math_is_held_to_its_queries(
    wanted: dict[str, Any], found: dict[str, Any], fault: str
) -> None:
    kinds = healthy()
    metric = dict.fromkeys(("namespace", "metric_name"), None) | {"dimensions": []} if "metrics" in found else {}
    kinds["alarms"] = {
        "wanted": [{"name": "orders-lost"} | wanted],
        "alarms": [{"metric_alarms": [alarm(**metric, **found)]}],
    }
    reasons = failed(verify_checks(kinds, MISSING))
    assert reasons == ({ALL[23]: fault} if fault else {})


@pytest.mark.parametrize(
    "permission",
    [
        {"ip_protocol": "-1", "user_id_group_pairs": [{"group_id": "sg-1"}]},
        tcp(3306, group="sg-1") | {"from_port": 3000, "to_port": 4000},
    ],
    ids=["everything", "a range of ports"],
)
def test_a_wider_rule_admits_what_was_asked_for(permission: dict[str, Any]) -> None:
    assert failed(judged("security_groups", "groups", database(permission))) == {}


def test_addresses_that_were_allowed_by_name_are_not_told_of() -> None:
    kinds = healthy()
    kinds["security_groups"]["groups"] = [database(FROM_WEB, tcp(3306, "192.0.2.7/32", description="Office"))]
    kinds["security_groups"]["wanted"][0]["allowed_cidr_rules"] = ["Office"]
    assert failed(verify_checks(kinds, MISSING)) == {}


def test_nothing_secret_is_told() -> None:
    kinds = healthy()
    kinds["functions"]["configuration"][0]["functions"][0]["environment"]["variables"]["SHOP"] = "secret"
    kinds["probes"]["response"] = [{"status": 500, "msg": "HTTP Error 500"}]
    checks = verify_checks(kinds, MISSING)
    assert failed(checks).keys() == {ALL[3], HTTPS}
    assert "secret" not in str(checks)


@pytest.mark.parametrize(
    ("kind", "wanted", "lacking"),
    [
        ("functions", {"name": "orders"}, "role_arn"),
        ("policies", {"name": "ShopLogs"}, "statements"),
        ("roles", {}, "name, service"),
        ("alarms", {"threshold": 5}, "name"),
    ],
)
def test_an_entry_without_what_it_needs_is_refused_by_name(kind: str, wanted: dict[str, Any], lacking: str) -> None:
    with pytest.raises(AnsibleFilterError, match=f"verify_{kind}: entry 1 has no {lacking}"):
        judged(kind, "wanted", wanted)
