# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection `warm`: `local`, with an interpreter that waits for modules."""

from __future__ import annotations

DOCUMENTATION = r"""
name: warm
short_description: Run modules on the controller in an interpreter that is warm
version_added: 0.1.0
author: taskmanager.aws contributors
description:
  - Does what P(ansible.builtin.local#connection) does, faster. The start of a Python, and the imports of a module and
    its libraries, are most of the time of a task that only reads something in AWS.
  - The interpreter that P(ansible.builtin.local#connection) would start for each task is started once, and waits. It
    learns what the modules of the run import, and forks for each task. It ends with the run.
  - Whatever is not a module for Python with pipelining (a raw command, a transfer of files, C(become), C(async)) goes
    the way of P(ansible.builtin.local#connection). So does everything where there are no process file descriptors,
    that is, outside Linux, and when the interpreter does not start, of which one warning tells.
  - The page C(docs/warm.md) of the collection says what the connection does, what it does not, and what it gains.
options:
  pipelining:
    description:
      - Hand a module to the interpreter on its stdin, instead of in a file. A module that comes in a file is not warm.
      - Without a value it is on, but with C(become), where P(ansible.builtin.local#connection) has it off as well.
    type: bool
    default: null
    ini:
      - section: defaults
        key: pipelining
      - section: connection
        key: pipelining
    env:
      - name: ANSIBLE_PIPELINING
    vars:
      - name: ansible_pipelining
  start_timeout:
    description: How many seconds the interpreter may take to start. After that, modules run without it.
    type: int
    default: 30
    vars:
      - name: ansible_warm_start_timeout
  become_success_timeout:
    description: See P(ansible.builtin.local#connection).
    type: int
    default: 10
    vars:
      - name: ansible_local_become_success_timeout
  become_strip_preamble:
    description: See P(ansible.builtin.local#connection).
    type: bool
    default: true
    vars:
      - name: ansible_local_become_strip_preamble
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
"""

import importlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from ansible import constants
from ansible.plugins.connection.local import Connection as LocalConnection
from ansible.utils.display import Display

display = Display()
PACKAGE = "taskmanager_aws_warm"
KILL_ITSELF = b"""
import contextlib, os, signal
with contextlib.suppress(OSError):  # as for SIGKILL, which has no handler
    signal.signal(%d, signal.SIG_DFL)
os.kill(os.getpid(), %d)
"""


def _compiled_once(name: str, folder: Path) -> ModuleType:
    """A module of plugin_utils/_warm. Ansible compiles plugins anew for each task; this is compiled once in a run."""
    path = Path(__file__).parents[1] / "plugin_utils" / "_warm"
    before = sys.pycache_prefix, sys.dont_write_bytecode
    sys.pycache_prefix, sys.dont_write_bytecode = str(folder), False
    try:
        if PACKAGE not in sys.modules:
            spec = spec_from_file_location(PACKAGE, path / "__init__.py", submodule_search_locations=[str(path)])
            sys.modules[PACKAGE] = module_from_spec(spec)  # type: ignore[arg-type] # there is one for a path
        return importlib.import_module(f"{PACKAGE}.{name}")
    finally:
        sys.pycache_prefix, sys.dont_write_bytecode = before


class Connection(LocalConnection):
    """Runs modules in forks of an interpreter that waits, and all else as `local` does."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.folder = Path(constants.DEFAULT_LOCAL_TMP, "warm")  # of this run and user alone, and removed with it
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.client = _compiled_once("client", self.folder)
        self.keep_payloads = _compiled_once("payload_cache", self.folder).install(self.folder)

    @property
    def always_pipeline_modules(self) -> bool:
        """Whether modules are pipelined though pipelining was not asked for."""
        return not self.become and self.get_option("pipelining") is None

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """Run a command: its exit status, stdout and stderr."""
        self.keep_payloads()
        if in_data and not self.become and b"_ANSIBALLZ_WRAPPER" in in_data[:4096]:
            try:
                return self._run_warm(cmd, in_data)
            except self.client.NotWarmError as reason:
                self._tell(reason)
        return super().exec_command(cmd, in_data=in_data, sudoable=sudoable)

    def _tell(self, reason: Any) -> None:
        """Tell why modules are not warm: once in a run, since a task is a process of its own."""
        told = self.folder / "told"
        if str(reason) and not told.exists():
            told.touch()
            line = f"No interpreter waits for modules, so each task starts one of its own: {reason}"
            if reason.is_warning:  # to the user, and not into the result of the task that happens to be the first
                display.display(f"[WARNING]: {line}", color=constants.COLOR_WARN, stderr=True)
            else:
                display.v(line)

    def _run_warm(self, cmd: str, program: bytes) -> tuple[int, bytes, bytes]:
        if not self._connected:
            self._connect()
        shell = constants.DEFAULT_EXECUTABLE.split()[0]
        command = self.client.Command(shell, cmd, self.cwd)
        interpreter = self.client.Interpreter(command, self.folder, self.get_option("start_timeout"))
        display.vvv(f"WARM EXEC {cmd}", host=self._play_context.remote_addr)
        result = interpreter.run(program)
        if interpreter.refusal:
            display.vvv(f"WARM ALONE {interpreter.refusal.decode()}", host=self._play_context.remote_addr)
        if result.status >= 0:
            return result.status, result.stdout, result.stderr
        # what the shell says and returns of a program that a signal has ended, it says best itself
        killed = KILL_ITSELF % (-result.status, -result.status)
        status, stdout, stderr = super().exec_command(cmd, in_data=killed, sudoable=False)
        return status, result.stdout + stdout, result.stderr + stderr
