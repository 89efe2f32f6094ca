"""Who may read which encrypted table, who did, and what about it stands out.

accesses = Accesses(ledger.sound().entries)
accesses.faults(attempt, rules)          # why an attempt is not what was granted
anomalies(entries, rules)                # the same rules, over everything that happened

Every rule is one comparison that a person can repeat from the entry and the grant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from pydantic import ValidationError

from synthnb.errors import SynthnbError
from synthnb.ledger.history import Entry
from synthnb.records import AccessRules, Grant
from synthnb.records.access import within

SEALED = "access-sealed"
GRANTED = "access-granted"
REVOKED = "access-revoked"
ACCESS = "access"
REFUSED = "access-refused"
BEYOND = {"hours", "rows-per-day", "accesses-per-day", "accesses-per-week", "rows-per-week"}
"""Rules about how much and when, which the policy may let through (`access.outside`)."""

CLOCK = "clock"
"""A rule that only flags: one wrong clock in the past must not close every table."""

_SKEW = timedelta(minutes=5)  # between the clocks of two machines
_TAKEN_BACK = {"withdrawal": "withdrawn", "retirement": "retired"}


@dataclass(frozen=True)
class Attempt:
    """Somebody who wants to read a table, or did."""

    dossier: str
    version: str
    who: str
    purpose: str
    rows: int
    time: datetime
    grant: str = ""


@dataclass(frozen=True)
class Granted:
    """A grant as the ledger knows it.

    Attributes
    ----------
    grant : Grant
    time : datetime
        When it was written into the ledger.
    statement, wrapped : str
        The sha256 of the signed statement and of the wrapped key.
    revoked : datetime or None
    taken_back : str
        ``withdrawn`` or ``retired`` when the release was; ``replaced`` when the table was encrypted
        anew, with another key.
    """

    grant: Grant
    time: datetime
    statement: str
    wrapped: str
    revoked: datetime | None = None
    taken_back: str = ""

    def state(self, day: date) -> str:
        """Return ``in force``, ``expired``, ``revoked``, or how the release was taken back."""
        if self.taken_back or self.revoked is not None:
            return self.taken_back or "revoked"
        return "expired" if day > self.grant.until else "in force"


@dataclass(frozen=True)
class Flag:
    """Something that stands out, the rule that says so, and the entry that it is about."""

    rule: str
    because: str
    refused: bool
    entry: int
    attempt: Attempt


class Accesses:
    """What the entries so far say about access; takes them in order."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.granted: dict[str, Granted] = {}
        self.taken_back: dict[tuple[str, str], str] = {}
        self.sealed: dict[tuple[str, str], Entry] = {}
        self.latest: datetime | None = None
        self._reads: dict[str, list[Attempt]] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Take the next entry; one of another kind changes nothing."""
        body = entry.body
        release = (str(entry.dossier), str(body.get("version")))
        self.latest = max(self.latest or entry.time, entry.time)
        if entry.kind == SEALED:
            self.sealed[release] = entry
            self._take_back(release, "replaced")
        elif entry.kind == GRANTED:
            known = _granted(entry)
            self.granted[known.grant.id] = known
        elif entry.kind == REVOKED and str(body["grant"]) in self.granted:
            known = self.granted[str(body["grant"])]
            self.granted[known.grant.id] = replace(known, revoked=known.revoked or entry.time)
        elif entry.kind in _TAKEN_BACK:
            self.taken_back[release] = _TAKEN_BACK[entry.kind]
            self._take_back(release, _TAKEN_BACK[entry.kind])
        elif entry.kind == ACCESS:
            attempt = attempt_of(entry)
            self._reads.setdefault(attempt.who, []).append(attempt)

    def _take_back(self, release: tuple[str, str], how: str) -> None:
        for known in self.of(*release):
            self.granted[known.grant.id] = replace(known, taken_back=how)

    def of(self, dossier: str, version: str) -> tuple[Granted, ...]:
        """Return the grants on one release, oldest first."""
        wanted = (dossier, version)
        found = self.granted.values()
        return tuple(g for g in found if (g.grant.dossier, g.grant.version) == wanted)

    def reads(self, grant: str) -> tuple[Attempt, ...]:
        """Return what was read under a grant."""
        return tuple(r for reads in self._reads.values() for r in reads if r.grant == grant)

    def choose(self, attempt: Attempt) -> Attempt:
        """Return an attempt with the grant that fits it best, if this person has any here.

        Purpose goes before being in force, and the newest goes first.
        """
        mine = [g for g in self.of(attempt.dossier, attempt.version) if g.grant.to == attempt.who]
        day = attempt.time.astimezone(UTC).date()
        best = max(
            mine,
            key=lambda g: (g.grant.purpose == attempt.purpose, g.state(day) == "in force", g.time),
            default=None,
        )
        return replace(attempt, grant=best.grant.id) if best else attempt

    def faults(self, attempt: Attempt, rules: AccessRules) -> list[tuple[str, str]]:
        """Return every rule that an attempt breaks, and how."""
        known = self.granted.get(attempt.grant)
        if known is None or known not in self.of(attempt.dossier, attempt.version):
            return [("grant", f"{attempt.who} was granted nothing here")]
        if known.grant.to != attempt.who:
            return [("grant", f"the grant is {known.grant.to}'s, not {attempt.who}'s")]
        found = [*_ended(known, attempt)]
        if attempt.purpose != known.grant.purpose:
            found.append(("purpose", f"granted for `{known.grant.purpose}`"))
        found += _beyond(known.grant, attempt, self._reads.get(attempt.who, []), rules)
        if self.latest and attempt.time < self.latest - _SKEW:
            text = f"at {attempt.time:%Y-%m-%d %H:%M} UTC, after entries of {self.latest:%Y-%m-%d}"
            found.append((CLOCK, text))
        return found


def _granted(entry: Entry) -> Granted:
    try:
        grant = Grant.model_validate(entry.body["grant"])
        return Granted(grant, entry.time, str(entry.body["statement"]), str(entry.body["wrapped"]))
    except (ValidationError, KeyError):
        raise SynthnbError(
            f"Entry {entry.seq} of the ledger is no grant, though it says so.",
            advice="find out who wrote it; `synthnb log` shows it",
        ) from None


def _ended(known: Granted, attempt: Attempt) -> Iterator[tuple[str, str]]:
    state = known.state(attempt.time.astimezone(UTC).date())
    if state == "expired":
        yield state, f"the grant ended on {known.grant.until}"
    elif state == "revoked":
        yield state, f"the grant was revoked on {known.revoked:%Y-%m-%d}"
    elif state == "replaced":
        yield "grant", "the table was encrypted anew since"
    elif state != "in force":
        yield "release", f"the release was {state}"


def _beyond(
    grant: Grant, attempt: Attempt, reads: list[Attempt], rules: AccessRules
) -> Iterator[tuple[str, str]]:
    """Hold hours and volume against grant and policy; a day is one of UTC, a week seven of them."""
    when = attempt.time.astimezone(UTC)
    if not within(grant.hours, when):
        yield "hours", f"at {when:%H:%M} UTC, granted for {grant.hours}"
    week = [r for r in reads if r.time.astimezone(UTC).date() > when.date() - timedelta(days=7)]
    day = [r for r in week if r.time.astimezone(UTC).date() == when.date()]
    rows = attempt.rows + sum(r.rows for r in day if r.grant == grant.id)
    if grant.rows is not None and rows > grant.rows:
        yield "rows-per-day", f"{rows:,} rows in a day, granted {grant.rows:,}"
    for rule, count, most in (
        ("accesses-per-day", len(day) + 1, rules.accesses_per_day),
        ("accesses-per-week", len(week) + 1, rules.accesses_per_week),
    ):
        if count > most:
            yield rule, f"{count} accesses, the policy allows {most}"
    rows = attempt.rows + sum(r.rows for r in week)
    if rules.rows_per_week is not None and rows > rules.rows_per_week:
        yield "rows-per-week", f"{rows:,} rows, the policy allows {rules.rows_per_week:,}"


def anomalies(entries: Iterable[Entry], rules: AccessRules) -> list[Flag]:
    """Return everything about access that stands out, in order, each with its rule.

    Parameters
    ----------
    entries : iterable of Entry
        The whole history, in order.
    rules : AccessRules
        Of the policy; hours and rows stand in each grant.

    Returns
    -------
    list of Flag
        One for each rule that an access broke, and one for each attempt that was refused.
    """
    accesses, flags = Accesses(), []
    for entry in entries:
        if entry.kind == REFUSED:
            body = entry.body
            rule, because = str(body["rule"]), str(body["because"])
            flags.append(Flag(rule, because, True, entry.seq, attempt_of(entry)))
        elif entry.kind == ACCESS:
            attempt = attempt_of(entry)
            flags += [
                Flag(rule, because, False, entry.seq, attempt)
                for rule, because in accesses.faults(attempt, rules)
            ]
        accesses.add(entry)
    return flags


def attempt_of(entry: Entry) -> Attempt:
    """Return the attempt that an entry of kind `access` or `access-refused` is about."""
    body = entry.body
    rows = body.get("rows")
    return Attempt(
        dossier=str(entry.dossier),
        version=str(body["version"]),
        who=str(body["who"]),
        purpose=str(body.get("purpose", "")),
        rows=rows if isinstance(rows, int) else 0,
        time=entry.time,
        grant=str(body.get("grant", "")),
    )
