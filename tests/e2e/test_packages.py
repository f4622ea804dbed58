# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The packages of the functions: small, with all that they need beside boto3."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import pytest
from stack import ROOT, Stack

FUNCTIONS = ("add_task", "process_task")
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
