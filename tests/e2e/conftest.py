# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stacks of the end-to-end tests. A test that would spoil one for others takes one of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from stack import ROOT, Stack, running

FILES = Path(__file__).with_name("files")


@pytest.fixture(scope="session")
def new_stack() -> Callable[..., AbstractContextManager[Stack]]:
    """Makes a running stack with nothing in it, by name and options of its playbooks."""
    return running


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole system, converged once; its work fails for a task whose title says so."""
    lambdas = tmp_path_factory.mktemp("lambdas")
    shutil.copytree(ROOT / "files/lambdas", lambdas, dirs_exist_ok=True)
    shutil.copy(FILES / "work.py", lambdas / "process_task/work.py")
    process = os.environ.get("PYTEST_XDIST_WORKER", "")  # of pytest's, each of which makes one
    with running(f"e2e{process}") as stack:
        stack.extra = {"taskmanager_lambdas_dir": str(lambdas)}
        stack.converge("site.yml")
        yield stack
