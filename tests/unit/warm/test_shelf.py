# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an interpreter that waits has learned, and when it gives it to a program."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from ansible_collections.taskmanager.aws.plugins.plugin_utils._warm.client import Interpreter
from waiting import PYTHONS, anew, in_memory, interpreter, payload_program, wait_until, waited, waiting

PACKAGES = {"ansible/__init__.py": "", "ansible/module_utils/__init__.py": "", "ansible/modules/__init__.py": ""}
SHELF = "import sys; shelf = sys.modules['_frozen_importlib']._ModuleLockManager.__enter__.shelf\n"


@pytest.fixture
def warm(tmp_path: Path) -> Interpreter:
    """An interpreter that waits."""
    return interpreter(tmp_path / "base")


def said(warm: Interpreter, files: dict[str, str], main: str) -> str:
    """What a program with a payload says, which is run without a fault."""
    result = warm.run(payload_program({**PACKAGES, **files}, main).encode())
    assert result.status == 0, result
    return result.stdout.decode().strip()


def learned(warm: Interpreter, name: str) -> bool:
    """Whether a module is on the shelf."""
    return warm.run(f"{SHELF}print({name!r} in shelf.entries)".encode()).stdout == b"True\n"


@pytest.mark.parametrize("python", PYTHONS)
def test_a_module_finds_all_that_it_needs_in_sight(tmp_path: Path, python: str) -> None:
    """What comes back from the shelf refers to no module that does not come back with it."""
    util = "import boto3, concurrent.futures, logging.config, multiprocessing.managers, unittest.mock, xmlrpc.client"
    check = f"""{SHELF}
import types
def needed(name):
    return set(shelf._absent(name)) if name not in sys.modules else set()
lost = dict()
for name, entry in shelf.entries.items():
    near = [shelf.entries[each].module for each in needed(name)] + list(sys.modules.values())
    for value in vars(entry.module).values() if isinstance(entry.module, types.ModuleType) else ():
        if isinstance(value, types.ModuleType) and getattr(shelf.entries.get(value.__name__), "module", None) is value:
            if not any(value is each for each in near):
                lost.setdefault(name, []).append(value.__name__)
print(len(shelf.entries) > 100, lost)
"""
    files = {"ansible/module_utils/util.py": util.replace("boto3, ", "" if "venv" not in python else "boto3, ")}
    assert said(interpreter(tmp_path / "base", python), files, check) == "True {}"


def test_a_util_is_imported_once_for_all(warm: Interpreter) -> None:
    """Before the fork, though a program sees it come from its own payload."""
    files = {"ansible/module_utils/util.py": "def fail(): 1 / 0"}
    main = """
import ansible.module_utils.util as util, ansible.module_utils, traceback
at = path + "/ansible/module_utils/util.py"
print(shelf.entries["ansible.module_utils.util"].module is util)
print(util.__file__ == at, util.__spec__.origin == at, util.__loader__.archive == path)
print(ansible.module_utils.__path__ == [path + "/ansible/module_utils"])
print("def fail(): 1 / 0" in util.__loader__.get_source(util.__name__))
try:
    util.fail()
except ZeroDivisionError:
    print(at in traceback.format_exc())
"""
    for _time in range(2):
        assert said(warm, files, SHELF + main).split() == ["True"] * 7


def test_other_code_of_a_name_is_imported_anew(warm: Interpreter) -> None:
    """And so is what needs it, since that would have the other one."""

    def files(number: int) -> dict[str, str]:
        return {
            "ansible/module_utils/util.py": f"NUMBER = {number}",
            "ansible/module_utils/user.py": "from ansible.module_utils.util import NUMBER",
            "ansible/module_utils/other.py": "NUMBER = 'same'",
        }

    main = "from ansible.module_utils import other, user, util; print(util.NUMBER, user.NUMBER, other.NUMBER)"
    assert [said(warm, files(number), main) for number in (1, 2, 1, 3)] == [f"{n} {n} same" for n in (1, 2, 1, 3)]


def test_a_util_that_was_not_there_is_missed(warm: Interpreter) -> None:
    """A payload without it is not given what another one has brought, nor the other way around."""
    user = "try:\n    from ansible.module_utils.more import MORE\nexcept ImportError:\n    MORE = 'none'"
    files = {"ansible/module_utils/user.py": user}
    more = {**files, "ansible/module_utils/more.py": "MORE = 'more'"}
    main = "from ansible.module_utils.user import MORE; print(MORE)"
    assert [said(warm, each, main) for each in (files, more, files)] == ["none", "more", "none"]


@pytest.mark.parametrize(
    ("util", "main"),
    [
        ("import os; HERE = os.path.dirname(__file__)", "util.HERE == path + '/ansible/module_utils'"),
        ("import pathlib; HERE = pathlib.Path(__file__)", "str(util.HERE) == path + '/ansible/module_utils/util.py'"),
        ("HERE = {'x': [__file__]}", "util.HERE['x'][0].startswith(path)"),
        ("def here(at=__file__): return at", "util.here().startswith(path)"),
        ("class C:\n    at = __file__", "util.C.at.startswith(path)"),
        ("import sys; HERE = sys.path[0]", "util.HERE == path"),
        ("HERE = __spec__.origin", "util.HERE.startswith(path)"),
    ],
)
def test_a_util_knows_where_it_is(warm: Interpreter, util: str, main: str) -> None:
    """Even what it has worked out when it was imported."""
    files = {"ansible/module_utils/util.py": util}
    say = f"import ansible.module_utils.util as util; print({main})"
    assert [said(warm, files, say) for _ in range(2)] == ["True", "True"]


def test_a_util_that_fails_fails_each_time(warm: Interpreter) -> None:
    """In the program that imports it."""
    files = {"ansible/module_utils/util.py": "raise RuntimeError('always')"}
    say = "try:\n    import ansible.module_utils.util\nexcept RuntimeError as error:\n    print(error)"
    assert [said(warm, files, say) for _ in range(2)] == ["always", "always"]


def test_a_damaged_payload_is_the_programs_own(warm: Interpreter) -> None:
    """It fails in the program, as it would have."""
    text = (
        payload_program(PACKAGES, "import ansible").replace("zip_data='", "zip_data='AAAA").replace("AAAAUEs", "AAAA")
    )
    assert waited(warm, text) == anew(text)
    assert warm.run(b"print(2)").stdout == b"2\n"


@pytest.mark.parametrize("change", ["edited", "new", "gone"])
def test_a_library_that_changes_is_loaded_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    """As by a task that installs it in the middle of a run."""
    libraries = tmp_path / "libraries"
    libraries.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(libraries))
    library = libraries / "library_of_ours.py"
    if change != "new":
        library.write_text("VALUE = 'first'")
    warm = interpreter(tmp_path / "base")
    util = "try:\n    from library_of_ours import VALUE\nexcept ImportError:\n    VALUE = None"
    files = {"ansible/module_utils/util.py": util}
    say = "from ansible.module_utils.util import VALUE; print(VALUE)"
    assert said(warm, files, say) == ("None" if change == "new" else "first")
    if change == "gone":
        library.unlink()
    else:
        library.write_text("VALUE = 'the second'")
    assert said(warm, files, say) == ("None" if change == "gone" else "the second")
    wait_until(lambda: len(waiting(tmp_path / "base")) <= 3, "the interpreter of before has ended")  # and shells


def test_an_interpreter_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of its own is a change: not what it keeps, nor what it reads of that."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    seen = set()
    for name in ("one", "two"):  # with nothing kept, and with all
        warm = interpreter(tmp_path / name)
        for number, service in enumerate(("sqs", "sns", "sqs", "kms")):
            files = {
                "ansible/module_utils/util.py": "import boto3",
                f"ansible/module_utils/util_{number}.py": f"X = {number}",
                "ansible/modules/some.py": f"module.client('{service}')",
            }
            said(warm, files, "import ansible.module_utils.util")
            seen.add(min(waiting(tmp_path / name)))
    assert len(seen) == 2


@pytest.mark.parametrize("read", ["open({path!r}).read()", "pathlib.Path({path!r}).read_text()"])
def test_a_file_that_a_library_has_read_is_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: str) -> None:
    """As its settings, which it reads when it is imported."""
    settings, library = tmp_path / "settings", tmp_path / "libraries/library_of_ours.py"
    library.parent.mkdir()
    library.write_text(f"import pathlib\nVALUE = {read.format(path=str(settings))}")
    monkeypatch.setenv("PYTHONPATH", str(library.parent))
    warm = interpreter(tmp_path / "base")
    files = {"ansible/module_utils/util.py": "from library_of_ours import VALUE"}
    say = "from ansible.module_utils.util import VALUE; print(VALUE)"
    for value in ("first", "the second"):
        settings.write_text(value)
        assert said(warm, files, say) == value


def test_the_models_of_services_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And anew when a file in one of botocore's folders changes, or is new."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path / "data"))
    warm = interpreter(tmp_path / "base")
    files = {
        "ansible/module_utils/util.py": "import boto3",
        "ansible/modules/some.py": "module.client('sqs')",
    }
    say = """
import boto3, botocore.loaders
session = boto3.session.Session(region_name="eu-north-1")
loader = session._session.get_component("data_loader")
key = ("list_available_services", "service-2")
print(key in loader._cache, len(loader._cache), "made-up" in session.get_available_services())
"""
    assert said(warm, files, say) == "True 0 False"
    for folder in (tmp_path / "data", home / ".aws/models"):
        model = folder / "made-up/2020-01-01/service-2.json"
        model.parent.mkdir(parents=True)
        model.write_text("{}")
        assert said(warm, files, say) == "True 0 True"
        model.unlink()
        assert said(warm, files, say) == "True 0 False"


def test_a_profile_that_is_not_there_is_the_modules_own_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told by the module that uses it, and by nobody else."""
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    files = {"ansible/module_utils/util.py": "import boto3", "ansible/modules/some.py": "module.client('sqs')"}
    say = "import boto3\ntry: boto3.session.Session()\nexcept Exception as error: print(error)"
    assert "no-such-profile" in said(interpreter(tmp_path), files, say)


def test_no_credentials_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was made to learn from has none; clients are gone before the fork."""
    credentials = tmp_path / "credentials"
    credentials.write_text("[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = from-a-file\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    files = {"ansible/module_utils/util.py": "import boto3", "ansible/modules/some.py": "module.client('sqs')"}
    say = """
import boto3, botocore.credentials, botocore.client, gc
gc.unfreeze()
kinds = (botocore.credentials.Credentials, botocore.client.BaseClient)
print([each for each in gc.get_objects() if isinstance(each, kinds)], boto3.DEFAULT_SESSION)
"""
    warm = interpreter(tmp_path / "base")
    assert said(warm, files, say) == "[] None"
    found = in_memory(tmp_path / "base", [b"from-a-file", b"list_available_services"])
    assert found[b"from-a-file"] == 0
    assert found[b"list_available_services"] > 0  # it has learned


def test_code_is_compiled_once_for_all_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is kept by what is written in it; what was damaged is compiled again."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    files = {"ansible/module_utils/util.py": "X = 1"}
    say = "from ansible.module_utils.util import X; print(X)"
    assert said(interpreter(tmp_path / "one"), files, say) == "1"
    kept = list((tmp_path / "cache/taskmanager.aws/warm/code").iterdir())
    assert len(kept) == len(PACKAGES) + 1
    for path in kept:
        path.write_bytes(path.read_bytes()[:5])
    assert said(interpreter(tmp_path / "two"), files, say) == "1"
    assert all(path.stat().st_size > 5 for path in kept)
    assert sys.implementation.cache_tag in kept[0].name
