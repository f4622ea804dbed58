# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A folder of files that are kept from run to run: of one user alone, and bounded."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator

MOST_BYTES = 64 * 1024 * 1024


class Folder:
    """Files by name. What can't be read or written is not kept: it is for speed alone."""

    def __init__(self, path: str) -> None:
        self.path = path

    @classmethod
    def of_user(cls, *parts: str) -> Folder | None:
        """The folder in the user's cache, made if need be; None where others could put something there."""
        home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        if not os.path.isdir(os.path.dirname(home)):  # a home that is not there is not made
            return None
        path = os.path.realpath(os.path.join(home, "taskmanager.aws", *parts))
        try:
            os.makedirs(path, mode=0o700, exist_ok=True)
            own = os.lstat(path)
            is_private = own.st_uid == os.geteuid() and not stat.S_IMODE(own.st_mode) & 0o077
            return cls(path) if is_private and all(_is_safe(above) for above in _above(path)) else None
        except OSError:
            return None

    def read(self, name: str) -> bytes | None:
        """A file's content, or None; the file counts as used."""
        path = os.path.join(self.path, name)
        with contextlib.suppress(OSError):
            with open(path, "rb") as file:
                content = file.read()
            os.utime(path)
            return content
        return None

    def write(self, name: str, content: bytes) -> None:
        """Keep a file, whole or not at all."""
        with contextlib.suppress(OSError):
            with tempfile.NamedTemporaryFile(dir=self.path, prefix=".new-", delete=False) as new:
                new.write(content)
            os.rename(new.name, os.path.join(self.path, name))

    def prune(self, most: int = MOST_BYTES) -> None:
        """Remove the files that were not used for the longest time, until the rest is no larger than that."""
        with contextlib.suppress(OSError):
            files = sorted(
                ((entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in os.scandir(self.path)),
                reverse=True,
            )
            total = 0
            for _used, size, path in files:
                total += size
                if total > most:
                    with contextlib.suppress(OSError):
                        os.unlink(path)


def _above(path: str) -> Iterator[str]:
    while path != os.path.dirname(path):
        path = os.path.dirname(path)
        yield path


def _is_safe(folder: str) -> bool:
    """Whether nobody else can put another folder in the place of one in this folder."""
    found = os.lstat(folder)
    others_write = stat.S_IMODE(found.st_mode) & 0o022 and not found.st_mode & stat.S_ISVTX
    return found.st_uid in {0, os.geteuid()} and not others_write
