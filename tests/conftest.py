# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two processes run the tests: one those of the shared system, the other the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# The files whose tests ask a converged system. Those of a lane share one; both lanes take about the same time.
SHARED = (
    {
        "test_alarms",
        "test_database_login",
        "test_door",
        "test_emf",
        "test_failures",
        "test_idempotence",
        "test_least_privilege",
        "test_mapping",
        "test_rds_iam_auth",
        "test_redrive",
        "test_role_access",
        "test_system",
        "test_verify",
    },
    {
        "test_bench",
        "test_dashboards",
        "test_deployer",
        "test_drift_by_others",
        "test_examples",
        "test_packages",
        "test_preview",
        "test_releases",
        "test_security_groups",
    },
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A Chromium for the tests that look at pages."""
    # here, so that other tests need no Playwright
    from browser import running_chromium

    with running_chromium() as chromium:
        yield chromium


class LaneScheduling(LoadScopeScheduling):
    """Keeps the tests of one stack in one process; xdist 3.8's own `loadgroup` does not, with pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        """The lane of a test: one of those that share a system, or its file."""
        file = nodeid.partition("::")[0]
        shared = [f"shared system {number}" for number, files in enumerate(SHARED) if PurePath(file).stem in files]
        return shared[0] if shared else file


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LaneScheduling:
    """Give xdist our scheduler."""
    return LaneScheduling(config, log)
