# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The packages of the functions: the same bytes whoever builds them, small, with all that they need beside boto3."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from matrix import MACHINES, NEWEST_GLIBC, build, compile_requirements, import_from, this_machine
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

AS_NOBODY = "unshare --map-user=65534 --map-group=65534"
# An interpreter for modules that somebody else has on a machine of their own.
ELSEWHERE = f"""#!/bin/sh
touch "$0.was-used"
umask 077
export TZ=Pacific/Apia USER=somebody-else LANG=C
exec {AS_NOBODY} {sys.executable} "$@"
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


@pytest.mark.skipif(
    subprocess.run([*AS_NOBODY.split(), "true"], capture_output=True, check=False).returncode != 0,
    reason="this machine lets nobody be somebody else",
)
def test_what_somebody_else_builds_elsewhere_has_the_same_bytes_and_is_not_deployed(
    system: Stack, tmp_path: Path
) -> None:
    sources, build, python = tmp_path / "a folder/of theirs", tmp_path / "build", tmp_path / "python"
    shutil.copytree(system.extra["taskmanager_lambdas_dir"], sources)
    for path in sources.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
        os.utime(path, (0, 0))
    python.write_text(ELSEWHERE)
    python.chmod(0o700)
    run = system.converge(
        "converge.yml",
        *("--tags", "lambda_deploy"),
        foundation_manage=False,
        ansible_connection="local",
        ansible_python_interpreter=str(python),
        lambda_deploy_build_dir=str(build),
        taskmanager_lambdas_dir=str(sources),
    )
    for function in FUNCTIONS:
        assert (build / f"{function}.zip").read_bytes() == package(system, function).read_bytes()
    assert run.changed == len(FUNCTIONS), "built, and nothing else"
    assert python.with_suffix(".was-used").exists()


@pytest.mark.parametrize("architecture", MACHINES)
def test_a_compiled_library_is_packaged_for_the_runtime_whatever_pip_is_told_elsewhere(
    tmp_path: Path, architecture: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sample of `make packages`: its newest release has wheels for a glibc above that of manylinux2014 alone."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    requirements = compile_requirements(tmp_path, "pillow", python, architecture)
    for setting in ("USER", "NO_DEPS", "REQUIRE_VIRTUALENV", "DRY_RUN"):
        monkeypatch.setenv(f"PIP_{setting}", "1")
    for setting in ("ROOT", "PREFIX", "PLATFORM", "TARGET"):
        monkeypatch.setenv(f"PIP_{setting}", str(tmp_path / "elsewhere"))
    built = build(tmp_path, requirements, python, architecture, capsys)
    assert built.machines == {MACHINES[architecture]}
    assert 17 < built.glibc <= NEWEST_GLIBC
    assert not (tmp_path / "elsewhere").exists()
    if architecture == this_machine():
        assert str(tmp_path) in import_from(built, tmp_path, python, "PIL._imaging")
