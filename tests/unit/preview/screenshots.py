# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes the pictures of docs/preview.md: the dashboard of the showcase, in light, in dark, and in a narrow window."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import showcase
from browser import Scheme, opened, running_chromium
from playwright.sync_api import Browser as Chromium
from plotly.offline import get_plotlyjs

PICTURES: Final[dict[str, tuple[Scheme, int]]] = {
    "preview-light.png": ("light", 1440),
    "preview-dark.png": ("dark", 1440),
    "preview-900.png": ("light", 900),
}


def take(chromium: Chromium, folder: Path) -> None:
    """Write the pictures to the folder."""
    with TemporaryDirectory() as made:
        file = Path(made) / "page.html"
        file.write_text(showcase.page(get_plotlyjs()))
        for name, (scheme, width) in PICTURES.items():
            with opened(chromium, file, scheme, width) as browser:
                browser.page.screenshot(path=folder / name, full_page=True)


if __name__ == "__main__":
    with running_chromium() as chromium:
        take(chromium, Path(sys.argv[1]))
