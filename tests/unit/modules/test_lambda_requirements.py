# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lambda_package asks pip for on a runtime, and what it makes of what pip installed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.lambda_requirements import (
    Requirements,
    check_installed,
    explain_pip,
    pip_command,
    pip_environment,
    platforms_of,
    read_requirements,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.lambda_zip import PackageError

HASH = "--hash=sha256:" + "0" * 64


INDEX = "index" + "-url"  # no such address is in this file


def asked(*lines: str, version: str = "3.13", architecture: str = "x86_64") -> Requirements:
    return Requirements(Path("requirements.txt"), lines, (), version, architecture)


def write(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        (folder / f"{name}.txt").write_text(content)
    return folder / "requirements.txt"


def lines_for(path: Path, version: str = "3.13", architecture: str = "x86_64") -> tuple[str, ...]:
    return read_requirements(path, version, architecture).lines


@pytest.mark.parametrize(
    ("marker", "version", "architecture", "holds"),
    [
        ("python_full_version < '3.13'", "3.12", "x86_64", True),
        ("python_full_version < '3.13'", "3.13", "x86_64", False),
        ("python_full_version < '3.11.3'", "3.11", "x86_64", False),
        ("python_version >= '3.9'", "3.12", "x86_64", True),
        ("platform_machine == 'aarch64'", "3.13", "arm64", True),
        ("platform_machine == 'aarch64'", "3.13", "x86_64", False),
        ("platform_machine == 'x86_64'", "3.13", "x86_64", True),
        ("sys_platform == 'win32'", "3.13", "x86_64", False),
        ("sys_platform != 'darwin' and os_name == 'posix'", "3.13", "arm64", True),
        ("platform_python_implementation == 'PyPy'", "3.13", "x86_64", False),
        ("extra == 'dev'", "3.13", "x86_64", False),
    ],
)
def test_markers_are_evaluated_for_the_runtime(
    tmp_path: Path, marker: str, version: str, architecture: str, holds: bool
) -> None:
    path = write(tmp_path, requirements=f"idna==3.10 ; {marker} \\\n    {HASH}\n")
    assert lines_for(path, version, architecture) == ((f"idna==3.10 {HASH}",) if holds else ())


def test_files_that_a_file_names_are_read_with_it(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        requirements=f"# all\n-r base.txt\n--requirement=more.txt  # more\n-c limits.txt\nidna==3.10 {HASH}\n",
        base=f"pymysql[rsa]==1.2.4 \\\n  {HASH} \\\n  {HASH}  # two\n--no-binary=:none:\n",
        more="",
        limits="-r base.txt\n",
    )
    found = read_requirements(path, "3.13", "x86_64")
    base = (f"pymysql[rsa]==1.2.4 {HASH} {HASH}", "--no-binary=:none:")
    assert (found.lines, found.constraints) == ((*base, f"idna==3.10 {HASH}"), base)
    (tmp_path / "base.txt").write_text(f"idna==3.9 {HASH}\n")
    assert read_requirements(path, "3.13", "x86_64") != found, "the key is made of it"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"requirements": "-r none.txt\n"}, r"there is no file .*/none\.txt"),
        ({"requirements": "-r base.txt\n", "base": "-r requirements.txt\n"}, r"requirements\.txt names itself"),
        ({"requirements": "no requirement at all\n"}, "has 'no requirement at all', which is no requirement"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, files: dict[str, str], told: str) -> None:
    with pytest.raises(PackageError, match=told):
        lines_for(write(tmp_path, **files))


@pytest.mark.parametrize("version", ["3", "3.1x", "4.0", "python3.13", ""])
def test_a_python_version_that_is_none_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(PackageError, match="python_version"):
        lines_for(write(tmp_path, requirements=""), version)


def test_missing_requirements_are_named(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"there is no file .*/none"):
        read_requirements(tmp_path / "none", "3.13", "x86_64")


@pytest.mark.parametrize(
    ("version", "architecture", "newest", "machine"),
    [("3.13", "arm64", 34, "aarch64"), ("3.12", "x86_64", 34, "x86_64"), ("3.11", "x86_64", 26, "x86_64")],
)
def test_wheels_are_those_that_run_with_the_glibc_of_the_runtime(
    version: str, architecture: str, newest: int, machine: str
) -> None:
    found = platforms_of(asked(version=version, architecture=architecture))
    glibcs = [f"manylinux_2_{number}_{machine}" for number in range(newest, 16, -1)]
    assert found == [*glibcs, f"manylinux2014_{machine}"]


def test_pip_takes_only_hashed_wheels_and_exactly_those_asked_for() -> None:
    command = pip_command("/venv/python", asked(version="3.12"), Path("/in"), Path("/target"))
    assert command[:4] == ["/venv/python", "-m", "pip", "install"]
    assert {"--require-hashes", "--only-binary=:all:", "--no-compile", "--no-deps"} <= set(command)
    assert command[command.index("--python-version") + 1] == "3.12"
    assert command[command.index("--requirement") + 1] == "/in/requirements.txt"


def test_of_pips_settings_those_alone_count_that_say_where_packages_come_from() -> None:
    printed = f"""global.{INDEX}='https://one.example/simple'
global.no-deps='true'
install.user='true'
:env:.{INDEX}='https://two.example/simple'
:env:.extra-{INDEX}='https://a.example https://b.example'
:env:.root='/elsewhere'
:env:.default-timeout='5'
"""
    present = {"PIP_USER": "1", "PIP_ROOT": "/x", "PIP_NO_DEPS": "1", "PIP_INDEX_URL": "https://two.example/simple"}
    assert pip_environment(printed, present | {"HOME": "/home"}) == {
        "PIP_USER": "",
        "PIP_ROOT": "",
        "PIP_NO_DEPS": "",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "https://two.example/simple",
        "PIP_EXTRA_INDEX_URL": "https://a.example https://b.example",
    }


def installed(folder: Path, *packages: tuple[str, str, list[str]]) -> Path:
    for name, version, requires in packages:
        info = folder / f"{name}-{version}.dist-info"
        info.mkdir()
        needs = "".join(f"Requires-Dist: {each}\n" for each in requires)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}\n")
    return folder


@pytest.mark.parametrize(
    ("lines", "packages"),
    [
        (["a==1.0"], [("a", "1.0", [])]),
        (["A_b==1"], [("a-b", "1.0", ["c ; python_version < '3.13'", "d ; extra == 'x'"])]),
        (["a[x]==1"], [("a", "1", ["d ; extra == 'x'"]), ("d", "2", [])]),
        (["a==1.0rc1"], [("a", "1.0rc1", [])]),
        (["--no-index", "a==1"], [("a", "1", [])]),
    ],
)
def test_what_is_installed_as_asked_for_passes(tmp_path: Path, lines: list[str], packages: Any) -> None:
    check_installed(asked(*lines), installed(tmp_path, *packages))


@pytest.mark.parametrize(
    ("lines", "packages", "told"),
    [
        (["a==1", "b==1"], [("a", "1", [])], "requirements.txt needs b==1, which is not installed"),
        (["a==1"], [("a", "2", [])], "requirements.txt needs a==1, and 2 is installed"),
        (["a==1"], [("a", "1", ["t>=4 ; python_version >= '3.13'"])], "a 1 needs t>=4, which is not installed"),
        (["a==1"], [("a", "1", ["t ; platform_machine == 'x86_64'"])], "a 1 needs t, which is not installed"),
        (["a==1", "t==3"], [("a", "1", ["t>=4"]), ("t", "3", [])], "a 1 needs t>=4, and 3 is installed"),
        (["a[x]==1"], [("a", "1", ["d ; extra == 'x'"])], "a 1 needs d, which is not installed"),
    ],
)
def test_what_is_missing_on_the_runtime_is_told(tmp_path: Path, lines: list[str], packages: Any, told: str) -> None:
    with pytest.raises(PackageError) as error:
        check_installed(asked(*lines), installed(tmp_path, *packages))
    assert f"on Python 3.13 on x86_64, {told}. Compile requirements.txt for this runtime" in str(error.value)


def test_a_failure_of_pip_is_told_in_its_own_words() -> None:
    message = explain_pip(asked(), ["/venv/python"], "ERROR: No matching distribution found for x\n")
    assert message == (
        "pip could not install requirements.txt for Python 3.13 on x86_64: ERROR: No matching distribution found for x"
    )


def test_a_missing_pip_is_told_with_the_python_that_lacks_it() -> None:
    message = explain_pip(asked(), ["/venv/python", "-m", "pip"], "/venv/python: No module named pip")
    assert "/venv/python has none" in message
