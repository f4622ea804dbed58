# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pipes between a task and the program that it runs, as `subprocess.Popen.communicate` uses its own."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
from typing import NamedTuple

BLOCK = 1 << 16


class Result(NamedTuple):
    """What became of a program: its exit status (negative for a signal), stdout and stderr."""

    status: int
    stdout: bytes
    stderr: bytes


class Streams:
    """Three pipes: `theirs` are a program's stdin, stdout and stderr, `ours` the other ends."""

    def __init__(self) -> None:
        stdin, stdout, stderr = os.pipe(), os.pipe(), os.pipe()
        self.theirs = [stdin[0], stdout[1], stderr[1]]
        self.ours = [stdin[1], stdout[0], stderr[0]]

    def __enter__(self) -> Streams:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close_theirs()
        while self.ours:
            os.close(self.ours.pop())

    def close_theirs(self) -> None:
        """Leave them to the program."""
        while self.theirs:
            os.close(self.theirs.pop())


def communicate(connection: socket.socket, program: bytes, streams: Streams) -> Result:
    """Write a program, read all that it and those who have its stdout and stderr say, and wait for its end."""
    stdin, stdout, stderr = streams.ours
    said: dict[int, list[bytes]] = {stdout: [], stderr: []}
    rest = memoryview(program)
    os.set_blocking(stdin, False)
    with selectors.DefaultSelector() as waiting:
        waiting.register(stdin, selectors.EVENT_WRITE)
        waiting.register(stdout, selectors.EVENT_READ)
        waiting.register(stderr, selectors.EVENT_READ)
        while waiting.get_map():
            for key, _event in waiting.select():
                if key.fd != stdin:
                    block = os.read(key.fd, BLOCK)
                    said[key.fd].append(block)
                    if not block:
                        waiting.unregister(key.fd)
                    continue
                try:
                    rest = rest[os.write(stdin, rest) :]
                except BrokenPipeError:  # it does not want to know
                    rest = rest[:0]
                if not rest:
                    waiting.unregister(stdin)
                    streams.ours.remove(stdin)
                    os.close(stdin)
    status = b""
    with contextlib.suppress(ConnectionError):
        status = connection.recv(64)
    out, err = (b"".join(said[descriptor]) for descriptor in (stdout, stderr))
    # nobody tells it if the process that waits for the program's end was killed, as the shell does for `local`
    return Result(int(status or -signal.SIGKILL), out, err)
