# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Python modules that are loaded, but out of sight until somebody imports them.

A module on the shelf is neither in `sys.modules` nor an attribute of its package. When it is imported, it comes back
together with all that its own import had brought, so a program finds what a new interpreter would show it. Nothing is
given out while the import system could come to another answer, as when a folder was put in front of `sys.path`.

The import system is met in `_ModuleLockManager` and `_load_unlocked` of `importlib._bootstrap`, which are the same from
Python 3.9 to 3.14.
"""

import _warnings
import builtins
import os
import sys
from _frozen_importlib_external import PathFinder

PAYLOAD = "_payload.zip"  # how the file ends that Ansible writes a payload to
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType
    from typing import Any


_bootstrap: "Any" = sys.modules["_frozen_importlib"]


def _lists() -> "tuple[list[Any], ...]":
    """The lists of the interpreter that modules add to when they are imported."""
    return sys.meta_path, sys.path_hooks, _warnings.filters


def _environment() -> "dict[bytes, bytes]":
    return os.environ._data  # type: ignore[attr-defined] # to compare it without a copy


class Entry:
    """A module on the shelf."""

    def __init__(self) -> None:
        self.module: Any = None
        self.needs: set[str] = set()  # what its import imports, directly
        self.missing: set[str] = set()  # what its import looked for in vain
        self.added: list[tuple[int, bool, Any]] = []  # to which of _lists(), whether in front, and what
        self.is_attribute = False  # of its package
        self.is_whole = True  # unless it was refused something that it imports


class Shelf:
    """Modules out of sight, by name.

    `visible` is what a new interpreter has in `sys.modules`, and `path` is its `sys.path`. What is imported in
    the context `filling` goes onto the shelf. `serves` is asked before a module is given out, `placed` is told of it.
    """

    def __init__(self, visible: "dict[str, ModuleType]", path: "list[str]") -> None:
        # kept, so that each is there to be emptied when its program ends: the collector does not see what it has frozen
        self.visible = visible
        self.path = path
        self.lists = tuple(list(items) for items in _lists())
        self.entries: dict[str, Entry] = {}
        self.filling = Filling(self)
        self.serves: Callable[[str], bool] = lambda _name: True
        self.placed: Callable[[str, ModuleType], None] = lambda _name, _module: None
        self.itself = self  # a cycle, which is not collected once it is frozen: at their end, programs need not free it
        self.refused: frozenset[str] = frozenset()  # what is not imported while the shelf is filled
        self.given: set[str] = set()
        self.environment: dict[bytes, bytes] = {}
        self._meet_imports()

    def _meet_imports(self) -> None:
        """Have an import of what is not in sys.modules look at the shelf, before importlib looks there once more.

        It does so when it has the module's lock, which leaves no frame of ours in a traceback.
        """
        manager = _bootstrap._ModuleLockManager
        plain = manager.__enter__

        def enter(lock: "Any") -> None:
            if lock._name in self.refused:
                self.filling.refuse(lock._name)
            plain(lock)
            if lock._name not in sys.modules:
                self._restore(self._to_give(lock._name))

        enter.shelf = self  # type: ignore[attr-defined] # for tests
        manager.__enter__ = enter

    def begin(self) -> None:
        """From now on, give each module once: to the program that this process is to be."""
        self.put_away({})
        self.given.clear()
        self.environment = dict(_environment())

    def _to_give(self, name: str) -> "list[str]":
        """What comes back with a module; nothing if it is to be imported anew."""
        if name not in self.entries or name in self.given or not self.serves(name):
            return []
        if self.environment and self.environment != _environment():  # which an import may look at
            return []
        absent = self._absent(name)
        return absent if self._would_be_found(absent) else []

    def _absent(self, name: str) -> "list[str]":
        """A module and what its import would import that is not there yet; nothing if another one is there of it."""
        absent = {name: None}
        waiting = [name]
        while waiting:
            for need in self.entries[waiting.pop()].needs:
                if need in self.entries and need not in absent:
                    # with a module that is there, all that it needs is there
                    if need not in sys.modules and need not in self.given:
                        absent[need] = None
                        waiting.append(need)
                    elif sys.modules.get(need) is not self.entries[need].module:  # was imported anew, or taken away
                        return []
        return list(absent)

    def _would_be_found(self, names: "list[str]") -> bool:
        """Whether the import system would find these where it found them when the shelf was filled."""
        finders = self.lists[0]
        start = next((i for i in range(len(sys.path)) if sys.path[i : i + len(self.path)] == self.path), None)
        if start is None or sys.meta_path[: len(finders)] != finders:
            return False
        # such as the current folder; a payload has Ansible's code alone
        before = [entry for entry in sys.path[:start] if not entry.endswith(PAYLOAD)]
        found = (PathFinder.find_spec(root, before) for root in {name.partition(".")[0] for name in names} if before)
        return not any(spec and spec.loader for spec in found)

    def _restore(self, names: "list[str]") -> None:
        """Put modules where their import would have put them."""
        self.given.update(names)
        for each in names:
            sys.modules[each] = self.entries[each].module
        for each in names:
            entry = self.entries[each]
            parent, _dot, child = each.rpartition(".")
            if entry.is_attribute:
                setattr(sys.modules[parent], child, entry.module)
            for number, in_front, item in entry.added:
                items = _lists()[number]
                items.insert(0 if in_front else len(items), item)
            self.placed(each, entry.module)

    def put_away(self, entries: "dict[str, Entry]") -> None:
        """Hide all that a new interpreter would not have, and keep what is new: as one of the entries, or a new one."""
        hidden = {name: sys.modules.pop(name) for name in [name for name in sys.modules if name not in self.visible]}
        new = hidden.keys() - self.entries.keys()
        for name in new:
            entry = self.entries[name] = entries.get(name) or Entry()
            entry.module = hidden[name]
            entry.needs.add(name.rpartition(".")[0])
        for name in new - entries.keys():  # made by its parent's code, such as six.moves
            parent = name.rpartition(".")[0]
            if parent in self.entries:
                self.entries[parent].needs.add(name)
        for name in hidden:
            entry = self.entries[name]
            parent, _dot, child = name.rpartition(".")
            above = self.entries.get(parent)
            package = above.module if above else sys.modules.get(parent)
            comes_with_package = above and name in above.needs
            if not comes_with_package and getattr(package, "__dict__", {}).get(child) is entry.module:
                delattr(package, child)
                entry.is_attribute = True
        for items, pristine in zip(_lists(), self.lists):
            items[:] = pristine


class Filling:
    """Records, in a `with` block, which module's code imports what, and then puts all of it on the shelf.

    In a block within the block, the shelf is filled when the inner one ends as well.
    """

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.executing: list[Entry] = []  # innermost last
        self.executed: dict[str, Entry] = {}
        self.depth = 0

    def __enter__(self) -> None:
        self.shelf.given.clear()
        self.depth += 1
        if self.depth > 1:
            return
        self.executed = {}
        self.plain = builtins.__import__, _bootstrap._gcd_import, _bootstrap._load_unlocked
        builtins.__import__ = self._recording(self.plain[0], _statement)
        _bootstrap._gcd_import = self._recording(self.plain[1], _call)  # of importlib.import_module
        _bootstrap._load_unlocked = self._executing

    def __exit__(self, *_exception: "Any") -> None:
        self.depth -= 1
        if not self.depth:
            self._stop()
        self.shelf.put_away(self.executed)

    def refuse(self, name: str) -> None:
        """Fail an import. What is being imported is not as it would be with it, even if it goes on.

        :raises ImportError: in any case.
        """
        for entry in self.executing:
            entry.is_whole = False
        raise ImportError(f"{name} is left to the program", name=name)

    def _stop(self) -> None:
        builtins.__import__, _bootstrap._gcd_import, _bootstrap._load_unlocked = self.plain

    def _recording(self, plain: "Callable[..., Any]", imported: "Callable[..., Iterable[str]]") -> "Callable[..., Any]":
        def recording(*args: "Any", **options: "Any") -> "Any":
            if not self.executing:
                return plain(*args, **options)
            entry = self.executing[-1]
            try:
                result = plain(*args, **options)
            except ImportError as error:
                if error.name:
                    entry.missing.add(error.name)
                raise
            entry.needs.update(imported(*args, **options))
            return result

        return recording

    def _executing(self, spec: "Any") -> "ModuleType":
        """In place of `_load_unlocked`, which runs a module's code."""
        entry = self.executed[spec.name] = Entry()
        before = [list(items) for items in _lists()]
        self.executing.append(entry)
        try:
            return self.plain[2](spec)
        finally:
            self.executing.pop()
            self._remember_added(entry, before)

    def _remember_added(self, entry: Entry, before: "list[list[Any]]") -> None:
        """Remember what a module's code has added to the interpreter's lists, and not that of a module it imports."""
        for number, (items, old) in enumerate(zip(_lists(), before)):
            if items != old:
                theirs = [item for other in self.executed.values() for _number, _in_front, item in other.added]
                new = [item for item in items if item not in old and item not in theirs]
                entry.added.extend((number, items[0] is item, item) for item in new)


def _statement(
    name: str, importer: "Any" = None, _locals: "Any" = None, fromlist: "Any" = (), level: int = 0, **named: "Any"
) -> "Iterator[str]":
    """The names of all modules that an import statement has brought; `importer` is the namespace of who imports."""
    if level:
        name = _bootstrap._resolve_name(name, _bootstrap._calc___package__(importer or named["globals"]), level)
    fromlist = fromlist or ()
    yield from _with_parents(name)
    for item in fromlist:
        if f"{name}.{item}" in sys.modules:
            yield f"{name}.{item}"


def _call(name: str, package: "Any" = None, level: int = 0) -> "Iterator[str]":
    """The names of all modules that a call of importlib.import_module has brought."""
    return _with_parents(_bootstrap._resolve_name(name, package, level) if level else name)


def _with_parents(name: str) -> "Iterator[str]":
    while name:
        yield name
        name = name.rpartition(".")[0]
