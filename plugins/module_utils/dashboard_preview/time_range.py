# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time range of a dashboard or a widget: written relative to now (`-PT3H`, `P0D`) or in ISO 8601.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

# The console's default.
DEFAULT_START: Final = "-PT3H"
DURATION: Final = re.compile(
    r"(-?)P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?"
)
DAYS_OF_A_YEAR: Final = 365
DAYS_OF_A_MONTH: Final = 30
OFFSET: Final = re.compile(r"([+-])(\d\d)(\d\d)")
MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)


class TimeRangeError(ValueError):
    """A time range that can't be read."""


@dataclass(frozen=True)
class TimeRange:
    """From `start` until before `end`."""

    start: datetime
    end: datetime


def next_minute(time: datetime) -> datetime:
    """Return the time, rounded up to a whole minute: what was counted a moment ago is before it."""
    return time.replace(second=0, microsecond=0) + MINUTE


def read_range(now: datetime, *sources: Mapping[str, Any]) -> TimeRange:
    """Return the time range of the first source with a `start`; the last three hours when none has one.

    :raises TimeRangeError: it can't be read, or it ends before it starts.
    """
    source = next((source for source in sources if source.get("start")), {})
    start, end = source.get("start", DEFAULT_START), source.get("end") or "P0D"
    time_range = TimeRange(read_time("start", start, now), read_time("end", end, now))
    if time_range.start >= time_range.end:
        raise TimeRangeError(f"start {start!r} is not before end {end!r}: give an earlier start, or a later end")
    return time_range


def read_time(key: str, text: Any, now: datetime) -> datetime:
    """Return the time that the text means, in UTC.

    :raises TimeRangeError: it is neither a duration nor a time of ISO 8601.
    """
    if duration := DURATION.fullmatch(str(text)):
        try:
            return now + _delta(duration)
        except (OverflowError, ValueError) as error:
            raise TimeRangeError(f"{key} {str(text)[:40]!r} is longer ago than any time: give a later one") from error
    try:
        return read_iso(str(text))
    except (ValueError, OverflowError) as error:
        raise TimeRangeError(f"{key} {text!r} is no time: write -PT3H or -P7D, or 2026-11-23T06:00:00Z") from error


def read_iso(text: str) -> datetime:
    """Return a time of ISO 8601 in UTC.

    :raises ValueError: it is none.
    :raises OverflowError: in UTC it is before the year 1 or after 9999.
    """
    time = datetime.fromisoformat(text)
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)


def _delta(duration: re.Match[str]) -> timedelta:
    years, months, weeks, days, hours, minutes, seconds = (int(number or 0) for number in duration.groups()[1:])
    days += DAYS_OF_A_YEAR * years + DAYS_OF_A_MONTH * months
    delta = timedelta(days=days, weeks=weeks, hours=hours, minutes=minutes, seconds=seconds)
    return -delta if duration[1] else delta


def read_zone(text: Any) -> timezone:
    """Return the time zone that a widget's `timezone` (`+0130`) names; UTC when it names none."""
    match = OFFSET.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return UTC
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    if offset >= DAY:
        return UTC
    return timezone(-offset if match[1] == "-" else offset)


def local(time: datetime, zone: timezone) -> str:
    """Return the time as plotly.js reads it; it knows no time zones."""
    return time.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def shown_zone(zone: timezone) -> str:
    """Return the name of the zone: `UTC`, `UTC+01:30`."""
    return zone.tzname(None)
