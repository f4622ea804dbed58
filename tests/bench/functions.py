#!/usr/bin/env python3
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare the functions with the course's algorithm, on one stack, in one run: `make bench`.

Prints a table, puts the figures into build/bench.json under `functions`, and fails when one is worse than promised.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contenders import BATCH_SIZE, FUNCTIONS, Contender, original, this_project
from measures import Sizes, import_times, in_process, invocation_times, package_bytes, through_queue
from stack import ROOT, Stack, running
from system import converge_functions, held_back

type Figures = dict[str, dict[str, dict[str, float]]]  # by function, contender and key

ROUNDS = 9  # odd, so that one of them is the median
RESULT = ROOT / "build/bench.json"
# The original is slower, so that fewer of its runs take as long.
SIZES = {
    "original": Sizes(invocations=15, messages=300, warm=10, cold=5, imports=7),
    "this project": Sizes(invocations=200, messages=2000, warm=30, cold=5, imports=7),
}
LEGEND = """\
handler alone           called again and again in one warm function process, without Lambda in between; for
                        process_task both in turn, and the round with the median ratio is told
through SQS             one function process, a queue that is full beforehand; what the embedded AWS takes is in it
invocation              as its caller sees it; what the embedded AWS takes is in it
database round trips    statements; a login takes several more, which are not counted
a bare import           of boto3 and PyMySQL, and the making of one client; processor time in fresh interpreters"""


@dataclass(frozen=True)
class Row:
    """A line of the table: a figure of a function. `more` tells whether more of it is better."""

    label: str
    function: str
    key: str
    form: str = ".1f"
    more: bool = False


ROWS = (
    Row("messages per second, one process, handler alone", "process_task", "messages_per_second", more=True),
    Row("messages per second, one process, through SQS", "process_task", "queue_messages_per_second", more=True),
    Row("invocation of a warm process, ms", "process_task", "warm_ms"),
    Row("invocation with a new process, ms", "process_task", "cold_ms"),
    Row("requests to AWS per message", "process_task", "aws_requests_per_message", ".2f"),
    Row("PutMetricData per invocation", "process_task", "put_metric_data_per_invocation", ".2f"),
    Row("database round trips per message", "process_task", "round_trips_per_message", ".2f"),
    Row("database round trips per invocation", "process_task", "round_trips_per_invocation", ".2f"),
    Row("database logins per invocation", "process_task", "connections_per_invocation", ".2f"),
    Row("package without certificates, kB", "process_task", "package_kb"),
    Row("import of the handler, times a bare import", "process_task", "import_times_bare", ".2f"),
    Row("tasks per second, one process, handler alone", "add_task", "messages_per_second", more=True),
    Row("invocation of a warm process, ms", "add_task", "warm_ms"),
    Row("invocation with a new process, ms", "add_task", "cold_ms"),
    Row("requests to AWS per task", "add_task", "aws_requests_per_message", ".2f"),
    Row("database round trips per task", "add_task", "round_trips_per_message", ".2f"),
    Row("database logins per task", "add_task", "connections_per_invocation", ".2f"),
    Row("package without certificates, kB", "add_task", "package_kb"),
    Row("import of the handler, times a bare import", "add_task", "import_times_bare", ".2f"),
)


def compare(stack: Stack, sizes: Mapping[str, Sizes]) -> Figures:
    """Measure both contenders on a converged stack, and leave it as it was but for the tasks."""
    project = this_project(stack)
    contenders = (original(project), project)
    with held_back(stack):  # so that the tasks of add_task are not worked on meanwhile
        figures = {
            function: {each.name: measure(stack, each, function, sizes[each.name]) for each in contenders}
            for function in FUNCTIONS
        }
        speeds = alternating_speeds(stack, contenders, sizes)
    figures["process_task"] = {name: known | speeds[name] for name, known in figures["process_task"].items()}
    return figures


def alternating_speeds(
    stack: Stack, contenders: Sequence[Contender], sizes: Mapping[str, Sizes]
) -> dict[str, dict[str, float]]:
    """The messages per second of process_task, by contender: of the round with the median ratio.

    The contenders take turns, so that whatever else the machine does meanwhile meets both.
    """
    rounds = []
    for number in range(ROUNDS):
        tell(f"process_task, in turns: round {number + 1} of {ROUNDS}")
        rounds.append({each.name: speed(stack, each, sizes[each.name]) for each in contenders})
    rounds.sort(key=lambda found: found["this project"] / found["original"])
    return {name: {"messages_per_second": found} for name, found in rounds[ROUNDS // 2].items()}


def speed(stack: Stack, contender: Contender, sizes: Sizes) -> float:
    """The messages per second of process_task in one warm process."""
    return in_process(stack, contender, "process_task", sizes.invocations)["messages_per_second"]


def measure(stack: Stack, contender: Contender, function: str, sizes: Sizes) -> dict[str, float]:
    """All figures of one function of a contender."""
    tell(f"{function}, {contender.name}: in one process")
    figures = in_process(stack, contender, function, sizes.invocations)
    tell(f"{function}, {contender.name}: invocations, warm and cold")
    figures |= invocation_times(stack, contender, function, sizes)
    if function == "process_task":
        tell(f"{function}, {contender.name}: {sizes.messages} messages through SQS")
        figures["queue_messages_per_second"] = through_queue(stack, contender, sizes.messages)
    tell(f"{function}, {contender.name}: imports")
    figures |= import_times(contender, function, sizes.imports)
    figures["package_kb"] = package_bytes(contender.packages[function]) / 1000
    return figures


def broken_promises(figures: Figures) -> list[str]:
    """The promises that the figures do not keep, with the figure."""
    own, course = figures["process_task"]["this project"], figures["process_task"]["original"]
    promises = [
        at_least(
            "the original's messages per second and process, times",
            own["messages_per_second"] / course["messages_per_second"],
            20,
        ),
        at_most("PutMetricData per invocation", own["put_metric_data_per_invocation"], 1),
        at_most("database round trips per batch", own["round_trips_per_invocation"], 3),
    ]
    for function, contenders in figures.items():
        own = contenders["this project"]
        promises += [
            at_most(f"package of {function} without certificates, kB", own["package_kb"], 100),
            at_most(f"import of {function}, times a bare import", own["import_times_bare"], 1.2),
        ]
    return [broken for broken in promises if broken]


def at_least(what: str, value: float, limit: float) -> str:
    """What is wrong, or nothing."""
    return f"{what}: {value:.2f}, less than {limit}" if value < limit else ""


def at_most(what: str, value: float, limit: float) -> str:
    """What is wrong, or nothing."""
    return f"{what}: {value:.2f}, more than {limit}" if value > limit else ""


def table(figures: Figures) -> str:
    """The figures for people."""
    lines = [f"{'':52}{'original':>12}{'this project':>14}{'better':>10}"]
    for function in reversed(FUNCTIONS):
        lines.append(f"{function}, batches of {BATCH_SIZE}" if function == "process_task" else function)
        lines += [line(row, figures[function]) for row in ROWS if row.function == function]
    return "\n".join(lines)


def line(row: Row, contenders: Mapping[str, Mapping[str, float]]) -> str:
    """One figure of both, and how many times better this project's is; nothing is not compared."""
    course, own = contenders["original"][row.key], contenders["this project"][row.key]
    better = f"{own / course if row.more else course / own:9.1f}x" if own else ""
    return f"  {row.label:50}{course:12{row.form}}{own:14{row.form}}{better}"


def machine() -> str:
    """What the figures were measured on."""
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    processor = model[1] if model else platform.machine()
    load = os.getloadavg()[1]  # of the last five minutes, which is about what a run takes
    return f"{os.cpu_count()} cores of {processor}, Python {platform.python_version()}, load average {load:.0f}"


def write(figures: Figures) -> None:
    """Put the figures into the file of results, beside those of others."""
    known = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(known | {"functions": {"machine": machine(), **figures}}, indent=1) + "\n")


def tell(what: str) -> None:
    """Show progress."""
    print(f"bench: {what}", file=sys.stderr, flush=True)


def main() -> int:
    """Run all of it on a stack of its own."""
    tell("start a stack and converge it")
    with running("bench") as stack:
        converge_functions(stack)
        figures = compare(stack, SIZES)
    write(figures)
    print(f"\nOn {machine()}\n\n{table(figures)}\n\n{LEGEND}\n\nAlso in {RESULT.relative_to(ROOT)}, under functions.")
    broken = broken_promises(figures)
    for each in broken:
        print(f"bench: broken promise: {each}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
