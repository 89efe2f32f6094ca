"""Incidents: what went wrong with released data, who must be told until when, and what was done.

An incident is opened by one signed statement and told further by others; nothing in them is ever
changed. The clock of a notification starts when the incident became known (GDPR, Art. 33(1)).
"""

from __future__ import annotations

import re
from datetime import UTC, date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from synthnb.records.base import SCHEMA_VERSION, Fault, FaultsError, Prose, Record
from synthnb.records.guidance import why

IncidentKind = Literal[
    "personal-data-breach", "re-identification", "integrity", "misuse", "availability", "other"
]
Severity = Literal["low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")
_TARGET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}(?:/\d+\.\d+\.\d+)?")


def at_least(severity: str, floor: str) -> bool:
    """Return whether a severity is another or worse; a word that is none never is.

    >>> at_least("high", "high"), at_least("medium", "high"), at_least("hihg", "low")
    (True, False, False)
    """
    order = list[str](SEVERITIES)
    return severity in order and order.index(severity) >= order.index(floor)


def _printable(text: str) -> str:
    if not text.replace("\n", "").isprintable():
        raise ValueError("holds characters that cannot be printed")
    return text


def _line(text: str) -> str:
    if "\n" in text:
        raise ValueError("is more than one line")
    return _printable(text)


def _target(text: str) -> str:
    if not _TARGET.fullmatch(text):
        raise ValueError("expected DOSSIER or DOSSIER/VERSION, e.g. loanapp/1.0.0")
    return text


Text = Annotated[Prose, AfterValidator(_printable)]
"""What a person wrote, on one line or more."""

Line = Annotated[Prose, AfterValidator(_line)]
"""What a person wrote, on one line."""

Target = Annotated[str, AfterValidator(_target)]
"""One release, ``DOSSIER/VERSION``, or every release of a dossier."""

Moment = Annotated[AwareDatetime, AfterValidator(lambda time: time.astimezone(UTC))]
"""A time whose zone is known, in UTC."""

IncidentId = Annotated[str, Field(pattern=r"^INC-\d{4}-\d{3,}$")]


class Duty(Record):
    """Somebody who must be told."""

    to: Line
    role: Line = Field(description="Who sees to it")
    due: Moment | None = Field(None, description="Until when; empty: without undue delay")


class CorrectiveAction(Record):
    """Something that must be done so that it does not happen again."""

    what: Line = Field(
        description="What must be done",
        examples=["Withdraw the release and ask its holders to delete it"],
        json_schema_extra=why("An incident that changes nothing happens again."),
    )
    owner: Line = Field(
        description="Who does it",
        examples=["Olivia Owner"],
        json_schema_extra=why("What everybody should do, nobody does.", "person"),
    )
    due: date = Field(
        description="Until when",
        examples=["2026-12-15"],
        json_schema_extra=why("It is shown as overdue from then on."),
    )


class Completed(Record):
    """A corrective action, by its number, that is done."""

    action: int = Field(ge=1)
    on: date


class Notice(Record):
    """Somebody was told; where that was late, why (GDPR, Art. 33(1))."""

    to: Line
    at: Moment
    late_because: str = ""


class Waiver(Record):
    """Somebody need not be told, e.g. because a risk to anybody is unlikely (Art. 33(1))."""

    to: Line
    because: Text


class IncidentDraft(Record):
    """What is to be said about an incident before anybody signs it."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    kind: IncidentKind = Field(
        description="What it looks like today; it may be corrected later",
        examples=["re-identification"],
        json_schema_extra=why("The policy says for each kind who must be told."),
    )
    severity: Severity = Field(
        description="How bad it could become for people",
        examples=["high"],
        json_schema_extra=why("Some must be told only of what is severe. In doubt, the worse."),
    )
    title: Line = Field(
        description="What it is, on one line",
        examples=["A reader found a row that resembles a real applicant"],
        json_schema_extra=why("It stands on the page of every release that is affected."),
    )
    description: Text = Field(
        description="What happened; name nobody whose data are concerned",
        examples=["A student compared row 812 with a court file and found eight equal values."],
        json_schema_extra=why("It is kept for ever, so it must not become a breach of its own."),
    )
    affects: tuple[Target, ...] = Field(
        min_length=1,
        description="DOSSIER or DOSSIER/VERSION",
        examples=[["loanapp/1.0.0"]],
        json_schema_extra=why("Readers of these releases see the incident.", "release"),
    )
    found_by: Line = Field(
        description="Who found it",
        examples=["A reader of the datasheet"],
        json_schema_extra=why("Whoever looked into it may have to be asked again."),
    )
    happened: Moment | None = Field(
        None,
        description="When it happened, if that is known",
        examples=["2026-11-01T18:00Z"],
        json_schema_extra=why("It tells who had the data at that time."),
    )
    known: Moment = Field(
        description="When it became known: notification deadlines start here",
        examples=["2026-11-02T09:30Z"],
        json_schema_extra=why("GDPR, Art. 33(1): 72 hours from the time at which you knew."),
    )
    actions: tuple[CorrectiveAction, ...] = Field(
        (),
        description="What must be done so that it does not happen again",
        json_schema_extra=why("The incident cannot be closed before they are done."),
    )


class Incident(IncidentDraft):
    """What whoever opened an incident said."""

    id: IncidentId
    duties: tuple[Duty, ...] = Field((), description="As the policy asked on that day")
    by: Line = Field(description="Who opened and signed it")
    time: Moment

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        faults: list[Fault] = []
        if self.known > self.time:
            faults.append((("known",), "lies in the future"))
        if self.happened is not None and self.happened > self.known:
            faults.append((("happened",), "is after it became known"))
        if faults:
            raise FaultsError(faults)
        return self


class Update(Record):
    """What somebody added to an incident; the last one closes it."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    id: IncidentId
    number: int = Field(ge=2, description="The opening is 1")
    note: Text
    kind: IncidentKind | None = None
    severity: Severity | None = None
    known: Moment | None = Field(None, description="When the new kind or severity became known")
    affects: tuple[Target, ...] = Field((), description="Releases that are affected, too")
    duties: tuple[Duty, ...] = Field((), description="That come with a new kind or severity")
    actions: tuple[CorrectiveAction, ...] = ()
    done: tuple[Completed, ...] = ()
    notices: tuple[Notice, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    state: Literal["open", "closed"] = "open"
    by: Line = Field(description="Who signed it")
    time: Moment

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        faults: list[Fault] = []
        if self.known is not None and self.known > self.time:
            faults.append((("known",), "lies in the future"))
        faults += [
            (("notices", number, "at"), "lies in the future")
            for number, notice in enumerate(self.notices)
            if notice.at > self.time
        ]
        if faults:
            raise FaultsError(faults)
        return self
