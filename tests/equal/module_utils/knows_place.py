# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Knows where it was imported from, in many ways."""

from __future__ import annotations

import functools
import os
import sys
from collections import deque
from pathlib import Path
from types import SimpleNamespace

from ansible.module_utils import told_place

FILE = __file__
FOLDER = os.path.dirname(__file__)
PATH = Path(__file__)
BYTES = os.fsencode(__file__)
TABLE = {"file": [__file__]}
OBJECT = SimpleNamespace(file=__file__)
QUEUE = deque([__file__])
PARTIAL = functools.partial(str, __file__)
FIRST = sys.path[0]
CODE = (lambda: None).__code__.co_filename


def function(file: str = __file__) -> str:
    """The file, by default."""
    return file


def closure(file: str) -> object:
    """A function that knows the file."""
    return lambda: file


class Place:
    """An object that knows the file."""

    file = __file__

    def __init__(self) -> None:
        self.own = __file__


CLOSURE = closure(__file__)
INSTANCE = Place()
told_place.tell(__file__)
