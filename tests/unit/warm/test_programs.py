# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A program can't tell an interpreter that waited from one that was started for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.taskmanager.aws.plugins.plugin_utils._warm.client import Interpreter
from ansible_collections.taskmanager.aws.plugins.plugin_utils._warm.streams import Result
from waiting import PYTHONS, anew, interpreter, payload_program, waited

LEARNED = {
    "ansible/__init__.py": "",
    "ansible/module_utils/__init__.py": "",
    "ansible/module_utils/learned.py": """
import concurrent.futures, copy, importlib.util, json, locale, logging, multiprocessing.pool, random, resource
import subprocess, tempfile, threading, tokenize, traceback, uuid, warnings, xml.dom.minidom
""",
}
PROGRAMS = {
    "output": "import sys; print('out'); print('err', file=sys.stderr)",
    "modules": "import sys; print(sorted(sys.modules))",
    "modules of an import": "import sys, json, logging, concurrent.futures; print(sorted(sys.modules))",
    "attributes of a package": "import concurrent, importlib, xml; print(dir(concurrent), dir(importlib), dir(xml))",
    "path": "import sys; print(sys.path, [str(x)[:20] for x in sys.meta_path + sys.path_hooks], sys.warnoptions)",
    "arguments": "import sys; print(sys.argv, sys.flags, getattr(sys, 'orig_argv', ''), __name__, sorted(globals()))",
    "command line": "print(open('/proc/self/cmdline').read())",
    "environment": "import os; print(sorted(i for i in os.environ.items() if 'PYTEST' not in i[0]), os.getcwd())",
    "descriptors": "import os; print([(d, os.readlink(f'/proc/self/fd/{d}')[:4]) for d in os.listdir('/proc/self/fd')[:3]])",
    "inherited descriptors": "import os; os.set_inheritable(0, True); os.execlp('sh', 'sh', '-c', 'echo /proc/self/fd/*')",
    "session": "import os; print(os.getsid(0) == os.getpid(), os.getpgrp() == os.getpid())",
    "signals": "import signal as s; print([s.getsignal(n) for n in sorted(s.valid_signals())], s.pthread_sigmask(0, []))",
    "streams": """
import sys
for s in (sys.stdin, sys.stdout, sys.stderr):
    print(s.name, s.mode, s.encoding, s.errors, s.seekable(), s.isatty(), s.line_buffering, s.buffer.raw)""",
    "stdin": "import os, sys; print(repr(sys.stdin.read()), os.read(0, 1))",
    "limits": "import os, resource; print(resource.getrlimit(resource.RLIMIT_NOFILE), os.umask(0), os.nice(0))",
    "status": "import sys; sys.exit(3)",
    "status and words": "import sys; sys.exit('why')",
    "large status": "import sys; sys.exit(257)",
    "traceback": "def f():\n    1 / 0\nf()",
    "stack": "import traceback; traceback.print_stack()",
    "syntax": "def f(:",
    "interrupt": "raise KeyboardInterrupt",
    "hook": "import sys\nsys.excepthook = lambda *a: print('hooked', a[0])\nraise KeyError",
    "exit handler": "import atexit; atexit.register(print, 'at the end')",
    "thread": "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.2), print('late'))).start()",
    "executor": "from concurrent.futures import ThreadPoolExecutor as T\nT(1).submit(print, 'done')",
    "pool": "from multiprocessing import get_context\nprint(get_context('fork').Pool(2).map(abs, [-1, -2]))",
    "not flushed": "import sys; sys.stdout.write('kept')",
    "finalizer of a global": "class C:\n    def __del__(self): print('finalized')\nc = C()",
    "finalizer in a library": "import json\nclass C:\n    def __del__(self): print('finalized')\njson.kept = C()",
    "file in a library": """
import json, os
reader, writer = os.pipe()
if os.fork():
    os.close(writer)
    print(os.read(reader, 99))
else:
    json.kept = open(writer, 'w')
    json.kept.write('flushed')""",
    "annotations": "def f(x: 1 + 1): pass\nprint(f.__annotations__)",
    "main": "import sys, __main__; print(__main__.__dict__ is globals(), __main__.__spec__, __main__.__loader__.__class__)",
    "warnings": "import warnings; print(warnings.filters)",
    "ids": "import uuid, random; random.seed(1); print(random.random(), len(str(uuid.uuid4())))",
    "collector": "import gc; print(gc.isenabled(), gc.get_threshold())",
    "locale": "import locale, sys; print(locale.getlocale(), sys.getfilesystemencoding())",
    "large output": "print('é' * 1000000)",
    "closed output": "import os, sys; print('first', flush=True); os.close(1); sys.exit(0)",
    "late child": "import subprocess; subprocess.Popen('sleep 0.3; echo late', shell=True)",
    "reload": "import importlib, json; print(importlib.reload(json) is json)",
    "found": "import importlib.util; print(importlib.util.find_spec('json').origin, importlib.util.find_spec('no_such'))",
    "shadowed": """
import sys, tempfile
folder = tempfile.TemporaryDirectory()
open(folder.name + '/json.py', 'w').write('x = 1')
sys.path.insert(0, folder.name)
import json
print(json.x)""",
    "shadowed below": """
import sys, tempfile
folder = tempfile.TemporaryDirectory()
open(folder.name + '/token.py', 'w').write('raise SystemExit("ours")')
sys.path.insert(0, folder.name)
import tokenize""",
    "killed": "import os; os.kill(os.getpid(), 9)",
    "terminated": "import os; os.kill(os.getpid(), 15)",
    "its shell killed": "import os; os.kill(os.getppid(), 9); print('on')",
}


def masked(result: Result) -> tuple[int, bytes, bytes]:
    """What can be compared of a result: no addresses."""
    out, err = (re.sub(rb"0x[0-9a-f]{6,}", b"0x", text) for text in (result.stdout, result.stderr))
    return result.status, out, err


@pytest.fixture(scope="module", params=PYTHONS)
def python(request: pytest.FixtureRequest) -> str:
    """Each Python of this machine that can wait."""
    path: str = request.param
    return path


@pytest.fixture(scope="module")
def warm(python: str, tmp_path_factory: pytest.TempPathFactory) -> Interpreter:
    """An interpreter that waits, and has much on the shelf."""
    base: Path = tmp_path_factory.mktemp("warm")
    waiting = interpreter(base, python)
    waiting.run(payload_program(LEARNED, "import ansible.module_utils.learned").encode())
    return waiting


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_a_program_is_run_as_by_a_new_interpreter(python: str, warm: Interpreter, program: str) -> None:
    """Its status, its output, and whatever it says of itself."""
    assert masked(waited(warm, program)) == masked(anew(program, python))
