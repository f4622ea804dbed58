# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make packages`: libraries with compiled parts, packaged for each runtime and architecture, and imported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from matrix import MACHINES, NEWEST_GLIBC, ROOT, build, compile_requirements, import_from, this_machine

LIBRARIES = {
    "numpy": "numpy",
    "pandas": "pandas",
    "pydantic": "pydantic",
    "cryptography": "cryptography.hazmat.bindings._rust",
    "psycopg2-binary": "psycopg2",
    "pillow": "PIL._imaging",
}


@pytest.fixture(scope="module")
def table() -> Iterator[list[dict[str, object]]]:
    """The rows of the table, printed and written at the end."""
    rows: list[dict[str, object]] = []
    yield rows
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build/packages.json").write_text(json.dumps(rows, indent=1) + "\n")
    print(f"\n{'library':16} {'Python':7} {'architecture':13} {'MB':>6} {'compiled':>9} {'glibc':>6} imported")
    for row in rows:
        print("{library:16} {python:7} {architecture:13} {mb:>6} {compiled:>9} {glibc:>6} {imported}".format(**row))


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("architecture", MACHINES)
@pytest.mark.parametrize("python", ["3.12", "3.13"])
def test_a_library_is_packaged_for_the_runtime(
    tmp_path: Path,
    library: str,
    architecture: str,
    python: str,
    table: list[dict[str, object]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    requirements = compile_requirements(tmp_path, library, python, architecture)
    built = build(tmp_path, requirements, python, architecture, capsys)
    assert built.compiled > 0
    assert built.machines == {MACHINES[architecture]}
    assert built.glibc <= NEWEST_GLIBC
    runs_here = architecture == this_machine()
    if runs_here:
        assert str(tmp_path) in import_from(built, tmp_path, python, LIBRARIES[library])
    row = {"library": library, "python": python, "architecture": architecture, "mb": round(built.size / 1e6, 1)}
    row |= {"compiled": built.compiled, "glibc": f"2.{built.glibc}", "imported": "yes" if runs_here else "not run here"}
    table.append(row)
