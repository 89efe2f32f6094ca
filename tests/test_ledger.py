"""The ledger only grows, and shows every change that was made behind its back."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from synthnb.errors import MissingExtraError, SynthnbError, UsageError, VerificationError
from synthnb.ledger import FIRST, Entry, Ledger
from synthnb.records import canonical, sha256

WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
TRIGGERS = ("entries_only_grow", "entries_never_change", "entries_never_go")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Return a ledger of six entries of two dossiers."""
    ledger = Ledger(tmp_path / "ledger.sqlite")
    for number in range(6):
        dossier = "lending" if number % 2 else "arrests"
        ledger.append("run", dossier, {"number": number}, WHEN)
    return ledger


def raw(ledger: Ledger, *statements: str | tuple[str, str, str], guards: bool = False) -> None:
    """Do what somebody with the file and a database program can do."""
    with closing(sqlite3.connect(ledger.path)) as database:
        kept = database.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        if not guards:
            for trigger in TRIGGERS:
                database.execute(f"DROP TRIGGER {trigger}")
        for each in statements:
            statement, *values = (each,) if isinstance(each, str) else each
            database.execute(statement, values)
        if not guards:
            for (sql,) in kept:
                database.execute(sql)
        database.commit()


def places(ledger: Ledger, known: dict[int, str] | None = None) -> list[str]:
    return [problem.where for problem in ledger.verify(known)]


def test_entries_come_back_in_order_with_their_chain(ledger: Ledger) -> None:
    entries = ledger.entries()
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert [entry.body for entry in entries] == [{"number": number} for number in range(6)]
    previous = FIRST
    for entry in entries:
        assert entry.previous == previous
        text = (
            f'{{"body":{{"number":{entry.seq - 1}}},"dossier":"{entry.dossier}","kind":"run",'
            f'"previous":"{previous}","seq":{entry.seq},"time":"2026-03-01T12:00:00Z"}}'
        )
        previous = entry.sha256
        assert previous == sha256(text)
    assert ledger.verify() == []
    assert ledger.head() == entries[-1]
    assert [entry.seq for entry in ledger.entries("lending")] == [2, 4, 6]


def test_an_entry_that_is_appended_is_returned_as_it_is_read(ledger: Ledger) -> None:
    body = {" text ": " Grüße \u2028 ", "deep": [{"x": [1, 2.5, None, True]}]}
    entry = ledger.append("policy.changed", None, body, WHEN)
    assert entry == ledger.head()
    assert entry.body == body
    assert entry.dossier is None


def test_times_are_kept_in_utc(ledger: Ledger) -> None:
    local = WHEN.astimezone(timezone(timedelta(hours=9)))
    assert ledger.append("run", None, {}, local).time == WHEN
    assert '"time":"2026-03-01T12:00:00Z"' in canonical(ledger.head())


def test_a_ledger_that_is_not_there_is_empty_and_stays_absent(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    assert ledger.entries() == ()
    assert ledger.head() is None
    assert ledger.verify() == []
    assert places(ledger, {3: "0" * 64}) == ["entry 3"]
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_an_empty_ledger(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.path.touch()
    assert ledger.entries() == ()
    assert ledger.append("run", None, {}, WHEN).seq == 1


def test_the_ledger_is_one_file(ledger: Ledger) -> None:
    assert [each.name for each in ledger.path.parent.iterdir()] == ["ledger.sqlite"]


@pytest.mark.parametrize(
    ("kind", "body", "when", "reason"),
    [
        ("run", {}, WHEN.replace(tzinfo=None), "no time zone"),
        ("Run it", {}, WHEN, "kind: "),
        ("run", {"x": float("nan")}, WHEN, "ValueError"),
        ("run", {"x": object()}, WHEN, "TypeError"),
        ("run", {"x": "\ud800"}, WHEN, "UnicodeEncodeError"),
        ("run", {"\ud800": 1}, WHEN, "UnicodeEncodeError"),
    ],
)
def test_what_cannot_be_written_down_exactly_is_refused(
    ledger: Ledger, kind: str, body: dict[str, Any], when: datetime, reason: str
) -> None:
    with pytest.raises(UsageError, match=reason):
        ledger.append(kind, None, body, when)
    assert len(ledger.entries()) == 6
    assert ledger.verify() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET entry = '{}' WHERE seq = 3",
        "DELETE FROM entries WHERE seq = 3",
        "DELETE FROM entries",
        "INSERT OR REPLACE INTO entries VALUES (3, NULL, '{}', 'x')",
        "INSERT INTO entries VALUES (99, NULL, '{}', 'x')",
        "INSERT INTO entries VALUES (0, NULL, '{}', 'x')",
        "INSERT INTO entries (entry, sha256) VALUES ('{}', 'x')",
    ],
)
def test_the_database_itself_forbids_changes(ledger: Ledger, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=r"entries (never|are only)"):
        raw(ledger, statement, guards=True)
    assert ledger.verify() == []
    assert len(ledger.entries()) == 6


def edited(ledger: Ledger, number: int, **fields: Any) -> tuple[str, str]:
    """Return an entry's text with other fields, and its sha256."""
    value = json.loads(canonical(ledger.entries()[number - 1])) | fields
    return canonical(value), sha256(canonical(value))


def edit_text(ledger: Ledger) -> None:
    text, _ = edited(ledger, 3, body={"number": 99})
    raw(ledger, ("UPDATE entries SET entry = ? WHERE dossier = ? AND seq = 3", text, "arrests"))


def edit_text_and_hash(ledger: Ledger) -> None:
    text, digest = edited(ledger, 3, body={"number": 99})
    raw(ledger, ("UPDATE entries SET entry = ?, sha256 = ? WHERE seq = 3", text, digest))


def insert_and_shift(ledger: Ledger) -> None:
    text, digest = edited(ledger, 4, body={"number": 99})
    raw(
        ledger,
        "UPDATE entries SET seq = -seq - 1 WHERE seq >= 4",
        "UPDATE entries SET seq = -seq WHERE seq < 0",
        ("INSERT INTO entries VALUES (4, 'lending', ?, ?)", text, digest),
    )


def insert_at_the_end(ledger: Ledger) -> None:
    text, digest = edited(ledger, 3, seq=7)
    raw(ledger, ("INSERT INTO entries VALUES (7, 'arrests', ?, ?)", text, digest))


def swap(ledger: Ledger) -> None:
    raw(
        ledger,
        "UPDATE entries SET seq = 100 WHERE seq = 3",
        "UPDATE entries SET seq = 3 WHERE seq = 4",
        "UPDATE entries SET seq = 4 WHERE seq = 100",
    )


TAMPERED: dict[str, tuple[Callable[[Ledger], None], dict[str, str]]] = {
    "text edited": (edit_text, {"entry 3": "edited"}),
    "text and hash edited": (edit_text_and_hash, {"entry 4": "entry 3 was replaced"}),
    "hash edited": (
        lambda ledger: raw(ledger, "UPDATE entries SET sha256 = 'x' WHERE seq = 3"),
        {"entry 3": "edited", "entry 4": "does not follow from entry 3"},
    ),
    "dossier edited": (
        lambda ledger: raw(ledger, "UPDATE entries SET dossier = 'x' WHERE seq = 2"),
        {"entry 2": "edited"},
    ),
    "text turned into bytes": (
        lambda ledger: raw(ledger, "UPDATE entries SET entry = CAST(entry AS BLOB) WHERE seq = 5"),
        {"entry 5": "edited"},
    ),
    "text that is no UTF-8": (
        lambda ledger: raw(ledger, "UPDATE entries SET entry = CAST(x'ff' AS TEXT) WHERE seq = 5"),
        {"entry 5": "edited"},
    ),
    "text with a space": (
        lambda ledger: raw(ledger, "UPDATE entries SET entry = entry || ' ' WHERE seq = 5"),
        {"entry 5": "edited"},
    ),
    "one removed": (
        lambda ledger: raw(ledger, "DELETE FROM entries WHERE seq = 3"),
        {"entry 3": "removed"},
    ),
    "several removed": (
        lambda ledger: raw(ledger, "DELETE FROM entries WHERE seq IN (1, 2, 5)"),
        {"entries 1 to 2": "removed", "entry 5": "removed"},
    ),
    "removed from the end": (
        lambda ledger: raw(ledger, "DELETE FROM entries WHERE seq >= 5"),
        {"entries 5 to 6": "removed from the end"},
    ),
    "all removed": (
        lambda ledger: raw(ledger, "DELETE FROM entries"),
        {"entries 1 to 6": "removed from the end"},
    ),
    "removed and closed up": (
        lambda ledger: raw(
            ledger,
            "DELETE FROM entries WHERE seq = 5",
            "UPDATE entries SET seq = 5 WHERE seq = 6",
        ),
        {"entry 5": "was written as entry 6", "entry 6": "removed from the end"},
    ),
    "inserted": (
        insert_and_shift,
        {
            "entry 5": "was written as entry 4",
            "entry 6": "was written as entry 5",
            "entry 7": "was written as entry 6",
        },
    ),
    "inserted at the end": (insert_at_the_end, {"entry 7": "inserted"}),
    "reordered": (
        swap,
        {
            "entry 3": "was written as entry 4",
            "entry 4": "was written as entry 3",
            "entry 5": "does not follow from entry 4",
        },
    ),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_tampering_is_found_and_the_entry_named(ledger: Ledger, how: str) -> None:
    tamper, expected = TAMPERED[how]
    tamper(ledger)
    problems = {problem.where: problem.message for problem in ledger.verify()}
    assert problems.keys() == expected.keys()
    for where, reason in expected.items():
        assert reason in problems[where]


def test_missing_guards_are_found(ledger: Ledger) -> None:
    raw(ledger, "DROP TRIGGER entries_never_go", "CREATE TABLE extra (x)", guards=True)
    assert places(ledger) == ["entries_never_go, extra"]


def test_a_chain_written_anew_shows_against_a_hash_noted_elsewhere(
    ledger: Ledger, tmp_path: Path
) -> None:
    noted = {entry.seq: entry.sha256 for entry in ledger.entries()}
    forged = Ledger(tmp_path / "forged.sqlite")
    for number in range(5):
        forged.append("run", "lending", {"number": -number}, WHEN)
    assert forged.verify() == []
    assert places(forged, {2: noted[2], 6: noted[6]}) == ["entry 2", "entry 6"]
    assert ledger.verify(noted) == []


def test_nothing_is_appended_to_a_forged_end_or_read_from_a_forged_entry(ledger: Ledger) -> None:
    raw(ledger, "UPDATE entries SET entry = '{}' WHERE seq = 6")
    with pytest.raises(SynthnbError, match="entry 6 was edited"):
        ledger.append("run", None, {}, WHEN)
    with pytest.raises(SynthnbError, match="entry 6 was edited"):
        ledger.entries()
    assert places(ledger) == ["entry 6"]


@pytest.mark.parametrize("data", [b"not a database, but long enough to be one" * 30, b"short"])
def test_a_file_that_is_no_ledger_is_refused_and_kept(tmp_path: Path, data: bytes) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.path.write_bytes(data)
    actions: list[Callable[[], object]] = [
        ledger.entries,
        ledger.verify,
        lambda: ledger.append("run", None, {}, WHEN),
    ]
    for action in actions:
        with pytest.raises(SynthnbError, match="cannot be used as a ledger"):
            action()
    assert ledger.path.read_bytes() == data


def test_another_database_is_refused(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    with closing(sqlite3.connect(ledger.path)) as database:
        database.execute("CREATE TABLE other (x)")
    with pytest.raises(SynthnbError, match="no such table: entries"):
        ledger.append("run", None, {}, WHEN)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SynthnbError, match="unable to open"):
        Ledger(tmp_path / "no" / "ledger.sqlite").append("run", None, {}, WHEN)


PROGRAM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from synthnb.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(50):
    ledger.append("run", sys.argv[2], {"number": number}, datetime(2026, 1, 1, tzinfo=UTC))
"""


def writer(ledger: Ledger, name: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(ledger.path), name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_four_processes_append_fifty_entries_each(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    writers = [writer(ledger, name) for name in "abcd"]
    for process in writers:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in writers:
        process.communicate(timeout=120)
        assert process.returncode == 0
    assert ledger.verify() == []
    assert len(ledger.entries()) == 200
    for name in "abcd":
        bodies = [entry.body for entry in ledger.entries(name)]
        assert bodies == [{"number": number} for number in range(50)]


def test_who_appends_unless_sees_everything_that_came_before(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    seen: list[tuple[int, ...]] = []

    def write(number: int) -> None:
        ledger.append(
            *("run", None, {"number": number}, WHEN),
            unless=lambda before: seen.append(tuple(entry.seq for entry in before)),
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(80)))
    assert sorted(seen) == [tuple(range(1, count + 1)) for count in range(80)]
    assert ledger.verify() == []


def test_who_appends_unless_may_refuse_and_then_nothing_is_written(ledger: Ledger) -> None:
    def refuse(before: tuple[Entry, ...]) -> None:
        assert before == ledger.entries()
        raise UsageError("no")

    with pytest.raises(UsageError, match="no"):
        ledger.append("run", None, {}, WHEN, unless=refuse)
    assert len(ledger.entries()) == 6


def test_a_killed_writer_leaves_a_sound_ledger(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    process = writer(ledger, "a")
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    while len(ledger.entries()) < 3:
        assert process.poll() is None
    process.kill()
    process.communicate()
    before = ledger.entries()
    assert ledger.verify() == []
    assert ledger.append("run", "b", {}, WHEN).seq == len(before) + 1


def test_a_tree_over_a_history_that_was_tampered_with_is_refused(ledger: Ledger) -> None:
    raw(ledger, "UPDATE entries SET entry = '{}' WHERE seq = 3")
    with pytest.raises(VerificationError, match="was tampered with") as caught:
        ledger.tree()
    assert [problem.where for problem in caught.value.problems] == ["entry 3"]
    found = ledger.examine()
    assert (found.tree.size, len(found.entries)) == (6, 5)


def test_a_problem_reads_as_one_plain_line(ledger: Ledger) -> None:
    raw(ledger, "UPDATE entries SET entry = '{}' WHERE seq = 3")
    assert re.fullmatch(r"entry 3: edited: .*", str(ledger.verify()[0]))


def test_a_server_that_does_not_answer_is_an_error_without_the_password() -> None:
    ledger = Ledger("postgresql+psycopg://ada:secret@127.0.0.1:9/none?connect_timeout=2")
    with pytest.raises(SynthnbError, match="cannot be used as a ledger") as caught:
        ledger.append("run", None, {}, WHEN)
    assert "secret" not in str(caught.value)
    assert "ada:***@" in str(caught.value)


def test_postgresql_without_its_driver_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    ledger = Ledger("postgresql+psycopg://127.0.0.1:9/none")
    actions: list[Callable[[], object]] = [
        ledger.entries,
        lambda: ledger.append("run", None, {}, WHEN),
    ]
    for action in actions:
        with pytest.raises(MissingExtraError, match="psycopg") as caught:
            action()
        assert caught.value.advice == "pip install 'synthnb[postgres]'"


def test_the_ledger_in_a_file_needs_no_driver_of_postgresql(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from synthnb.ledger import Ledger;"
        "Ledger(Path(sys.argv[1])).entries(); sys.exit('psycopg' in sys.modules)"
    )
    file = tmp_path / "ledger.sqlite"
    assert subprocess.run([sys.executable, "-c", program, file], check=False).returncode == 0
