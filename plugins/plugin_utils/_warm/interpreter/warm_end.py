# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a program: what an interpreter does then, without taking to pieces what it shares with others.

After its exit handlers, an interpreter empties all modules. For those that came from the shelf this shows in nothing
but time (a third of a program's, since each page of memory that is written to is copied), unless it ends an object of
the program's own that would do something at its end.
"""

from __future__ import annotations

import atexit
import gc
import sys

from warm_shelf import Shelf


def prepare(shelf: Shelf) -> None:
    """Be the last exit handler of each program: the first one that is registered."""
    atexit.register(_forget, shelf)


def _forget(shelf: Shelf) -> None:
    """Have the interpreter not empty what is from the shelf, if that can't be noticed."""
    own = {type(each) for each in gc.get_objects()}  # what there was before the fork is frozen, and not among them
    if not any(hasattr(each, "__del__") for each in own):
        for name, entry in shelf.entries.items():
            if sys.modules.get(name) is entry.module:
                del sys.modules[name]
