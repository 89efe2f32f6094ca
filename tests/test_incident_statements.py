"""Statements about incidents: whose they are, and that none can be altered unseen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from incident_room import (
    AUTHORITY,
    KNOWN,
    close,
    files,
    key_of,
    make_room,
    opened,
    set_clock,
    update,
    whys,
)

from synthnb import attest
from synthnb.errors import ApprovalError, BlockedError, SynthnbError
from synthnb.ledger import Ledger, courses
from synthnb.records import sha256
from synthnb.workflow.incident_statements import examine
from synthnb.workflow.incidents import incidents
from synthnb.workspace import Workspace


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    set_clock(monkeypatch, KNOWN)
    return make_room(tmp_path / "ws")


@pytest.mark.parametrize(
    ("name", "why"),
    [("nobody", "belongs to nobody in people.yaml"), ("Eve", "expired on 2026-10-31")],
)
def test_only_a_member_with_a_valid_key_is_heard(room: Workspace, name: str, why: str) -> None:
    with pytest.raises(ApprovalError) as caught:
        opened(room, name)
    assert whys(caught) == [f"key: {why}"]
    assert not room.incidents.exists()
    assert Ledger(room.ledger).entries() == ()


def test_every_statement_is_signed_kept_and_about_the_one_before(room: Workspace) -> None:
    opened(room)
    update(room, told=AUTHORITY)
    course = close(room)
    kept = files(room.incidents)
    assert list(kept) == [
        f"INC-2026-001/{name}.dsse.json" for name in ("001-open", "002-update", "003-close")
    ]
    trusted = {key_of(room, name).public: name for name in ("Ada", "Ben")}
    signers = [attest.envelope.verify(data, trusted)[0].name for data in kept.values()]
    assert signers == ["Ada", "Ben", "Ben"]
    told = [attest.statement.parse(attest.envelope.parse(data).payload) for data in kept.values()]
    assert told[2].digests == {course.statements[1].file: course.statements[1].sha256}
    bodies = [entry.body for entry in Ledger(room.ledger).entries()]
    assert [body["record"] for body in bodies] == [each.predicate for each in told]
    assert [body["signer"] for body in bodies] == signers
    assert [body["key"] for body in bodies] == [
        attest.envelope.parse(data).signatures[0].keyid for data in kept.values()
    ]
    assert examine(room, course) == []


def test_a_statement_that_was_changed_removed_or_signed_by_another_shows(room: Workspace) -> None:
    opened(room)
    course = update(room)
    first, second = (room.root / each.file for each in course.statements)
    good = second.read_bytes()
    statement = attest.statement.parse(attest.envelope.parse(good).payload)

    def seen() -> list[str]:
        return [str(problem) for problem in examine(room, course)]

    second.write_bytes(attest.sign(statement, [key_of(room, "Ada")]))
    other = "incidents/INC-2026-001/002-update.dsse.json: is not the envelope that the ledger knows"
    assert seen() == [other]
    second.write_bytes(first.read_bytes())
    assert seen() == [other]
    second.unlink()
    assert seen() == [f"{other.partition(':')[0]}: is not there, or cannot be read"]
    second.write_bytes(good)
    assert seen() == []


def test_a_ledger_entry_that_says_something_else_than_what_was_signed_shows(
    room: Workspace,
) -> None:
    course = opened(room)
    (entry,) = Ledger(room.ledger).entries()
    forged = dict(entry.body)
    forged["record"] = {**course.incident.model_dump(mode="json"), "severity": "low"}
    other = Ledger(room.root / "other.sqlite")
    other.append("incident", "loanapp", forged, KNOWN)
    (told,) = courses(other.entries(), KNOWN)
    assert [each.message for each in examine(room, told)] == ["says something else than the ledger"]


def test_a_statement_that_does_not_follow_the_one_before_shows(room: Workspace) -> None:
    opened(room)
    course = update(room)
    path = room.root / course.statements[1].file
    told = attest.statement.parse(attest.envelope.parse(path.read_bytes()).payload)
    elsewhere = [{"name": course.statements[0].file, "digest": {"sha256": "0" * 64}}]
    other = attest.statement.about(elsewhere, told.predicate, told.predicate_type)
    path.write_bytes(attest.sign(other, [key_of(room, "Ben")]))
    first, second = Ledger(room.ledger).entries()
    ledger = Ledger(room.root / "other.sqlite")
    ledger.append(first.kind, "loanapp", first.body, KNOWN)
    statement = {**second.body, "statement": sha256(path.read_bytes())}
    ledger.append(second.kind, "loanapp", statement, KNOWN)
    (problem,) = examine(room, courses(ledger.entries(), KNOWN)[0])
    assert problem.message == "says something else than the ledger"


def test_a_key_that_was_revoked_before_it_signed_shows(room: Workspace) -> None:
    course = opened(room)
    path = room.root / "people.yaml"
    public = key_of(room, "Ada").public
    line = next(each for each in path.read_text().splitlines() if public in each)
    indent = " " * (len(line) - len(line.lstrip(" -")))
    changed = path.read_text().replace(line, f"{line}\n{indent}revoked: 2026-11-02")
    path.write_text(changed)
    (problem,) = examine(room, course)
    assert problem.message == "is signed with a key of Ada that was revoked on 2026-11-02"


def test_a_statement_that_the_ledger_does_not_know_is_never_written_over(room: Workspace) -> None:
    opened(room)
    left = room.incidents / "INC-2026-001" / "002-close.dsse.json"
    left.write_text("signed by somebody, once")
    with pytest.raises(BlockedError, match=r"INC-2026-001/002-close\.dsse\.json that the ledger"):
        update(room)
    assert left.read_text() == "signed by somebody, once"
    assert len(Ledger(room.ledger).entries()) == 1
    left.unlink()
    assert len(update(room).updates) == 1


def test_incidents_are_numbered_within_their_year(
    room: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [opened(room).id, opened(room).id] == ["INC-2026-001", "INC-2026-002"]
    set_clock(monkeypatch, datetime(2027, 1, 1, tzinfo=UTC))
    assert opened(room).id == "INC-2027-001"


def test_two_who_speak_at_once_are_both_heard(room: Workspace) -> None:
    def both(number: int) -> tuple[str, int]:
        name = ("Ada", "Ben")[number % 2]
        made = opened(room, name, title=f"Number {number}")
        update(room, name)
        return made.id, number

    opened(room)
    with ThreadPoolExecutor(4) as pool:
        made = dict(pool.map(both, range(8)))
    assert sorted(made) == [f"INC-2026-00{number}" for number in range(2, 10)]
    found = {course.id: course for course in incidents(room)}
    for name, number in made.items():
        assert found[name].incident.title == f"Number {number}"
    assert [update.number for update in found["INC-2026-001"].updates] == list(range(2, 10))
    assert all(examine(room, course) == [] for course in found.values())


def test_an_entry_that_is_no_statement_or_does_not_follow_is_named(room: Workspace) -> None:
    opened(room)
    ledger = Ledger(room.ledger)
    (first,) = ledger.entries()
    for name, kind, body, why in (
        ("a", "incident", {"record": {"id": "INC-2026-001"}}, "is no statement"),
        ("b", "incident", dict(first.body), "does not follow"),
        ("c", "incident-update", dict(first.body), "is no statement"),
    ):
        other = Ledger(room.root / f"{name}.sqlite")
        other.append(first.kind, "loanapp", dict(first.body), KNOWN)
        other.append(kind, "loanapp", body, KNOWN)
        with pytest.raises(SynthnbError, match=f"Entry 2 of the ledger {why}"):
            courses(other.entries(), KNOWN)
