"""Signed statements about incidents: one envelope a step, one entry of the ledger for each.

    course = commit(workspace, key, compose)       # sign, keep, and write into the ledger
    examine(workspace, course)                     # [] while every envelope is what was written

The first statement is about the incident's own record, every other about the envelope that it
follows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from synthnb import attest, clock
from synthnb.errors import ApprovalError, BlockedError, Problem, UsageError, VerificationError
from synthnb.files import write_atomically
from synthnb.ledger import Course, Entry, Ledger, courses
from synthnb.ledger.incidents import CLOSED, KINDS, OPENED, UPDATED, Statement
from synthnb.records import Incident, People, Update, canonical, sha256
from synthnb.records.base import did_you_mean
from synthnb.workspace import Workspace

INCIDENT_TYPE = "urn:synthnb:incident:1"
UPDATE_TYPE = "urn:synthnb:incident-update:1"
WORDS = {OPENED: "open", UPDATED: "update", CLOSED: "close"}


class Said(NamedTuple):
    """A statement that is ready to be signed, and what it is about."""

    kind: str
    record: Incident | Update
    affects: tuple[str, ...]
    subject: tuple[str, str]


class _OvertakenError(Exception):
    """Somebody else wrote about an incident in the meantime."""


def commit(
    workspace: Workspace,
    key: attest.PrivateKey,
    compose: Callable[[tuple[Course, ...], str, datetime], Said],
) -> Course:
    """Sign what is composed and write it down; compose anew where somebody else was quicker."""
    now, ledger = clock.now(), Ledger(workspace.ledger)
    name = _signer(workspace.people, key, now)
    while True:
        seen = ledger.entries()
        said = compose(courses(seen, now), name, now)
        try:
            _write(workspace, ledger, key, said, len(seen), now)
        except _OvertakenError:
            continue
        return find(courses(ledger.entries(), now), said.record.id)


def find(known: Sequence[Course], incident_id: str) -> Course:
    """Return an incident by its id; UsageError when there is none."""
    found = next((course for course in known if course.id == incident_id), None)
    if found is None:
        hint = did_you_mean(incident_id, [course.id for course in known])
        raise UsageError(
            f"There is no incident {incident_id!r}{hint or '.'}",
            advice="`synthnb incident list` shows them",
        )
    return found


def examine(workspace: Workspace, course: Course) -> list[Problem]:
    """Hold what the ledger says about an incident against the signed statements."""
    people = workspace.people
    found: list[Problem] = []
    before = None
    for statement in course.statements:
        name = Path(statement.file).name
        try:
            data = (workspace.incidents / course.id / name).read_bytes()
        except OSError:
            found.append(Problem(statement.file, "is not there, or cannot be read"))
        else:
            found += [
                Problem(statement.file, why) for why in _faults(data, statement, before, people)
            ]
        before = statement
    return found


def _write(
    workspace: Workspace,
    ledger: Ledger,
    key: attest.PrivateKey,
    said: Said,
    seen: int,
    now: datetime,
) -> None:
    record, (subject, digest) = said.record, said.subject
    statement = attest.statement.about(
        [{"name": subject, "digest": {"sha256": digest}}],
        json.loads(canonical(record)),
        INCIDENT_TYPE if said.kind == OPENED else UPDATE_TYPE,
    )
    envelope = attest.sign(statement, [key])
    number = record.number if isinstance(record, Update) else 1
    path = workspace.incidents / record.id / f"{number:03d}-{WORDS[said.kind]}.dsse.json"

    def unless(entries: tuple[Entry, ...]) -> None:
        if any(entry.kind in KINDS for entry in entries[seen:]):
            raise _OvertakenError
        # Under the ledger's lock: no entry without its envelope, and no two writers of one file.
        _keep(path, envelope)

    names = {target.partition("/")[0] for target in said.affects}
    body = {
        "record": json.loads(canonical(record)),
        "signer": record.by,
        "key": key.id,
        "statement": sha256(envelope),
        "file": path.relative_to(workspace.root).as_posix(),
    }
    ledger.append(said.kind, min(names) if len(names) == 1 else None, body, now, unless=unless)


def _keep(path: Path, envelope: bytes) -> None:
    """Write a statement, but never over another that the ledger does not know."""
    number = path.name.partition("-")[0]
    for other in path.parent.glob(f"{number}-*"):
        if other.read_bytes() != envelope:
            raise BlockedError(
                f"There is a statement {other.parent.name}/{other.name} that the ledger does not "
                "know.",
                advice="either the ledger lost its end (`synthnb log` may show it), or a command "
                "was stopped midway; then move the file away",
            )
    write_atomically(path, envelope)


def _signer(people: People, key: attest.PrivateKey, now: datetime) -> str:
    member, known = people.holder(key.public), people.key(key.public)
    if member is None or known is None:
        why = "belongs to nobody in people.yaml"
    elif not (why := known.objection(now.date())):
        return member.name
    raise ApprovalError(
        "This key cannot sign a statement about an incident.",
        [Problem("key", why)],
        advice="any member can, with a key that is valid today",
    )


def _faults(
    data: bytes, statement: Statement, before: Statement | None, people: People
) -> Iterator[str]:
    record = statement.record
    if sha256(data) != statement.sha256:
        yield "is not the envelope that the ledger knows"
        return
    try:
        parsed = attest.envelope.parse(data)
        told = attest.statement.parse(parsed.payload)
        same = type(record).model_validate(told.predicate) == record
    except (VerificationError, ValidationError):
        yield "is no signed statement about an incident"
        return
    about = before.sha256 if before else sha256(canonical(record))
    if not same or list(told.digests.values()) != [about]:
        yield "says something else than the ledger"
    signed = attest.envelope.signers(parsed, people.publics)
    if [(each.name, each.state) for each in signed] != [(record.by, "valid")]:
        yield f"is not signed by {record.by} alone"
        return
    public = next(p for p in people.publics if attest.keys.key_id(p) == signed[0].keyid)
    key = people.key(public)
    if key is not None and (why := key.objection(record.time.date())):
        yield f"is signed with a key of {record.by} that {why}"
