# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which module_utils are imported once for all programs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from ansible_collections.taskmanager.aws.plugins.plugin_utils._warm.interpreter.warm_purity import only_defines
from waiting import interpreter, payload_program

NAME = "ansible_collections.some.where.plugins.module_utils.ours"


@pytest.mark.parametrize(
    "source",
    [
        '"""Words."""',
        "import os, json\nfrom a.b import c as d",
        "try:\n    import boto3\n    HAS = True\nexcept ImportError:\n    HAS = False",
        "A = 1\nB, C = (A, [A, {'x': A}])\nD: int = -A if B else not C\nE: str",
        "import re\nWORD = re.compile(r'\\w+', re.I)\nNAMES = frozenset(x.lower for x in ('a', 'b'))",
        "from collections import namedtuple\nPair = namedtuple('Pair', 'a b')",
        "def f(a=1, *b, c=(2, 3), **d):\n    import os\n    os._exit(1)",
        "import functools\n@functools.lru_cache(maxsize=None)\ndef f(): pass",
        "class A(Exception):\n    x = 1\n    @property\n    def y(self): return print()\n    @staticmethod\n    def z(): pass",
        "import abc\nclass A(metaclass=abc.ABCMeta):\n    @abc.abstractmethod\n    def f(self): pass",
        "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass A:\n    x: list = dataclasses.field(default_factory=list)",
        "import sys\nif sys.version_info >= (3, 9):\n    A = 1\nelse:\n    raise ImportError",
        "F = lambda: open('x')",
    ],
)
def test_a_module_that_defines_things_is_shared(source: str) -> None:
    """Functions, classes, and values of constants."""
    assert only_defines(NAME, source.encode())


@pytest.mark.parametrize(
    "source",
    [
        "print('x')",
        "import os\nPID = os.getpid()",
        "import time\nNOW = time.time()",
        "import uuid\nID = str(uuid.uuid4())",
        "import os\nHOME = os.environ['HOME']",
        "import os\nHOME = os.environ.get('HOME')",
        "import sys\nNAME = sys.argv[0]",
        "import ssl\nssl._create_default_https_context = ssl._create_unverified_context",
        "import json\njson.loads.x = 1",
        "import sys\nsys.modules['x'] = sys",
        "A = {}\nA['x'] = 1",
        "A = []\nA.append(1)",
        "import atexit\natexit.register(print)",
        "import atexit\n@atexit.register\ndef f(): pass",
        "TEXT = open('x').read()",
        "for x in range(3): pass",
        "with open('x') as f: pass",
        "from a import register\n@register\nclass A: pass",
        "class A:\n    def __init_subclass__(cls): pass",
        "class A(metaclass=type(int)): pass",
        "class A(x=1): pass",
        "class A:\n    print('x')",
        "def f(a=print('x')): pass",
        "A = [print(x) for x in 'ab']",
        "A = f'{print(1)}'",
        "(A := print)",
        "def f(:",
        "A = " + "(" * 5000,
    ],
)
def test_a_module_that_does_something_is_left_to_each_program(source: str) -> None:
    """Once for all it would be done at another time, by somebody else, or not at all."""
    assert not only_defines(NAME, source.encode())


def test_what_is_known_is_shared() -> None:
    """What ansible-core and the AWS collections do besides is no matter."""
    for name in ("ansible", "ansible.module_utils", "ansible.module_utils.basic", "ansible.module_utils.common.yaml"):
        assert only_defines(name, b"print('x')")
    assert only_defines("ansible_collections.amazon.aws.plugins.module_utils.ec2", b"print('x')")
    assert not only_defines("ansible.module_utils.ours", b"print('x')")
    assert not only_defines("ansible_collections.some.where.plugins.module_utils.basic", b"print('x')")


def test_what_needs_a_util_that_is_left_is_left_too(tmp_path: Path) -> None:
    """It would have been imported with it, or without."""
    files = {
        "ansible/__init__.py": "",
        "ansible/module_utils/__init__.py": "",
        "ansible/module_utils/acts.py": "import os\nPID = os.getpid()",
        "ansible/module_utils/needs.py": "from ansible.module_utils.acts import PID",
        "ansible/module_utils/tries.py": "try:\n    from ansible.module_utils.acts import PID\nexcept ImportError:\n    PID = 0",
        "ansible/module_utils/above.py": "from ansible.module_utils.tries import PID",
        "ansible/module_utils/defines.py": "ONE = 1",
    }
    say = """
import os, sys
from ansible.module_utils import above, defines, needs, tries
print({each.PID for each in (above, needs, tries)} == {os.getpid()})
shelf = sys.modules['_frozen_importlib']._ModuleLockManager.__enter__.shelf
print(sorted(name.rpartition('.')[2] for name in shelf.entries if name.startswith('ansible.module_utils.')))
"""
    warm = interpreter(tmp_path)
    for _time in range(2):
        result = warm.run(payload_program(files, say).encode())
        assert result.stdout.decode().splitlines() == ["True", "['defines']"], result


def test_what_a_program_takes_away_is_imported_anew(tmp_path: Path) -> None:
    """As by an interpreter that was started for it."""
    program = "import json, sys; first = json; del sys.modules['json']; import json; print(first is json)"
    assert interpreter(tmp_path, sys.executable).run(program.encode()).stdout == b"False\n"
