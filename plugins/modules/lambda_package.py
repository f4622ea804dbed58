#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the zip package of a Lambda function."""

from __future__ import annotations

DOCUMENTATION = r"""
module: lambda_package
short_description: Build the zip package of a Lambda function
version_added: 0.1.0
author: taskmanager.aws contributors
description:
  - Puts folders, files and Python requirements into a zip that has the same bytes for the same input on any machine,
    so that a function is deployed only when its code has changed.
  - Entries are sorted, their times fixed, and their modes V(0644), or V(0755) when the owner may run the file.
    They are compressed by libdeflate, since what Python's own C(zlib) makes of them depends on the machine.
  - What O(default_excludes) names is left out, and so are the scripts that requirements install in C(bin).
  - The package records a key of its input. A run with the same input neither installs nor writes anything, unless the
    package has been damaged or changed.
  - Two machines make the same bytes when they have the same version of the library C(deflate).
requirements:
  - deflate
  - pip and packaging, in the Python that runs this module, when O(requirements) are given
options:
  dest:
    description: Path of the zip. Its folder is made when needed.
    type: path
    required: true
  sources:
    description:
      - Folders and files of the package.
      - Two files for one path in the package are refused, also when one comes from O(requirements).
    type: list
    elements: dict
    required: true
    suboptions:
      src:
        description: Path of a file, or of a folder whose contents are taken.
        type: path
        required: true
      dest:
        description:
          - Path inside the package. That of the file, by default its name; or that of the folder, by default the root.
        type: str
  excludes:
    description:
      - Patterns of paths in the package that are left out, such as V(tests/*) or V(*.md). V(*) matches slashes too.
      - They count for what O(requirements) install as well.
      - What is left out is not looked at. A pattern that ends in V(/*) leaves out the folder.
    type: list
    elements: str
    default: []
  default_excludes:
    description:
      - Names of files, and of folders with all that they hold, that are left out of O(sources) at any depth; patterns
        too. V([]) leaves out none.
    type: list
    elements: str
    default:
      - "*.pyc"
      - .DS_Store
      - .coverage
      - .env
      - .git
      - .hg
      - .idea
      - .mypy_cache
      - .nox
      - .pytest_cache
      - .ruff_cache
      - .svn
      - .tox
      - .venv
      - .vscode
      - __pycache__
  requirements:
    description:
      - Path of a pip requirements file that names each package, the dependencies too, with its version and hashes.
      - Only wheels are installed, for the glibc of the runtime. Environment markers are evaluated for the runtime too.
        Files that it names by C(-r) and C(-c) are read as well.
      - What was installed is compared with what was asked for, and with what that needs on the runtime.
      - Of pip's settings, of files and of C(PIP_*) variables, those alone count that say where packages come from.
    type: path
  python_version:
    description: Version of the Python runtime that O(requirements) are installed for.
    type: str
    default: "3.13"
  architecture:
    description: Architecture of the function that O(requirements) are installed for.
    type: str
    choices: [x86_64, arm64]
    default: x86_64
attributes:
  check_mode:
    description: Says whether the package would be written, and writes and installs nothing.
    support: full
  diff_mode:
    description: Shows the files with mode, size and hash, before and after; in check mode without what is installed.
    support: full
  idempotent:
    description: A second run with the same input changes nothing.
    support: full
"""

EXAMPLES = r"""
- name: Build the package of a function
  taskmanager.aws.lambda_package:
    dest: build/add_task.zip
    sources:
      - src: files/lambdas/add_task
      - src: files/lambdas/common
        dest: common
      - src: files/rds-ca.pem
        dest: certs/rds-ca.pem
    requirements: files/lambdas/requirements.txt
    python_version: "3.13"
    architecture: arm64
    excludes: ["*.md", pymysql/tests/*]
"""

RETURN = r"""
dest:
  description: Path of the zip.
  returned: success
  type: str
sha256:
  description: SHA-256 of the zip, hexadecimal.
  returned: success, except when check mode predicts a change with O(requirements)
  type: str
code_sha256:
  description: SHA-256 of the zip in base64, as Lambda reports it in C(CodeSha256).
  returned: success, except when check mode predicts a change with O(requirements)
  type: str
size:
  description: Size of the zip in bytes.
  returned: success, except when check mode predicts a change with O(requirements)
  type: int
"""

import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.taskmanager.aws.plugins.module_utils.lambda_package import (
    DEFAULT_EXCLUDES,
    Excluded,
    Source,
    collect,
    collect_installed,
    content_key,
    describe_plan,
    merge,
    read_package,
    write_package,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.lambda_requirements import (
    Requirements,
    check_installed,
    explain_pip,
    pip_command,
    pip_environment,
    read_requirements,
    write_requirements,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.lambda_zip import (
    Entry,
    PackageError,
    build,
    checksums,
    describe_package,
    recorded_key,
)

try:
    import deflate

    DEFLATE_ERROR = None
except ImportError:
    DEFLATE_ERROR = traceback.format_exc()

try:
    import packaging  # noqa: F401  # of lambda_requirements

    PACKAGING_ERROR = None
except ImportError:
    PACKAGING_ERROR = traceback.format_exc()

ARGUMENT_SPEC: dict[str, Any] = {
    "dest": {"type": "path", "required": True},
    "sources": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {"src": {"type": "path", "required": True}, "dest": {"type": "str"}},
    },
    "excludes": {"type": "list", "elements": "str", "default": []},
    "default_excludes": {"type": "list", "elements": "str", "default": list(DEFAULT_EXCLUDES)},
    "requirements": {"type": "path"},
    "python_version": {"type": "str", "default": "3.13"},
    "architecture": {"type": "str", "choices": ["x86_64", "arm64"], "default": "x86_64"},
}


def install(module: AnsibleModule, requirements: Requirements, excludes: list[str]) -> list[Entry]:
    """Install requirements into a folder that is gone afterwards, and return the files. Raises PackageError."""
    with tempfile.TemporaryDirectory(dir=module.tmpdir) as name:
        folder, target = Path(name), Path(name, "installed")
        write_requirements(requirements, folder)
        _status, configuration, _errors = module.run_command([sys.executable, "-m", "pip", "config", "list"])
        command = pip_command(sys.executable, requirements, folder, target)
        variables = pip_environment(configuration, os.environ)
        status, _output, errors = module.run_command(command, environ_update=variables)
        if status != 0:
            raise PackageError(explain_pip(requirements, command, errors))
        check_installed(requirements, target)
        return collect_installed(target, excludes)


def ensure(
    module: AnsibleModule, dest: Path, sources: list[Source], excluded: Excluded, requirements: Requirements | None
) -> dict[str, Any]:
    """Build the package unless it is there, and return the module's result. Raises PackageError."""
    excludes = list(excluded.patterns)
    entries = collect(sources, dest, excluded)
    key = content_key(entries, requirements, excludes, deflate.__version__)
    before = read_package(dest)
    result = {"changed": recorded_key(before) != key, "dest": str(dest)}
    if not result["changed"]:
        return {**result, **checksums(before)}
    if module.check_mode and requirements:  # what they install is known only once they are installed
        diff = {"before": describe_package(before), "after": describe_plan(entries, requirements)}
        return {**result, "diff": diff}
    installed = install(module, requirements, excludes) if requirements else []
    after = build(merge([*entries, *installed]), key)
    diff = {"before": describe_package(before), "after": describe_package(after)}
    if not module.check_mode:
        write_package(dest, after)
    return {**result, **checksums(after), "diff": diff}


def ensure_from(module: AnsibleModule) -> dict[str, Any]:
    """Read the module's options and act on them. Raises PackageError."""
    params = module.params
    sources = [Source(Path(source["src"]), source["dest"]) for source in params["sources"]]
    requirements = None
    if params["requirements"]:
        path = Path(params["requirements"])
        requirements = read_requirements(path, params["python_version"], params["architecture"])
    excluded = Excluded(params["excludes"], params["default_excludes"])
    return ensure(module, Path(params["dest"]), sources, excluded, requirements)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    if DEFLATE_ERROR:
        module.fail_json(msg=missing_required_lib("deflate"), exception=DEFLATE_ERROR)
    if PACKAGING_ERROR and module.params["requirements"]:
        module.fail_json(msg=missing_required_lib("packaging"), exception=PACKAGING_ERROR)
    try:
        result = ensure_from(module)
    except (PackageError, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
