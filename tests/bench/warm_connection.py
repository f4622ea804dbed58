#!/usr/bin/env python3
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare the connection `warm` with `local`, Mitogen and plain boto3, on one stack, in one run: `make bench-warm`.

Prints a table and each promise, writes build/bench-warm.json, and fails when a promise is not held.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from functions import machine, tell
from stack import ROOT, Stack, running

HERE = ROOT / "tests/bench/warm"
RESULT = ROOT / "build/bench-warm.json"
MITOGEN = ROOT / ".cache/mitogen"
ROUNDS = 7  # odd, so that one of them is the median
LEGEND = """\
boto3      the calls that the tasks make, as recorded, in one process with one client a service: the floor
local      fifteen tasks of amazon.aws that have nothing to change, by ansible-playbook as it comes
pipelined  the same with ansible_pipelining, which saves the files
Mitogen    the same with the strategy mitogen_linear
warm       the same with ansible_connection: taskmanager.aws.warm
CPU is of all processes that a command starts, without the embedded AWS; a round has each once, in turn."""


@dataclass(frozen=True)
class Figure:
    """What the rounds of a contender took, in seconds."""

    cpu: tuple[float, ...]
    wall: tuple[float, ...]

    def text(self, kind: str) -> str:
        """The median and the range of a kind of time."""
        values: tuple[float, ...] = getattr(self, kind)
        return f"{statistics.median(values):7.2f} ({min(values):.2f} to {max(values):.2f})"


@dataclass(frozen=True)
class Promise:
    """That the processor time of `warm` is at most so many times that of another."""

    other: str
    times: float
    words: str

    def ratio(self, figures: dict[str, Figure]) -> float:
        """Of the rounds' ratios the median, so that what else the machine does meets both."""
        pairs = zip(figures["warm"].cpu, figures[self.other].cpu, strict=True)
        return statistics.median(warm / other for warm, other in pairs)

    def line(self, figures: dict[str, Figure]) -> str:
        """The promise, its figure, and whether it is held."""
        ratio = self.ratio(figures)
        return f"{'held' if ratio <= self.times else 'NOT HELD'}: {self.words}: {ratio:.2f}, at most {self.times}"


PROMISES = (
    Promise("boto3", 5.5, "CPU of warm, times that of the same calls in one boto3 process"),
    Promise("local", 0.25, "CPU of warm, times that of local"),
    Promise("mitogen", 1.0, "CPU of warm, times that of Mitogen"),
)


class Bench:
    """The contenders on a stack, in a folder of theirs."""

    def __init__(self, stack: Stack) -> None:
        self.folder = stack.directory / "bench"
        self.folder.mkdir(exist_ok=True)
        self.record = self.folder / "calls.jsonl"
        package = self.folder / "function.zip"
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("handler.py", "def handler(event, context):\n    return event\n")
        # as a user has it: what sets Python or Ansible up here would change what a start takes
        ours = re.compile("ANSIBLE|AWS_|PYTHON")
        self.environment = {name: value for name, value in os.environ.items() if not ours.match(name)} | {
            "AWS_ENDPOINT_URL": stack.record["endpoint_url"],
            "AWS_REGION": stack.record["region"],
            "AWS_ACCESS_KEY_ID": stack.record["admin_access_key"],
            "AWS_SECRET_ACCESS_KEY": stack.record["admin_secret_key"],
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            "ANSIBLE_HOME": str(self.folder / "home"),
            "ANSIBLE_DEPRECATION_WARNINGS": "false",
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "BENCH_PACKAGE": str(package),
            "BENCH_PASSWORD": "only-for-the-bench",
        }
        strategies = str(MITOGEN / "ansible_mitogen/plugins/strategy")
        self.contenders = {
            "boto3": ([sys.executable, str(HERE / "floor.py"), str(self.record)], {}),
            "local": (self.playbook("ansible.builtin.local"), {}),
            "pipelined": (self.playbook("ansible.builtin.local"), {"ANSIBLE_PIPELINING": "true"}),
            "mitogen": (
                self.playbook("local"),  # the name that it knows
                {
                    "PYTHONPATH": str(MITOGEN),
                    "ANSIBLE_STRATEGY": "mitogen_linear",
                    "ANSIBLE_STRATEGY_PLUGINS": strategies,
                },
            ),
            "warm": (self.playbook("taskmanager.aws.warm"), {}),
        }

    def playbook(self, connection: str) -> list[str]:
        """The tasks over a connection."""
        return [
            str(Path(sys.executable).with_name("ansible-playbook")),
            *("-i", "localhost,", "-e", f"ansible_connection={connection}"),
            *("-e", f"ansible_python_interpreter={sys.executable}", str(HERE / "tasks.yml")),
        ]

    def run(self, name: str, **environment: str) -> dict[str, float]:
        """Run a contender: the seconds that it took. Its tasks have nothing to change."""
        command, more = self.contenders[name]
        figures = self.folder / "figures.json"
        done = subprocess.run(
            [sys.executable, str(HERE / "measured.py"), str(figures), *command],
            cwd=self.folder,
            env=self.environment | more | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0 or "No interpreter waits" in done.stdout + done.stderr:
            raise RuntimeError(f"{name}: {done.stdout}{done.stderr}")
        if name != "boto3" and "changed=0 " not in done.stdout and "BENCH_FIRST" not in environment:
            raise RuntimeError(f"{name} has changed something: {done.stdout}")
        seconds: dict[str, float] = json.loads(figures.read_text())
        return seconds

    def prepare(self) -> None:
        """Create what the tasks ask for, record their calls, and have each contender fill its caches."""
        self.run("pipelined", BENCH_FIRST="")
        self.run("pipelined", BENCH_RECORD=str(self.record), PYTHONPATH=str(HERE / "recorder"))
        for name in self.contenders:
            self.run(name)

    def compare(self, rounds: int) -> dict[str, Figure]:
        """The figures of so many rounds."""
        taken: dict[str, list[dict[str, float]]] = {name: [] for name in self.contenders}
        for number in range(rounds):
            tell(f"round {number + 1} of {rounds}")
            for name, results in taken.items():
                results.append(self.run(name))
        return {
            name: Figure(*(tuple(result[kind] for result in results) for kind in ("cpu", "wall")))
            for name, results in taken.items()
        }


def table(figures: dict[str, Figure]) -> str:
    """The figures for people."""
    lines = [f"{'':12}{'CPU, s: median (range)':28}{'wall, s: median (range)':28}{'CPU, times boto3':>16}"]
    for name, figure in figures.items():
        times = statistics.median(figure.cpu) / statistics.median(figures["boto3"].cpu)
        lines.append(f"{name:12}{figure.text('cpu'):28}{figure.text('wall'):28}{times:16.1f}")
    return "\n".join(lines)


def main() -> int:
    """Run all of it on a stack of its own."""
    tell("start a stack, and create what the tasks ask for")
    with running("bench-warm") as stack:
        bench = Bench(stack)
        bench.prepare()
        figures = bench.compare(ROUNDS)
        calls = len(bench.record.read_text().splitlines())
    lines = [promise.line(figures) for promise in PROMISES]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(
        json.dumps(
            {"machine": machine(), "calls": calls, "promises": lines}
            | {name: {"cpu": figure.cpu, "wall": figure.wall} for name, figure in figures.items()},
            indent=1,
        )
        + "\n"
    )
    print(f"\nOn {machine()}; {calls} calls of AWS\n\n{table(figures)}\n\n{LEGEND}\n")
    print(*lines, f"\nAlso in {RESULT.relative_to(ROOT)}.", sep="\n")
    return 1 if any(line.startswith("NOT") for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
