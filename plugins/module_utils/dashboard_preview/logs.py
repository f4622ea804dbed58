# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The query of a log widget, and the table, series and values that its results make.

Pure.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard_preview.content import (
    Point,
    Series,
    Table,
    Value,
    palette,
)

LANGUAGE: Final = "CWLI"
SOURCE: Final = re.compile(r"""\s*SOURCE\s+(['"])(.+?)\1\s*\|""", re.IGNORECASE)
# CloudWatch's handle on an event, of no use to a reader.
POINTER: Final = "@ptr"


def read_query(query: str) -> dict[str, Any]:
    """Return the log groups and the query proper, as StartQuery takes them."""
    groups = []
    while source := SOURCE.match(query):
        groups.append(source[2])
        query = query[source.end() :]
    request: dict[str, Any] = {"queryString": query.strip()}
    if any(group.startswith("arn:") for group in groups):
        return request | {"logGroupIdentifiers": [group.removesuffix(":*") for group in groups]}
    return request | ({"logGroupNames": groups} if groups else {})


def read_rows(rows: list[list[dict[str, str]]]) -> Table:
    """Return the table of a query's results; a row may lack columns that others have."""
    dicts = [{cell["field"]: cell.get("value", "") for cell in row if cell["field"] != POINTER} for row in rows]
    columns = list(dict.fromkeys(column for row in dicts for column in row))
    return Table(columns, [[row.get(column, "") for column in columns] for row in dicts])


def table_series(table: Table) -> list[Series]:
    """Return a series for each column of numbers over the column of times; none without such columns."""
    times = [_time(row) for row in _column(table, _time_column(table))]
    return [
        Series(
            label=table.columns[index],
            points=sorted(Point(time, float(row[index])) for time, row in zip(times, table.rows, strict=True) if time),
            color=palette(color),
        )
        for color, index in enumerate(_number_columns(table) if any(times) else [])
    ]


def table_values(table: Table) -> list[Value]:
    """Return the first column of numbers, by what the other columns name."""
    numbers = _number_columns(table)
    names = [index for index in range(len(table.columns)) if index not in numbers]
    return [
        Value(" ".join(row[index] for index in names) or table.columns[number], float(row[number]), palette(color))
        for number in numbers[:1]
        for color, row in enumerate(table.rows)
    ]


def _time_column(table: Table) -> int | None:
    return next((index for index in range(len(table.columns)) if all(map(_time, _column(table, index)))), None)


def _number_columns(table: Table) -> list[int]:
    return [index for index in range(len(table.columns)) if all(map(_is_number, _column(table, index)))]


def _column(table: Table, index: int | None) -> list[str]:
    return [] if index is None else [row[index] for row in table.rows]


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", text, re.ASCII) is not None and isfinite(float(text))


def _time(text: str) -> datetime | None:
    # Insights writes times as `2026-11-23 06:05:00.000`, in UTC.
    if not re.match(r"\d{4}-\d\d-\d\d ", text, re.ASCII):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
