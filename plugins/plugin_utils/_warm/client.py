# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client of interpreters that wait (interpreter/warm_server.py): starts them, and has them run programs."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import multiprocessing
import os
import select
import signal
import socket
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple, cast

from .streams import Result, Streams, communicate

INTERPRETER = Path(__file__).with_name("interpreter")
SOCKET = "socket"
MOST_INTERPRETERS = 8  # of one run: a play with so many environments gains nothing
ATTEMPTS = 4
NOT_FOUND = (126, 127)  # what a shell returns of a command that it can't start
TAKE_PAYLOAD = b"__import__('builtins').__dict__.pop('_taskmanager_aws_payload')"


SUPPORTED = hasattr(os, "pidfd_open") and hasattr(os, "memfd_create") and os.path.isdir("/proc/self/fd")


class NotWarmError(Exception):
    """Why a program was not run. The user is to be told of it, unless there is no reason."""

    is_warning = True


class NotSupportedError(NotWarmError):
    """Why nothing is warm here."""

    is_warning = False


class Command(NamedTuple):
    """What `local` would start: a line for a shell, and the folder that it would start it in."""

    shell: str
    line: str
    folder: str | None


class Interpreter:
    """The interpreter that is to wait in place of a command, or does already.

    `base` is a folder of this run of Ansible alone. The interpreter's own folder in it is named after all that could
    make an interpreter that `local` starts another one.
    """

    def __init__(self, command: Command, base: Path, start_seconds: int) -> None:
        umask = os.umask(0o077)
        os.umask(umask)
        identity = repr((command, os.getcwd(), umask, sorted(os.environ.items())))
        self.refusal = b""  # why a program is to import for itself what others may share
        self.command = command
        self.start_seconds = start_seconds
        self.folder = base / "interpreters" / hashlib.sha256(identity.encode(errors="surrogateescape")).hexdigest()[:16]

    def run(self, program: bytes) -> Result:
        """Have it run a program.

        :raises NotWarmError: it can't, and nothing of the program was run.
        """
        if not SUPPORTED:
            raise NotSupportedError("this takes process file descriptors, files in memory and /proc: Linux since 5.3")
        parts = Parts(program)
        with Streams() as streams:
            with _alarm_put_off():
                connection, payload_is_there = self._run(parts.payload, streams.theirs)
            streams.close_theirs()
            with connection:  # which ends the program, if it has not ended yet
                return communicate(connection, parts.without_payload() if payload_is_there else program, streams)

    def _run(self, payload: bytes, streams: list[int]) -> tuple[socket.socket, bool]:
        """A connection to a process that runs the program of some streams, and whether it has the payload."""
        refused = self.folder / f"refused-{hashlib.sha256(payload).hexdigest()}"
        for _attempt in range(ATTEMPTS):
            with contextlib.ExitStack() as undo:
                connection = undo.enter_context(self._connected())
                sent = b"" if refused.exists() else payload
                answer = self._ask(connection, streams, sent)
                if answer == b"started":
                    undo.pop_all()
                    return connection, bool(sent)
                if answer != b"again":
                    self.refusal = answer or b"the interpreter ended while it imported"
                    refused.touch()
        raise NotWarmError("it ended again and again before it ran anything")

    def _ask(self, connection: socket.socket, streams: list[int], payload: bytes) -> bytes:
        """The answer to the wish to run a program; nothing if there is none."""
        request = {"session": os.getsid(0), "group": os.getpgrp(), "payload": bool(payload)}
        connection.settimeout(self.start_seconds)
        with _in_memory(payload) as descriptors, contextlib.suppress(ConnectionError):
            try:
                socket.send_fds(connection, [json.dumps(request).encode()], streams + descriptors)
                answer = connection.recv(64)
                connection.settimeout(None)
                return answer
            except TimeoutError:
                os.kill(_peer(connection)[0], signal.SIGKILL)
        return b""

    def _connected(self) -> socket.socket:
        """A connection to the interpreter, which is started if need be."""
        self.folder.parent.mkdir(mode=0o700, exist_ok=True)
        if not self.folder.exists() and len(os.listdir(self.folder.parent)) >= MOST_INTERPRETERS:
            raise NotWarmError
        self.folder.mkdir(mode=0o700, exist_ok=True)
        failed = self.folder / "failed"
        with (self.folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # workers race for the first start
            if failed.exists():
                raise NotWarmError
            try:
                return self._connect() or self._start()
            except NotWarmError:
                failed.touch()
                raise

    def _connect(self) -> socket.socket | None:
        with contextlib.ExitStack() as undo:
            descriptor = os.open(self.folder, os.O_PATH | os.O_DIRECTORY)
            undo.callback(os.close, descriptor)
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            try:
                connection.connect(f"/proc/self/fd/{descriptor}/{SOCKET}")  # its own path may be too long
                if _peer(connection)[1] == os.geteuid():
                    return connection
            except (ConnectionRefusedError, FileNotFoundError):
                (self.folder / SOCKET).unlink(missing_ok=True)  # of one that was killed
            connection.close()
        return None

    def _start(self) -> socket.socket:
        (self.folder / "command").write_text(self.command.line)
        owner = _owner()
        environment = {**os.environ, "_TASKMANAGER_AWS_WARM": f"{owner}:{self.folder}"}
        original = os.environ.get("PYTHONPATH")
        if original is not None:
            environment["_TASKMANAGER_AWS_PYTHONPATH"] = original
        environment["PYTHONPATH"] = ":".join(filter(None, [str(INTERPRETER), original]))
        isolated = os.getsid(0) == os.getpid()  # ansible-core isolates its workers since 2.19
        nothing, writer = os.pipe()
        os.close(writer)
        process = subprocess.Popen(  # noqa: S602 # as `local` starts it
            self.command.line,
            shell=True,
            executable=self.command.shell,
            cwd=self.command.folder,
            stdin=nothing,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            pass_fds=[owner],
            start_new_session=isolated,
            preexec_fn=None if isolated else os.setpgrp,  # a worker has one thread
        )
        os.close(nothing)
        os.close(owner)
        self._wait_for_start(process, cast("IO[bytes]", process.stdout), cast("IO[bytes]", process.stderr))
        connection = self._connect()
        if not connection:
            raise NotWarmError("it ended at once")
        return connection

    def _wait_for_start(self, process: subprocess.Popen[bytes], stdout: IO[bytes], stderr: IO[bytes]) -> None:
        """Wait until an interpreter listens.

        :raises NotWarmError: it does not, with what it says.
        """
        with stdout as announced, stderr as errors:
            waiting = select.poll()
            waiting.register(announced, select.POLLIN)
            ready = waiting.poll(self.start_seconds * 1000)
            if ready and announced.read(1):
                return
            if not ready:
                process.kill()
                raise NotWarmError(f"it did not start in {self.start_seconds} s")
            said = errors.read().decode(errors="replace").strip()
            if process.wait() in {0, *NOT_FOUND}:  # it ran as if nothing was asked of it, or the task is about to tell
                raise NotSupportedError(said or "it does not read sitecustomize from PYTHONPATH")
            raise NotWarmError(said or f"it ended with status {process.returncode}")


class Parts:
    """A program made by AnsiballZ: its payload (the code without the arguments, in base64), and what is around it."""

    def __init__(self, program: bytes) -> None:
        self.before, self.payload, self.after = program, b"", b""
        for start in (b"\nzip_data='", b"\n    ZIPDATA = '"):  # since ansible-core 2.19, and before
            before, found, rest = program.partition(start)
            if found:
                self.before = before + found[:-1]
                self.payload, _quote, self.after = rest.partition(b"'")
                return

    def without_payload(self) -> bytes:
        """The program, line by line the same, with a payload that the interpreter has: Python reads stdin slowly."""
        return self.before + TAKE_PAYLOAD + self.after


def _owner() -> int:
    """A descriptor of the process that lasts as long as this run of Ansible."""
    parent = multiprocessing.parent_process()  # a task runs in a worker
    pid = (parent and parent.pid) or os.getpid()
    if pid == 1:
        raise NotSupportedError("Ansible is process 1, which can't be told from one that has taken over its children")
    try:
        descriptor = os.pidfd_open(pid)
    except OSError as error:
        raise NotSupportedError(f"there is no descriptor of process {pid}: {error}") from error
    if parent and os.getppid() != pid:  # it was another one by then
        os.close(descriptor)
        raise NotWarmError("Ansible has ended")
    return descriptor


def _peer(connection: socket.socket) -> tuple[int, int, int]:
    """The process, user and group at the other end."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return struct.unpack("3i", credentials)


@contextlib.contextmanager
def _in_memory(payload: bytes) -> Iterator[list[int]]:
    """The descriptor of a file in the memory, if there is something to be in it."""
    if not payload:
        yield []
        return
    descriptor = os.memfd_create("payload")
    with open(descriptor, "wb") as file:
        file.write(payload)
        file.flush()
        yield [descriptor]


@contextlib.contextmanager
def _alarm_put_off() -> Iterator[None]:
    """Stop the clock of a task's `timeout`: the start of an interpreter is not the task's."""
    left, interval = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        if left:
            signal.setitimer(signal.ITIMER_REAL, left, interval)
