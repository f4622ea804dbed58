# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Defines what depends on the module that it is defined in."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import pickle
import sys
import typing

from ansible.module_utils.basic import AnsibleModule


@dataclasses.dataclass
class Point:
    x: int
    scale: typing.ClassVar[int] = 3
    others: list[int] = dataclasses.field(default_factory=list)


class Colour(enum.Enum):
    RED = 1


def main() -> None:
    module = AnsibleModule({})
    module.exit_json(
        point=repr(pickle.loads(pickle.dumps(Point(1)))),  # what it has just dumped
        colour=repr(pickle.loads(pickle.dumps(Colour.RED))),
        source=inspect.getsource(Point),
        file=inspect.getfile(Point),
        hints=str(typing.get_type_hints(Point)),
        is_main=sys.modules["__main__"].__dict__ is globals(),
        main=sorted(vars(sys.modules["__main__"])),
    )


if __name__ == "__main__":
    main()
