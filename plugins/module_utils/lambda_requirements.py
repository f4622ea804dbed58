# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a requirements file asks for on a Lambda runtime, whatever this machine is: its lines, pip's command, the check.

pip evaluates environment markers for the Python that it runs in, whatever it installs for, and follows dependencies by
these (https://github.com/pypa/pip/issues/11664). So markers are evaluated here, pip installs exactly the lines that are
left, and what it installed is asked for its dependencies afterwards.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

# A missing one is reported by the module.
with suppress(ImportError):
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

from ansible_collections.taskmanager.aws.plugins.module_utils.lambda_zip import PackageError

MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html: Amazon Linux 2023 has glibc 2.34, and Amazon Linux
# 2 has 2.26; wheels for an older one run too, back to that of manylinux2014.
_GLIBC, _GLIBC_OF_AMAZON_LINUX_2, _OLDEST_GLIBC = 34, 26, 17
_FIRST_ON_AMAZON_LINUX_2023 = 12  # of Python 3
# pip's settings that say where packages come from, and how to get there; all others are about other installations.
_PASSED_ON = {
    "cache-dir",
    "cert",
    "client-cert",
    "find-links",
    "keyring-provider",
    "no-cache-dir",
    "no-index",
    "proxy",
    "retries",
    "timeout",
    "trusted-host",
    *(f"{which}-url" for which in ("index", "extra-index")),
}
# What pip writes by itself beside the files of a wheel: it names this machine, its pip, or files left out below.
_PIP_RECORDS = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}


@dataclass(frozen=True)
class Requirements:
    """What is to be installed: `lines` and `constraints` of requirements files, those whose markers hold, without them.

    `python_version` is that of the runtime, such as 3.13, `architecture` a key of MACHINES.
    """

    path: Path
    lines: tuple[str, ...]
    constraints: tuple[str, ...]
    python_version: str
    architecture: str

    @property
    def runtime(self) -> str:
        """The runtime in words."""
        return f"Python {self.python_version} on {self.architecture}"


def read_requirements(path: Path, python_version: str, architecture: str) -> Requirements:
    """Read a requirements file and those that it names by -r and -c.

    Raises PackageError when one is missing or can't be read, or `python_version` is no version.
    """
    if not re.fullmatch(r"3\.\d+", python_version):
        raise PackageError(f"python_version: {python_version!r} is not of the form '3.13'. Put it in quotes.")
    target = environment(python_version, architecture)
    lines: list[str] = []
    constraints: list[str] = []
    for is_constraint, line in _lines(path, target, False, ()):
        (constraints if is_constraint else lines).append(line)
    return Requirements(path, tuple(lines), tuple(constraints), python_version, architecture)


def environment(python_version: str, architecture: str) -> dict[str, str]:
    """The markers' environment on a runtime (https://packaging.python.org/specifications/dependency-specifiers/).

    Lambda keeps a runtime at its newest patch, which no marker knows yet.
    """
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{python_version}.99",
        "os_name": "posix",
        "platform_machine": MACHINES[architecture],
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": f"{python_version}.99",
        "python_version": python_version,
        "sys_platform": "linux",
        "extra": "",
    }


def _lines(
    path: Path, target: dict[str, str], is_constraint: bool, above: tuple[Path, ...]
) -> Iterator[tuple[bool, str]]:
    """The lines of a file, and of those that it names; of each, whether it is a constraint."""
    if path.resolve() in above:
        raise PackageError(f"requirements: {path} names itself, by {' and '.join(map(str, above))}")
    for line in _logical_lines(path):
        option = re.match(r"(-r|--requirement|-c|--constraint)(?:\s+|=)(.+)", line)
        if option:
            nested = path.parent / shlex.split(option[2])[0]
            constrains = is_constraint or option[1] in ("-c", "--constraint")
            yield from _lines(nested, target, constrains, (*above, path.resolve()))
        elif line.startswith("-"):
            yield is_constraint, line
        elif held := _without_marker(path, line, target):
            yield is_constraint, held


def _logical_lines(path: Path) -> Iterator[str]:
    """The lines with their continuations, without comments.

    https://pip.pypa.io/en/stable/reference/requirements-file-format/
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise PackageError(f"requirements: there is no file {path}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise PackageError(f"requirements: {path} can't be read: {error}") from error
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        plain = re.sub(r"(^|\s+)#.*$", "", line).strip()
        if plain:
            yield plain


def _without_marker(path: Path, line: str, target: dict[str, str]) -> str:
    """The line without its marker, empty where that does not hold."""
    specification, *options = re.split(r"\s+(?=--)", line)
    try:
        requirement = Requirement(specification)
    except InvalidRequirement as error:
        raise PackageError(f"requirements: {path} has {specification!r}, which is no requirement: {error}") from error
    if requirement.marker and not requirement.marker.evaluate(target):
        return ""
    requirement.marker = None
    return " ".join([str(requirement), *options])


def write_requirements(requirements: Requirements, folder: Path) -> None:
    """Write what pip is to read into a folder."""
    (folder / "requirements.txt").write_text("\n".join(requirements.lines) + "\n", encoding="utf-8")
    (folder / "constraints.txt").write_text("\n".join(requirements.constraints) + "\n", encoding="utf-8")


def pip_command(python: str, requirements: Requirements, folder: Path, target: Path) -> list[str]:
    """Return the command that installs what is in `folder` into `target` by the pip of `python`.

    Wheels alone, since building one runs code of others and depends on this machine.
    """
    platforms = [option for each in platforms_of(requirements) for option in ("--platform", each)]
    return [
        *[python, "-m", "pip", "install", "--target", str(target), "--no-deps", "--require-hashes"],
        *["--requirement", str(folder / "requirements.txt"), "--constraint", str(folder / "constraints.txt")],
        *["--only-binary=:all:", *platforms, "--python-version", requirements.python_version],
        *["--implementation", "cp", "--no-compile", "--no-input", "--disable-pip-version-check", "--quiet"],
    ]


def platforms_of(requirements: Requirements) -> list[str]:
    """The platforms whose wheels run on the runtime, the newest glibc first."""
    minor = int(requirements.python_version.partition(".")[2])
    newest = _GLIBC if minor >= _FIRST_ON_AMAZON_LINUX_2023 else _GLIBC_OF_AMAZON_LINUX_2
    machine = MACHINES[requirements.architecture]
    versions = [f"manylinux_2_{glibc}_{machine}" for glibc in range(newest, _OLDEST_GLIBC - 1, -1)]
    return [*versions, f"manylinux2014_{machine}"]


def pip_environment(configuration: str, present: Mapping[str, str]) -> dict[str, str]:
    """Return the variables under which pip reads none of the user's settings but those of where packages come from.

    :param configuration: what `pip config list` printed.
    :param present: the variables that are set; pip takes an empty one for none.
    """
    settings = dict(_settings(configuration))
    variables = dict.fromkeys((name for name in present if name.startswith("PIP_")), "")
    passed_on = {f"PIP_{key.upper().replace('-', '_')}": settings[key] for key in settings.keys() & _PASSED_ON}
    return variables | {"PIP_CONFIG_FILE": os.devnull} | passed_on


def _settings(configuration: str) -> Iterator[tuple[str, str]]:
    """The settings of pip by their names, the more special ones last, as pip prints them."""
    for line in configuration.splitlines():
        setting = re.fullmatch(r"(global|install|:env:)\.([\w-]+)=(.*)", line)
        if setting:
            with suppress(ValueError, SyntaxError):
                yield setting[2], str(ast.literal_eval(setting[3]))


def is_of_this_machine(path: str) -> bool:
    """Whether a file is of this machine: a script that names its interpreter, or a record of pip's."""
    folder, _slash, rest = path.partition("/")
    return folder == "bin" or (folder.endswith(".dist-info") and rest in _PIP_RECORDS)


def check_installed(requirements: Requirements, target: Path) -> None:
    """Compare what pip installed with what was asked for, and with what that needs on the runtime.

    Raises PackageError, which names what is missing or has another version, and who needs it.
    """
    found = {str(canonicalize_name(each.name)): each for each in distributions(path=[str(target)])}
    asked = [Requirement(re.split(r"\s+--", line)[0]) for line in requirements.lines if not line.startswith("-")]
    extras = {str(canonicalize_name(each.name)): sorted(each.extras) for each in asked}
    problems = [_problem(str(requirements.path), each, found) for each in asked]
    for name, distribution in found.items():
        needed = [Requirement(text) for text in distribution.requires or []]
        problems += [
            _problem(f"{distribution.name} {distribution.version}", each, found)
            for each in needed
            if _applies(each, requirements, extras.get(name, []))
        ]
    told = [problem for problem in problems if problem]
    if told:
        raise PackageError(
            f"requirements: on {requirements.runtime}, {'; '.join(told)}. Compile {requirements.path} for this "
            "runtime, all dependencies included."
        )


def _applies(needed: Requirement, requirements: Requirements, extras: Sequence[str]) -> bool:
    target = environment(requirements.python_version, requirements.architecture)
    return needed.marker is None or any(needed.marker.evaluate(target | {"extra": extra}) for extra in ("", *extras))


def _problem(who: str, needed: Requirement, found: Mapping[str, Distribution]) -> str:
    installed = found.get(str(canonicalize_name(needed.name)))
    if installed is None:
        return f"{who} needs {needed.name}{needed.specifier}, which is not installed"
    if not needed.specifier.contains(installed.version, prereleases=True):
        return f"{who} needs {needed.name}{needed.specifier}, and {installed.version} is installed"
    return ""


def explain_pip(requirements: Requirements, command: Sequence[str], words: str) -> str:
    """Say why pip could not install; `words` are what it wrote."""
    if "No module named pip" in words:
        return f"pip is needed to install {requirements.path}, and {command[0]} has none. Install it there."
    return f"pip could not install {requirements.path} for {requirements.runtime}: {words.strip()}"
