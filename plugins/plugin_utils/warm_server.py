# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The warm interpreter: loads libraries once, then forks a child for each program that it is handed.

`warm_server.py SOCKET PID SERVICE...` says a byte on stdout when it listens, and ends when the process PID ends. A
client sends the file descriptors of a program, its stdout and its stderr, and is told the exit status as four bytes.
"""

from __future__ import annotations

import _imp
import builtins
import contextlib
import functools
import gc
import hashlib
import importlib
import marshal
import os
import select
import signal
import socket
import struct
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LIBRARIES = ("distro", "json", "pymysql", "runpy", "tempfile", "typing_extensions", "uuid", "yaml", "zipfile")


def load(services: Sequence[str]) -> None:
    """Load what modules import. What is not installed is left to the modules, which say so better."""
    for library in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(library)
    try:
        import boto3
        import botocore.session
        from botocore import UNSIGNED
        from botocore.config import Config
    except ImportError:
        return
    # a service's model is a big JSON file, and each session would find and parse it again with a loader of its own
    botocore.session.create_loader = functools.cache(botocore.session.create_loader)
    session = boto3.session.Session(region_name="us-east-1")
    for service in set(services) & set(session.get_available_services()):
        session.client(service, config=Config(signature_version=UNSIGNED))  # needs no credentials


def remember_compiled(cache: Path) -> None:
    """Keep what the import of zip files compiles: most of a module's start, and the same from module to module.

    A module's zip file has Ansible's code as source, and `zipimport` keeps no compiled files. What is kept goes by the
    source and its name within the zip file, so that it is never another module's.
    """
    cache.mkdir(mode=0o700)
    plain = builtins.compile

    def remembering(source: Any, filename: Any, mode: str, *args: Any, **options: Any) -> Any:
        _file, zipped, name = str(filename).partition(".zip/")
        as_zipimport = isinstance(source, bytes) and mode == "exec" and not args and options == {"dont_inherit": True}
        if not (zipped and as_zipimport):
            return plain(source, filename, mode, *args, **options)
        kept = cache / hashlib.sha256(name.encode() + b"\0" + source).hexdigest()
        with contextlib.suppress(OSError):
            code = marshal.loads(kept.read_bytes())  # noqa: S302 # written below, in a folder of this user's alone
            _imp._fix_co_filename(code, filename)  # type: ignore[attr-defined] # as importlib does with what it kept
            return code
        code = plain(source, filename, mode, **options)
        with contextlib.suppress(OSError):  # it is for speed alone
            with tempfile.NamedTemporaryFile(dir=cache, delete=False) as new:
                new.write(marshal.dumps(code))
            os.rename(new.name, kept)
        return code

    builtins.compile = remembering


def execute(program: int, out: int, err: int) -> int:
    """Run a program as `python < program` would, and return its exit status."""
    for number, descriptor in enumerate((program, out, err)):
        os.dup2(descriptor, number)
    with open(program, encoding="utf-8") as source:
        text = source.read()
    try:
        # the module, which ansible-playbook would hand to a new interpreter
        exec(compile(text, "<stdin>", "exec"), {"__name__": "__main__", "__builtins__": __builtins__})  # noqa: S102
    except SystemExit as end:
        if isinstance(end.code, int | None):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def serve(client: socket.socket) -> None:
    """Run what the client hands over in a child, tell how it ended, or end it when the client goes away."""
    _message, descriptors, _flags, _address = socket.recv_fds(client, 16, 3)
    if len(descriptors) != 3:
        return
    child = os.fork()
    if child == 0:
        client.close()
        status = execute(*descriptors)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status & 0xFF)
    ended = os.pidfd_open(child)
    select.select([ended, client.fileno()], [], [])
    if not select.select([ended], [], [], 0)[0]:
        os.kill(child, signal.SIGTERM)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with contextlib.suppress(BrokenPipeError):
        client.sendall(struct.pack("!i", status))


def main(path: str, owner: int, services: Sequence[str]) -> None:
    """Serve at a socket until the owner ends."""
    owner_ended = os.pidfd_open(owner)
    load(services)
    remember_compiled(Path(path).with_suffix(".compiled"))
    gc.freeze()  # keeps the collector from touching, and so copying, the pages that children share
    sys.path[0] = ""  # as for a program on stdin
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the handlers
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(64)
        os.write(1, b".")
        os.close(1)
        os.dup2(0, 1)
        while True:
            ready, _writers, _exceptional = select.select([server.fileno(), owner_ended], [], [])
            if owner_ended in ready:
                return
            client, _address = server.accept()
            with client:
                if os.fork() == 0:
                    server.close()
                    os.close(owner_ended)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    serve(client)
                    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
