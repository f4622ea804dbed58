# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An interpreter that waits for programs: it forks, and each fork goes on to read the program on its stdin.

A client connects to the socket and sends one message: a JSON object with

- `session` and `group`: the client's, by id;
- `payload`: whether there is one, from which the interpreter learns what the program will import;

and the descriptors of the program's stdin, stdout and stderr, and of the payload. It is answered with `started`, after
which it may write the program, and with the exit status once the program has ended: a number, negative for a signal. A
client that hangs up has the program ended.

Other answers come before anything was started: `again`, since the interpreter is no longer what a new one would be, and
`impure`, with what the payload's imports have changed. Both end the interpreter.
"""

from __future__ import annotations

import contextlib
import gc
import json
import mmap
import os
import select
import shutil
import signal
import socket
import struct
import sys
from typing import Any

import warm_end
from warm_learning import Learned
from warm_processes import end_with_descendants
from warm_shelf import Shelf

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SOCKET = "socket"
MESSAGE_SECONDS = 10  # for a client to send its message
GRACE_SECONDS = 5  # for a program to end when it is asked to


class Interpreter:
    """The process that waits, and what it has learned."""

    def __init__(self, shelf: Shelf, folder: str, owner: int) -> None:
        self.folder = folder  # in a folder of folders, in a folder of the run's
        self.owner = owner  # a descriptor of the process
        self.shelf = shelf
        self.signals = {number: signal.getsignal(number) for number in SIGNALS}
        self.learned = Learned(shelf, folder)

    def listen(self) -> None:
        """Listen at the socket, which is reached by its folder, since a path of more than 107 bytes can't be bound."""
        os.set_inheritable(self.owner, False)
        descriptor = os.open(self.folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(f"/proc/self/fd/{descriptor}/{SOCKET}")
        os.close(descriptor)
        self.listener.listen(64)

    def unlisten(self) -> None:
        """Be reached by nobody any more. Only when this is done is another interpreter started in this place."""
        with contextlib.suppress(OSError):
            os.unlink(os.path.join(self.folder, SOCKET))
        self.listener.close()

    def serve(self) -> None:
        """Answer clients until the owner ends. Returns in forks alone, each of which is to run a program."""
        for number in SIGNALS:
            signal.signal(number, self._terminated)
        waiting = select.poll()
        waiting.register(self.listener, select.POLLIN)
        waiting.register(self.owner, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _event in waiting.poll()}
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            if self.owner in ready:
                self._end()
            client = self.listener.accept()[0]
            with client:
                if self._serve_client(client):
                    return

    def _end(self) -> None:
        """End with the owner."""
        self.unlisten()
        self._remove_folders()
        self.learned.end()
        os._exit(0)

    def _remove_folders(self) -> None:
        """Leave nothing of what the owner would have removed, had it not been killed."""
        shutil.rmtree(os.path.dirname(os.path.dirname(self.folder)), ignore_errors=True)

    def _terminated(self, number: int, _frame: Any) -> None:
        self.unlisten()
        os._exit(128 + number)

    def _serve_client(self, client: socket.socket) -> bool:
        """Answer one client. True in the fork that is to run its program."""
        with self.shelf.filling:  # what this process itself imports on the way is not for programs to see
            received = receive(client)
            refused = self._learn(*received) if received else ""
        if received is None:
            return False
        request, descriptors = received
        if refused:
            self.unlisten()
            _tell(client, refused)
            os._exit(0)
        if os.fork() == 0:
            self.listener.close()
            if self._run(client, request, descriptors[:3]):
                return True
            os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)
        return False

    def _learn(self, request: dict[str, Any], descriptors: list[int]) -> str:
        """Learn from a payload, or say why this interpreter can't go on."""
        if self.learned.watch.changed():
            return "again"
        changed = []
        if request["payload"]:
            with mmap.mmap(descriptors[3], 0, prot=mmap.PROT_READ) as encoded:
                request["payload"], changed = self.learned.learn(encoded[:])
        return f"impure: {', '.join(changed)}" if changed else ""

    def _run(self, client: socket.socket, request: dict[str, Any], streams: list[int]) -> bool:
        """Have a fork run a program, in which this returns True; tell the client of its end, or end it."""
        if request["session"] == os.getsid(0):
            with contextlib.suppress(OSError):  # the client has ended
                os.setpgid(0, request["group"])
        else:
            os.setsid()
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # they are meant for the program, whose end this waits for
        program = os.fork()
        if program == 0:
            self._become_program(client, request, streams)
            return True
        for descriptor in streams:
            os.close(descriptor)
        ended = os.pidfd_open(program)
        _tell(client, "started")
        waiting = select.poll()
        for descriptor in (ended, client.fileno(), self.owner):
            waiting.register(descriptor, select.POLLIN)
        ready = {descriptor for descriptor, _event in waiting.poll()}
        if ended not in ready:
            end_with_descendants(program, GRACE_SECONDS)
        if self.owner in ready:
            self._remove_folders()
        _tell(client, str(os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])))
        return False

    def _become_program(self, client: socket.socket, request: dict[str, Any], streams: list[int]) -> None:
        """Be what a new interpreter is: with three descriptors, and what else there was at its start."""
        client.detach()  # or its end would close a descriptor of the program
        for number, handler in self.signals.items():
            signal.signal(number, handler)
        for standard, descriptor in enumerate(streams):
            os.dup2(descriptor, standard)
        for name in os.listdir("/proc/self/fd"):
            if int(name) > 2:
                with contextlib.suppress(OSError):  # the one of this list
                    os.close(int(name))
        if request["payload"]:
            self.learned.give(request["payload"])
        self.shelf.begin()


def _tell(client: socket.socket, message: str) -> None:
    """Say something to a client, if it is still there."""
    with contextlib.suppress(OSError):
        client.send(message.encode())


def receive(client: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """A client's message and descriptors; None if it is another user, or says nothing."""
    credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    if struct.unpack("3i", credentials)[1] != os.geteuid():
        return None
    client.settimeout(MESSAGE_SECONDS)
    try:
        message, descriptors, _flags, _address = socket.recv_fds(client, 1024, 4)
    except OSError:
        return None
    client.settimeout(None)
    if not message:
        return None
    return json.loads(message), descriptors


def wait_for_program(shelf: Shelf, folder: str, owner: int) -> None:
    """Wait in a folder for clients, as long as the owner lives. Returns in forks, each with its program on stdin."""
    for name in [name for name in shelf.entries if name.startswith("warm_")]:
        del shelf.entries[name]
    sys.path_importer_cache.pop(os.path.dirname(__file__), None)
    warm_end.prepare(shelf)
    interpreter = Interpreter(shelf, folder, owner)
    interpreter.listen()
    gc.freeze()
    with contextlib.suppress(OSError):  # who started it may have been killed meanwhile
        os.write(1, b".")
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    interpreter.serve()
