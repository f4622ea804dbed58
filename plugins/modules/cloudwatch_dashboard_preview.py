#!/usr/bin/python
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatch_dashboard_preview
version_added: 0.1.0
short_description: Draw a CloudWatch dashboard to an HTML file
description:
  - Draws a dashboard that is deployed, or a body that is not yet, to one HTML file. The file has all that it needs,
    loads nothing, runs no script but its own, and follows the light or dark scheme of the browser.
  - The data comes from C(GetMetricData), C(DescribeAlarms) and CloudWatch Logs Insights of the endpoint, so it also
    works with an emulator. What the endpoint refuses or cannot compute is said in the widget, and the rest is drawn.
  - A number, gauge, bar or slice is the value of the most recent period that has one, or with C(setPeriodToTimeRange)
    that of the whole time range. Where a period begins is up to the endpoint. Where it is the full hour, the sum of an
    hour's period is that of the current hour, and is small when the hour is young.
  - Periods are those of the body, as with C(periodOverride=inherit); they are not adapted to the time range. AWS keeps
    periods shorter than 5 minutes for 15 days, and those shorter than an hour for 63 days.
  - Metrics are asked for in batches of up to 500; queries of logs, and what else takes a call of its own, side by side.
  - Units come from C(GetMetricStatistics), with a call for each metric; without the permission there is a warning.
  - What is dynamic in a label is filled in by AWS, or here when the endpoint leaves it; its times are in UTC.
    Dashboard variables are put in with their default values, or those of O(variables).
  - Widgets of the types C(explorer), C(custom) and C(chart) say why they are not drawn.
  - What can't be read or drawn of one widget is said in that widget, and at the top of the page; the others are drawn.
author:
  - taskmanager.aws contributors
requirements:
  - plotly
  - markdown-it-py
options:
  name:
    description:
      - The name of the dashboard to draw. With O(body) or O(widgets) it only names the page.
      - One of O(name), O(body) and O(widgets) is required.
    type: str
  body:
    description:
      - The body of a dashboard that is not deployed, as for M(taskmanager.aws.cloudwatch_dashboard).
    type: raw
  widgets:
    description:
      - The widgets of a dashboard that is not deployed, as for M(taskmanager.aws.cloudwatch_dashboard).
    type: list
    elements: dict
  dest:
    description:
      - The path of the HTML file. Its folder has to exist.
    type: path
    required: true
  start:
    description:
      - The beginning of the time range, such as V(-PT3H) or V(2026-11-23T06:00:00Z), in place of the body's.
      - Without one in either, it is V(-PT3H). A widget with a time range of its own keeps it.
    type: str
  end:
    description:
      - The end of the time range, such as V(2026-11-23T09:00:00Z), in place of the body's. Without one, it is now.
    type: str
  variables:
    description:
      - Values for the dashboard's variables, by their ids. A variable that is not given has its default.
    type: dict
    default: {}
  log_query_timeout:
    description:
      - How many seconds to wait for each query of logs.
    type: int
    default: 30
attributes:
  check_mode:
    description: Reads and draws, and writes nothing.
    support: full
  diff_mode:
    description: The file is too big to be compared.
    support: none
  idempotent:
    description: The page tells when it was drawn, so each run writes it.
    support: none
extends_documentation_fragment:
  - ansible.builtin.files
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Draw a deployed dashboard
  taskmanager.aws.cloudwatch_dashboard_preview:
    name: orders
    dest: /tmp/orders.html

- name: Look at yesterday's errors before the dashboard is deployed
  taskmanager.aws.cloudwatch_dashboard_preview:
    dest: /tmp/errors.html
    start: -P1D
    widgets:
      - type: metric
        width: 24
        properties:
          title: Errors
          stat: Sum
          metrics:
            - [AWS/Lambda, Errors, FunctionName, take_order]
            - ["...", ship_order]
"""

RETURN = r"""
dest:
  description: The path of the HTML file.
  returned: success
  type: str
  sample: /tmp/orders.html
widgets:
  description: The widgets in the order of the body.
  returned: success
  type: list
  elements: dict
  sample: [{"index": 0, "type": "metric", "title": "Errors", "problems": []}]
problems:
  description: What could not be drawn, for all widgets; each text begins with the widget.
  returned: success
  type: list
  elements: str
  sample: ["widgets[3] (Errors): StartQuery: The specified log group does not exist: /aws/lambda/take_order"]
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

# A missing library is reported by require_libraries, in Ansible's words.
with suppress(ImportError):
    from plotly.offline import get_plotlyjs

from ansible.module_utils.basic import missing_required_lib
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.body import InvalidDashboardError, build_body
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_api import DashboardError, get_dashboard
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.batches import ask_ahead
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.page import Page, draw_page
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.read import read_widget
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.time_range import (
    TimeRange,
    TimeRangeError,
    next_minute,
    read_range,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.variables import (
    UnknownVariableError,
    chosen,
    put_in,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.widgets import Drawn, draw
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview_api import SIDE_BY_SIDE, Endpoint

LIBRARIES = {"plotly": "plotly", "markdown_it": "markdown-it-py"}
UNNAMED = "preview"


def run(module: AnsibleAWSModule) -> dict[str, Any]:
    """Draw the dashboard and return the module's result.

    :raises InvalidDashboardError: the body breaks CloudWatch's rules.
    :raises DashboardError: the dashboard can't be read.
    :raises TimeRangeError: the time range that is asked for can't be read.
    :raises UnknownVariableError: a value is given for a variable that the dashboard has not.
    """
    warnings: list[str] = []
    body = prepare(module, warnings)
    variables = chosen(body, module.params["variables"])
    body = {**body, "widgets": put_in(body["widgets"], variables)}
    now = next_minute(datetime.now(UTC))
    span = page_range(module, body, now, warnings)
    widgets = draw_widgets(module, body, span, now, warnings)
    page = Page(
        title=module.params["name"] or UNNAMED,
        facts=facts(module, body, span),
        variables=variables,
        widgets=widgets,
        warnings=warnings,
    )
    for warning in warnings:
        module.warn(warning)
    changed = write(module, draw_page(page, get_plotlyjs()))
    return {"changed": changed, "dest": module.params["dest"]} | told(body, widgets)


def page_range(module: AnsibleAWSModule, body: dict[str, Any], now: datetime, warnings: list[str]) -> TimeRange:
    """Return the page's time range: that of the options, or of the body; the default where the body's can't be read.

    :raises TimeRangeError: the one that is asked for can't be read.
    """
    try:
        return read_range(now, module.params, body)
    except TimeRangeError as error:
        if module.params["start"]:
            raise
        warnings.append(f"The dashboard's own time range is left out: {error}")
        return read_range(now, {})


def prepare(module: AnsibleAWSModule, warnings: list[str]) -> dict[str, Any]:
    """Return the body to draw, checked and complete; a doubtful thing in it is a warning."""
    name = module.params["name"] or UNNAMED
    options = {key: module.params[key] for key in ("body", "widgets")}
    if options["body"] is None and options["widgets"] is None:
        dashboard = get_dashboard(module.client("cloudwatch"), name)
        if dashboard is None:
            raise DashboardError(message=f"There is no dashboard {name}: deploy it, or give its body or widgets")
        options["body"] = dashboard.body
    body, doubts = build_body(name, options, module.region)
    warnings += [f"Dashboard {name}: {doubt}" for doubt in doubts]
    return body


def draw_widgets(
    module: AnsibleAWSModule, body: dict[str, Any], span: TimeRange, now: datetime, warnings: list[str]
) -> list[Drawn]:
    """Return the widgets with their data.

    :raises DashboardError: not a single call was let through.
    """

    def client(service: str, region: str | None) -> Any:
        return module.client(service, region=region or module.region)

    endpoint = Endpoint(client, module.params["log_query_timeout"])
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        source = ask_ahead(body["widgets"], span, now, endpoint, pool.map)
        contents = list(pool.map(lambda widget: read_widget(widget, span, now, source), body["widgets"]))
    if endpoint.denials and not endpoint.answered:
        raise DashboardError(message=f"Nothing could be read for the preview: {endpoint.denials[0]}")
    if endpoint.unit_problems:
        warnings.append(f"Units are left out: {endpoint.unit_problems[0]}")
    return [
        draw(index, widget, content)
        for index, (widget, content) in enumerate(zip(body["widgets"], contents, strict=True))
    ]


def facts(module: AnsibleAWSModule, body: dict[str, Any], span: TimeRange) -> dict[str, str]:
    """Return what the header of the page tells."""
    regions = {str(widget["properties"].get("region") or module.region or "") for widget in body["widgets"]}
    return {
        "Region": ", ".join(sorted(filter(None, regions))),
        "Time range": f"{span.start:%Y-%m-%d %H:%M} to {span.end:%Y-%m-%d %H:%M} UTC",
        "Drawn": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
        "Endpoint": module.client("cloudwatch").meta.endpoint_url,
    }


def told(body: dict[str, Any], widgets: list[Drawn]) -> dict[str, Any]:
    """Return the part of the result that tells of the widgets."""
    kinds = [widget["type"] for widget in body["widgets"]]
    return {
        "widgets": [
            {"index": index, "type": kind, "title": drawn.title, "problems": drawn.problems}
            for index, (kind, drawn) in enumerate(zip(kinds, widgets, strict=True))
        ],
        "problems": [
            f"widgets[{index}] ({drawn.title}): {problem}"
            for index, drawn in enumerate(widgets)
            for problem in drawn.problems
        ],
    }


def write(module: AnsibleAWSModule, page: str) -> bool:
    """Write the file unless in check mode, and return whether it changes."""
    dest = Path(module.params["dest"])
    if not dest.parent.is_dir():
        module.fail_json(msg=f"dest {dest}: its folder does not exist; make it, or choose another path")
    if module.check_mode:
        return True
    with NamedTemporaryFile("w", encoding="utf-8", errors="replace", dir=module.tmpdir, delete=False) as file:
        file.write(page)
    module.atomic_move(file.name, str(dest))
    return module.set_fs_attributes_if_different(module.load_file_common_arguments(module.params), True)


def require_libraries(module: AnsibleAWSModule) -> None:
    """Fail with the name of the first library that is not there."""
    for library, package in LIBRARIES.items():
        if find_spec(library) is None:
            module.fail_json(msg=missing_required_lib(package))


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str"},
            "body": {"type": "raw"},
            "widgets": {"type": "list", "elements": "dict"},
            "dest": {"type": "path", "required": True},
            "start": {"type": "str"},
            "end": {"type": "str"},
            "variables": {"type": "dict", "default": {}},
            "log_query_timeout": {"type": "int", "default": 30},
        },
        mutually_exclusive=[("body", "widgets")],
        required_one_of=[("name", "body", "widgets")],
        required_by={"end": ("start",)},
        add_file_common_args=True,
        supports_check_mode=True,
    )
    require_libraries(module)
    try:
        result = run(module)
    except (InvalidDashboardError, TimeRangeError, UnknownVariableError) as error:
        module.fail_json(msg=str(error))
    except DashboardError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
