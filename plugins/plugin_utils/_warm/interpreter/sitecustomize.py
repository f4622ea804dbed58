# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an interpreter is made to wait: each Python imports `sitecustomize` last, before it looks at its program.

The connection plugin starts the interpreter that `local` would start, with this folder in front of PYTHONPATH. The
interpreter waits in `warm_server.wait_for_program`, and only its forks return from there: each goes on as the
interpreter that it is, and reads its program from stdin. So whatever a program can see of a Python is a Python's own.

Without the variable, this file does nothing. It imports nothing but what each interpreter has loaded at this point, or
modules would see it: hence no `from __future__ import annotations` here, nor in warm_shelf.
"""

import os
import sys


def _restore_environment() -> None:
    """Have the environment and the path that the interpreter would have without us."""
    del os.environ["PYTHONPATH"]
    if "_TASKMANAGER_AWS_PYTHONPATH" in os.environ:
        os.environ["PYTHONPATH"] = os.environ.pop("_TASKMANAGER_AWS_PYTHONPATH")
    sys.path.remove(os.path.dirname(__file__))
    sys.path_importer_cache.pop(os.path.dirname(__file__), None)


def _import_the_one_behind() -> "BaseException | None":
    """Import the `sitecustomize` that this file stands before. Return what its import raises, if it does."""
    del sys.modules["sitecustomize"]
    try:
        __import__("sitecustomize")
    except BaseException as error:
        return error.with_traceback(None)
    return None


if "_TASKMANAGER_AWS_WARM" in os.environ:
    _owner, _folder = os.environ.pop("_TASKMANAGER_AWS_WARM").split(":", 1)
    _restore_environment()
    if sys.version_info < (3, 9) or not hasattr(os, "pidfd_open"):
        sys.exit("only a Python since 3.9 on Linux can wait")
    _raised = _import_the_one_behind()
    if _raised and getattr(_raised, "name", None) != __name__:  # a fault of it, which each interpreter is to tell
        raise _raised
    _modules, _path = dict(sys.modules), list(sys.path)
    sys.path.append(os.path.dirname(__file__))
    import warm_shelf

    _shelf = warm_shelf.Shelf(_modules, _path)
    with _shelf.filling:
        import warm_server
    sys.path.pop()
    warm_server.wait_for_program(_shelf, _folder, int(_owner))
    if _raised:
        raise _raised
