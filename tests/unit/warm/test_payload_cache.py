# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A payload that an earlier run has built is used as long as nothing that it was built from has changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.taskmanager.aws.plugins.plugin_utils._warm.folder_hashes import FolderHashes
from ansible_collections.taskmanager.aws.plugins.plugin_utils._warm.interpreter.warm_folder import Folder

ROOT = Path(__file__).resolve().parents[3]
MODULE = """
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.some.where.plugins.module_utils.words import WORDS
try:
    from ansible_collections.some.other.plugins.module_utils.more import MORE
except ImportError:
    MORE = "no more"
try:
    from ansible_collections.some.where.plugins.module_utils.later import LATER
except ImportError:
    LATER = "not yet"
from ansible.module_utils.ours import OURS
AnsibleModule({}).exit_json(said=[WORDS, MORE, LATER, OURS, "module"])
"""


class Run:
    """A folder with a playbook, a collection and a cache, in which one can run the playbook."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.collection = folder / "collections/ansible_collections/some/where"
        self.kept = folder / "cache/taskmanager.aws/warm/payloads"
        self.write("collections/ansible_collections/some/where/plugins/modules/say.py", MODULE)
        self.write("collections/ansible_collections/some/where/plugins/module_utils/words.py", 'WORDS = "words"')
        self.write("collections/ansible_collections/some/where/meta/runtime.yml", "requires_ansible: '>=2.17'")
        self.write("module_utils/ours.py", 'OURS = "ours"')
        self.write("play.yml", "- {hosts: all, gather_facts: false, tasks: [{some.where.say: }]}")

    def write(self, path: str, content: str) -> None:
        """Write a file, with its folders."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(content)

    def said(self) -> list[str]:
        """What the module says in a run."""
        home = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE")}
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("ansible-playbook")),
                *("-i", "here,", "-e", "ansible_connection=taskmanager.aws.warm"),
                *("-e", "ansible_python_interpreter={{ansible_playbook_python}}", "play.yml"),
            ],
            cwd=self.folder,
            env=home
            | {
                "ANSIBLE_COLLECTIONS_PATH": f"{self.folder}/collections:{ROOT}/collections",
                "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
                "XDG_CACHE_HOME": str(self.folder / "cache"),
                "ANSIBLE_LOCAL_TEMP": str(self.folder / "temporary"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        said: list[str] = json.loads(done.stdout)["plays"][0]["tasks"][0]["hosts"]["here"]["said"]
        return said

    def keys(self) -> dict[str, bytes]:
        """What is kept, by what it is kept under."""
        return {path.name: path.read_bytes() for path in self.kept.iterdir()}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A folder after a first run."""
    first = Run(tmp_path)
    assert first.said() == ["words", "no more", "not yet", "ours", "module"]
    assert len(first.keys()) == 1
    return first


def test_a_second_run_builds_nothing(run: Run) -> None:
    """What is kept is used, and kept on: a payload that is built again has other times in it."""
    before = run.keys()
    assert run.said() == ["words", "no more", "not yet", "ours", "module"]
    assert run.keys() == before


def test_what_is_kept_is_what_is_used(run: Run) -> None:
    """Else the tests below would say nothing: the module's payload comes out of the cache."""
    (path,) = run.kept.iterdir()
    header, _end, _content = path.read_bytes().partition(b"\n")
    path.write_bytes(header + b"\nno payload")
    with pytest.raises(AssertionError):
        run.said()


OTHER = "collections/ansible_collections/some/other/plugins/module_utils/more.py"
WHERE = "collections/ansible_collections/some/where"


@pytest.mark.parametrize(
    ("change", "position", "word"),
    [
        (lambda run: run.write(f"{WHERE}/plugins/module_utils/words.py", 'WORDS = "other"'), 0, "other"),
        (lambda run: run.write(OTHER, 'MORE = "more now"'), 1, "more now"),
        (lambda run: run.write(f"{WHERE}/plugins/module_utils/later.py", 'LATER = "now"'), 2, "now"),
        (lambda run: run.write("module_utils/ours.py", 'OURS = "theirs"'), 3, "theirs"),
        (lambda run: run.write(f"{WHERE}/plugins/modules/say.py", MODULE.replace('"module"', '"edited"')), 4, "edited"),
        (
            lambda run: (
                run.write(OTHER, 'LATER = "from elsewhere"'),
                run.write(
                    f"{WHERE}/meta/runtime.yml",
                    "plugin_routing: {module_utils: {later: {redirect: some.other.more}}}",
                ),
            ),
            2,
            "from elsewhere",
        ),
    ],
    ids=["a file", "another collection", "a new file", "beside the playbook", "the module", "a redirection"],
)
def test_a_change_between_two_runs_is_seen(run: Run, change: Callable[[Run], object], position: int, word: str) -> None:
    """In a file that was read, and in one that was looked for in vain."""
    change(run)
    assert run.said()[position] == word


def test_a_change_that_keeps_size_and_time_is_seen(run: Run) -> None:
    """It goes by content."""
    path = run.collection / "plugins/module_utils/words.py"
    found = path.stat()
    path.write_text('WORDS = "swore"'[: found.st_size])
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert path.stat().st_size == found.st_size
    assert run.said()[0] == "swore"


def test_hashes_go_by_content_and_place(tmp_path: Path) -> None:
    """Of all Python files at any depth, and are remembered by what stat says."""
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep/a.py").write_text("1")
    hashes = FolderHashes(tmp_path / "memory")
    one = hashes.of(str(folder))
    assert FolderHashes(tmp_path / "memory").of(str(folder)) == one
    (folder / "deep/a.py").rename(folder / "a.py")
    two = FolderHashes(tmp_path / "memory").of(str(folder))
    (folder / "a.py").write_text("2")
    three = FolderHashes(tmp_path / "memory").of(str(folder))
    assert len({one, two, three, hashes.of(str(tmp_path / "none"))}) == 4


def test_a_damaged_memory_is_as_none(tmp_path: Path) -> None:
    """It is for speed alone."""
    (tmp_path / "memory").write_text("{")
    assert FolderHashes(tmp_path / "memory").of(str(tmp_path))


def test_a_folder_is_private_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not used for the longest time goes first."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = Folder.of_user("some", "thing")
    assert folder
    assert Path(folder.path).stat().st_mode & 0o777 == 0o700
    for number, name in enumerate("abc"):
        folder.write(name, b"x" * 10)
        os.utime(Path(folder.path, name), (number, number))
    assert folder.read("a") == b"x" * 10
    folder.prune(most=25)
    assert sorted(os.listdir(folder.path)) == ["a", "c"]
    assert folder.read("b") is None


def test_a_folder_that_others_can_write_to_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor one above which they can put another in its place: what is kept is run."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "open"))
    (tmp_path / "open").mkdir(mode=0o777)
    (tmp_path / "open").chmod(0o777)
    assert Folder.of_user("warm") is None
    (tmp_path / "open").chmod(0o700)
    folder = Folder.of_user("warm")
    assert folder
    Path(folder.path).chmod(0o750)
    assert Folder.of_user("warm") is None
    if os.geteuid() == 0:
        Path(folder.path).chmod(0o700)
        os.chown(tmp_path / "open", 65534, 65534)
        assert Folder.of_user("warm") is None
