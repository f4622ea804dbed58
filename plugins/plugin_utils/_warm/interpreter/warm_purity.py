# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the import of a module_util does nothing but define things, whenever and by whomever it is imported.

What an import does besides (a patch of a library, an exit handler, a look at the clock) would be done once for all
programs, at another time. So a module_util is imported before the fork only if its source tells that it defines things
alone: functions, classes, and values that are made of constants and of a few functions. Those of ansible-core and of
the AWS collections, which do more, are known to be good.
"""

from __future__ import annotations

import ast
import re

KNOWN = re.compile(
    r"ansible(\.module_utils)?$|ansible_collections(\.\w+){0,4}$"
    r"|ansible\.module_utils\.(_internal|_text|api|ansible_release|basic|common|compat|distro|facts|parsing|six|urls)\b"
    r"|ansible_collections\.(amazon|community|taskmanager)\.aws\.plugins\.module_utils\b"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


# by the last part of the name that is called
CALLS = _words("""
    abs all any auto bool bytes cast chr compile defaultdict dict encode enumerate field filter float format frozenset
    int isinstance issubclass join len list lru_cache map max min namedtuple NewType object ord OrderedDict ParamSpec
    partial range repr reversed set sorted split str timedelta tuple type TypeVar union wraps zip
""")
DECORATORS = _words("""
    abstractmethod cache cached_property classmethod contextmanager dataclass deleter final getter lru_cache overload
    property setter staticmethod total_ordering unique wraps
""")
METACLASSES = frozenset({"ABCMeta", "EnumMeta", "EnumType"})
# what is different for each program, or from one moment to the next
ATTRIBUTES = frozenset({"argv", "environ", "modules", "stderr", "stdin", "stdout"})
PLAIN = (ast.Import, ast.ImportFrom, ast.Pass, ast.Raise)


def only_defines(name: str, source: bytes) -> bool:
    """Whether the import of a module does nothing but define things."""
    if KNOWN.match(name):
        return True
    try:
        return _all_define(ast.parse(source).body)
    except (SyntaxError, ValueError, RecursionError):
        return False


def _all_define(body: list[ast.stmt]) -> bool:
    return all(_defines(statement) for statement in body)


def _defines(statement: ast.stmt) -> bool:
    """Whether a statement that is run by an import does nothing but define things."""
    if isinstance(statement, PLAIN):
        return True
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        defaults = [*statement.args.defaults, *filter(None, statement.args.kw_defaults)]
        return _all_decorate(statement.decorator_list) and all(map(_is_plain, defaults))
    if isinstance(statement, ast.ClassDef):
        return _defines_class(statement)
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return all(map(_is_name, targets)) and (statement.value is None or _is_plain(statement.value))
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.If):
        return _is_plain(statement.test) and _all_define(statement.body) and _all_define(statement.orelse)
    if isinstance(statement, ast.Try):
        bodies = [statement.body, statement.orelse, statement.finalbody]
        return all(map(_all_define, bodies + [handler.body for handler in statement.handlers]))
    return False


def _defines_class(statement: ast.ClassDef) -> bool:
    metaclasses = [keyword.value for keyword in statement.keywords if keyword.arg == "metaclass"]
    hooks = {"__init_subclass__", "__set_name__", "__class_getitem__"}
    return (
        all(_called(metaclass) in METACLASSES for metaclass in metaclasses)
        and len(metaclasses) == len(statement.keywords)
        and _all_decorate(statement.decorator_list)
        and all(map(_is_plain, statement.bases))
        and not any(getattr(each, "name", None) in hooks for each in statement.body)
        and _all_define(statement.body)
    )


def _all_decorate(decorators: list[ast.expr]) -> bool:
    return all(
        _called(getattr(each, "func", each)) in DECORATORS and _is_plain(each, DECORATORS) for each in decorators
    )


def _is_name(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) or (isinstance(target, ast.Tuple) and all(map(_is_name, target.elts)))


def _is_plain(expression: ast.AST, calls: frozenset[str] = CALLS) -> bool:
    """Whether an expression is made of constants, names and the functions that are known to have no effect."""
    if isinstance(expression, ast.Lambda):
        return True
    if isinstance(expression, (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)):
        return False
    if isinstance(expression, ast.Call) and _called(expression.func) not in calls:
        return False
    if isinstance(expression, ast.Attribute) and expression.attr in ATTRIBUTES:
        return False
    return all(_is_plain(child) for child in ast.iter_child_nodes(expression))


def _called(function: ast.AST) -> str | None:
    """The last part of the name of what is called."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else None
