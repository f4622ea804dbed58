# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Lambda package consists of: the files of sources and requirements, and a key of all that determines its bytes.

Standard library only; reads and writes files, runs nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from ansible_collections.taskmanager.aws.plugins.module_utils.lambda_requirements import (
    Requirements,
    is_of_this_machine,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.lambda_zip import Entry, PackageError, line

# Counts up when other bytes are to come out of the same input, so that packages are built anew.
FORMAT = 3
# Names that sources have for their developers alone, at any depth.
DEFAULT_EXCLUDES = (
    "*.pyc",
    ".DS_Store",
    ".coverage",
    ".env",
    ".git",
    ".hg",
    ".idea",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
)


@dataclass(frozen=True)
class Source:
    """A file, or a folder whose contents are taken.

    `dest` is a path inside the package: of the file (default: its name), or of the folder (default: the root).
    """

    src: Path
    dest: str | None = None


@dataclass(frozen=True)
class Excluded:
    """What is left out: `patterns` of paths in the package, and patterns of `names`, of a file or of a folder above it.

    Patterns are as the shell's, but `*` matches slashes too.
    """

    patterns: Sequence[str] = ()
    names: Sequence[str] = DEFAULT_EXCLUDES

    def file(self, path: PurePosixPath) -> bool:
        """Whether a file is left out."""
        return self._named(path.name) or any(fnmatchcase(str(path), pattern) for pattern in self.patterns)

    def folder(self, path: PurePosixPath) -> bool:
        """Whether a folder is left out with all that it holds, so that nobody has to look into it."""
        whole = [pattern.removesuffix("/*") for pattern in self.patterns if pattern.endswith("/*")]
        return self._named(path.name) or any(fnmatchcase(str(path), pattern) for pattern in whole)

    def _named(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self.names)


def collect(sources: Iterable[Source], dest: Path, excluded: Excluded) -> list[Entry]:
    """Read the files of all sources but those left out, in order of their paths; `dest` is the package to be written.

    Raises PackageError when a source is missing, is or holds `dest`, or brings a path that another one brings.
    """
    found: list[Entry] = []
    for source in sources:
        if dest.resolve().is_relative_to(source.src.resolve()):
            raise PackageError(f"sources: {source.src} holds the package itself, {dest}. Write it elsewhere.")
        found += _read_source(source, excluded)
    return merge(found)


def merge(entries: Iterable[Entry]) -> list[Entry]:
    """Sort entries by path. Raises PackageError, naming both files, when two have the same path."""
    by_path: dict[str, Entry] = {}
    for entry in entries:
        other = by_path.setdefault(entry.path, entry)
        if other is not entry:
            raise PackageError(f"{entry.path} in the package would be both {other.origin} and {entry.origin}")
    return [by_path[path] for path in sorted(by_path)]


def _read_source(source: Source, excluded: Excluded) -> Iterator[Entry]:
    if source.src.is_dir():
        yield from read_folder(source.src, _inside(source.dest) if source.dest else PurePosixPath(), excluded)
    elif source.src.is_file():
        path = _inside(source.dest or source.src.name)
        if not excluded.file(path):
            yield _read_file(source.src, path)
    else:
        raise PackageError(f"sources: there is no file or folder {source.src}")


def _inside(dest: str) -> PurePosixPath:
    """Refuse a path that is not plainly inside the package."""
    path = PurePosixPath(dest)
    odd = any(ord(character) < ord(" ") for character in dest)
    if not path.parts or path.is_absolute() or ".." in path.parts or str(path) != dest or odd:
        raise PackageError(f"sources: dest {dest!r} is not a plain relative path, such as 'certs/ca.pem'")
    return path


def read_folder(folder: Path, prefix: PurePosixPath, excluded: Excluded) -> Iterator[Entry]:
    """Read the files of a folder, to go under `prefix`. What is left out is not looked at: it may be a link to nowhere.

    Raises PackageError when something is neither a file nor a link to one.
    """
    for parent, folders, files in folder.walk():
        inside = prefix / parent.relative_to(folder).as_posix()
        folders[:] = [name for name in folders if not excluded.folder(inside / name)]
        for name in files:
            if not excluded.file(inside / name) and not (
                (parent / name).is_symlink() and excluded.folder(inside / name)
            ):
                yield _read_file(parent / name, inside / name)


def _read_file(file: Path, path: PurePosixPath) -> Entry:
    if not file.is_file():
        # A link to a folder would be left out in silence otherwise, and following it might never end.
        raise PackageError(f"{file} is neither a file nor a link to one. Name a linked folder as a source of its own.")
    # Only whether the owner may run it counts: the rest depends on the umask of whoever checked it out.
    mode = 0o755 if file.stat().st_mode & stat.S_IXUSR else 0o644
    return Entry(str(path), mode, file.read_bytes(), file)


def collect_installed(target: Path, patterns: Sequence[str] = ()) -> list[Entry]:
    """Read what pip installed into `target`, without what matches the patterns, and what depends on this machine."""
    entries = read_folder(target, PurePosixPath(), Excluded(patterns, names=()))
    return [entry for entry in entries if not is_of_this_machine(entry.path)]


def content_key(
    entries: Iterable[Entry], requirements: Requirements | None, excludes: Sequence[str] = (), compressor: str = ""
) -> str:
    """Return a hash (hexadecimal) of all that determines the package's bytes: the same key, the same package.

    `entries` are those of the sources; `excludes` count for what the requirements install; `compressor` is the version
    of the library that compresses.
    """
    files = [(entry.path, entry.mode, _sha256(entry.content)) for entry in entries]
    installed = requirements and (
        requirements.lines,
        requirements.constraints,
        requirements.python_version,
        requirements.architecture,
        sorted(excludes),
    )
    return _sha256(json.dumps([FORMAT, compressor, files, installed]).encode())


def read_package(path: Path) -> bytes:
    """Return the bytes of an existing package, none when there is no file. Raises PackageError for a folder."""
    if path.is_dir():
        raise PackageError(f"dest: {path} is a folder; give the path of the zip file")
    return path.read_bytes() if path.exists() else b""


def write_package(path: Path, package: bytes) -> None:
    """Put a package in place in one step, so that nobody ever sees half of it. Makes the folder when needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(package)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink()
        raise


def describe_plan(entries: Iterable[Entry], requirements: Requirements) -> str:
    """List the files of a package whose requirements are not installed, for the diff of check mode."""
    lines = "".join(line(entry.path, entry.mode, entry.content) for entry in entries)
    return f"{lines}(and what {requirements.path} installs for {requirements.runtime}: not known in check mode)\n"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
