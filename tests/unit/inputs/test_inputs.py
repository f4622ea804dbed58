# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inputs of each role: right ones pass, and one wrong value among them is named, whatever it is and wherever."""

from __future__ import annotations

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.kinds import values
from ansible_collections.taskmanager.aws.plugins.plugin_utils._inputs.check import ROLES, input_problems
from hypothesis import given, settings
from hypothesis import strategies as st
from inputs.right import RIGHT
from test_roles import example_variables

ROOT = Path(__file__).parents[3]
PATHS = [(role, path) for role, (kinds, _contradictions) in ROLES.items() for path in kinds]
# Text that no kind is for: free text, and what is checked together with other values, or by who reads it.
UNCHECKED = {
    "iam_policies[].purge_tags",
    "lambda_deploy_functions[].package.sources[].dest",
    "lambda_deploy_functions[].package.excludes",
    "lambda_deploy_functions[].package.default_excludes",
    "lambda_deploy_functions[].settings.layers[].layer_name",
    "cloudwatch_dashboards[].start",
    "cloudwatch_dashboards[].end",
    "rds_iam_auth_login.login_password",
    "rds_iam_auth_login.ca_cert",
    "rds_iam_auth_secret",
    "rds_iam_auth_sql_host",
    # by contradictions: protocols, ports and networks of rules, and of what foundation creates
    *(f"security_groups_groups[].rules[].{key}" for key in ("proto", "ports", "cidr_ip", "cidr_ipv6")),
    "foundation_vpc.cidr",
    "foundation_subnets[].cidr",
    "foundation_instance.type",
    "foundation_db_instance.engine",
    "foundation_db_login.login_user",
    "foundation_db_login.login_password",
    "foundation_db_login.ca_cert",
    "foundation_database",
    "lambda_deploy_build_dir",
    "security_groups_vpc_id",
    "rds_iam_auth_login.login_host",
    "rds_iam_auth_login.login_user",
}


def places(role: str, path: str) -> list[str]:
    """Where in the right inputs of the role there are values at the path."""
    return [place for place, _value in values(RIGHT[role], path)]


def put(inputs: dict[str, Any], place: str, wrong: Any) -> None:
    """Put a wrong value, or a wrong key, at a place."""
    place, comma, _key = place.partition(", a key")
    steps = [int(step) if step.isdigit() else step for step in place.replace("[", ".").replace("]", "").split(".")]
    target: Any = inputs
    for step in steps if comma else steps[:-1]:
        target = target[step]
    if comma:
        target[wrong] = next(iter(target.values()))
    else:
        target[steps[-1]] = wrong


@pytest.mark.parametrize("role", ROLES)
def test_right_inputs_are_no_problem(role: str) -> None:
    assert input_problems(RIGHT[role], role) == []


@pytest.mark.parametrize("role", ROLES)
def test_the_example_of_the_readme_is_no_problem(role: str) -> None:
    """What a template makes is AWS's, or not known here; check mode takes nothing in its place."""
    defaults = yaml.safe_load((ROOT / f"roles/{role}/defaults/main.yml").read_text())
    given = without_templates(example_variables(role))
    assert input_problems({**RIGHT[role], **defaults, **given}, role, check_mode=True) == []


def without_templates(value: Any) -> Any:
    """The value with nothing in the place of each template."""
    if isinstance(value, str):
        return re.sub(r"\{\{.*?\}\}", "", value)
    if isinstance(value, list):
        return [without_templates(element) for element in value]
    return {key: without_templates(each) for key, each in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize(("role", "path"), PATHS)
def test_each_kind_has_a_value_in_the_right_inputs(role: str, path: str) -> None:
    assert places(role, path) != []


@pytest.mark.parametrize("role", ROLES)
def test_no_input_is_forgotten(role: str) -> None:
    specification = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text())
    checked = {path.rstrip("?{}").removesuffix("[]") for path in ROLES[role][0]}
    declared = set(text_inputs(specification["argument_specs"]["main"]["options"]))
    assert declared - checked - UNCHECKED == set()


def text_inputs(options: dict[str, Any], above: str = "") -> list[str]:
    """The inputs that are text, or lists of it, whose values no choice limits."""
    found = []
    for name, option in options.items():
        path, kind = f"{above}{name}", (option["type"], option.get("elements"))
        if (kind[0] in ("str", "path") and "choices" not in option) or kind == ("list", "str"):
            found.append(path)
        elif "options" in option and not path.endswith("rules_egress"):
            found += text_inputs(option["options"], f"{path}[]." if kind[0] == "list" else f"{path}.")
    return found


# What nothing may be, in the place of any value that is checked.
WRONG: list[Any] = ["", " ", "*", "a\x00b", "x" * 20_000, [], {}, ["a", ["b"]], {"a": None}, True, -5, 10**12, 0.5]


def wrong_at(role: str, path: str, place: str, wrong: Any) -> dict[str, Any] | None:
    """The right inputs with a wrong value at this place; None where it is not wrong there, or can be no key."""
    if ROLES[role][0][path].accepts(wrong) or (", a key" in place and isinstance(wrong, list | dict)):
        return None
    inputs = deepcopy(RIGHT[role])
    put(inputs, place, wrong)
    return inputs


@settings(max_examples=2_000, deadline=None, derandomize=True)
@given(st.sampled_from(PATHS), st.sampled_from(WRONG), st.booleans(), st.randoms())
def test_a_wrong_value_among_right_ones_is_named_or_is_right(
    where: tuple[str, str], wrong: Any, check_mode: bool, random: Any
) -> None:
    role, path = where
    place = random.choice(places(role, path))
    inputs = wrong_at(role, path, place, wrong)
    if inputs is None:
        return
    found = input_problems(inputs, role, check_mode)
    if not (check_mode and ROLES[role][0][path].made_by_aws and wrong == ""):
        assert [problem for problem in found if problem.startswith(place.partition(", a key")[0])] != []
    assert all(len(problem) < 2_000 for problem in found)


@settings(max_examples=1_000, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(ROLES)), st.data())
def test_no_input_of_any_type_raises(role: str, data: st.DataObject) -> None:
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    )
    inputs = deepcopy(RIGHT[role])
    entries = [(name, value) for name, value in inputs.items() if isinstance(value, list | dict) and value]
    name, value = data.draw(st.sampled_from(entries))
    entry = value[0] if isinstance(value, list) else value
    if isinstance(entry, dict):
        entry[data.draw(st.sampled_from(sorted(entry)))] = data.draw(anything)
    else:
        inputs[name] = [data.draw(anything)]
    assert all(isinstance(problem, str) for problem in input_problems(inputs, role))


def alarm(**changes: Any) -> list[str]:
    """What is wrong with the first alarm of the right inputs when it is changed so; None takes an option out."""
    inputs = deepcopy(RIGHT["cloudwatch"])
    inputs["cloudwatch_alarms"][0] |= changes
    return input_problems(inputs, "cloudwatch")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"evaluation_periods": "1441"},
            "period, evaluation_periods: 60 seconds times 1441 is 86460 seconds, more than",
        ),
        ({"datapoints_to_alarm": 3}, "datapoints_to_alarm: 3 is more than the 2 of evaluation_periods"),
        ({"threshold": None}, "threshold, threshold_metric_id: neither is there"),
        ({"namespace": None}, "namespace: it is missing: give it"),
        ({"metric_name": None}, "metric_name, metrics: neither is there"),
        ({"dimensions": {"FunctionName": True}}, "dimensions.FunctionName: True is bool: give text, in quotes"),
        ({"tags": {"team": ["shop"]}}, "tags.team: ['shop'] is list: give text, in quotes"),
        ({"statistic": "Sum", "extended_statistic": "p99"}, "statistic, extended_statistic: an alarm has the one or"),
        ({"metrics": [{"id": "e1", "expression": "1"}]}, "metrics, namespace: an alarm has one of them"),
        ({"metrics": [{"id": "e1"}], "metric_name": None}, "metrics[0]: the query e1 must have either expression or"),
        ({"metrics": [{"id": "e1", "metric_stat": 5}]}, "metrics: [{'id': 'e1', 'metric_stat': 5}] must be queries as"),
        ({"threshold_metric_id": "usual"}, "threshold, threshold_metric_id: an alarm has the one or the other"),
    ],
)
def test_what_an_alarm_can_not_have_is_named_before_anything_is_changed(changes: dict[str, Any], problem: str) -> None:
    start = f"cloudwatch_alarms[0] ('shop-errors'): {problem}"
    assert [found for found in alarm(**changes) if found.startswith(start)] != []


def test_numbers_of_an_alarm_may_be_strings_of_digits() -> None:
    assert alarm(period="60", threshold="4.5", evaluation_periods="2", datapoints_to_alarm="2") == []


def test_events_may_be_kept_for_ever() -> None:
    inputs = deepcopy(RIGHT["cloudwatch"])
    inputs["cloudwatch_log_groups"][0]["retention"] = 0
    assert input_problems(inputs, "cloudwatch") == []


def test_a_removal_takes_ids_of_what_is_gone() -> None:
    """The group of the functions is not found any more when the functions are removed."""
    settings = {"vpc_subnet_ids": ["subnet-0123456789abcdef0"], "vpc_security_group_ids": [""]}
    inputs = {**RIGHT["lambda_deploy"], "lambda_deploy_state": "absent"}
    functions = [{**each, "settings": {**each["settings"], **settings}} for each in inputs["lambda_deploy_functions"]]
    assert input_problems({**inputs, "lambda_deploy_functions": functions}, "lambda_deploy") == []
    present = {**inputs, "lambda_deploy_functions": functions, "lambda_deploy_state": "present"}
    assert "vpc_security_group_ids[0] is ''" in " ".join(input_problems(present, "lambda_deploy"))


def test_log_groups_beside_a_query_in_sql_are_named() -> None:
    inputs = deepcopy(RIGHT["cloudwatch"])
    inputs["cloudwatch_queries"][0]["query_language"] = "SQL"
    assert [each[:57] for each in input_problems(inputs, "cloudwatch")] == [
        "cloudwatch_queries[0] has log_group_names ['/shop'], and "
    ]
