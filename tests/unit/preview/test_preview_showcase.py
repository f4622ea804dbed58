# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The dashboard whose pictures are in the documentation shows all there is, and nothing of it collides."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import screenshots
import showcase
from ansible_collections.taskmanager.aws.plugins.module_utils import dashboard_preview_api
from browser import opened
from looks import nothing_collides
from plotly.offline import get_plotlyjs


def test_it_has_each_type_and_view() -> None:
    widgets = showcase.body()["widgets"]
    shown = {(widget["type"], widget["properties"].get("view", "timeSeries")) for widget in widgets}
    assert {kind for kind, _ in shown} == {"text", "alarm", "metric", "log", "explorer", "custom", "chart"}
    metrics = {view for kind, view in shown if kind == "metric"}
    assert metrics == {"timeSeries", "singleValue", "gauge", "bar", "pie", "table"}
    assert {view for kind, view in shown if kind == "log"} == {"table", "timeSeries", "bar", "pie"}


def test_all_of_it_is_drawn_but_what_a_preview_does_not_draw() -> None:
    drawn = showcase.drawn()
    assert [widget.title for widget in drawn if widget.problems or "No data" in widget.html] == []
    absent = [widget.title for widget in drawn if widget.absent]
    assert absent == ["All functions of the shop", "Open incidents", "Cart sizes"]


def test_it_is_the_same_each_time() -> None:
    assert showcase.page("library") == showcase.page("library")


@pytest.mark.parametrize(("scheme", "width"), screenshots.PICTURES.values())
def test_nothing_of_it_collides(chromium: Any, tmp_path: Path, scheme: Any, width: int) -> None:
    file = tmp_path / "page.html"
    file.write_text(showcase.page(get_plotlyjs()))
    with opened(chromium, file, scheme, width) as browser:
        assert browser.complaints == []
        assert not browser.overflows()
        nothing_collides(browser)


def test_its_pictures_are_taken(chromium: Any, tmp_path: Path) -> None:
    screenshots.take(chromium, tmp_path)
    sizes = {file.name: file.stat().st_size for file in tmp_path.iterdir()}
    assert sorted(sizes) == sorted(screenshots.PICTURES)
    assert max(sizes.values()) < 450_000


def test_the_documentation_shows_the_pictures_and_tells_each_permission() -> None:
    text = (showcase.BODY.parent / "preview.md").read_text()
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", text)
    assert sorted(pictures) == sorted(screenshots.PICTURES)
    assert all((showcase.BODY.parent / picture).is_file() for picture in pictures)
    calls = set(re.findall(r'_call\(\s*"(\w+)"', Path(str(dashboard_preview_api.__file__)).read_text()))
    told = {permission.split(":")[1] for permission in re.findall(r"`((?:cloudwatch|logs):\w+)`", text)}
    assert told == calls | {"GetDashboard"}
