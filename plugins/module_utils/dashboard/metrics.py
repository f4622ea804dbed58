# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows of a metric widget's `metrics`: written as mappings, shortened with `.` and `...`, or in full.

Pure. The array form is "Metric Widget: Format for Each Metric in the Array" of AWS's dashboard body structure; `...` is
not in that text, but the console writes it: it repeats the previous row up to the dimension values that follow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

SAME: Final = "."
SAME_UP_TO: Final = "..."
# How a row is written as a mapping: these three, and besides them what the array form has in its last, an object.
MAPPING_KEYS: Final = ("namespace", "metric_name", "dimensions")


class MetricRowError(ValueError):
    """A row that can't be read; its text says what is wrong, `index` which row it is."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index = index


@dataclass(frozen=True)
class Metric:
    """One row in full: a metric, or with an `expression` among the options what is computed.

    :param names: namespace, metric name, and names and values of the dimensions in turn; empty for an expression.
    :param options: what the row's last object holds: `stat`, `period`, `id`, `label`, `color`, `yAxis`, `visible`, ...
    """

    names: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def namespace(self) -> str:
        """The namespace; empty for an expression."""
        return self.names[0] if self.names else ""

    @property
    def metric_name(self) -> str:
        """The name of the metric; empty for an expression."""
        return self.names[1] if self.names else ""

    @property
    def dimensions(self) -> dict[str, str]:
        """The dimensions by name."""
        return dict(zip(self.names[2::2], self.names[3::2], strict=True))

    @property
    def expression(self) -> str | None:
        """The expression, or None for a metric."""
        return self.options.get("expression")

    @property
    def row(self) -> list[Any]:
        """The array form, in full."""
        return [*self.names, self.options] if self.options else list(self.names)


def as_row(entry: Any) -> Any:
    """Return the array form of a row that is written as a mapping; anything else as it is."""
    if not isinstance(entry, dict):
        return entry
    dimensions = entry.get("dimensions") or {}
    pairs = dimensions.items() if isinstance(dimensions, dict) else [("dimensions", dimensions)]
    names = [entry[key] for key in MAPPING_KEYS[:2] if key in entry] + [part for pair in pairs for part in pair]
    options = {key: value for key, value in entry.items() if key not in MAPPING_KEYS}
    return [*names, options] if options else names


def read_metrics(rows: list[Any]) -> list[Metric]:
    """Return the rows in full.

    :raises MetricRowError: the first row that is no metric and no expression.
    """
    metrics: list[Metric] = []
    previous: tuple[str, ...] = ()  # expressions don't count
    for index, row in enumerate(rows):
        try:
            metric = read_metric(row, previous)
        except ValueError as error:
            raise MetricRowError(index, str(error)) from error
        previous = metric.names or previous
        metrics.append(metric)
    return metrics


def read_metric(row: Any, previous: tuple[str, ...]) -> Metric:
    """Return one row in full, given the names of the one before.

    :raises ValueError: it is no metric and no expression; the text says why.
    """
    if isinstance(row, dict) and "expression" not in row and not row.keys() >= set(MAPPING_KEYS[:2]):
        raise ValueError("must have namespace and metric_name, or an expression")
    if isinstance(row, dict) and not isinstance(row.get("dimensions") or {}, dict):
        raise ValueError("its dimensions must be a mapping of names to values, such as {InstanceId: i-1}")
    row = as_row(row)
    if not isinstance(row, list):
        raise ValueError("must be a list: namespace, metric name, dimension names and values, and an object of options")
    names, options = (row[:-1], row[-1]) if row and isinstance(row[-1], dict) else (row, {})
    if not all(isinstance(name, str) for name in names):
        raise ValueError("each entry must be a string, and only the last may be an object")
    if misplaced := [key for key in ("dimensions", "dimension") if key in options]:
        raise ValueError(
            f"{misplaced[0]} is no option: dimensions are names and values in turn, before the last object"
        )
    if "expression" in options:
        if names:
            raise ValueError("a row with an expression must be that one object")
        return Metric((), options)
    return Metric(_without_shorthand(names, previous), options)


def _without_shorthand(names: list[str], previous: tuple[str, ...]) -> tuple[str, ...]:
    if SAME_UP_TO in names:
        names = _filled_up(names, previous)
    if len(names) < 2:
        raise ValueError("must have a namespace and a metric name, or be one object with an expression")
    if len(names) % 2:
        raise ValueError(f"the dimension {names[-1]!r} must have a value")
    if any(name == SAME and index >= len(previous) for index, name in enumerate(names)):
        raise ValueError('"." repeats what the row before has at its place: that row has nothing there')
    return tuple(previous[index] if name == SAME else name for index, name in enumerate(names))


def _filled_up(names: list[str], previous: tuple[str, ...]) -> list[str]:
    rest = names[1:]
    if names[0] != SAME_UP_TO or SAME_UP_TO in rest:
        raise ValueError('"..." must be the first entry, and stand there once')
    if len(rest) > len(previous):
        raise ValueError('"..." repeats the beginning of the row before: that row is too short')
    return [*previous[: len(previous) - len(rest)], *rest]
