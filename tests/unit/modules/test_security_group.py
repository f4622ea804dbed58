# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for security groups, and what is wrong with their data: tables of pure functions."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.security_group.plan import plan
from ansible_collections.taskmanager.aws.plugins.module_utils.security_group.problems import problems
from ansible_collections.taskmanager.aws.plugins.module_utils.security_group.rules import (
    option,
    rules_of_aws,
    rules_of_data,
    words,
)

OWNER = "123456789012"
ALLOW_ALL = {"ip_protocol": "-1", "ip_ranges": [{"cidr_ip": "0.0.0.0/0"}]}
ALLOW_ALL_6 = {"ip_protocol": "-1", "ipv6_ranges": [{"cidr_ipv6": "::/0"}]}
SSH = {"ip_protocol": "tcp", "from_port": 22, "to_port": 22, "ip_ranges": [{"cidr_ip": "198.51.100.0/24"}]}
SSH_OPTION = {"proto": "tcp", "from_port": 22, "to_port": 22, "cidr_ip": ["198.51.100.0/24"]}
MYSQL = {
    "ip_protocol": "tcp",
    "from_port": 3306,
    "to_port": 3306,
    "user_id_group_pairs": [{"group_id": "sg-web", "user_id": OWNER, "description": "MySQL"}],
}


def group(name: str = "db", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "as given"} | more


def there(name: str = "db", ingress: Any = (), egress: Any = (ALLOW_ALL,), **more: Any) -> dict[str, Any]:
    found = {"group_name": name, "group_id": f"sg-{name}", "owner_id": OWNER, "description": "as given"}
    return found | {"ip_permissions": list(ingress), "ip_permissions_egress": list(egress)} | more


@pytest.mark.parametrize(
    ("data", "aws", "told"),
    [
        ({"ports": [443], "cidr_ip": "0.0.0.0/0"}, {"from_port": 443, "to_port": 443}, "TCP 443 from 0.0.0.0/0"),
        ({"proto": "6", "ports": "443"}, {"from_port": 443, "to_port": 443}, "TCP 443 from 0.0.0.0/0"),
        (
            {"proto": "udp", "ports": ["8000-8100"]},
            {"from_port": 8000, "to_port": 8100},
            "UDP 8000-8100 from 0.0.0.0/0",
        ),
        ({"from_port": 1, "to_port": 9}, {"from_port": 1, "to_port": 9}, "TCP 1-9 from 0.0.0.0/0"),
        ({"to_port": 9}, {"from_port": 9, "to_port": 9}, "TCP 9 from 0.0.0.0/0"),
        ({"proto": "all"}, {}, "all traffic from 0.0.0.0/0"),
        (
            {"proto": "all", "from_port": -1, "to_port": -1},
            {"from_port": -1, "to_port": -1},
            "all traffic from 0.0.0.0/0",
        ),
        ({"proto": "icmp"}, {"from_port": -1, "to_port": -1}, "ICMP from 0.0.0.0/0"),
        ({"proto": "icmp", "icmp_type": 8}, {"from_port": 8, "to_port": -1}, "ICMP type 8 from 0.0.0.0/0"),
        (
            {"proto": "icmp", "icmp_type": 3, "icmp_code": 4},
            {"from_port": 3, "to_port": 4},
            "ICMP type 3 code 4 from 0.0.0.0/0",
        ),
        ({"proto": "50"}, {}, "protocol 50 from 0.0.0.0/0"),
    ],
)
def test_traffic_of_the_data_is_recognised_in_aws_and_told(
    data: dict[str, Any], aws: dict[str, Any], told: str
) -> None:
    (rule,) = rules_of_data({"cidr_ip": ["0.0.0.0/0"]} | data, {})
    permission = {"ip_protocol": rule.protocol, "ip_ranges": [{"cidr_ip": "0.0.0.0/0"}]} | aws
    assert rules_of_aws([permission], OWNER) == [rule]
    assert words(rule, "ingress", {}) == told
    assert rules_of_data(option(rule), {}) == [rule]


@pytest.mark.parametrize(
    ("data", "aws", "told", "given"),
    [
        (
            {"cidr_ip": "10.9.8.7/16"},
            {"ip_ranges": [{"cidr_ip": "10.9.0.0/16"}]},
            "10.9.0.0/16",
            {"cidr_ip": ["10.9.0.0/16"]},
        ),
        (
            {"cidr_ipv6": "2001:DB8:0::/32"},
            {"ipv6_ranges": [{"cidr_ipv6": "2001:db8::/32"}]},
            "2001:db8::/32",
            {"cidr_ipv6": ["2001:db8::/32"]},
        ),
        ({"ip_prefix": "pl-1"}, {"prefix_list_ids": [{"prefix_list_id": "pl-1"}]}, "pl-1", {"ip_prefix": ["pl-1"]}),
        (
            {"group": "web"},
            {"user_id_group_pairs": [{"group_id": "sg-web", "user_id": OWNER}]},
            "the group web",
            {"group_id": ["sg-web"]},
        ),
        (
            {"group_id": "sg-other"},
            {"user_id_group_pairs": [{"group_id": "sg-other", "user_id": OWNER}]},
            "the group sg-other",
            {"group_id": ["sg-other"]},
        ),
        (
            {"group_id": "210987654321/sg-peer/theirs"},
            {"user_id_group_pairs": [{"group_id": "sg-peer", "user_id": "210987654321"}]},
            "the group 210987654321/sg-peer",
            {"group_id": ["210987654321/sg-peer/sg-peer"]},
        ),
    ],
)
def test_a_source_of_the_data_is_recognised_in_aws_told_and_given(
    data: dict[str, Any], aws: dict[str, Any], told: str, given: dict[str, Any]
) -> None:
    (rule,) = rules_of_data({"ports": [1]} | data, {"web": "sg-web"})
    assert rules_of_aws([{"ip_protocol": "tcp", "from_port": 1, "to_port": 1} | aws], OWNER) == [rule]
    assert words(rule, "egress", {"sg-web": "web"}) == f"TCP 1 to {told}"
    assert option(rule) == {"proto": "tcp", "from_port": 1, "to_port": 1} | given


def test_a_rule_with_several_ports_and_sources_is_several_rules() -> None:
    rules = rules_of_data({"ports": [80, 443], "cidr_ip": ["10.0.0.0/8"], "group": "web", "group_id": ["sg-x"]}, {})
    assert len(set(rules)) == 6


def test_a_group_without_an_id_yet_is_given_by_its_name() -> None:
    (rule,) = rules_of_data({"ports": [1], "group": "later"}, {})
    assert option(rule).items() >= {"group_name": ["later"], "group_desc": "later"}.items()
    assert "group_id" not in option(rule)


FROM_WEB = {"ports": [3306], "group": "web", "rule_desc": "MySQL"}
FROM_WEB_OPTION = {"proto": "tcp", "from_port": 3306, "to_port": 3306, "rule_desc": "MySQL", "group_id": ["sg-web"]}


@pytest.mark.parametrize(
    ("data", "found", "purge", "options"),
    [
        pytest.param({}, there(ingress=[SSH]), True, {}, id="a direction that the data does not have is left alone"),
        pytest.param(
            {"rules": [FROM_WEB]},
            there(ingress=[MYSQL]),
            False,
            {"changes": False, "rules": []},
            id="nothing to do",
        ),
        pytest.param(
            {"rules": [FROM_WEB | {"rule_desc": "Other"}]},
            there(ingress=[MYSQL]),
            False,
            {"changes": True, "foreign": []},
            id="a description differs",
        ),
        pytest.param(
            {"rules": [FROM_WEB, {"proto": "all", "group": "web"}]},
            there(ingress=[MYSQL]),
            False,
            {"changes": True, "rules": [{"proto": "-1", "group_id": ["sg-web"]}]},
            id="a rule is missing",
        ),
        pytest.param(
            {"rules": [FROM_WEB]},
            there(ingress=[MYSQL, SSH]),
            False,
            {"changes": False, "purge_rules": False},
            id="a foreign rule is left alone",
        ),
        pytest.param(
            {"rules": [FROM_WEB]},
            there(ingress=[MYSQL, SSH]),
            True,
            {"changes": True, "purge_rules": True, "rules": [FROM_WEB_OPTION]},
            id="a foreign rule is removed when asked",
        ),
        pytest.param(
            {"rules": []},
            there(ingress=[SSH]),
            True,
            {"changes": True, "purge_rules": True, "rules": []},
            id="the only rule is foreign",
        ),
        pytest.param(
            {"rules": [], "rules_egress": []},
            there(egress=[ALLOW_ALL, ALLOW_ALL_6]),
            False,
            {"changes": True, "purge_rules": False, "purge_rules_egress": True, "rules_egress": []},
            id="AWS's own egress is removed unasked",
        ),
        pytest.param(
            {"rules_egress": []},
            there(egress=[ALLOW_ALL, SSH]),
            False,
            {"changes": True, "purge_rules_egress": True, "rules_egress": [SSH_OPTION]},
            id="what others added to AWS's own egress survives its removal",
        ),
        pytest.param(
            {"rules_egress": []},
            there(egress=[ALLOW_ALL, SSH]),
            True,
            {"changes": True, "purge_rules_egress": True, "rules_egress": []},
            id="and does not when asked",
        ),
        pytest.param(
            {"rules_egress": [{"proto": "all", "cidr_ip": "0.0.0.0/0"}]},
            there(),
            False,
            {"changes": False, "purge_rules_egress": False},
            id="AWS's own egress may be wanted",
        ),
        pytest.param({"rules": []}, None, False, {"changes": False}, id="a new group without rules"),
        pytest.param({"rules": [FROM_WEB]}, None, False, {"changes": True}, id="a new group with a rule"),
        pytest.param(
            {"rules_egress": []},
            None,
            False,
            {"changes": True, "purge_rules_egress": True},
            id="a new group with AWS's own egress",
        ),
    ],
)
def test_the_plan_of_a_group(
    data: dict[str, Any], found: dict[str, Any] | None, purge: bool, options: dict[str, Any]
) -> None:
    (planned,) = plan([group(**data)], [*([found] if found else []), there("web")], purge)
    expected = {"purge_rules": False, "purge_rules_egress": False, "changes": False} | options
    assert {name: planned[name] for name in expected} == expected
    assert {name for name in ("rules", "rules_egress") if name in planned} == set(data)


def test_foreign_rules_are_told_with_group_direction_and_words() -> None:
    described = SSH | {"ip_ranges": [{"cidr_ip": "198.51.100.0/24", "description": "by hand"}]}
    found = [there(ingress=[described, MYSQL], egress=[ALLOW_ALL, MYSQL]), there("web")]
    (planned,) = plan([group(rules=[], rules_egress=[])], found)
    told = [(each["group"], each["direction"], each["rule"], each["forbidden"]) for each in planned["foreign"]]
    assert told == [
        ("db", "ingress", 'TCP 22 from 198.51.100.0/24 ("by hand")', False),
        ("db", "ingress", 'TCP 3306 from the group web ("MySQL")', False),
        ("db", "egress", 'TCP 3306 to the group web ("MySQL")', False),
    ]


def test_an_allow_all_that_somebody_described_is_somebodys() -> None:
    described = {"ip_protocol": "-1", "ip_ranges": [{"cidr_ip": "0.0.0.0/0", "description": "by hand"}]}
    (planned,) = plan([group(rules_egress=[])], [there(egress=[described])])
    assert (len(planned["foreign"]), planned["changes"]) == (1, False)


def test_foreign_addresses_are_forbidden_on_a_group_that_admits_groups_alone() -> None:
    prefix = {"ip_protocol": "-1", "prefix_list_ids": [{"prefix_list_id": "pl-1"}]}
    found = [there(ingress=[SSH, MYSQL, prefix], egress=[SSH])]
    (planned,) = plan([group(rules=[], rules_egress=[], allowed_cidr_rules=[])], found)
    assert [each["forbidden"] for each in planned["foreign"]] == [True, False, True, False]


@pytest.mark.parametrize(("described", "kept"), [("made by hand", True), ("as given", False)])
def test_a_group_keeps_its_description(described: str, kept: bool) -> None:
    (planned,) = plan([group()], [there(description=described)])
    assert (planned["description"], planned["description_kept"]) == (described, kept)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(
            {"groups": [group("web"), group("web")]}, ["the group web is there 2 times", "once"], id="a group twice"
        ),
        pytest.param(
            {"groups": [group(rules=[{"ports": [1], "group": "wbe"}])]},
            ["rules[0] of db names the group wbe", "not in security_groups_groups", "group_id"],
            id="a source that is no group of the data",
        ),
        pytest.param(
            {"groups": [group(rules_egress=[{"ports": [1], "group": "wbe"}])]},
            ["rules_egress[0] of db names the group wbe"],
            id="a target that is no group of the data",
        ),
        pytest.param(
            {"groups": [group(rules=[{"ports": [1], "cidr_ip": []}])]},
            ["rules[0] of db ({'ports': [1], 'cidr_ip': []}) has no source", "give one of group, group_id, cidr_ip"],
            id="no source",
        ),
        pytest.param(
            {"groups": [group(rules=[{"cidr_ip": "10.0.0.0/8"}])]}, ["it has no ports, which tcp needs"], id="no ports"
        ),
        pytest.param(
            {"groups": [group(rules=[{"ports": ["http"], "cidr_ip": "10.0.0.0/8"}])]}, ["ports has 'http'"], id="a word"
        ),
        *(
            pytest.param({"groups": [group(rules=[rule | {"cidr_ip": "10.0.0.0/8"}])]}, [f"({rule}"[:-1], told])
            for rule, told in (
                ({"proto": "all", "ports": [22]}, "ports [22] would be ignored"),
                ({"proto": "-1", "ports": [22]}, "ports [22] would be ignored"),
                ({"proto": "50", "ports": [22]}, "ports [22] would be ignored"),
                ({"proto": "icmp", "ports": [8]}, "ports [8] would be ignored"),
                ({"proto": "all", "from_port": 22, "to_port": 22}, "from_port, to_port would be ignored"),
                ({"proto": "all", "icmp_type": 8}, "icmp_type would be ignored"),
                ({"proto": "icmp", "icmp_code": 0}, "icmp_code without icmp_type"),
                ({"proto": "icmp", "icmp_type": 8, "from_port": 8}, "from_port, icmp_type contradict each other"),
                ({"proto": "icmp", "icmp_type": 256}, "the ICMP type 256 with the code -1 is none"),
                ({"proto": "icmp", "icmp_type": -1, "icmp_code": 4}, "the ICMP type -1 with the code 4 is none"),
                ({"proto": "icmp", "from_port": 8, "to_port": 900}, "the ICMP type 8 with the code 900 is none"),
                ({"proto": "tcp", "ports": [80], "icmp_type": 8}, "go with proto icmp and icmpv6 alone"),
                ({"ports": [80], "from_port": 22, "to_port": 22}, "from_port, ports, to_port contradict each other"),
                ({"ports": [70000]}, "70000 to 70000 is no range of ports"),
                ({"ports": ["8100-8000"]}, "8100 to 8000 is no range of ports"),
                ({"from_port": 8100, "to_port": 8000}, "8100 to 8000 is no range of ports"),
                ({"from_port": -1, "to_port": -1}, "-1 to -1 is no range of ports"),
                ({"proto": "tcpp", "ports": [80]}, "proto is 'tcpp'"),
                ({"proto": "300"}, "proto is '300'"),
                ({"proto": "", "ports": [80]}, "proto is ''"),
                ({"proto": "-2"}, "proto is '-2'"),
            )
        ),
        pytest.param(
            {"groups": [group(rules=[{"ports": [1], "cidr_ip": "10.0.0.1"}])]},
            ["cidr_ip has '10.0.0.1'", "198.51.100.0/24"],
            id="an address that is no network",
        ),
        pytest.param(
            {"groups": [group(rules=[{"ports": [1], "cidr_ipv6": "10.0.0.0/8"}])]},
            ["cidr_ipv6 has '10.0.0.0/8'", "2001:db8::/32"],
            id="IPv4 for IPv6",
        ),
        pytest.param(
            {"groups": [group(allowed_cidr_rules=[])]}, ["db has allowed_cidr_rules and no rules"], id="not managed"
        ),
        pytest.param(
            {
                "groups": [
                    group(rules=[{"ports": [1], "cidr_ip": "10.0.0.0/8", "rule_desc": "X"}], allowed_cidr_rules=["Y"])
                ]
            },
            ["rules[0] of db admits 10.0.0.0/8", "'X'", "['Y']", "add the rule_desc there"],
            id="an address that is not named",
        ),
        pytest.param(
            {"groups": [group(rules=[{"ports": [1], "ip_prefix": "pl-1"}], allowed_cidr_rules=[])]},
            ["rules[0] of db admits pl-1"],
            id="a prefix list that is not named",
        ),
        pytest.param(
            {"groups": [group()], "instances": [{"id": "i-1", "groups": ["bd"]}]},
            ["security_groups_instances: i-1 is to have the group bd"],
            id="an attachment to an EC2 instance",
        ),
        pytest.param(
            {"groups": [group()], "db_instances": [{"identifier": "shop", "groups": ["bd"]}]},
            ["security_groups_db_instances: shop is to have the group bd"],
            id="an attachment to an RDS instance",
        ),
    ],
)
def test_a_problem_is_told_alone(data: dict[str, Any], told: list[str]) -> None:
    (problem,) = problems(**data)
    assert [part for part in told if part not in problem] == []


@pytest.mark.parametrize(
    "groups",
    [
        [group(rules=[{"ports": [1], "cidr_ip": "10.0.0.0/8", "rule_desc": "X"}], allowed_cidr_rules=["X"])],
        [group(rules_egress=[{"ports": [1], "cidr_ip": "10.0.0.0/8"}], rules=[], allowed_cidr_rules=[])],
        [group("a", rules=[{"ports": [1], "group": "b"}]), group("b", rules=[{"ports": [1], "group": "a"}])],
        [group(rules=[{"ports": [1], "group": "db"}])],
        [group(rules=None)],
    ],
)
def test_what_is_right_is_no_problem(groups: list[dict[str, Any]]) -> None:
    assert problems(groups, [{"id": "", "groups": [groups[0]["name"]]}]) == []
