# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells for each place that it is told whether it is its own payload's."""

from __future__ import annotations

import importlib.resources
import inspect
import os
import pkgutil
import sys
import traceback
import zipfile

from ansible.module_utils import knows_place, told_place
from ansible.module_utils.basic import AnsibleModule


def trace() -> list[str]:
    try:
        knows_place.function(1, 2)
    except TypeError:
        return traceback.format_exc().splitlines()
    return []


def main() -> None:
    module = AnsibleModule({})
    archive = os.path.dirname(os.path.dirname(os.path.dirname(knows_place.__file__)))
    places = {
        "file": knows_place.FILE,
        "folder": knows_place.FOLDER,
        "path": str(knows_place.PATH),
        "bytes": os.fsdecode(knows_place.BYTES),
        "table": knows_place.TABLE["file"][0],
        "object": knows_place.OBJECT.file,
        "queue": knows_place.QUEUE[0],
        "partial": knows_place.PARTIAL(),
        "first": knows_place.FIRST,
        "code": knows_place.CODE,
        "function": knows_place.function(),
        "function's code": knows_place.function.__code__.co_filename,
        "class": knows_place.Place.file,
        "method's code": knows_place.Place.__init__.__code__.co_filename,
        "instance": knows_place.INSTANCE.own,
        "closure": knows_place.CLOSURE(),
        "closure's code": knows_place.CLOSURE.__code__.co_filename,
        "told": told_place.TOLD[0],
        "told's own": told_place.OWN,
        "spec": knows_place.__spec__.origin,
        "loader": knows_place.__loader__.archive,
        "package": sys.modules["ansible.module_utils"].__path__[0],
        "package's spec": sys.modules["ansible"].__spec__.submodule_search_locations[0],
    }
    module.exit_json(
        archive_is_first=archive == sys.path[0],
        own={name: place.startswith(sys.path[0]) for name, place in places.items()},
        below={name: place.replace(archive, "") for name, place in places.items()},
        told=len(told_place.TOLD),
        source=inspect.getsource(knows_place),
        source_of_class=inspect.getsource(knows_place.Place),
        file=inspect.getfile(knows_place.function).replace(archive, ""),
        data=pkgutil.get_data("ansible.module_utils", "told_place.py").decode(),
        resource=(importlib.resources.files("ansible.module_utils") / "told_place.py").read_text(),
        files=sorted(each.name for each in importlib.resources.files("ansible.module_utils").iterdir()),
        modules=sorted(each.name for each in pkgutil.iter_modules(sys.modules["ansible.module_utils"].__path__)),
        archive=sorted(zipfile.ZipFile(archive).namelist()),
        names=sorted(vars(knows_place)),
        spec=repr(knows_place.__spec__),
        cached=str(knows_place.__spec__.cached),
        loaders=[type(knows_place.__loader__).__name__, knows_place.__loader__ is knows_place.__spec__.loader],
        trace=trace(),
        caches=sorted(each for each in sys.path_importer_cache if "payload" not in each),
    )


if __name__ == "__main__":
    main()
