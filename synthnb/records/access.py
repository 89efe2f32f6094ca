"""Access to encrypted tables: what the policy allows in general, and what one person was granted.

Grant(to="Rosa Reader", purpose="Fraud model 7", until=date(2027, 3, 1), hours="08-18", ...)
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from synthnb.records.base import SCHEMA_VERSION, Digest, Prose, Record
from synthnb.records.incident import Line
from synthnb.records.people import AgeRecipient


def _hours(text: str) -> str:
    match = re.fullmatch(r"(\d\d)-(\d\d)", text)
    if not match or int(match[1]) > 23 or int(match[2]) > 24 or match[1] == match[2]:
        raise ValueError("expected hours of the day in UTC, such as 08-18 or 22-06; 00-24 for all")
    return text


Hours = Annotated[str, AfterValidator(_hours)]
"""Hours of the day in UTC: from the first, until just before the second."""


def within(hours: str, when: datetime) -> bool:
    """Return whether a time lies within hours of the day.

    >>> within("22-06", datetime(2027, 1, 1, 5, 59, tzinfo=UTC))
    True
    >>> within("08-18", datetime(2027, 1, 1, 18, 0, tzinfo=UTC))
    False
    """
    first, last = (int(part) for part in hours.split("-"))
    hour = when.astimezone(UTC).hour
    return first <= hour < last if first < last else hour >= first or hour < last


class AccessRules(Record):
    """How far access to encrypted tables may go, whoever has it."""

    hours: Hours = Field("00-24", description="Hours (UTC) of a grant that names none")
    days: int = Field(366, ge=1, description="Longest time that a grant may last")
    accesses_per_day: int = Field(10, ge=1, description="By one person, over all tables")
    accesses_per_week: int = Field(30, ge=1, description="By one person, in any seven days")
    rows_per_week: int | None = Field(
        None, ge=1, description="Read by one person in any seven days; no limit if empty"
    )
    outside: Literal["block", "warn"] = Field(
        "block", description="What access beyond hours or volume does; it is flagged either way"
    )
    reason: Prose = "Enough for daily work; somebody who copies everything stands out."


class Grant(Record):
    """One person may read one table, for one purpose, until a day."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    id: str = Field(pattern=r"^[0-9a-f]{16}$")
    dossier: str
    version: str
    table: Digest = Field(description="sha256 of the table's file")
    sealed: Digest = Field(description="sha256 of the encrypted file")
    to: Prose
    recipient: AgeRecipient
    purpose: Line
    given: datetime
    until: date = Field(description="The last day, in UTC")
    hours: Hours = "00-24"
    rows: int | None = Field(None, ge=1, description="Most rows in a day; no limit if empty")
    by: tuple[Prose, ...] = Field(min_length=1, description="Who granted it")
