# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a payload brings, and its code, compiled once.

A payload is the zip file inside of the program that Ansible hands to the interpreter (AnsiballZ): the module, and the
module_utils that it imports. It holds no argument of a task.
"""

from __future__ import annotations

import _imp
import base64
import contextlib
import hashlib
import marshal
import re
import struct
import sys
import zipimport
import zlib
from collections.abc import Iterator
from importlib.util import MAGIC_NUMBER
from types import CodeType
from typing import Any, ClassVar, NamedTuple

from warm_folder import Folder
from warm_shelf import PAYLOAD

# of PKWARE's APPNOTE: the end of the central directory (4.3.16), a file's header in it (4.3.12), and the lengths of its
# name and extra field in its own header (4.3.7)
END, CENTRAL, LOCAL = struct.Struct("<4s4H2LH"), struct.Struct("<4s6H3L5H2L"), struct.Struct("<26x2H")
CLIENT = re.compile(rb"""\bclient\(\s*["']([a-z0-9-]+)["']""")


class Payload:
    """The Python files of a payload, by the name of the module that each is."""

    hash_of_compressed: ClassVar[dict[bytes, str]] = {}  # to unpack a file once that most payloads have

    def __init__(self, encoded: bytes) -> None:
        self.content = base64.b64decode(encoded)
        self.files = {_module_name(file.path): file for file in _files(self.content) if file.path.endswith(".py")}
        self.hashes: dict[str, str] = {}
        for name, file in self.files.items():
            key = hashlib.sha256(file.path.encode() + b"\0" + self.content[file.start : file.end]).digest()
            if key not in self.hash_of_compressed:
                self.hash_of_compressed[key] = source_hash(file.path, self.source(name))
            self.hashes[name] = self.hash_of_compressed[key]

    def source(self, name: str) -> bytes:
        """The source of a module."""
        file = self.files[name]
        data = self.content[file.start : file.end]
        return zlib.decompress(data, -zlib.MAX_WBITS) if file.is_deflated else data

    def services(self) -> set[str]:
        """The AWS services that the module makes clients of, as far as its source names them: `client("sqs")`."""
        sources = b"\n".join(self.source(name) for name in self.files if ".modules." in name)
        return {name.decode() for name in CLIENT.findall(sources)}


class File(NamedTuple):
    """A file in a zip file, and where its data is."""

    path: str
    start: int
    end: int
    is_deflated: bool


def _files(content: bytes) -> Iterator[File]:
    """The files in a zip file. The module zipfile would leave its codec in the interpreter, for programs to see.

    :raises ValueError: it is none, or not as Ansible makes them.
    """
    try:
        signature, *_disks, count, _size, offset, comment = END.unpack(content[-END.size :])
        if (signature, comment) != (b"PK\5\6", 0):
            raise ValueError("no zip file without a comment")
        for _number in range(count):
            fields = CENTRAL.unpack_from(content, offset)
            method, size, lengths, local = fields[4], fields[8], fields[10:13], fields[16]
            path = content[offset + CENTRAL.size : offset + CENTRAL.size + lengths[0]].decode()
            start = local + LOCAL.size + sum(LOCAL.unpack_from(content, local))
            yield File(path, start, start + size, method == 8)
            offset += CENTRAL.size + sum(lengths)
    except struct.error as error:
        raise ValueError("a zip file that is cut off") from error


def _module_name(path: str) -> str:
    name = path[: -len(".py")].replace("/", ".")
    return name[: -len(".__init__")] if name.endswith(".__init__") else name


def source_hash(path: str, source: bytes) -> str:
    """What tells a file of a payload from all others: its path in the zip file, and its content."""
    return hashlib.sha256(path.encode() + b"\0" + source).hexdigest()


class Codes:
    """Compiled code of payloads' files, by `source_hash`: in memory, and from run to run in a folder."""

    def __init__(self, folder: Folder | None) -> None:
        self.folder = folder
        self.codes: dict[str, CodeType] = {}
        self.tag = f"{sys.implementation.cache_tag}-{MAGIC_NUMBER.hex()}-{sys.flags.optimize}"
        self.plain = zipimport._compile_source  # type: ignore[attr-defined] # typeshed does not list it
        zipimport._compile_source = self._compile  # type: ignore[attr-defined]

    def _compile(self, path: str, source: bytes) -> Any:
        """In place of `zipimport._compile_source`: the code of a file within a zip file."""
        digest = source_hash(path.partition(PAYLOAD)[2].lstrip("/"), source)
        return self.named(digest, path) if digest in self.codes else self.plain(path, source)

    def named(self, digest: str, path: str) -> CodeType:
        """Code that we have, with the name of its file, as importlib does it with code that was kept."""
        code = self.codes[digest]
        _imp._fix_co_filename(code, path)  # type: ignore[attr-defined]
        return code

    def learn(self, payload: Payload) -> None:
        """Have the code of a payload's files. A source that can't be compiled is left to whoever imports it."""
        for name, digest in payload.hashes.items():
            if digest not in self.codes:
                with contextlib.suppress(SyntaxError, ValueError):
                    self.codes[digest] = self._kept(digest) or self._compiled(digest, payload.source(name))

    def _kept(self, digest: str) -> CodeType | None:
        content = self.folder.read(f"{digest}-{self.tag}") if self.folder else None
        with contextlib.suppress(EOFError, TypeError, ValueError):  # cut off, or not ours
            code = marshal.loads(content or b"")  # noqa: S302 # from a folder of this user's alone
            return code if isinstance(code, CodeType) else None
        return None

    def _compiled(self, digest: str, source: bytes) -> CodeType:
        code: CodeType = self.plain("<payload>", source)
        if self.folder:
            self.folder.write(f"{digest}-{self.tag}", marshal.dumps(code))
        return code
