# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `emulator/fixes.py` mends and no request shows, asked in the emulator's interpreter, with a fix and without."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from stack import ROOT

PYTHON = ROOT / ".cache/emulator/bin/python"
FIXES = ROOT / "roles/local_stack/files/emulator"

# it may be given where a session is registered, or by the function's process
SESSION = """
import inspect
from ministack.core import lambda_runtime
from ministack.services import sts
FIX
sts.register_session("ASIA", {})
print("Expiration" in sts._sessions["ASIA"] or "Expiration" in inspect.getsource(lambda_runtime))
"""
# the same for everybody who knows the names of function and role, as long as it is computed from them alone
KEYS = """
from ministack.core import lambda_runtime
FIX
arn = "arn:aws:lambda:eu-north-1:123456789012:function:any"
print(lambda_runtime.execution_credentials({"FunctionArn": arn, "Role": "arn:aws:iam::123456789012:role/any"}))
"""
SWEEPS = """
import asyncio
from ministack.services import cloudwatch
sweep = cloudwatch._evict_old_metrics
cloudwatch._evict_old_metrics = lambda: (print("swept"), sweep())
FIX
for _ in range(3):
    status, _, body = asyncio.run(cloudwatch.handle_request("POST", "/", {}, b"Action=ListMetrics", {}))
    assert status == 200, body
"""
FUNCTION = """
import io, time, zipfile
from ministack.core import lambda_runtime
FIX
package = io.BytesIO()
with zipfile.ZipFile(package, "w") as archive:
    archive.writestr("handler.py", HANDLER)
arn = "arn:aws:lambda:eu-north-1:123456789012:function:any"
config = {"Runtime": "python3.13", "Handler": "handler.handler", "FunctionArn": arn}
worker = lambda_runtime.Worker("any", config, package.getvalue())
try:
    worker.invoke({}, "the first starts the process")
    pauses = []
    lambda_runtime.time.sleep, sleep = lambda seconds: (pauses.append(seconds), sleep(seconds)), time.sleep
    print(repr(worker.invoke({}, "1")["log"]), bool(pauses))
finally:
    worker.kill()
"""


def answer(folder: Path, program: str, *fixes: str) -> list[str]:
    """The lines that a program prints with the fixes by name in the place of FIX."""
    code = program.replace("FIX", "\n".join(["import fixes", *(f"fixes.{fix}()" for fix in fixes)]))
    environment = {"AUTH": "true", "STATE_DIR": str(folder), "PYTHONPATH": str(FIXES), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([PYTHON, "-c", code], cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize(("fixes", "expires"), [([], "False"), (["function_session_expiration"], "True")])
def test_a_functions_session_expires_with_the_fix(tmp_path: Path, fixes: list[str], expires: str) -> None:
    assert answer(tmp_path, SESSION, *fixes) == [expires]


@pytest.mark.parametrize(("fixes", "computed"), [([], True), (["function_session_secret"], False)])
def test_a_functions_keys_cannot_be_computed_with_the_fix(tmp_path: Path, fixes: list[str], computed: bool) -> None:
    assert (answer(tmp_path, KEYS, *fixes) == answer(tmp_path, KEYS, *fixes)) is computed


@pytest.mark.parametrize(("fixes", "sweeps"), [([], 3), (["metric_sweep"], 1)])
def test_metrics_are_swept_now_and_then_with_the_fix(tmp_path: Path, fixes: list[str], sweeps: int) -> None:
    """Upstream's way makes each call dearer than the one before, and the bench measures that."""
    assert answer(tmp_path, SWEEPS, *fixes) == ["swept"] * sweeps


def invoked(folder: Path, body: str, *fixes: str) -> str:
    """The log lines of a function with such a body, and whether the emulator paused while it took them."""
    code = f"import os, sys\ndef handler(event, context):\n    {body}\n"
    (line,) = answer(folder, FUNCTION.replace("HANDLER", repr(code)), *fixes)
    return line


@pytest.mark.parametrize(("fixes", "pauses"), [([], True), (["invocation_log_end"], False)])
def test_a_function_that_answered_is_not_waited_for_with_the_fix(
    tmp_path: Path, fixes: list[str], pauses: bool
) -> None:
    """Upstream waits the longest for one that logs nothing: 50 ms, which callers take for the function's."""
    assert invoked(tmp_path, "pass", *fixes) == f"'' {pauses}"


@pytest.mark.parametrize(
    ("body", "log"),
    [
        ("print(1); sys.stderr.write('2\\n')", "1\n2"),
        ("sys.stderr.write('no end of line')", "no end of line"),
        ("print(1); raise ValueError", "1"),
        ("print(1); os._exit(1)", "1"),
        ("[print(each) for each in range(9999)]", "\n".join(map(str, range(9999)))),
    ],
    ids=["lines", "no end of line", "failed", "killed", "many"],
)
def test_a_functions_log_lines_are_whole_with_the_fix(tmp_path: Path, body: str, log: str) -> None:
    assert invoked(tmp_path, body, "invocation_log_end").rpartition(" ")[0] == repr(log)
