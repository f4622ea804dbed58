# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bytes of a package: a zip that anybody can read, the same everywhere."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils import lambda_zip
from ansible_collections.taskmanager.aws.plugins.module_utils.lambda_zip import (
    Entry,
    PackageError,
    build,
    checksums,
    describe_package,
    recorded_key,
)

KEY = "0" * 64
RANDOM = hashlib.shake_128(b"incompressible").digest(1000)
ENTRIES = [
    Entry("empty.py", 0o644, b"", Path("empty.py")),
    Entry("lib/random.bin", 0o644, RANDOM, Path("random.bin")),
    Entry("lib/text.py", 0o755, b"x = 1\n" * 1000, Path("text.py")),
    Entry("naïve.py", 0o644, b"y = 2\n" * 10, Path("naïve.py")),
]


def opened(package: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(package))


def test_the_bytes_are_those_that_this_format_has_everywhere() -> None:
    # When this changes on purpose, count FORMAT up: every package is built and deployed anew.
    digest = "5b1a3145bc0a5a761c07c559b7a3cdb9daaa56c1c7002e353945abcd37ab6d48"
    assert checksums(build(ENTRIES, KEY))["sha256"] == digest


def test_what_was_put_in_comes_out() -> None:
    package = opened(build(ENTRIES, KEY))
    assert package.testzip() is None
    assert [(info.filename, package.read(info), info.external_attr >> 16) for info in package.infolist()] == [
        (entry.path, entry.content, 0o100000 | entry.mode) for entry in ENTRIES
    ]


def test_times_are_fixed_and_only_what_gets_smaller_is_compressed() -> None:
    infos = opened(build(ENTRIES, KEY)).infolist()
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {info.create_system for info in infos} == {3}
    stored, deflated = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
    assert [info.compress_type for info in infos] == [stored, stored, deflated, deflated]
    assert sum(info.compress_size for info in infos) < sum(info.file_size for info in infos) / 2


def test_an_empty_package_is_refused() -> None:
    with pytest.raises(PackageError, match="would be empty"):
        build([], KEY)


def test_a_package_that_is_too_large_for_an_upload_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(build(ENTRIES, KEY))
    monkeypatch.setattr(lambda_zip, "MAX_ZIPPED", size)
    build(ENTRIES, KEY)
    monkeypatch.setattr(lambda_zip, "MAX_ZIPPED", size - 1)
    with pytest.raises(PackageError, match=f"{size} bytes, and AWS Lambda takes {size - 1}"):
        build(ENTRIES, KEY)


def test_a_package_that_is_too_large_once_unzipped_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    size = sum(len(entry.content) for entry in ENTRIES)
    monkeypatch.setattr(lambda_zip, "MAX_UNZIPPED", size)
    build(ENTRIES, KEY)
    monkeypatch.setattr(lambda_zip, "MAX_UNZIPPED", size - 1)
    with pytest.raises(PackageError, match=f"more than {size - 1} bytes unzipped"):
        build(ENTRIES, KEY)


def test_a_package_tells_the_key_that_it_was_built_with() -> None:
    assert recorded_key(build(ENTRIES, KEY)) == KEY


@pytest.mark.parametrize("position", [100, -150])
def test_a_changed_package_tells_no_key(position: int) -> None:
    package = bytearray(build(ENTRIES, KEY))
    package[position] ^= 1
    assert recorded_key(bytes(package)) is None


def test_a_package_with_other_content_and_our_comment_tells_no_key(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(build(ENTRIES, KEY))
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("b", "added")
    assert zipfile.ZipFile(path).comment.startswith(b"taskmanager.aws")
    assert recorded_key(path.read_bytes()) is None


@pytest.mark.parametrize("package", [b"", b"not a zip", b"PK\5\6" + bytes(18)])
def test_what_is_not_ours_tells_no_key(package: bytes) -> None:
    assert recorded_key(package) is None


def test_checksums_are_those_that_lambda_reports() -> None:
    digest = hashlib.sha256(b"package").digest()
    assert checksums(b"package") == {
        "sha256": digest.hex(),
        "code_sha256": base64.b64encode(digest).decode(),
        "size": 7,
    }


def test_the_diff_lists_files_with_mode_size_and_hash() -> None:
    package = build([Entry("a.py", 0o755, b"x", Path("a"))], KEY)
    assert describe_package(package) == f"0755         1 {hashlib.sha256(b'x').hexdigest()[:12]} a.py\n"
    assert describe_package(b"") == ""


@pytest.mark.parametrize("content", [RANDOM, b"compressible " * 100])
def test_the_diff_of_a_damaged_package_says_so(content: bytes) -> None:
    package = bytearray(build([Entry("a", 0o644, content, Path("a"))], KEY))
    package[40] ^= 1
    assert describe_package(bytes(package)).startswith(f"(no intact zip, {len(package)} bytes: ")
    assert describe_package(b"junk").startswith("(no intact zip, 4 bytes: ")
