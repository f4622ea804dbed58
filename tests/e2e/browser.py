# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opens a page in Chromium without a network, and records what it does.

Run it to take a picture: browser.py PAGE PNG.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, Page, Route, sync_playwright

CHROMIUM = "/usr/bin/chromium"
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTH, HEIGHT = 1280, 900
Scheme = Literal["light", "dark"]


@dataclass
class Browser:
    """An open page, what it asked the network for, and what it complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def widget(self, index: int) -> Locator:
        """A widget of the dashboard."""
        return self.page.locator(f"#widget-{index}")

    def widgets(self) -> list[Locator]:
        """All widgets in the order of the body."""
        return self.page.locator(".widget").all()

    def place(self, widget: Locator) -> tuple[float, float, float, float]:
        """Where a widget is seen, in units of the dashboard's grid."""
        grid, box = self.page.locator(".grid").bounding_box(), widget.bounding_box()
        assert grid is not None
        assert box is not None
        column, row = grid["width"] / 24, 50
        place = (
            (box["x"] - grid["x"]) / column,
            (box["y"] - grid["y"]) / row,
            box["width"] / column,
            box["height"] / row,
        )
        x, y, width, height = (round(number, 2) for number in place)
        return x, y, width, height

    def numbers(self, index: int) -> dict[str, str]:
        """The figures of a widget with numbers, by label."""
        cells = self.widget(index).locator(".number").all()
        return {cell.locator(".label").inner_text(): cell.locator(".value").inner_text() for cell in cells}

    def overflows(self) -> bool:
        """Whether the page is wider than the window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@contextmanager
def running_chromium() -> Iterator[Chromium]:
    """A Chromium that runs; Playwright allows one at a time."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield chromium
        chromium.close()


@contextmanager
def opened(chromium: Chromium, file: Path, scheme: Scheme = "light", width: int = WIDTH) -> Iterator[Browser]:
    """Open a file; each request but that for the file itself is refused."""
    page = chromium.new_page(viewport={"width": width, "height": HEIGHT}, color_scheme=scheme)
    browser = Browser(page)
    page.on("request", lambda request: browser.requests.append(request.url))
    page.on("pageerror", lambda error: browser.complaints.append(str(error)))
    page.on("console", lambda message: browser.complaints.append(f"{message.type}: {message.text}"))

    def only_the_file(route: Route) -> None:
        if route.request.url == file.as_uri():
            route.continue_()
        else:
            route.abort()

    page.route("**/*", only_the_file)
    page.goto(file.as_uri())
    yield browser
    page.close()


def take_picture(file: Path, picture: Path) -> None:
    """Save what the whole page looks like."""
    with running_chromium() as chromium, opened(chromium, file) as browser:
        browser.page.screenshot(path=picture, full_page=True)


if __name__ == "__main__":
    take_picture(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
