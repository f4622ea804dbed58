# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bytes of a Lambda package: a zip that is the same for the same entries, on any machine.

The standard library's `zipfile` compresses by the machine's zlib, and zlib, zlib-ng and their versions turn one input
into different bytes. So entries are compressed by libdeflate, which the library `deflate` brings along, and the zip
around them is written here: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# A missing one is reported by the module.
with suppress(ImportError):
    import deflate

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 50 MB zipped, uploaded through the API, and
# 250 MB unzipped, layers included.
MAX_ZIPPED = 50 * 1024 * 1024
MAX_UNZIPPED = 250 * 1024 * 1024

MAX_FILES = 65_535
LONGEST_NAME = 65_535

_LEVEL = 9
_STORED, _DEFLATED = 0, 8
_UTF8_NAME = 0x800
_VERSION = 20  # what is needed to read deflated entries
_UNIX = 3
_DATE = 1 << 5 | 1  # 1980-01-01: before that a zip can't say
_COMMENT = re.compile(rb"taskmanager\.aws lambda_package key=([0-9a-f]{64}) sha256=([0-9a-f]{64})\Z")
_COMMENT_LENGTH = len("taskmanager.aws lambda_package key= sha256=") + 2 * 64


class PackageError(Exception):
    """A package that can't be built, in words for the person who runs the playbook."""


@dataclass(frozen=True)
class Entry:
    """A file of a package: `path` inside of it, and `origin`, the file on this machine (for messages only)."""

    path: str
    mode: int
    content: bytes
    origin: Path


def build(entries: Iterable[Entry], key: str) -> bytes:
    """Return the bytes of the package with `entries`, in their order.

    Its comment has the key (64 hexadecimal digits), and a hash of all bytes before it.
    Raises PackageError when there are no entries, or they are too large for Lambda.
    """
    body, directory, count, unzipped = bytearray(), bytearray(), 0, 0
    for entry in entries:
        if count == MAX_FILES:
            raise PackageError(
                f"The package would have more than {MAX_FILES} files, all that a plain zip holds. Leave files out with "
                "excludes."
            )
        local, central = _records(entry, len(body))
        body += local
        directory += central
        count += 1
        unzipped += len(entry.content)
        _check_unzipped(unzipped)
    if not count:
        raise PackageError("The package would be empty: sources and requirements bring no file.")
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), _COMMENT_LENGTH)
    zipped = bytes(body + directory + end)
    package = zipped + f"taskmanager.aws lambda_package key={key} sha256={_sha256(zipped)}".encode()
    if len(package) > MAX_ZIPPED:
        raise PackageError(
            f"The package would have {len(package)} bytes, and AWS Lambda takes {MAX_ZIPPED} (50 MB) in a direct "
            "upload. Leave files out with excludes, or move requirements to a layer."
        )
    return package


def _check_unzipped(size: int) -> None:
    if size > MAX_UNZIPPED:
        raise PackageError(
            f"The package would have more than {MAX_UNZIPPED} bytes unzipped, all that AWS Lambda takes (250 MB). "
            "Leave files out with excludes."
        )


def _name_of(entry: Entry) -> bytes:
    try:
        name = entry.path.encode()
    except UnicodeEncodeError as error:
        raise PackageError(f"The name of {str(entry.origin)!r} is no UTF-8. Rename it, or leave it out.") from error
    if len(name) > LONGEST_NAME:
        raise PackageError(
            f"The name of {str(entry.origin)[:80]!r}... has {len(name)} bytes: a zip takes {LONGEST_NAME}."
        )
    return name


def _records(entry: Entry, offset: int) -> tuple[bytes, bytes]:
    """Return the local header with the data after it, and the central directory's header."""
    name = _name_of(entry)
    packed = bytes(deflate.deflate_compress(entry.content, _LEVEL)) if entry.content else b""
    method = _DEFLATED if 0 < len(packed) < len(entry.content) else _STORED
    data = packed if method == _DEFLATED else entry.content
    sizes = (zlib.crc32(entry.content), len(data), len(entry.content))
    common = struct.pack("<5H3L2H", _VERSION, _UTF8_NAME, method, 0, _DATE, *sizes, len(name), 0)
    attributes = (stat.S_IFREG | entry.mode) << 16
    central = struct.pack("<3H2L", 0, 0, 0, attributes, offset)
    made_by = struct.pack("<H", _UNIX << 8 | _VERSION)
    return b"PK\3\4" + common + name + data, b"PK\1\2" + made_by + common + central + name


def recorded_key(package: bytes) -> str | None:
    """Return the key that a package was built with, or None when it isn't ours or isn't intact.

    The key stands in the zip's comment, with a hash of all the bytes before it: nothing beside the package to lose.
    """
    comment = _COMMENT.search(package)
    if comment is None or _sha256(package[: comment.start()]).encode() != comment[2]:
        return None
    return comment[1].decode()


def describe_package(package: bytes) -> str:
    """List the files of a package for a diff: mode, size in bytes, hash, path. Empty for no package."""
    if not package:
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as existing:
            return "".join(
                line(info.filename, stat.S_IMODE(info.external_attr >> 16), existing.read(info))
                for info in existing.infolist()
            )
    except (zipfile.BadZipFile, zlib.error) as error:  # it is to be replaced, and the reason may be just this
        return f"(no intact zip, {len(package)} bytes: {error})\n"


def line(path: str, mode: int, content: bytes) -> str:
    """Return a line about a file, for a diff."""
    return f"{mode:04o} {len(content):>9} {_sha256(content)[:12]} {path}\n"


def checksums(package: bytes) -> dict[str, str | int]:
    """Return the size in bytes and the SHA-256 of a package: hexadecimal, and in base64 as Lambda's CodeSha256."""
    digest = hashlib.sha256(package).digest()
    return {"sha256": digest.hex(), "code_sha256": base64.b64encode(digest).decode(), "size": len(package)}


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
