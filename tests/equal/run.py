# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a playbook of this folder with a connection, in a folder of its own and with nothing of the user's."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from compare import Record, differences, faults, load

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LOCAL, WARM = "ansible.builtin.local", "taskmanager.aws.warm"
# what a playbook is about, where a setting of the whole run is
SETTINGS = {
    "kept_files": {"ANSIBLE_KEEP_REMOTE_FILES": "true"},
    "libraries": {"PYTHONPATH": "{work}/site"},
    "tracebacks": {"ANSIBLE_DISPLAY_TRACEBACK": "always"},
    "strategy_free": {"ANSIBLE_FORKS": "4"},
    "strategy_host_pinned": {"ANSIBLE_FORKS": "2"},
    "strategy_linear": {"ANSIBLE_FORKS": "4"},
}
PLAYBOOKS = sorted(path.stem for path in HERE.glob("*.yml") if path.stem != "inventory")


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, says nothing, and always the same of itself."""

    server_version, sys_version = "files", ""

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def served() -> Iterator[int]:
    """The port of a web server on this machine, with the files of `files/`."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(HERE / "files"))) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


def pythons() -> list[str]:
    """The interpreters of this machine, other than that of the tests."""
    paths = Path.home().glob(".pyenv/versions/3.*/bin/python3")
    return ["/usr/bin/python3", *sorted(str(path) for path in paths if int(path.parts[-3].split(".")[1]) >= 9)]


def run(playbook: str, connection: str, folder: Path, port: int) -> list[Record]:
    """The results of a playbook. The folder is made anew, so that its name can be the same for both connections."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("home", "library"):
        (folder / name).mkdir(parents=True)
    (folder / "ansible.cfg").touch()  # in place of any other
    binary = folder / "library/binary_module"
    subprocess.run(["gcc", "-o", binary, HERE / "files/binary_module.c"], check=True)
    variables = {
        "compared_connection": connection,
        "pythons": pythons(),
        "server_port": port,
        "work": str(folder / "work"),
    }
    environment = {
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_LIBRARY": str(folder / "library"),
        "ANSIBLE_PIPELINING": "true",
        "ANSIBLE_REMOTE_TMP": str(folder / "home/.ansible/tmp"),
        "DUMP": str(folder / "results"),
        "HOME": str(folder / "home"),
        "LANG": "C.UTF-8",
        "PATH": f"{Path(sys.executable).parent}:/usr/sbin:/usr/bin:/sbin:/bin",
        **{name: value.format(work=variables["work"]) for name, value in SETTINGS.get(playbook, {}).items()},
    }
    command = [
        str(Path(sys.executable).with_name("ansible-playbook")),
        str(HERE / f"{playbook}.yml"),
        f"--inventory={HERE / 'inventory.yml'}",
        f"--extra-vars={json.dumps(variables)}",
    ]
    with (folder / "output").open("wb") as output:
        subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    assert (folder / "results").exists(), (folder / "output").read_text()
    is_warm = (folder / "home/.cache/taskmanager.aws/warm/code").is_dir()
    assert is_warm == (connection == WARM and playbook != "kept_files"), (folder / "output").read_text()
    return load(folder / "results")


def compare(playbook: str, folder: Path, port: int, connection: str = WARM) -> tuple[int, list[str]]:
    """How many results a playbook has, and what differs in them between `local` and another connection."""
    expected = run(playbook, LOCAL, folder, port)
    assert not faults(expected), faults(expected)
    found = run(playbook, connection, folder, port)
    return len(expected), differences(expected, found)


if __name__ == "__main__":
    with served() as a_port:
        for name in sys.argv[3:]:
            count, said = compare(name, Path(sys.argv[1]), a_port, sys.argv[2])
            print(f"{name}: {count} results compared, {len(said)} different")
            print("\n".join(said))
