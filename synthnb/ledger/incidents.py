"""Incidents as the ledger tells them: what is open, what is due next, and what is overdue.

    for course in incidents_about(ledger, "loanapp", "1.0.0", clock.now()):
        print(course)        # one line: what is open, and who must do what until when

A course follows from entries alone, at a given time. Deadlines stand in the signed statements, so
that a policy which is changed later does not move them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from pydantic import ValidationError

from synthnb.errors import SynthnbError
from synthnb.ledger.history import Entry, Ledger
from synthnb.records.incident import (
    SEVERITIES,
    Completed,
    CorrectiveAction,
    Duty,
    Incident,
    IncidentKind,
    Notice,
    Severity,
    Update,
    Waiver,
)

OPENED, UPDATED, CLOSED = "incident", "incident-update", "incident-closed"
KINDS = (OPENED, UPDATED, CLOSED)


class Statement(NamedTuple):
    """One signed statement, as its entry describes it."""

    record: Incident | Update
    file: str
    sha256: str


class Task(NamedTuple):
    """A corrective action by its number, and when it was done."""

    number: int
    action: CorrectiveAction
    done: Completed | None

    @property
    def deadline(self) -> datetime:
        """Return the last second of the day on which it is due, in UTC."""
        return datetime.combine(self.action.due, time.max, UTC).replace(microsecond=0)


class Owed(NamedTuple):
    """A duty to tell somebody, and what came of it."""

    duty: Duty
    notice: Notice | None
    waiver: Waiver | None

    @property
    def settled(self) -> bool:
        """Return whether they were told, or why not is written down."""
        return self.notice is not None or self.waiver is not None

    @property
    def unexplained(self) -> bool:
        """Return whether they were told too late and nobody says why."""
        due, notice = self.duty.due, self.notice
        return bool(due and notice and notice.at > due and not notice.late_because.strip())


class Pending(NamedTuple):
    """What somebody has yet to do."""

    who: str
    what: str
    due: datetime | None
    left: timedelta | None
    by_day: bool = False

    @property
    def overdue(self) -> bool:
        """Return whether its time has passed; the last second still counts."""
        return self.left is not None and self.left < timedelta(0)

    def __str__(self) -> str:
        if self.due is None or self.left is None:
            return f"{self.who}: {self.what} without undue delay"
        when = f"{self.due:%Y-%m-%d}" if self.by_day else f"{self.due:%Y-%m-%d %H:%M} UTC"
        how = f"overdue by {span(-self.left)}" if self.overdue else f"{span(self.left)} left"
        return f"{self.who}: {self.what} by {when} ({how})"


@dataclass(frozen=True)
class Course:
    """An incident and what came of it, at a time.

    Attributes
    ----------
    incident : Incident
        As it was opened.
    now : datetime
        The time at which it is looked at.
    updates : tuple of Update
        In order; the last one closes it when `is_open` is false.
    statements : tuple of Statement
        The opening and the updates, and where each was signed.
    """

    incident: Incident
    now: datetime
    updates: tuple[Update, ...] = ()
    statements: tuple[Statement, ...] = field(default=(), repr=False)

    @property
    def id(self) -> str:
        """Return the id, e.g. ``INC-2026-001``."""
        return self.incident.id

    @property
    def is_open(self) -> bool:
        """Return whether nobody has closed it."""
        return not any(update.state == "closed" for update in self.updates)

    @property
    def kind(self) -> IncidentKind:
        """Return what kind it is, as last said."""
        return next((u.kind for u in reversed(self.updates) if u.kind), self.incident.kind)

    @property
    def severity(self) -> Severity:
        """Return how severe it is, as last said."""
        said = next((u.severity for u in reversed(self.updates) if u.severity), None)
        return said or self.incident.severity

    @property
    def worst(self) -> Severity:
        """Return the highest severity that anybody ever gave it."""
        said = (self.incident.severity, *(u.severity for u in self.updates if u.severity))
        return max(said, key=SEVERITIES.index)

    @property
    def affects(self) -> tuple[str, ...]:
        """Return the releases and dossiers that it affects."""
        later = (target for update in self.updates for target in update.affects)
        return tuple(dict.fromkeys((*self.incident.affects, *later)))

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Return the corrective actions, numbered from 1 on."""
        later = (action for update in self.updates for action in update.actions)
        done = {each.action: each for update in self.updates for each in update.done}
        actions = enumerate((*self.incident.actions, *later), start=1)
        return tuple(Task(number, action, done.get(number)) for number, action in actions)

    @property
    def owed(self) -> tuple[Owed, ...]:
        """Return who must be told, each with the first notice or the waiver that counts.

        A duty that is stated again keeps the earlier deadline, and what was waived before counts no
        more: it was waived for another kind or severity.
        """
        found = restated((), self.incident.duties)
        for update in self.updates:
            found = restated(found, update.duties)
            for notice in update.notices:
                found = tuple(
                    each._replace(notice=each.notice or notice)
                    if each.duty.to == notice.to
                    else each
                    for each in found
                )
            for waiver in update.waivers:
                found = tuple(
                    each._replace(waiver=waiver) if each.duty.to == waiver.to else each
                    for each in found
                )
        return found

    @property
    def pending(self) -> tuple[Pending, ...]:
        """Return what has yet to be done, the most urgent first; nothing once it is closed."""
        if not self.is_open:
            return ()
        found = [
            self._pending(each.duty.role, f"tell {each.duty.to}", each.duty.due)
            for each in self.owed
            if not each.settled
        ]
        found += [
            self._pending(task.action.owner, task.action.what, task.deadline, by_day=True)
            for task in self.tasks
            if task.done is None
        ]
        return tuple(sorted(found, key=lambda each: each.due or self.now))

    @property
    def overdue(self) -> tuple[Pending, ...]:
        """Return what should have been done by now."""
        return tuple(each for each in self.pending if each.overdue)

    def concerns(self, dossier: str, version: str | None = None) -> bool:
        """Return whether it affects a release, or any release of a dossier."""
        return any(
            name == dossier and (not release or version is None or release == version)
            for name, _, release in (target.partition("/") for target in self.affects)
        )

    def _pending(
        self, who: str, what: str, due: datetime | None, *, by_day: bool = False
    ) -> Pending:
        return Pending(who, what, due, None if due is None else due - self.now, by_day)

    def __str__(self) -> str:
        about = f"({self.kind}, {self.severity}): {self.incident.title}"
        if not self.is_open:
            return f"{self.id} was closed on {self.updates[-1].time:%Y-%m-%d} {about}"
        todo = "; ".join(map(str, self.pending))
        return f"{self.id} is open {about}" + (f" [{todo}]" if todo else "")


def courses(entries: Iterable[Entry], now: datetime) -> tuple[Course, ...]:
    """Return every incident that entries tell of, in the order in which they were opened.

    Raises
    ------
    SynthnbError
        When an entry is no statement about an incident, or does not follow from those before it.
    """
    found: dict[str, Course] = {}
    for entry in entries:
        if entry.kind not in KINDS:
            continue
        statement = _statement(entry)
        record, course = statement.record, found.get(statement.record.id)
        if isinstance(record, Incident) and course is None:
            found[record.id] = Course(record, now, (), (statement,))
        elif isinstance(record, Update) and course is not None and _follows(record, course):
            found[record.id] = replace(
                course,
                updates=(*course.updates, record),
                statements=(*course.statements, statement),
            )
        else:
            raise _broken(entry, f"does not follow from what was said about {record.id}")
    return tuple(found.values())


def open_incidents(entries: Iterable[Entry], now: datetime) -> tuple[Course, ...]:
    """Return the incidents that nobody has closed."""
    return tuple(course for course in courses(entries, now) if course.is_open)


def overdue_incidents(entries: Iterable[Entry], now: datetime) -> tuple[Course, ...]:
    """Return the incidents of which a notification or an action is overdue."""
    return tuple(course for course in courses(entries, now) if course.overdue)


def incidents_about(
    ledger: Ledger, dossier: str, version: str | None, now: datetime
) -> tuple[Course, ...]:
    """Return the open incidents that affect a release, or any release of a dossier.

    Parameters
    ----------
    ledger : Ledger
    dossier : str
    version : str or None
        Of the release; with none, every incident of the dossier.
    now : datetime
        The time at which deadlines are looked at.

    Returns
    -------
    tuple of Course
        Each is one line as a `str`; `overdue` says what should have been done by now.
    """
    return tuple(
        course
        for course in open_incidents(ledger.entries(), now)
        if course.concerns(dossier, version)
    )


def restated(owed: Iterable[Owed], duties: Iterable[Duty]) -> tuple[Owed, ...]:
    """Return what is owed once duties were stated, some of them perhaps again."""
    found = {each.duty.to: each for each in owed}
    for duty in duties:
        known = found.get(duty.to, Owed(duty, None, None))
        dues = [each.due for each in (known.duty, duty) if each.due]
        tighter = duty.model_copy(update={"due": min(dues, default=None)})
        found[duty.to] = Owed(tighter, known.notice, None)
    return tuple(found.values())


def span(length: timedelta) -> str:
    """Return a length of time as people say it, rounded down.

    >>> span(timedelta(hours=71, minutes=59, seconds=59)), span(timedelta(days=5, hours=2))
    ('71 h 59 min', '5 d 2 h')
    """
    minutes = int(length.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    days, rest = divmod(hours, 24)
    parts = [(days, "d"), (rest, "h")] if days > 3 else [(hours, "h"), (minutes, "min")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "less than 1 min"


def _follows(update: Update, course: Course) -> bool:
    known = {each.duty.to for each in course.owed} | {duty.to for duty in update.duties}
    told = {notice.to for notice in update.notices} | {waiver.to for waiver in update.waivers}
    return course.is_open and update.number == len(course.statements) + 1 and told <= known


def _statement(entry: Entry) -> Statement:
    body = entry.body
    model: type[Incident] | type[Update] = Incident if entry.kind == OPENED else Update
    try:
        record = model.model_validate(body["record"])
        told = Statement(record, str(body["file"]), str(body["statement"]))
    except (KeyError, ValidationError) as exc:
        raise _broken(entry, "is no statement about an incident") from exc
    if isinstance(record, Update) and (record.state == "closed") != (entry.kind == CLOSED):
        raise _broken(entry, "says one thing and its statement another")
    return told


def _broken(entry: Entry, why: str) -> SynthnbError:
    return SynthnbError(
        f"Entry {entry.seq} of the ledger {why}.",
        advice="it was not written by `synthnb incident`; find out who wrote it",
    )
