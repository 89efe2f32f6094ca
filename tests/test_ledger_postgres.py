"""The ledger in PostgreSQL, on a real server: run by `make test-postgres`."""

from __future__ import annotations

import os
import random
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ledger_writers import Writers, assert_nothing_is_lost, kill_one_after_another
from workspaces import cli_here

from synthnb.ledger import Ledger

pytestmark = pytest.mark.postgres
SERVER = os.environ.get("SYNTHNB_TEST_POSTGRES", "")
WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def sql(url: str, *statements: str) -> None:
    """Do what somebody who owns the database can do."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@pytest.fixture
def url() -> Iterator[str]:
    """Return the URL of a new database."""
    name = f"synthnb_{secrets.token_hex(6)}"
    sql(SERVER, f"CREATE DATABASE {name}")
    yield f"{SERVER.rpartition('/')[0]}/{name}"
    sql(SERVER, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def ledger(url: str) -> Ledger:
    """Return a ledger of six entries."""
    ledger = Ledger(url)
    for number in range(6):
        ledger.append("run", "lending", {"number": number}, WHEN)
    return ledger


def behind_its_back(ledger: Ledger, *statements: str) -> None:
    """Change the table with its guards switched off, and switch them on again."""
    sql(
        str(ledger.path),
        "ALTER TABLE entries DISABLE TRIGGER USER",
        *statements,
        "ALTER TABLE entries ENABLE TRIGGER USER",
    )


def test_a_ledger_in_postgresql_is_the_one_in_sqlite(ledger: Ledger, tmp_path: Path) -> None:
    other = Ledger(tmp_path / "ledger.sqlite")
    for number in range(6):
        other.append("run", "lending", {"number": number}, WHEN)
    assert ledger.entries() == other.entries()
    assert ledger.head() == other.head()
    assert ledger.tree().root == other.tree().root
    assert ledger.verify() == []
    text = {"text": " Grüße \u2028 ", "deep": [{"x": [1, 2.5, None, True]}]}
    assert ledger.append("run", None, text, WHEN) == ledger.head()


def test_a_database_without_a_ledger_is_empty_and_stays_so(url: str) -> None:
    assert Ledger(url).entries() == ()
    assert Ledger(url).verify() == []
    sql(url, "CREATE TABLE entries (seq BIGINT)")  # nothing of that name is there


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET entry = '{}' WHERE seq = 3",
        "DELETE FROM entries WHERE seq = 3",
        "DELETE FROM entries",
        "TRUNCATE entries",
        "INSERT INTO entries VALUES (99, NULL, '{}', 'x')",
        "INSERT INTO entries VALUES (0, NULL, '{}', 'x')",
    ],
)
def test_postgresql_itself_forbids_changes(ledger: Ledger, statement: str) -> None:
    import psycopg

    with pytest.raises(psycopg.errors.RaiseException, match=r"entries (never|are only)"):
        sql(str(ledger.path), statement)
    assert ledger.verify() == []
    assert len(ledger.entries()) == 6


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["UPDATE entries SET entry = '{}' WHERE seq = 3"], {"entry 3": "edited"}),
        (["DELETE FROM entries WHERE seq = 3"], {"entry 3": "removed"}),
        (
            [
                "UPDATE entries SET seq = 100 WHERE seq = 3",
                "UPDATE entries SET seq = 3 WHERE seq = 4",
                "UPDATE entries SET seq = 4 WHERE seq = 100",
            ],
            {
                "entry 3": "was written as entry 4",
                "entry 4": "was written as entry 3",
                "entry 5": "does not follow from entry 4",
            },
        ),
    ],
    ids=["edited", "removed", "reordered"],
)
def test_tampering_in_postgresql_is_found_and_the_entry_named(
    ledger: Ledger, statements: list[str], expected: dict[str, str]
) -> None:
    behind_its_back(ledger, *statements)
    problems = {problem.where: problem.message for problem in ledger.verify()}
    assert problems.keys() == expected.keys()
    for where, reason in expected.items():
        assert reason in problems[where]


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("ALTER TABLE entries DISABLE TRIGGER entries_guard", "entries_guard"),
        ("DROP TRIGGER entries_kept ON entries", "entries_kept"),
        (
            "CREATE OR REPLACE FUNCTION entries_grow() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NEW; END $$",
            "entries_grow",
        ),
    ],
    ids=["switched off", "dropped", "emptied"],
)
def test_guards_that_were_changed_in_postgresql_are_found(
    ledger: Ledger, statement: str, name: str
) -> None:
    sql(str(ledger.path), statement)
    assert [(each.where, each.message) for each in ledger.verify()] == [
        (name, "the guards of the ledger were changed")
    ]


def test_eight_writers_do_not_fork_the_history(url: str) -> None:
    ledger = Ledger(url)
    before: list[int] = []

    def write(name: str) -> None:
        for number in range(25):
            ledger.append(
                "run", name, {"number": number}, WHEN, unless=lambda all_: before.append(len(all_))
            )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, "abcdefgh"))
    assert ledger.verify() == []
    assert sorted(before) == list(range(200))  # each saw all that came before, and nothing else
    for name in "abcdefgh":
        assert [e.body["number"] for e in ledger.entries(name)] == list(range(25))


def test_writers_killed_with_9_lose_nothing_that_postgresql_acknowledged(
    url: str, tmp_path: Path
) -> None:
    chance, told = random.Random(1), 0  # noqa: S311 -- no secret
    ledger = Ledger(url)
    with Writers() as writers:
        for _ in range(20):
            size, root = ledger.tree().size, ledger.tree().root
            pids = writers.start(url, tmp_path, 8)
            time.sleep(chance.uniform(0.1, 0.3))
            kill_one_after_another(pids, chance)
            writers.wait()
            ledger.append("run", None, {"writer": "the test", "count": 0}, WHEN)  # all others ended
            told = assert_nothing_is_lost(ledger, tmp_path)
            assert ledger.tree().head(size) == root
    assert told > 100


def test_a_workspace_keeps_its_ledger_in_postgresql(url: str, tmp_path: Path) -> None:
    home = tmp_path / "bank"
    assert cli_here("init", home, cwd=tmp_path).code == 0
    (home / "synthnb.yaml").write_text(f'schema_version: "1"\nledger: {url}\n')
    Ledger(url).append("run", "lending", {}, WHEN)
    said = cli_here("log", "--verify", cwd=home)
    assert said.code == 0
    assert "1 entry" in said.out
    behind_its_back(Ledger(url), "UPDATE entries SET entry = '{}'")
    said = cli_here("log", "--verify", cwd=home)
    assert said.code == 1
    assert "entry 1: edited" in said.err
    assert not (home / "ledger.sqlite").exists()
