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
import re
import stat
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from ansible_collections.taskmanager.aws.plugins.module_utils.lambda_zip import Entry, PackageError, line

# Counts up when other bytes are to come out of the same input, so that packages are built anew.
FORMAT = 2
PLATFORMS = {"x86_64": "manylinux2014_x86_64", "arm64": "manylinux2014_aarch64"}

# What pip writes by itself beside the files of a wheel: it names this machine, its pip, or files left out below.
_PIP_RECORDS = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}


@dataclass(frozen=True)
class Source:
    """A file, or a folder whose contents are taken.

    `dest` is a path inside the package: of the file (default: its name), or of the folder (default: the root).
    """

    src: Path
    dest: str | None = None


@dataclass(frozen=True)
class Requirements:
    """A hashed requirements file, and the runtime that it is installed for: `3.13`, and a key of PLATFORMS."""

    path: Path
    content: bytes
    python_version: str
    architecture: str


def read_requirements(path: Path, python_version: str, architecture: str) -> Requirements:
    """Read a requirements file. Raises PackageError when it is missing or `python_version` is no version."""
    if not re.fullmatch(r"3\.\d+", python_version):
        raise PackageError(f"python_version: {python_version!r} is not of the form '3.13'. Put it in quotes.")
    if not path.is_file():
        raise PackageError(f"requirements: there is no file {path}")
    return Requirements(path, path.read_bytes(), python_version, architecture)


def collect(sources: Iterable[Source], dest: Path, excludes: Sequence[str] = ()) -> list[Entry]:
    """Read the files of all sources but those left out, in order of their paths; `dest` is the package to be written.

    Raises PackageError when a source is missing, is or holds `dest`, or brings a path that another one brings.
    """
    found: list[Entry] = []
    for source in sources:
        if dest.resolve().is_relative_to(source.src.resolve()):
            raise PackageError(f"sources: {source.src} holds the package itself, {dest}. Write it elsewhere.")
        found += _read_source(source)
    return merge(without(found, excludes))


def without(entries: Iterable[Entry], excludes: Sequence[str]) -> list[Entry]:
    """Leave out the entries whose paths in the package match a pattern, as the shell's, but `*` matches slashes too."""
    return [entry for entry in entries if not any(fnmatchcase(entry.path, pattern) for pattern in excludes)]


def merge(entries: Iterable[Entry]) -> list[Entry]:
    """Sort entries by path. Raises PackageError, naming both files, when two have the same path."""
    by_path: dict[str, Entry] = {}
    for entry in entries:
        other = by_path.setdefault(entry.path, entry)
        if other is not entry:
            raise PackageError(f"{entry.path} in the package would be both {other.origin} and {entry.origin}")
    return [by_path[path] for path in sorted(by_path)]


def _read_source(source: Source) -> Iterator[Entry]:
    if source.src.is_dir():
        yield from _read_folder(source.src, _inside(source.dest) if source.dest else PurePosixPath())
    elif source.src.is_file():
        yield _read_file(source.src, _inside(source.dest or source.src.name))
    else:
        raise PackageError(f"sources: there is no file or folder {source.src}")


def _inside(dest: str) -> PurePosixPath:
    """Refuse a path that is not plainly inside the package."""
    path = PurePosixPath(dest)
    if not path.parts or path.is_absolute() or ".." in path.parts or str(path) != dest:
        raise PackageError(f"sources: dest {dest!r} is not a plain relative path, such as 'certs/ca.pem'")
    return path


def _read_folder(folder: Path, prefix: PurePosixPath) -> Iterator[Entry]:
    for parent, folders, files in folder.walk():
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in files:
            if not name.endswith(".pyc"):
                yield _read_file(parent / name, prefix / (parent / name).relative_to(folder).as_posix())


def _read_file(file: Path, path: PurePosixPath) -> Entry:
    if not file.is_file():
        # A link to a folder would be left out in silence otherwise, and following it might never end.
        raise PackageError(f"{file} is neither a file nor a link to one. Name a linked folder as a source of its own.")
    # Only whether the owner may run it counts: the rest depends on the umask of whoever checked it out.
    mode = 0o755 if file.stat().st_mode & stat.S_IXUSR else 0o644
    return Entry(str(path), mode, file.read_bytes(), file)


def collect_installed(target: Path) -> list[Entry]:
    """Read what pip installed into `target`, without what depends on this machine.

    That is `bin` (scripts that name this machine's interpreter, which Lambda doesn't run) and pip's own records.
    """
    return [entry for entry in _read_folder(target, PurePosixPath()) if not _is_of_this_machine(entry.path)]


def _is_of_this_machine(path: str) -> bool:
    folder, _slash, rest = path.partition("/")
    return folder == "bin" or (folder.endswith(".dist-info") and rest in _PIP_RECORDS)


def pip_command(python: str, requirements: Requirements, target: Path) -> list[str]:
    """Return the command that installs `requirements` into `target` by the pip of `python`.

    Wheels alone, since building one runs code of others and depends on this machine. Dependencies are not left out:
    an incomplete file is then an error.
    """
    return [
        *[python, "-m", "pip", "install", "--target", str(target), "--requirement", str(requirements.path)],
        *["--require-hashes", "--only-binary=:all:", "--platform", PLATFORMS[requirements.architecture]],
        *["--python-version", requirements.python_version, "--implementation", "cp"],
        *["--no-compile", "--no-input", "--disable-pip-version-check", "--quiet"],
    ]


def content_key(
    entries: Iterable[Entry], requirements: Requirements | None, excludes: Sequence[str] = (), compressor: str = ""
) -> str:
    """Return a hash (hexadecimal) of all that determines the package's bytes: the same key, the same package.

    `entries` are those of the sources; `excludes` count for what the requirements install; `compressor` is the version
    of the library that compresses.
    """
    files = [(entry.path, entry.mode, _sha256(entry.content)) for entry in entries]
    installed = requirements and (
        _sha256(requirements.content),
        requirements.python_version,
        PLATFORMS[requirements.architecture],
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
    runtime = f"Python {requirements.python_version} on {requirements.architecture}"
    return f"{lines}(and what {requirements.path} installs for {runtime}: not known in check mode)\n"


def explain_pip(requirements: Requirements, command: Sequence[str], words: str) -> str:
    """Say why pip could not install; `words` are what it wrote."""
    if "No module named pip" in words:
        return f"pip is needed to install {requirements.path}, and {command[0]} has none. Install it there."
    runtime = f"Python {requirements.python_version} on {requirements.architecture}"
    return f"pip could not install {requirements.path} for {runtime}: {words.strip()}"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
