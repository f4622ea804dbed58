# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health check: it proves, from where a function runs, that the function can reach what it needs."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from botocore.exceptions import BotoCoreError, ClientError
from pymysql import MySQLError

from common.database import Database
from common.metrics import metrics_format
from common.response import Response, response

# Announced by add_task's check, and acknowledged by process_task without work.
MESSAGE = {"health_check": True}


def is_health_check(event: object) -> bool:
    """Tell whether `event` asks for the health check. A request over HTTP can't: its fields lie in its body."""
    return isinstance(event, dict) and event.get("health_check") is True


def check_database(database: Database) -> None:
    """Log in anew, so that a kept connection hides nothing, and read the table `tasks`. Raises as Database does."""
    database.close()
    database.execute("SELECT 1 FROM tasks LIMIT 1")


def metrics_checks(metrics: AbstractContextManager[Counter[str]]) -> dict[str, Callable[[], object]]:
    """Return the check of the metrics by name; none where they are printed, since nothing has to be reached then."""
    return {"cloudwatch": lambda: check_metrics(metrics)} if metrics_format() == "api" else {}


def check_metrics(metrics: AbstractContextManager[Counter[str]]) -> None:
    """Publish 1 as `HealthChecks`. Raises as `metrics` does."""
    with metrics as counts:
        counts["HealthChecks"] += 1


def report(checks: Mapping[str, Callable[[], object]]) -> Response:
    """Run each check, and answer 200, or 503 when one failed, with `ok` or the reason of each by name."""
    results = {name: _result(check) for name, check in checks.items()}
    healthy = all(result == "ok" for result in results.values())
    return response(200 if healthy else 503, results)


def _result(check: Callable[[], object]) -> str:
    try:
        check()
    except (BotoCoreError, ClientError, MySQLError, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return "ok"
