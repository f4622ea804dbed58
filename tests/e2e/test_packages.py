# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The packages of the functions: the same bytes whoever builds them, and all that they need beside boto3."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import yaml
from stack import ROOT, Stack

FUNCTIONS = ("add_task", "process_task")
NOBODY = 65534
# What Lambda's Python has: boto3, and what it brings along.
GIVEN = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3"}
# Prints the files of all modules that a handler loads.
LOADER = """
import json, sys
before = set(sys.modules)
sys.path.insert(0, sys.argv[1])
import handler
loaded = [sys.modules[name] for name in set(sys.modules) - before]
print(json.dumps([module.__file__ for module in loaded if getattr(module, "__file__", None)]))
"""


def package(stack: Stack, function: str) -> Path:
    return stack.build / f"lambda/{function}.zip"


def test_somebody_else_elsewhere_builds_the_same_bytes(
    system: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "a folder/of somebody else"
    shutil.copytree(system.extra["taskmanager_lambdas_dir"], elsewhere)
    for path in elsewhere.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
        os.utime(path, (0, 0))
        if os.geteuid() == 0:  # who else could give files away
            os.chown(path, NOBODY, NOBODY)
    monkeypatch.setenv("TZ", "Pacific/Apia")
    monkeypatch.setenv("USER", "somebody-else")
    build = {
        "taskmanager.aws.lambda_package": "{{ item.package | combine({'dest': folder ~ '/' ~ item.name ~ '.zip'}) }}",
        "loop": "{{ lambda_deploy_functions }}",
        "loop_control": {"label": "{{ item.name }}"},
    }
    play = {"hosts": "all", "gather_facts": False, "vars": {"foundation_out": {}}, "tasks": [build]}
    (tmp_path / "play.yml").write_text(
        yaml.safe_dump([play | {"vars_files": [str(ROOT / "playbooks/vars/wiring.yml")]}])
    )
    umask = os.umask(0o077)
    try:
        system.converge(str(tmp_path / "play.yml"), folder=str(tmp_path), taskmanager_lambdas_dir=str(elsewhere))
    finally:
        os.umask(umask)
    for function in FUNCTIONS:
        assert (tmp_path / f"{function}.zip").read_bytes() == package(system, function).read_bytes()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_imports_what_it_ships_and_boto3_alone(system: Stack, tmp_path: Path, function: str) -> None:
    with zipfile.ZipFile(package(system, function)) as archive:
        archive.extractall(tmp_path)
    # the interpreter of the embedded AWS has packages of its own, which Lambda has not
    python = ROOT / ".cache/emulator/bin/python"
    command = [str(python), "-I", "-c", LOADER, str(tmp_path)]
    environment = {"AWS_DEFAULT_REGION": "eu-north-1", "METRICS_NAMESPACE": "any"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    files = [Path(name) for name in json.loads(done.stdout)]
    shipped = {path.relative_to(tmp_path).parts[0] for path in files if path.is_relative_to(tmp_path)}
    assert {"handler.py", "common", "pymysql"} <= shipped
    installed = {path.parts[path.parts.index("site-packages") + 1] for path in files if "site-packages" in path.parts}
    assert {name.removesuffix(".py") for name in installed} <= GIVEN


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_package_is_small(system: Stack, function: str) -> None:
    with zipfile.ZipFile(package(system, function)) as archive:
        certificates = archive.getinfo("rds-ca.pem").compress_size
    assert package(system, function).stat().st_size - certificates < 100_000
