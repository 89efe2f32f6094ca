"""ISO 8601 durations on the calendar."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

_PARTS = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T.*)?")


def add(day: date, duration: str) -> date:
    """Return the day a duration later; a month's last days stay in their month.

    Hours and less do not move a date.

    >>> add(date(2026, 8, 31), "P6M")
    datetime.date(2027, 2, 28)
    """
    match = _PARTS.fullmatch(duration)
    if match is None:
        raise ValueError(f"not an ISO 8601 duration: {duration!r}")
    years, months, weeks, days = (int(part or 0) for part in match.groups())
    total = day.year * 12 + day.month - 1 + years * 12 + months
    year, month = divmod(total, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last)) + timedelta(weeks=weeks, days=days)
