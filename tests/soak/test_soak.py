# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make soak`: the next run puts right what one that was killed left, and a throttled one comes to its end."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.callback.clear_temporary import OWNED, is_running
from proxy import Proxy, running_proxy
from stack import ROOT, Run, Stack, running
from test_teardown import everything

SHARES = (0.1, 0.4, 0.8)  # of the time that a whole run takes: when it is killed
THROTTLED_SHARE = 0.3
TEARDOWN = {"teardown_confirm": "local"}


def tell(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


def left_behind() -> list[Path]:
    """Temporary folders of runs that are over."""
    owned = ((OWNED.fullmatch(path.name), path) for path in (ROOT / ".cache/ansible/tmp").iterdir())
    return [path for owner, path in owned if not owner or not is_running(int(owner[1]))]


@pytest.fixture
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    with running(f"soak-{request.node.originalname[5:20]}") as made:
        yield made


def timed(stack: Stack, playbook: str, **extra: Any) -> tuple[Run, float]:
    began = time.monotonic()
    run = stack.converge(playbook, **extra)
    seconds = time.monotonic() - began
    tell(f"{playbook}: {run.changed} changed, {seconds:.0f} s")
    return run, seconds


def kill(stack: Stack, playbook: str, seconds: float, **extra: str) -> None:
    killed = stack.kill(playbook, seconds, **extra)
    tell(f"{playbook}: {'killed' if killed else 'over'} after {seconds:.1f} s")


def assert_whole(stack: Stack, **extra: Any) -> None:
    """The system is there, works, and a further run changes nothing."""
    run, _ = timed(stack, "site.yml", **extra)
    assert run.changed == 0, re.findall(r"TASK \[(.+)\] \*+\n(?:.*\n){0,3}?changed: .*", run.output)
    stack.converge("verify.yml", **extra)


def test_killed_runs_of_site_and_teardown_are_put_right(stack: Stack) -> None:
    before = everything(stack)
    _, converging = timed(stack, "site.yml")
    _, tearing_down = timed(stack, "teardown.yml", **TEARDOWN)
    assert everything(stack) == before
    for share in SHARES:
        kill(stack, "site.yml", share * converging)
        timed(stack, "site.yml")
        kill(stack, "teardown.yml", share * tearing_down, **TEARDOWN)
        timed(stack, "teardown.yml", **TEARDOWN)
        assert everything(stack) == before
    kill(stack, "site.yml", converging / 2)
    kill(stack, "teardown.yml", tearing_down / 2, **TEARDOWN)
    timed(stack, "site.yml")
    assert_whole(stack)
    assert left_behind() == []


def test_killed_runs_of_up_and_down_are_put_right(stack: Stack) -> None:
    timed(stack, "local_down.yml")
    _, starting = timed(stack, "local_up.yml")
    _, stopping = timed(stack, "local_down.yml")
    for share in (*SHARES, 0.95):
        kill(stack, "local_up.yml", share * starting)
        timed(stack, "local_up.yml")
        assert stack.client("sts").get_caller_identity()["Arn"].endswith("user/administrator")
        assert stack.query("SELECT 1")
        kill(stack, "local_down.yml", share * stopping)
        timed(stack, "local_down.yml")
        assert stack.pids() == []
    stack.converge("local_up.yml")


def through(stack: Stack, proxy: Proxy) -> dict[str, Any]:
    """The variables by which playbooks reach AWS through the proxy. MiniStack's URL of a queue then has its address."""
    return {"taskmanager_stack": stack.record | {"endpoint_url": proxy.url}}


def test_a_throttled_run_comes_to_its_end(stack: Stack) -> None:
    stack.settings = {"AWS_MAX_ATTEMPTS": "10"}  # boto3's three are too few for one call in 37
    with running_proxy(stack.record["endpoint_url"]) as proxy:
        proxy.throttled_share = THROTTLED_SHARE
        timed(stack, "site.yml", **through(stack, proxy))
        tell(f"{len(proxy.throttled)} of {len(proxy.seen)} calls were throttled")
        assert len(proxy.throttled) == pytest.approx(THROTTLED_SHARE * len(proxy.seen), rel=0.3)
        proxy.throttled_share = 0
        assert_whole(stack, **through(stack, proxy))
