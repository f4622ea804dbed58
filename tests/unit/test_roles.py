# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for each role: what is declared is what is used, and what is written of it is true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2]
ROLES = sorted(path.parent.name for path in (ROOT / "roles").glob("*/tasks"))
STATELESS = {"verify"}
# Keys whose strings are expressions without braces.
EXPRESSIONS = {"when", "until", "failed_when", "changed_when", "that", "var"}
# Variables and functions that Ansible and Jinja2 give to everybody.
GIVEN = {
    "ansible_check_mode",
    "ansible_managed",
    "ansible_playbook_python",
    "dict",
    "item",
    "lookup",
    "now",
    "omit",
    "range",
    "role_path",
}
SECTIONS = [
    "Inputs",
    "Outputs",
    "Permissions of the caller",
    "Check mode and idempotence",
    "Example",
    "Removal",
]
TEMPLATES = Environment(autoescape=True)  # for parsing alone

each_role = pytest.mark.parametrize("role", ROLES)


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text()) if path.exists() else None


def options_of(role: str) -> dict[str, dict[str, Any]]:
    """The declared inputs of a role."""
    spec = read_yaml(ROOT / "roles" / role / "meta/argument_specs.yml")
    options: dict[str, dict[str, Any]] = spec["argument_specs"]["main"]["options"]
    return options


def role_documents(role: str) -> Iterator[Any]:
    """The parsed tasks and variables of a role."""
    for folder in ("tasks", "vars", "handlers"):
        for path in sorted((ROOT / "roles" / role / folder).glob("*.yml")):
            yield read_yaml(path)


def mappings(node: Any) -> Iterator[dict[str, Any]]:
    """All mappings in a parsed document."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        yield from mappings(child)


def templates_in(node: Any, key: str = "") -> Iterator[str]:
    """All templates in a parsed document; expressions without braces get theirs."""
    if isinstance(node, str):
        yield "{{ " + node + " }}" if key in EXPRESSIONS else node
    elif isinstance(node, list):
        for child in node:
            yield from templates_in(child, key)
    elif isinstance(node, dict):
        for name, child in node.items():
            yield from templates_in(name)
            yield from templates_in(child, str(name))


def names_in(template: str) -> set[str]:
    """The variables that a template reads, without those that it sets itself."""
    found = list(TEMPLATES.parse(template).find_all(nodes.Name))
    return {name.name for name in found if name.ctx == "load"} - {name.name for name in found if name.ctx != "load"}


def used_names(role: str) -> set[str]:
    """The variables that a role reads anywhere."""
    templates = [text for document in role_documents(role) for text in templates_in(document)]
    templates += [path.read_text() for path in (ROOT / "roles" / role / "templates").rglob("*.j2")]
    return {name for text in templates for name in names_in(text)}


def set_names(role: str) -> set[str]:
    """The variables that a role sets so that they last: registered, set as facts, in loops and in vars/."""
    names: set[str] = set(read_yaml(ROOT / "roles" / role / "vars/main.yml") or {})
    for mapping in (mapping for document in role_documents(role) for mapping in mappings(document)):
        names |= {mapping["register"]} if isinstance(mapping.get("register"), str) else set()
        names |= set(mapping.get("ansible.builtin.set_fact") or {})
        control = mapping.get("loop_control") or {}
        names |= {control[key] for key in ("loop_var", "index_var") if key in control}
    return names


def task_names(role: str) -> set[str]:
    """The variables that a role sets for a task."""
    found = (mapping for document in role_documents(role) for mapping in mappings(document))
    return {name for mapping in found if isinstance(mapping.get("vars"), dict) for name in mapping["vars"]}


def readme(role: str) -> str:
    return (ROOT / "roles" / role / "README.md").read_text()


def example_variables(role: str) -> dict[str, Any]:
    """The variables that the example of a role's README gives to the role."""
    _, _, example = readme(role).partition("## Example")
    block = re.search(r"```yaml\n(.*?)```", example, re.DOTALL)
    assert block, f"{role}: the README has no example"
    variables: dict[str, Any] = {}
    for mapping in mappings(yaml.safe_load(block[1])):
        calls = mapping.get("role") or (mapping.get("ansible.builtin.import_role") or {}).get("name")
        if calls == f"taskmanager.aws.{role}":
            variables |= mapping["vars"]
    return variables


def test_there_are_roles() -> None:
    assert {"iam", "security_groups", "rds_iam_auth", "lambda_deploy", "cloudwatch"} <= set(ROLES)


@each_role
def test_defaults_are_those_of_the_specification(role: str) -> None:
    declared = {name: option["default"] for name, option in options_of(role).items() if "default" in option}
    assert read_yaml(ROOT / "roles" / role / "defaults/main.yml") == declared


@each_role
def test_no_input_is_both_required_and_defaulted(role: str) -> None:
    assert [name for name, option in options_of(role).items() if option.get("required") and "default" in option] == []


@each_role
def test_a_role_can_be_taken_out(role: str) -> None:
    state = options_of(role).get(f"{role}_state")
    if role in STATELESS:
        assert state is None
    else:
        assert state
        assert (state["choices"], state["default"]) == (["present", "absent"], "present")


@each_role
def test_inputs_are_named_after_the_role_and_used(role: str) -> None:
    names = set(options_of(role))
    assert {name for name in names if not name.startswith(f"{role}_")} == set()
    assert names - used_names(role) == set()


@each_role
def test_a_role_reads_its_own_variables_alone(role: str) -> None:
    own = set(options_of(role)) | set_names(role) | task_names(role)
    assert used_names(role) - own - GIVEN == set()


@each_role
def test_what_a_role_sets_is_private_or_its_output(role: str) -> None:
    allowed = re.compile(rf"__{role}_\w+|{role}_out")
    assert {name for name in set_names(role) if not allowed.fullmatch(name)} == set()
    assert {name for name in task_names(role) if not name.startswith("__")} == set()


@each_role
def test_the_readme_names_inputs_and_outputs(role: str) -> None:
    text = readme(role)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == SECTIONS
    inputs = {name: option for name, option in options_of(role).items() if f"| `{name}` |" not in text}
    assert set(inputs) == set()
    for mapping in (mapping for document in role_documents(role) for mapping in mappings(document)):
        out = (mapping.get("ansible.builtin.set_fact") or {}).get(f"{role}_out")
        if isinstance(out, dict):
            assert f"`{role}_out`" in text
            assert [key for key in out if f"`{key}`" not in text] == []


@each_role
def test_the_readme_tells_the_defaults(role: str) -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", readme(role), re.MULTILINE))
    for name, option in options_of(role).items():
        if option.get("required"):
            assert rows[name] == "required"
        elif "default" in option:
            assert yaml.safe_load(rows[name].strip("`")) == option["default"], name
        else:
            assert rows[name] == "none", name


@each_role
def test_the_example_is_valid(role: str) -> None:
    variables = example_variables(role)
    assert variables
    assert set(variables) <= set(options_of(role))
    validator = ArgumentSpecValidator(options_of(role))
    assert validator.validate(variables).error_messages == []
