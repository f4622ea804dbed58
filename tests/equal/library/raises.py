# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ends with an exception."""

from __future__ import annotations

import builtins
import sys

from ansible.module_utils.basic import AnsibleModule


class OwnError(Exception):
    pass


class OwnBaseError(BaseException):
    pass


def nested() -> None:
    try:
        raise OwnError("inner")
    except OwnError as error:
        raise ValueError("outer") from error


def recursive() -> None:
    recursive()


def hooked() -> None:
    sys.excepthook = lambda _type, value, _traceback: print(f'{{"changed": false, "hooked": "{value}"}}')
    raise OwnBaseError("to the hook")


def raised(error: BaseException) -> None:
    raise error


def main() -> None:
    kinds = {
        "exception": lambda: raised(RuntimeError("made up")),
        "own": lambda: raised(OwnError("made up", 1)),
        "base": lambda: raised(OwnBaseError("made up")),
        "interrupt": lambda: raised(KeyboardInterrupt()),
        "generator": lambda: raised(GeneratorExit()),
        "memory": lambda: raised(MemoryError()),
        "group": lambda: raised(builtins.ExceptionGroup("two", [ValueError(1), KeyError(2)])),
        "nested": nested,
        "recursive": recursive,
        "hooked": hooked,
        "not ASCII": lambda: raised(RuntimeError("Größe \udce9 \u4e2d")),
    }
    module = AnsibleModule({"kind": {"choices": list(kinds)}})
    kinds[module.params["kind"]]()


if __name__ == "__main__":
    main()
