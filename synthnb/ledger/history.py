"""The append-only history of a workspace: who decided, ran, approved and released what.

An entry is one canonical JSON text that holds the sha256 of the entry before it, in an SQLite file
or a PostgreSQL database that several processes may append to. The database itself forbids changing
and deleting; the chain shows it when somebody does so all the same:

    ledger = Ledger(root / "ledger.sqlite")            # or "postgresql+psycopg://host/name"
    ledger.append("release", "lending", {"version": "1.0.0"}, clock.now())
    ledger.verify()
    ledger.tree().root                                 # a Merkle tree over all entries (RFC 9162)

Whoever can write the database can also write a new history from the first entry on. That shows only
against a checkpoint that somebody else kept: each release carries one. See `Ledger.verify`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import Field, JsonValue, ValidationError

from synthnb import merkle
from synthnb.errors import Problem, SynthnbError, UsageError, VerificationError
from synthnb.ledger import store
from synthnb.ledger.store import Row
from synthnb.records import Record, canonical, sha256
from synthnb.records.base import Digest

FIRST = "0" * 64
"""What the first entry holds in place of the sha256 of the one before."""


class Entry(Record, str_strip_whitespace=False):
    """One thing that happened.

    Attributes
    ----------
    seq : int
        1, 2, 3 and so on, without gaps.
    time : datetime
        When, in UTC.
    kind : str
        What kind of thing, e.g. ``release``.
    dossier : str or None
        Which dossier it concerns, if one.
    body : dict
        What there is to say about it.
    previous : str
        The sha256 of the entry before; 64 zeros in the first.
    """

    seq: int = Field(ge=1)
    time: datetime
    kind: str = Field(pattern=r"^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*$", max_length=64)
    dossier: str | None
    body: dict[str, JsonValue]
    previous: Digest

    @property
    def sha256(self) -> str:
        """Return the sha256 of the entry's canonical JSON."""
        return sha256(canonical(self))


@dataclass(frozen=True)
class Examined:
    """What a ledger holds, and what is wrong with it.

    Attributes
    ----------
    problems : tuple of Problem
        As `Ledger.verify` returns them.
    entries : tuple of Entry
        Those that are what their sha256 says.
    tree : merkle.Tree
        Over the texts as they stand there.
    first : str or None
        The sha256 of the first of them.
    """

    problems: tuple[Problem, ...]
    entries: tuple[Entry, ...]
    tree: merkle.Tree
    first: str | None


class Ledger:
    """The history in one database, which appears with the first entry.

    Parameters
    ----------
    path : Path or str
        The SQLite file, or the URL of a PostgreSQL database.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = path

    def append(
        self,
        kind: str,
        dossier: str | None,
        body: Mapping[str, Any],
        when: datetime,
        *,
        unless: Callable[[tuple[Entry, ...]], None] | None = None,
    ) -> Entry:
        """Add an entry, on disk when this returns, and return it.

        Parameters
        ----------
        kind : str
            What kind of thing happened: lower-case words joined by ``-`` or ``.``.
        dossier : str or None
            Which dossier it concerns.
        body : mapping
            Anything that JSON can hold; no value of the real data.
        when : datetime
            With its time zone.
        unless : callable, optional
            Is given all entries so far, while nobody else can write, and may raise.

        Raises
        ------
        UsageError
            When the entry cannot be written down like that.
        SynthnbError
            When the file is no ledger, was tampered with at its end, or cannot be written.
        """
        before = self.entries() if unless is not None else ()
        with store.opened(self.path, write=True) as database:
            if unless is not None:
                unless(self._caught_up(database, before))
            last = self._last(database)
            entry = _entry(
                seq=last.seq + 1 if last else 1,
                previous=last.sha256 if last else FIRST,
                fields={"time": when, "kind": kind, "dossier": dossier, "body": body},
            )
            database.insert((entry.seq, entry.dossier, canonical(entry), entry.sha256))
        return entry

    def entries(self, dossier: str | None = None) -> tuple[Entry, ...]:
        """Return the entries in order, all of them or those of one dossier."""
        with store.opened(self.path) as database:
            found = [self._sound(row) for row in database.rows()]
        return tuple(each for each in found if dossier is None or each.dossier == dossier)

    def head(self) -> Entry | None:
        """Return the last entry, if there is any."""
        with store.opened(self.path) as database:
            return self._last(database)

    def tree(self) -> merkle.Tree:
        """Return the Merkle tree over the canonical texts of all entries; raises as `sound`."""
        return self.sound().tree

    def sound(self) -> Examined:
        """Return what `examine` returns, if nothing is wrong with it.

        Raises
        ------
        VerificationError
            When the history was tampered with.
        """
        found = self.examine()
        if found.problems:
            raise VerificationError(
                f"The history in {store.spoken(self.path)} was tampered with.",
                found.problems,
                advice="keep it as it is for whoever looks into it, then restore a backup",
            )
        return found

    def verify(self, known: Mapping[int, str] | None = None) -> list[Problem]:
        """Return everything that shows that the history was tampered with.

        Parameters
        ----------
        known : mapping of int to str, optional
            The sha256 of entries, by number, as noted elsewhere: only they can show that the whole
            chain was written anew, or that its end is missing.

        Returns
        -------
        list of Problem
            Each names the entry that was edited, removed, inserted or moved; empty when the chain
            holds.
        """
        return list(self.examine(known).problems)

    def examine(self, known: Mapping[int, str] | None = None) -> Examined:
        """Return what `verify` finds together with the tree over what stands there, in one reading.

        Unlike `sound`, it does not raise when the history was tampered with.
        """
        with store.opened(self.path) as database:
            rows = database.rows()
            guards = list(database.guards())
            highest = database.highest()
        entries = [_read(row) for row in rows]
        problems = [*_chain(rows, entries), *_noted(rows, known or {})]
        problems += guards or _cut(highest, rows[-1].seq if rows else 0)
        return Examined(
            tuple(problems),
            tuple(entry for entry in entries if entry is not None),
            merkle.Tree(_bytes(row) for row in rows),
            sha256(_bytes(rows[0])) if rows else None,
        )

    def _caught_up(self, database: store.Database, before: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """Return all entries; those read before the lock was taken are not read again."""
        if before:
            rows = database.rows(since=before[-1].seq)
            if rows and rows[0].sha256 == before[-1].sha256:
                return (*before, *(self._sound(row) for row in rows[1:]))
        return tuple(self._sound(row) for row in database.rows())

    def _last(self, database: store.Database) -> Entry | None:
        rows = database.rows(last=True)
        return self._sound(rows[0]) if rows else None

    def _sound(self, row: Row) -> Entry:
        entry = _read(row)
        if entry is None:
            raise SynthnbError(
                f"{store.spoken(self.path)}: entry {row[0]} was edited; it is not what its sha256 "
                "says.",
                advice="restore the ledger from a backup",
            )
        return entry


def _entry(seq: int, previous: str, fields: Mapping[str, Any]) -> Entry:
    when = fields["time"]
    if when.tzinfo is None:
        raise UsageError("The time of a ledger entry has no time zone.")
    try:
        body = canonical(dict(fields["body"]))
        f"{body}{fields['dossier']}".encode()  # half of a surrogate pair cannot be written
        return Entry.model_validate(
            {
                **fields,
                "seq": seq,
                "previous": previous,
                "time": when.astimezone(UTC),
                "body": json.loads(body),
            }
        )
    except (ValidationError, TypeError, ValueError) as exc:
        reason = type(exc).__name__
        if isinstance(exc, ValidationError):
            first = exc.errors(include_url=False, include_input=False)[0]
            reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise UsageError(f"This cannot be written into the ledger ({reason}).") from exc


def _bytes(row: Row) -> bytes:
    """Return the text of a row, whatever somebody made of it."""
    return row.entry if isinstance(row.entry, bytes) else str(row.entry).encode()


def _read(row: Row) -> Entry | None:
    """Return the entry of a row, or nothing when the row is not what its sha256 says."""
    _, dossier, text, digest = row
    try:
        entry = Entry.model_validate(json.loads(text))
        same = canonical(entry) == text and sha256(text) == digest and entry.dossier == dossier
    except (ValidationError, TypeError, ValueError, RecursionError):
        return None
    return entry if same else None


def _chain(rows: list[Row], entries: list[Entry | None]) -> Iterator[Problem]:
    """Walk the rows; each problem is told where it shows, and does not hide the next."""
    expected, previous = 1, FIRST
    for (seq, _, _, digest), entry in zip(rows, entries, strict=True):
        where = f"entry {seq}"
        if seq > expected:
            gone = (
                f"entry {expected}" if seq == expected + 1 else f"entries {expected} to {seq - 1}"
            )
            yield Problem(gone, "removed")
        if entry is None:
            yield Problem(where, "edited: it is not what its sha256 says")
        elif entry.seq != seq:
            yield Problem(where, f"moved: it was written as entry {entry.seq}")
        elif entry.previous != previous and seq == expected:
            yield Problem(
                where,
                f"inserted, or entry {seq - 1} was replaced: it does not follow from "
                f"entry {seq - 1}",
            )
        expected, previous = seq + 1, digest


def _noted(rows: list[Row], known: Mapping[int, str]) -> Iterator[Problem]:
    actual = {row[0]: row[3] for row in rows}
    for seq, digest in sorted(known.items()):
        if seq not in actual:
            yield Problem(f"entry {seq}", "removed: it was noted elsewhere")
        elif actual[seq] != digest:
            yield Problem(f"entry {seq}", "replaced: another sha256 was noted elsewhere")


def _cut(highest: int, last: int) -> Iterator[Problem]:
    """See whether more entries were once written than there are."""
    if highest > last:
        first = last + 1
        gone = f"entry {first}" if highest == first else f"entries {first} to {highest}"
        yield Problem(gone, "removed from the end")
