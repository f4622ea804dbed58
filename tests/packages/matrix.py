# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds the package of a function that needs a well-known library, and looks into it as the runtime would."""

from __future__ import annotations

import json
import platform
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible.module_utils.testing import patch_module_args

ROOT = Path(__file__).resolve().parents[2]
UV = ROOT / ".cache/uv/bin/uv"
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
ELF_MACHINES = {62: "x86_64", 183: "aarch64"}  # e_machine of ELF
NEWEST_GLIBC = 34  # 2.34, of Amazon Linux 2023


@dataclass(frozen=True)
class Built:
    """A package: its compiled files, the newest glibc 2.x that they need, and the machines that they are for."""

    path: Path
    size: int
    compiled: int
    glibc: int
    machines: set[str]


def compile_requirements(folder: Path, requirement: str, python: str, architecture: str) -> Path:
    """Pin a requirement and its dependencies with hashes, for a runtime."""
    (folder / "requirements.in").write_text(f"{requirement}\n")
    target = f"{MACHINES[architecture]}-manylinux_2_{NEWEST_GLIBC}"
    command = [str(UV), "pip", "compile", "--quiet", "--generate-hashes", "--no-header", "--no-annotate"]
    command += ["--python-version", python, "--python-platform", target, "requirements.in"]
    command += ["--output-file", "requirements.txt", "--only-binary", ":all:"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return folder / "requirements.txt"


def build(folder: Path, requirements: Path, python: str, architecture: str, capsys: Any) -> Built:
    """Build the package by the module, and look into it."""
    from ansible_collections.taskmanager.aws.plugins.modules import lambda_package

    source = folder / "source"
    source.mkdir(exist_ok=True)
    (source / "handler.py").write_text("")
    given = {
        "dest": str(folder / "package.zip"),
        "sources": [{"src": str(source)}],
        "requirements": str(requirements),
        "python_version": python,
        "architecture": architecture,
        "excludes": ["*/tests/*"],
    }
    with patch_module_args(given):
        try:
            lambda_package.main()
        except SystemExit:
            result = json.loads(capsys.readouterr().out)
    assert "msg" not in result, result["msg"]
    return look_into(folder / "package.zip")


def look_into(path: Path) -> Built:
    """Read the compiled files of a package."""
    compiled, glibc, machines = 0, 0, set()
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            content = package.read(name)
            if content[:4] == b"\x7fELF":
                compiled += 1
                machines.add(ELF_MACHINES[int.from_bytes(content[18:20], "little")])
                glibc = max([glibc, *(int(each) for each in re.findall(rb"GLIBC_2\.(\d+)", content))])
    return Built(path, path.stat().st_size, compiled, glibc, machines)


def interpreter(python: str) -> str:
    """The path of an interpreter of this version, on the path or of pyenv."""
    name = f"python{python}"
    found = [shutil.which(name), *Path.home().glob(f".pyenv/versions/{python}.*/bin/{name}")]
    for path in [str(each) for each in found if each]:
        if subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0:
            return path
    raise AssertionError(f"There is no {name} that runs: `make packages` imports what it built with it. Install it.")


def import_from(built: Built, folder: Path, python: str, module: str) -> str:
    """Import a module from the package with nothing else on the path but the standard library; the file that it is."""
    unpacked = folder / "unpacked"
    with zipfile.ZipFile(built.path) as package:
        package.extractall(unpacked)
    program = f"import sys; sys.path.insert(0, {str(unpacked)!r}); import {module}; print({module}.__file__)"
    done = subprocess.run(
        [interpreter(python), "-I", "-S", "-c", program], capture_output=True, text=True, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def this_machine() -> str:
    """The architecture of this machine, by its name in Lambda."""
    return {value: key for key, value in MACHINES.items()}.get(platform.machine(), "")
