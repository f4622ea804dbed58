# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What could not be drawn is told in its widget, and grouped at the top of the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import Content
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.problems import box
from browser import opened
from kitchen_sink import HOSTILE, SPAN
from looks import Shown, html, metric, series

REFUSED = "GetMetricData: not authorized <b>"


def faulty(title: str, *problems: str) -> Shown:
    shown = metric([series("a", 1)], title=title)
    return Shown(shown.widget, replace(shown.content, problems=list(problems)))


def other(kind: str, title: str, **properties: Any) -> Shown:
    properties = {"title": title, **properties}
    return Shown({"type": kind, "properties": properties}, Content(properties, SPAN))


ASKED = {"metrics": [{"metricName": "Errors", "resourceType": "AWS::Lambda::Function", "stat": "Sum"}]}
EXPLORER = other("explorer", "Fleet", labels=[{"key": "Name"}], **ASKED)
CUSTOM = other("custom", "Weather", endpoint="arn:aws:lambda:us-east-1:123456789012:function:draw")


def test_problems_are_grouped_in_a_summary_with_links(chromium: Any, tmp_path: Path) -> None:
    fine = metric([series("a", 1)], title="Fine")
    shown = [faulty("Orders", REFUSED, "no data"), fine, faulty("Carts", REFUSED), EXPLORER, CUSTOM]
    file = tmp_path / "page.html"
    file.write_text(html(*shown, warnings=["Units are left out", "Units are left out"]))
    with opened(chromium, file) as browser:
        found = browser.page.locator(".summary")
        headings = ["Problems in 2 widgets", "Not drawn in a preview: 2 widgets", "Warnings"]
        assert found.locator("h3").all_inner_texts() == headings
        lines = found.locator("li").all_inner_texts()
        assert lines[:2] == [f"Orders, Carts: {REFUSED}", "Orders: no data"]
        assert [line.split(":")[0] for line in lines[2:4]] == ["Fleet", "Weather"]
        assert lines[4:] == ["Units are left out"]
        found.get_by_role("link", name="Carts").click()
        assert browser.page.url.endswith("#widget-2")
        assert browser.widget(2).locator(".card").evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
        assert browser.complaints == []


def test_a_page_where_all_is_well_has_no_summary() -> None:
    assert '<section class="summary"' not in html(metric([series("a", 1)]))


def test_a_problem_of_a_widget_is_told_once_in_one_box() -> None:
    assert box(["a", "b<", "a"]) == '<ul class="problems"><li>a (2 times)</li><li>b&lt;</li></ul>'
    assert box([]) == ""


def test_hostile_text_of_problems_and_titles_is_text() -> None:
    assert HOSTILE not in html(faulty(HOSTILE, HOSTILE), warnings=[HOSTILE])


def test_a_widget_of_contributor_insights_says_that_it_is_not_drawn() -> None:
    page = html(other("metric", "Top", insightRule={"ruleName": "r", "maxContributorCount": 10}))
    assert "Not drawn in a preview: 1 widget" in page
