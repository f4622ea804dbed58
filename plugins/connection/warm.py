# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection `warm`: `local`, with an interpreter that has boto3 loaded already."""

from __future__ import annotations

DOCUMENTATION = r"""
name: warm
short_description: Run modules on the controller in forks of a warm interpreter
version_added: 0.1.0
author: taskmanager.aws contributors
description:
  - Does what P(ansible.builtin.local#connection) does, faster. A module's start is most of the time of a task that
    reads or changes something in AWS, and loading boto3 and its service models is most of that start.
  - One process for each run of C(ansible-playbook) and interpreter loads them once, and forks a child for each module.
    It ends with the run.
  - Only libraries are loaded beforehand. All of Ansible's code and of collections comes with the module, as always.
    What is compiled of it is kept for the modules that follow, by its source, in the temporary folder of the run.
  - What is not a pipelined module (a raw command, a transfer of files, C(become), C(environment), C(async)) goes the
    way of P(ansible.builtin.local#connection). So does everything where there are no process file descriptors, that is,
    outside Linux.
options:
  services:
    description: Services whose models are loaded beforehand, by their boto3 names. Others work, only slower.
    type: list
    elements: str
    default: [cloudwatch, ec2, iam, lambda, logs, rds, sns, sqs, sts]
    vars:
      - name: ansible_warm_services
  start_timeout:
    description: How many seconds the interpreter may take to start. After that, modules run without it.
    type: int
    default: 30
    vars:
      - name: ansible_warm_start_timeout
extends_documentation_fragment: [connection_pipelining]
seealso:
  - plugin: ansible.builtin.local
    plugin_type: connection
"""

EXAMPLES = r"""
# in an inventory
all:
  hosts:
    production:
      ansible_connection: taskmanager.aws.warm
      ansible_python_interpreter: "{{ ansible_playbook_python }}"
      ansible_pipelining: true
"""

import contextlib
import fcntl
import hashlib
import os
import select
import shlex
import socket
import struct
import subprocess
import tempfile
from pathlib import Path

from ansible import constants
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection.local import Connection as LocalConnection
from ansible.utils.display import Display

display = Display()
SERVER = Path(__file__).parents[1] / "plugin_utils" / "warm_server.py"


class Connection(LocalConnection):
    """Runs pipelined modules in forks of a warm interpreter, everything else as `local` does."""

    transport = "taskmanager.aws.warm"
    has_pipelining = True

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """Run a command: its exit status, stdout and stderr.

        :raises AnsibleConnectionFailure: the module's process ended without telling its status.
        """
        python = interpreter_of(cmd)
        if in_data and python and not self.become and hasattr(os, "pidfd_open"):
            server = self._connect_to_server(python)
            if server:
                display.vvv(f"WARM EXEC {python}", host=self._play_context.remote_addr)
                with server:
                    return run(server, in_data)
        return super().exec_command(cmd, in_data=in_data, sudoable=sudoable)

    def _connect_to_server(self, python: str) -> socket.socket | None:
        """A connection to the interpreter's server, started if need be; None if there can't be one."""
        # this folder is 0700, of this run of ansible-playbook alone, and removed with it
        base = Path(constants.DEFAULT_LOCAL_TMP) / f"warm-{hashlib.sha256(python.encode()).hexdigest()[:8]}"
        path, failed = base.with_suffix(".sock"), base.with_suffix(".failed")
        with base.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # forks race for the first start
            if not path.exists() and not failed.exists() and (reason := self._start_server(python, path)):
                failed.touch()  # said once, tried once
                display.warning(f"No warm interpreter {python}, so modules start slower: {reason}")
        if failed.exists():
            return None
        with contextlib.ExitStack() as undo:
            server = undo.enter_context(socket.socket(socket.AF_UNIX))
            try:
                server.connect(str(path))
            except OSError as error:
                display.vvv(f"not warm: {path}: {error}", host=self._play_context.remote_addr)
                return None
            undo.pop_all()
            return server

    def _start_server(self, python: str, path: Path) -> str:
        """Start a server that ends with this run of ansible-playbook. Return why it does not listen, or nothing."""
        run_of_playbook = os.getppid()  # a task runs in a fork of it
        command = [python, str(SERVER), str(path), str(run_of_playbook), *self.get_option("services")]
        reader, writer = os.pipe()
        with tempfile.TemporaryFile() as errors, open(reader, "rb") as announced:
            with open(writer, "wb") as announcement:
                # the interpreter that would run the module anyway
                server = subprocess.Popen(  # noqa: S603
                    command, stdin=subprocess.DEVNULL, stdout=announcement, stderr=errors, start_new_session=True
                )
            seconds = self.get_option("start_timeout")
            ready, _writers, _exceptional = select.select([announced], [], [], seconds)
            if ready and announced.read(1):
                return ""
            server.kill()
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()
            return said if ready else f"it did not start in {seconds} s. {said}"


def interpreter_of(cmd: str) -> str | None:
    """The interpreter of a command that only starts one, such as `/bin/sh -c '/usr/bin/python3 && sleep 0'`."""
    words = shlex.split(cmd)
    if len(words) != 3 or words[1] != "-c":
        return None
    python, *rest = shlex.split(words[2]) or [""]
    return python if rest in ([], ["&&", "sleep", "0"]) and os.path.isabs(python) else None


def run(server: socket.socket, source: bytes) -> tuple[int, bytes, bytes]:
    """Have a program run: its exit status, stdout and stderr.

    :raises AnsibleConnectionFailure: its process ended without telling its status.
    """
    with tempfile.TemporaryFile() as program, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        program.write(source)
        program.seek(0)
        status = b""
        with contextlib.suppress(ConnectionError):  # as good as no status
            socket.send_fds(server, [b"run"], [program.fileno(), out.fileno(), err.fileno()])
            status = server.recv(struct.calcsize("!i"))
        out.seek(0)
        err.seek(0)
        if not status:
            said = err.read().decode(errors="replace").strip()
            raise AnsibleConnectionFailure(f"The warm interpreter ended while it ran a module. {said}")
        return struct.unpack("!i", status)[0], out.read(), err.read()
