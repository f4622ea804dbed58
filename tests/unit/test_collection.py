# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for the collection as a whole: what it ships, and what it says of its modules."""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.taskmanager.aws.plugins.filter import iam, inputs, lambda_deploy, security_group

ROOT = Path(__file__).parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("[a-z]*.py"))
FILTER_FUNCTIONS = {
    name: function
    for module in (iam, inputs, lambda_deploy, security_group)
    for name, function in module.FilterModule().filters().items()
}
FILTERS = sorted(FILTER_FUNCTIONS)
# They call no AWS: one talks to the database, the other writes a file.
NOT_AWS = {"mysql_iam_user", "lambda_package"}

# Put together here, or this file would be the first to be found.
MACHINE_PATHS = re.compile("|".join(["/" + "work/", "/" + r"root/(?!\.my\.cnf)", "/" + r"home/\w+/"]))
REGISTRIES = re.compile(
    "|".join(
        [
            "index" + "-url",
            r'"resolved"' + ":",
            r"pypi" + r"\.org",
            r"files\.python" + r"hosted\.org",
            r"registry\.npm" + r"js\.org",
        ]
    )
)

each_module = pytest.mark.parametrize("module", MODULES)


def project_files() -> list[str]:
    """The files that git tracks, and those that it would with the next `git add`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return [name for name in result.stdout.decode().split("\0") if name]


def project_lines() -> Iterator[tuple[str, str]]:
    """The lines of those files, each with `file:number` in front; binary files and links to elsewhere left out."""
    for name in project_files():
        path = ROOT / name
        if path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode().splitlines(), 1):
            yield f"{name}:{number}", line


def test_no_path_of_this_machine() -> None:
    assert [place for place, line in project_lines() if MACHINE_PATHS.search(line) or str(ROOT) in line] == []


def test_no_link_leads_out_of_the_checkout() -> None:
    links = [ROOT / name for name in project_files() if (ROOT / name).is_symlink()]
    assert [link for link in links if link.readlink().is_absolute() or not link.resolve().is_relative_to(ROOT)] == []


def test_no_registry_address() -> None:
    assert [place for place, line in project_lines() if REGISTRIES.search(line)] == []


def test_pinned_requirements_name_no_host() -> None:
    pinned = [*(ROOT / "requirements").glob("*.txt"), ROOT / "files/lambdas/requirements.txt"]
    assert len(pinned) > 1
    for path in pinned:
        text = path.read_text()
        assert "http" not in re.sub(r"(?m)^http[\w-]*==", "", text), path
        names = re.findall(r"(?m)^([\w.\[\]-]+)==", text)
        assert len(names) == len(re.findall(r"(?m)^[^\s#]", text)), f"{path}: not each one is pinned"
        assert text.count("--hash=sha256:") >= len(names) > 0, path


def galaxy() -> dict[str, Any]:
    metadata: dict[str, Any] = yaml.safe_load((ROOT / "galaxy.yml").read_text())
    return metadata


def test_version() -> None:
    assert galaxy()["version"] == "0.1.0"


def test_what_must_not_ship_does_not() -> None:
    ignored = set(galaxy()["build_ignore"])
    unversioned = {line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines() if line}
    assert unversioned | {".git", "collections"} <= ignored


def documentation_of(module: str) -> dict[str, str]:
    """The documentation strings of a module by their names."""
    tree = ast.parse((ROOT / "plugins/modules" / f"{module}.py").read_text())
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def described(kind: str, plugins: list[str]) -> dict[str, Any]:
    """What `ansible-doc` says of plugins, with the options of the fragments that they extend."""
    names = [f"taskmanager.aws.{plugin}" for plugin in plugins]
    command = [sys.executable, "-m", "ansible", "doc", "--json", "--type", kind, *names]
    environment = os.environ | {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections")}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture(scope="module")
def ansible_doc() -> dict[str, Any]:
    """What `ansible-doc` says of the modules."""
    return described("module", MODULES)


@each_module
def test_documentation_parses(module: str) -> None:
    texts = documentation_of(module)
    documentation, returned = (yaml.safe_load(texts[name]) for name in ("DOCUMENTATION", "RETURN"))
    assert documentation["module"] == module
    assert documentation["version_added"]
    assert set(documentation["attributes"]) >= {"check_mode", "diff_mode"}
    assert {name for name, value in returned.items() if not {"description", "returned", "type"} <= set(value)} == set()
    assert yaml.safe_load(texts["EXAMPLES"])


@each_module
def test_examples_use_documented_options(module: str, ansible_doc: dict[str, Any]) -> None:
    described = ansible_doc[f"taskmanager.aws.{module}"]["doc"]["options"]
    for task in yaml.safe_load(documentation_of(module)["EXAMPLES"]):
        assert set(task) == {"name", f"taskmanager.aws.{module}"}
        assert misused(task[f"taskmanager.aws.{module}"], described) == [], task["name"]


def test_filters_are_documented_as_they_are_called() -> None:
    found = described("filter", FILTERS)
    for name, function in FILTER_FUNCTIONS.items():
        documented = found[f"taskmanager.aws.{name}"]
        assert documented["doc"]["version_added"]
        assert documented["return"]["_value"]["description"]
        assert f"taskmanager.aws.{name}" in documented["examples"]
        _, *taken = inspect.signature(function).parameters
        assert documented["doc"]["positional"] == ", ".join(taken)
        assert set(documented["doc"]["options"]) == {"_input", *taken}


def misused(given: Mapping[str, Any], described: Mapping[str, Any], where: str = "") -> list[str]:
    """The options in `given` that are not described, and those that are required and missing."""
    faults = [f"unknown: {where}{name}" for name in given if name not in described]
    faults += [f"missing: {where}{name}" for name in described if described[name].get("required") and name not in given]
    for name in given:
        inner = described.get(name, {}).get("suboptions")
        values = given[name] if isinstance(given[name], list) else [given[name]]
        for value in values if inner else []:
            faults += misused(value, inner, f"{where}{name}.")
    return faults


def test_the_action_group_has_each_module_that_calls_aws() -> None:
    members = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())["action_groups"]["aws"]
    assert sorted(name for name in members if isinstance(name, str)) == sorted(set(MODULES) - NOT_AWS)
    extended = [name for entry in members if isinstance(entry, dict) for name in entry["metadata"]["extend_group"]]
    assert sorted(extended) == ["amazon.aws.aws", "community.aws.aws"]
