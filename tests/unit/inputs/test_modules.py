# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each module refuses wrong values of its options before its first call."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args
from test_collection import MODULES

PACKAGE = "ansible_collections.taskmanager.aws.plugins.modules"
# What has no name of AWS among its options, or checks them in another way.
OTHERS = {"cloudwatch_dashboard_preview", "cloudwatch_metric_alarm", "lambda_package"}
OPTIONS = [
    (module, path)
    for module in MODULES
    if module not in OTHERS
    for path in import_module(f"{PACKAGE}.{module}").CHECKED
]
HIGH_NUMBERS = {
    "max_number_of_messages_per_second": 501,
    "ephemeral_storage": 10_241,
    "login_port": 70_000,
    "connect_timeout": 0,
}
LINK_LOCAL = "http://127.0.0.1:9"  # nobody answers there, should a module ask


def example(module: str, option: str) -> dict[str, Any]:
    """The options of an example of the module, one with this option if there is one."""
    tasks = yaml.safe_load(import_module(f"{PACKAGE}.{module}").EXAMPLES)
    found: list[dict[str, Any]] = [task[f"taskmanager.aws.{module}"] for task in tasks]
    return next((each for each in found if option in each), found[0])


@pytest.mark.parametrize(("module", "path"), OPTIONS)
def test_a_wrong_value_is_refused_before_the_first_call(
    module: str, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    option, _dot, inner = path.rstrip("[]{}").partition(".")
    wrong: Any = "\n" * 20_000
    given = example(module, option) | {"region": "eu-north-1", "endpoint_url": LINK_LOCAL}
    if module == "mysql_iam_user":  # it asks no AWS
        given = example(module, option)
    if module == "rds_login_info":  # its options exclude each other
        given = {name: value for name, value in given.items() if name in (option, "region", "endpoint_url")}
    if module == "cloudwatchlogs_event_info":
        given["start_time"] = 0  # the example has a template
    if inner:
        given[option] = {**given[option], inner: -1 if inner.endswith("port") else ""}
    elif path.endswith("{}"):
        given[option] = {"aws:mine": "x"}
    elif option in HIGH_NUMBERS:
        given[option] = HIGH_NUMBERS[option]
    else:
        given[option] = [wrong] if path.endswith("[]") else wrong
    with patch_module_args(given), pytest.raises(SystemExit):
        import_module(f"{PACKAGE}.{module}").main()
    message = json.loads(capsys.readouterr().out)["msg"]
    assert message.startswith(f"Nothing was changed. {option}")
    assert "it must be" in message
