# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lambda_package reads, refuses and writes."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from ansible_collections.taskmanager.aws.plugins.module_utils import lambda_package
from ansible_collections.taskmanager.aws.plugins.module_utils.lambda_package import (
    DEFAULT_EXCLUDES,
    Excluded,
    Source,
    collect,
    collect_installed,
    content_key,
    describe_plan,
    merge,
    read_package,
    write_package,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.lambda_requirements import Requirements
from ansible_collections.taskmanager.aws.plugins.module_utils.lambda_zip import Entry, PackageError, build
from ansible_collections.taskmanager.aws.plugins.modules import lambda_package as lambda_package_module

DEST = Path("/elsewhere/package.zip")
FILES = {"handler.py": "import helper\n", "lib/helper.py": "x = 1\n", "lib/data.bin": "\0\1"}


def lay_out(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


def packed(*sources: Source, excludes: Sequence[str] = ()) -> bytes:
    entries = collect(sources, DEST, Excluded(excludes))
    return build(entries, content_key(entries, None))


def names(package: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(package)).namelist()


def requirements(line: str = "PyMySQL==1", version: str = "3.13", architecture: str = "x86_64") -> Requirements:
    return Requirements(Path("requirements.txt"), (line,), (), version, architecture)


def test_the_same_files_make_the_same_bytes_whatever_the_folder_order_times_and_umask(tmp_path: Path) -> None:
    one = lay_out(tmp_path / "one", FILES)
    umask = os.umask(0o077)
    try:
        two = lay_out(tmp_path / "deep/er/two", dict(reversed(FILES.items())))
    finally:
        os.umask(umask)
    for file in two.rglob("*"):
        os.utime(file, (0, 0))
    assert packed(Source(one)) == packed(Source(two))


def test_the_order_of_sources_does_not_count(tmp_path: Path) -> None:
    one, two = lay_out(tmp_path / "one", {"b.py": ""}), lay_out(tmp_path / "two", {"a.py": ""})
    assert packed(Source(one), Source(two)) == packed(Source(two), Source(one))


@pytest.mark.parametrize("name", FILES)
def test_one_changed_byte_changes_the_package(tmp_path: Path, name: str) -> None:
    before = packed(Source(lay_out(tmp_path, FILES)))
    lay_out(tmp_path, {name: FILES[name] + "!"})
    assert packed(Source(tmp_path)) != before


@pytest.mark.parametrize(("mode", "packed_mode"), [(0o600, 0o100644), (0o666, 0o100644), (0o700, 0o100755)])
def test_only_whether_a_file_can_be_run_is_kept_of_its_mode(tmp_path: Path, mode: int, packed_mode: int) -> None:
    lay_out(tmp_path, {"run.sh": ""})
    (tmp_path / "run.sh").chmod(mode)
    (info,) = zipfile.ZipFile(io.BytesIO(packed(Source(tmp_path)))).infolist()
    assert info.external_attr >> 16 == packed_mode


def test_compiled_python_is_left_out(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": "", "b.pyc": "", "__pycache__/a.cpython-313.pyc": "", "lib/__pycache__/data": ""})
    assert names(packed(Source(tmp_path))) == ["a.py"]


def test_what_matches_a_pattern_is_left_out(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": "", "a.md": "", "tests/test_a.py": "", "lib/tests/deep/b.py": "", "lib/c.py": ""})
    assert names(packed(Source(tmp_path), excludes=["*.md", "tests/*", "lib/tests/*"])) == ["a.py", "lib/c.py"]


def test_a_pattern_is_about_the_path_in_the_package(tmp_path: Path) -> None:
    lay_out(tmp_path, {"src/a.py": "", "src/b.py": ""})
    assert names(packed(Source(tmp_path / "src", "lib"), excludes=["src/*", "lib/a.py"])) == ["lib/b.py"]


def test_a_file_that_is_left_out_is_in_nobodys_way(tmp_path: Path) -> None:
    one, two = lay_out(tmp_path / "one", {"README": "", "a": ""}), lay_out(tmp_path / "two", {"README": "", "b": ""})
    assert names(packed(Source(one), Source(two), excludes=["README"])) == ["a", "b"]


def test_installed_files_are_left_out_too(tmp_path: Path) -> None:
    installed = collect_installed(lay_out(tmp_path, {"pymysql/a.py": "", "pymysql/tests/b.py": ""}), ["*/tests/*"])
    assert [entry.path for entry in installed] == ["pymysql/a.py"]


def test_sources_go_where_they_are_told(tmp_path: Path) -> None:
    lay_out(tmp_path, {"common/db.py": "", "add/handler.py": "", "ca.pem": "", "config.json": ""})
    sources = [
        Source(tmp_path / "add"),
        Source(tmp_path / "common", "shared/common"),
        Source(tmp_path / "ca.pem", "certs/rds.pem"),
        Source(tmp_path / "config.json"),
    ]
    assert names(packed(*sources)) == ["certs/rds.pem", "config.json", "handler.py", "shared/common/db.py"]


def test_a_linked_file_is_read_through(tmp_path: Path) -> None:
    lay_out(tmp_path, {"real.txt": "content", "src/a.py": ""})
    (tmp_path / "src/link.txt").symlink_to(tmp_path / "real.txt")
    package = zipfile.ZipFile(io.BytesIO(packed(Source(tmp_path / "src"))))
    assert package.read("link.txt") == b"content"


@pytest.mark.parametrize("target", ["folder", "nowhere"])
def test_a_link_to_anything_but_a_file_is_refused(tmp_path: Path, target: str) -> None:
    lay_out(tmp_path, {"folder/b.py": "", "src/a.py": ""})
    (tmp_path / "src/link").symlink_to(tmp_path / target)
    with pytest.raises(PackageError, match="src/link is neither a file nor a link to one"):
        packed(Source(tmp_path / "src"))


@pytest.mark.parametrize("excludes", [[".venv/*"], ["*/node_modules/*", ".venv"], ["*"]])
def test_what_is_left_out_is_not_looked_at(tmp_path: Path, excludes: list[str]) -> None:
    lay_out(tmp_path, {"handler.py": "", ".venv/lib/x.py": "", "a/node_modules/.bin/tool": ""})
    (tmp_path / ".venv/lib64").symlink_to("lib")
    (tmp_path / "a/node_modules/.bin/dangling").symlink_to("nowhere")
    (tmp_path / "a/node_modules/loop").symlink_to("..")
    excluded = Excluded([*excludes, "a/node_modules/*", ".venv/*"], names=())
    found = collect([Source(tmp_path)], DEST, excluded)
    assert [entry.path for entry in found] == ([] if "*" in excludes else ["handler.py"])


def test_what_is_for_developers_alone_is_left_out_at_any_depth_unless_told(tmp_path: Path) -> None:
    files = {".env": "", "lib/.env": "", ".git/config": "", "lib/.venv/lib/x.py": "", "a.pyc": "", "environment.py": ""}
    lay_out(tmp_path, {**files, "lib/.pytest_cache/v": "", "handler.py": ""})
    (tmp_path / "lib/.venv/lib64").symlink_to("lib")
    assert names(packed(Source(tmp_path))) == ["environment.py", "handler.py"]
    (tmp_path / "lib/.venv/lib64").unlink()
    everything = collect([Source(tmp_path)], DEST, Excluded(names=()))
    assert len(everything) == len(files) + 2


def test_the_default_excludes_are_those_of_the_documentation() -> None:
    assert yaml.safe_load(lambda_package_module.DOCUMENTATION)["options"]["default_excludes"]["default"] == list(
        DEFAULT_EXCLUDES
    )


def test_names_that_a_zip_cannot_hold_are_told(tmp_path: Path) -> None:
    os.mkdir(os.fsencode(tmp_path) + b"/src")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/src/\xff.py")).touch()
    with pytest.raises(PackageError, match=r"no UTF-8\. Rename it"):
        packed(Source(tmp_path / "src"))
    (tmp_path / "a.py").touch()
    with pytest.raises(PackageError, match="has 70000 bytes: a zip takes 65535"):
        packed(Source(tmp_path / "a.py", "x" * 70_000))
    with pytest.raises(PackageError, match="is not a plain relative path"):
        packed(Source(tmp_path / "a.py", "a\0b"))


@pytest.mark.parametrize("name", ["a\nb.py", "ü.py", "名前.py", "a b'c.py", "x" * 250])
def test_odd_names_are_packed(tmp_path: Path, name: str) -> None:
    lay_out(tmp_path, {name: "x"})
    assert names(packed(Source(tmp_path))) == [name]


def test_more_files_than_a_zip_holds_are_told() -> None:
    entries = [Entry(f"{number}", 0o644, b"", Path("/here")) for number in range(65_536)]
    with pytest.raises(PackageError, match="more than 65535 files"):
        build(entries, "0" * 64)
    assert len(names(build(entries[:-1], "0" * 64))) == 65_535


def test_two_files_for_one_path_are_refused_by_both_names(tmp_path: Path) -> None:
    one, two = lay_out(tmp_path / "one", {"a.py": ""}), lay_out(tmp_path / "two", {"a.py": ""})
    with pytest.raises(PackageError) as error:
        packed(Source(one), Source(two))
    assert str(one / "a.py") in str(error.value)
    assert str(two / "a.py") in str(error.value)


def test_an_installed_file_may_not_stand_in_for_one_of_ours(tmp_path: Path) -> None:
    ours = collect([Source(lay_out(tmp_path / "ours", {"pymysql/a.py": ""}))], DEST, Excluded())
    theirs = collect_installed(lay_out(tmp_path / "theirs", {"pymysql/a.py": ""}))
    with pytest.raises(PackageError, match=r"pymysql/a\.py in the package would be both"):
        merge([*ours, *theirs])


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"no file or folder .*/nowhere"):
        packed(Source(tmp_path / "nowhere"))


@pytest.mark.parametrize("dest", ["/etc/a", "../a", "a/../b", "./a", "a//b", "a/", "."])
@pytest.mark.parametrize("src", ["folder", "file"])
def test_a_path_that_is_not_plainly_inside_the_package_is_refused(tmp_path: Path, src: str, dest: str) -> None:
    lay_out(tmp_path, {"folder/a.py": "", "file": ""})
    with pytest.raises(PackageError, match="is not a plain relative path"):
        packed(Source(tmp_path / src, dest))


@pytest.mark.parametrize("dest", ["package.zip", "build/package.zip"])
def test_a_package_inside_its_own_source_is_refused(tmp_path: Path, dest: str) -> None:
    with pytest.raises(PackageError, match="holds the package itself"):
        collect([Source(lay_out(tmp_path, FILES))], tmp_path / dest, Excluded())


def test_what_pip_leaves_of_this_machine_is_left_out(tmp_path: Path) -> None:
    info = "PyMySQL-1.dist-info"
    kept = {"pymysql/__init__.py", f"{info}/METADATA", f"{info}/licenses/RECORD", "pymysql/bin/a.py", "RECORD"}
    left_out = {"bin/tool", *(f"{info}/{n}" for n in ("RECORD", "INSTALLER", "REQUESTED"))}
    lay_out(tmp_path, dict.fromkeys(kept | left_out | {f"{info}/direct_url.json"}, ""))
    assert {entry.path for entry in collect_installed(tmp_path)} == kept


def test_the_key_covers_all_that_determines_the_bytes() -> None:
    entry = Entry("a", 0o644, b"x", Path("/here"))
    keys = [
        content_key([], None),
        content_key([entry], None),
        content_key([Entry("b", 0o644, b"x", Path("/here"))], None),
        content_key([Entry("a", 0o755, b"x", Path("/here"))], None),
        content_key([Entry("a", 0o644, b"y", Path("/here"))], None),
        content_key([entry], requirements()),
        content_key([entry], requirements("PyMySQL==2")),
        content_key([entry], requirements(version="3.12")),
        content_key([entry], requirements(architecture="arm64")),
        content_key([entry], requirements(), ["*.md"]),
        content_key([entry], None, compressor="1.0"),
    ]
    assert len(set(keys)) == len(keys)
    assert content_key([Entry("a", 0o644, b"x", Path("/there"))], None) == keys[1]


def test_the_key_changes_with_the_format(monkeypatch: pytest.MonkeyPatch) -> None:
    before = content_key([], None)
    monkeypatch.setattr(lambda_package, "FORMAT", lambda_package.FORMAT + 1)
    assert content_key([], None) != before


def test_writing_makes_the_folder_replaces_the_package_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "build/package.zip"
    write_package(path, b"one")
    write_package(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_package_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "package.zip"
    write_package(path, b"one")

    def fail(*_args: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_package(path, b"two")
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_reading_tells_a_missing_package_from_a_folder(tmp_path: Path) -> None:
    assert read_package(tmp_path / "none.zip") == b""
    with pytest.raises(PackageError, match="is a folder"):
        read_package(tmp_path)


def test_the_diff_of_check_mode_lists_the_files_of_sources() -> None:
    entries = [Entry("a.py", 0o755, b"x", Path("a"))]
    assert describe_plan(entries, requirements()) == (
        f"0755         1 {hashlib.sha256(b'x').hexdigest()[:12]} a.py\n"
        "(and what requirements.txt installs for Python 3.13 on x86_64: not known in check mode)\n"
    )
