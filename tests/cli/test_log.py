"""`synthnb log`: the history shows what was done to it, by itself and against kept checkpoints."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from workspaces import EPOCH, Cli, cli_here

from synthnb import attest, merkle
from synthnb.attest import note, proof
from synthnb.ledger import Ledger
from synthnb.records import Key, Member, People, canonical, sha256, write
from synthnb.workflow import history

WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = {"SYNTHNB_PASSPHRASE": "secret"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a workspace of Ada, with six entries, and a folder of Will, who is outside of it."""
    root = tmp_path / "bank"
    assert cli_here("init", root, cwd=tmp_path).code == 0
    members = []
    for name in ("Ada", "Will"):
        public = attest.keys.create(tmp_path / f"{name}.pem", "secret")
        members.append(Member(name=name, roles=("privacy",), keys=(Key(public=public),)))
    (root / "people.yaml").write_text(write(People(members=(members[0],))))
    (tmp_path / "will").mkdir()
    shutil.copy(root / "people.yaml", tmp_path / "will" / "people.yaml")
    for number in range(6):
        add(root, number)
    return root


def add(root: Path, number: int) -> None:
    dossier = "lending" if number % 2 else "arrests"
    Ledger(root / "ledger.sqlite").append("run", dossier, {"number": number}, WHEN)


def log(root: Path, *words: object, who: str = "Ada") -> Cli:
    key = ("--key", root.parent / f"{who}.pem") if {"--checkpoint", "--cosign"} & {*words} else ()
    return cli_here("log", *words, *key, cwd=root, env=SECRET)


def kept(root: Path, name: str = "kept.note") -> Path:
    """Return a checkpoint of the ledger as it is now."""
    assert log(root, "--checkpoint", root.parent / name).code == 0
    return root.parent / name


def raw(root: Path, *statements: str) -> None:
    """Do what somebody with a database program can do, and put the guards back."""
    with closing(sqlite3.connect(root / "ledger.sqlite")) as database:
        guards = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        made = guards.fetchall()
        for name, _ in made:
            database.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            database.execute(statement)
        for _, sql in made:
            database.execute(sql)
        database.commit()


def rewrite(root: Path, count: int) -> None:
    """Write a whole new history, sound in itself."""
    (root / "ledger.sqlite").unlink()
    for number in range(count):
        Ledger(root / "ledger.sqlite").append("run", "lending", {"number": -number}, WHEN)


def insert(root: Path) -> None:
    """Put an entry between the third and the fourth, well formed and following the third."""
    third = Ledger(root / "ledger.sqlite").entries()[2]
    forged = third.model_copy(update={"seq": 4, "previous": third.sha256})
    text = canonical(forged)
    raw(
        root,
        "UPDATE entries SET seq = -seq - 1 WHERE seq >= 4",
        "UPDATE entries SET seq = -seq WHERE seq < 0",
        f"INSERT INTO entries VALUES (4, '{forged.dossier}', '{text}', '{sha256(text)}')",  # noqa: S608
    )


TAMPERED: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "edited": (
        lambda root: raw(root, """UPDATE entries SET entry = replace(entry, ':2}', ':9}')"""),
        ["entry 3: edited"],
    ),
    "removed": (
        lambda root: raw(root, "DELETE FROM entries WHERE seq = 3"),
        ["entry 3: removed"],
    ),
    "inserted": (
        insert,
        [f"entry {n}: moved: it was written as entry {n - 1}" for n in (5, 6, 7)],
    ),
    "reordered": (
        lambda root: raw(
            root,
            "UPDATE entries SET seq = 100 WHERE seq = 3",
            "UPDATE entries SET seq = 3 WHERE seq = 4",
            "UPDATE entries SET seq = 4 WHERE seq = 100",
        ),
        ["entry 3: moved", "entry 4: moved", "entry 5: inserted, or entry 4 was replaced"],
    ),
    "guards taken away": (
        lambda root: raw(root, "CREATE TRIGGER entries_x DELETE ON entries BEGIN SELECT 1; END"),
        ["entries_x: the guards of the ledger were changed"],
    ),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_c11_a_history_that_was_tampered_with_names_the_entry(home: Path, how: str) -> None:
    tamper, expected = TAMPERED[how]
    tamper(home)
    for words in (["--verify"], []):
        said = log(home, *words)
        assert said.code == 1
        told = [line for line in said.err.splitlines() if line.startswith("tampered: ")]
        assert len(told) == len(expected)
        for line, start in zip(told, expected, strict=True):
            assert line.startswith(f"tampered: {start}")
    assert "each is what it was" not in log(home, "--verify").out
    refused = log(home, "--checkpoint", home / "x.note")
    assert refused.code == 1
    assert "was tampered with" in refused.err
    assert not (home / "x.note").exists()
    assert log(home, "--export", "jsonl").code == 1


def test_c11_an_end_that_was_cut_off_shows_against_a_kept_checkpoint(home: Path) -> None:
    mark = kept(home)
    raw(
        home,
        "DELETE FROM entries WHERE seq >= 5",
        "UPDATE sqlite_sequence SET seq = 4 WHERE name = 'entries'",
    )
    assert log(home, "--verify").code == 0
    said = log(home, "--against", mark)
    assert said.code == 1
    assert "tampered: entries 5 to 6: removed from the end: the checkpoint counts 6" in said.err


@pytest.mark.parametrize("count", [5, 6, 9])
def test_c11_a_history_written_anew_shows_against_a_kept_checkpoint(home: Path, count: int) -> None:
    mark = kept(home)
    rewrite(home, count)
    assert log(home, "--verify").code == 0
    said = log(home, "--against", mark)
    assert said.code == 1
    assert "tampered: entry 1: is not the one of the checkpoint's history" in said.err
    assert ("entries 1 to 6: changed since the checkpoint was made" in said.err) == (count >= 6)
    assert ("entry 6: removed from the end" in said.err) == (count == 5)
    refused = log(home, "--checkpoint", home.parent / "new.note", "--since", mark)
    assert refused.code == 1
    assert "does not continue the history" in refused.err


def test_c11_a_middle_written_anew_shows_against_a_kept_checkpoint(home: Path) -> None:
    first = Ledger(home / "ledger.sqlite").entries()[:2]
    mark = kept(home)
    (home / "ledger.sqlite").unlink()
    for number in range(6):
        body = first[number].body if number < 2 else {"number": 99}
        dossier = "lending" if number % 2 else "arrests"
        Ledger(home / "ledger.sqlite").append("run", dossier, body, WHEN)
    said = log(home, "--against", mark)
    assert said.code == 1
    assert "tampered: entries 1 to 6: changed since the checkpoint was made" in said.err
    assert "a root does not say which" in said.err


def test_c11_an_entry_that_a_release_carries_is_named_when_it_was_replaced(home: Path) -> None:
    ledger = Ledger(home / "ledger.sqlite")
    key = attest.keys.load(home.parent / "Ada.pem", "secret")
    made = history.prove(ledger, ledger.entries()[2], [key])
    bundle = home / "reports" / "lending" / "1.0.0" / "bundle"
    bundle.mkdir(parents=True)
    (bundle / f"ledger{proof.SUFFIX}").write_bytes(made.encode())
    said = log(home, "--verify")
    assert said.code == 0
    assert "held against reports/lending/1.0.0/bundle/ledger.tlog-proof: 6 entries" in said.out
    rewrite(home, 8)
    said = log(home, "--verify")
    assert said.code == 1
    assert "tampered: entry 3: replaced: another sha256 was noted elsewhere" in said.err


def test_verify_says_how_many_entries_hold_their_root_and_who_could_rewrite_them(
    home: Path,
) -> None:
    entries = [canonical(each).encode() for each in Ledger(home / "ledger.sqlite").entries()]
    root = base64.b64encode(merkle.Tree(entries).root).decode()
    origin = f"synthnb-ledger/{hashlib.sha256(entries[0]).hexdigest()[:16]}"
    said = log(home, "--verify")
    assert said.code == 0
    for words in ("6 entries: each is what it was", root, origin, "signing key could write all"):
        assert words in said.out
    found = json.loads(log(home, "--verify", "--json").out)
    assert found == {
        "origin": origin,
        "entries": 6,
        "root": root,
        "checkpoints": [],
        "problems": [],
    }


def test_the_export_is_the_leaves_of_the_tree_one_a_line(home: Path) -> None:
    out = log(home, "--export", "jsonl").out
    lines = out.encode().splitlines()
    assert merkle.Tree(lines).root == Ledger(home / "ledger.sqlite").tree().root
    assert log(home, "--export", "jsonl", "--out", home / "all.jsonl").code == 0
    assert (home / "all.jsonl").read_text() == out
    some = log(home, "lending", "--kind", "run", "--export", "jsonl").out.splitlines()
    assert [json.loads(line)["seq"] for line in some] == [2, 4, 6]
    assert log(home, "--kind", "release", "--export", "jsonl").out == ""


def test_a_kept_checkpoint_holds_while_the_ledger_grows(home: Path) -> None:
    mark = kept(home)
    add(home, 6)
    said = log(home, "--against", mark)
    assert said.code == 0
    assert f"held against {mark}: 6 entries, signed by Ada" in said.out
    assert "7 entries: each is what it was" in said.out


def test_a_witness_sees_from_files_alone_that_the_history_goes_on(home: Path) -> None:
    will = home.parent / "will"
    first = kept(home, "first.note")
    trust = ("--trust", "people.yaml")
    seen = log(will, "--cosign", first, *trust, "--out", "seen.note", who="Will")
    assert seen.code == 0, seen.err
    add(home, 6)
    second = home.parent / "second.note"
    assert log(home, "--checkpoint", second, "--since", will / "seen.note").code == 0
    assert second.read_text().startswith("old 6\n")
    again = log(will, "--cosign", second, "--since", "seen.note", *trust, who="Will")
    assert again.code == 0, again.err
    signed = note.parse(again.out.encode())
    keys = {
        attest.keys.public(home.parent / f"{name}.pem", "secret"): name for name in ("Ada", "Will")
    }
    found = [(each.name, each.state, each.when) for each in note.signers(signed, keys)]
    assert found == [
        ("Ada", "valid", None),
        ("Will", "valid", datetime.fromtimestamp(int(EPOCH), UTC)),
    ]
    assert note.checkpoint(signed).size == 7
    (home.parent / "cosigned.note").write_text(again.out)
    assert log(home, "--against", home.parent / "cosigned.note").code == 0


def test_c11_a_witness_refuses_a_history_that_was_written_anew(home: Path) -> None:
    will = home.parent / "will"
    first = kept(home, "first.note")
    rewrite(home, 8)
    key = attest.keys.load(home.parent / "Ada.pem", "secret")
    ledger = Ledger(home / "ledger.sqlite")
    forged = note.Checkpoint(history.origin(ledger), 8, ledger.tree().root)
    honest = note.checkpoint(note.parse(first.read_bytes()))
    for origin in (forged.origin, honest.origin):
        mark = note.Checkpoint(origin, 8, forged.root)
        signed = note.sign(note.Note(mark.text()), key, origin)
        made = attest.consistency.Continued(6, tuple(ledger.tree().consistency(6)), signed)
        (will / "second.note").write_bytes(made.encode())
        said = log(
            will, "--cosign", "second.note", "--since", first, "--trust", "people.yaml", who="Will"
        )
        assert said.code == 1
        assert "cannot be witnessed" in said.err
        assert "the history was written anew" in said.err
        assert said.out == ""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"revoked": date(2026, 1, 1)}, "is no valid key of anybody"),
        ({"valid_until": date(2026, 1, 1)}, "is no valid key of anybody"),
        (None, "is no valid key of anybody"),
    ],
    ids=["revoked", "expired", "nobody's"],
)
def test_a_checkpoint_wants_a_valid_key_of_a_member(
    home: Path, change: dict[str, date] | None, reason: str
) -> None:
    public = attest.keys.public(home.parent / "Ada.pem", "secret")
    keys = () if change is None else (Key.model_validate({"public": public, **change}),)
    people = People(members=(Member(name="Ada", roles=("privacy",), keys=keys),))
    (home / "people.yaml").write_text(write(people))
    said = log(home, "--checkpoint", home / "x.note")
    assert said.code == 2
    assert reason in said.err
    assert not (home / "x.note").exists()


def test_what_is_kept_is_never_overwritten(home: Path) -> None:
    mark = kept(home)
    before = mark.read_bytes()
    add(home, 6)
    for words in (["--checkpoint", mark], ["--checkpoint", mark, "--since", mark]):
        said = log(home, *words)
        assert said.code == 2
        assert "never overwritten" in said.err
    assert mark.read_bytes() == before


def test_a_checkpoint_of_strangers_and_a_file_that_is_none_are_refused(home: Path) -> None:
    mark = kept(home)
    (home / "people.yaml").write_text(write(People()))
    said = log(home, "--against", mark)
    assert said.code == 1
    assert f"{mark}: nobody who is trusted signed the checkpoint for the ledger" in said.err
    assert log(home, "--against", mark, "--trust", home.parent / "will" / "people.yaml").code == 0
    mark.write_text("6 entries, honestly")
    said = log(home, "--against", mark)
    assert said.code == 1
    assert "is not a signed note" in said.err
    assert log(home, "--against", home / "none.note").code == 2


def test_a_witness_is_somebody_else_and_compares_with_what_they_saw(home: Path) -> None:
    first = kept(home, "first.note")
    said = log(home, "--cosign", first)
    assert said.code == 1
    assert "you signed it yourself" in said.err
    add(home, 6)
    assert log(home, "--checkpoint", home.parent / "next.note", "--since", first).code == 0
    kept(home, "plain.note")
    alone = log(home, "--cosign", home.parent / "next.note", who="Will")
    assert alone.code == 2
    assert "continues another" in alone.err
    plain = log(home, "--cosign", home.parent / "plain.note", "--since", first, who="Will")
    assert plain.code == 2
    assert "does not say how it continues the 6 entries" in plain.err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--verify", "--export", "jsonl"], "give one of them at a time"),
        (["--since", "x"], "--since: goes with --checkpoint or --cosign"),
        (["--verify", "--out", "x"], "--out: goes with --export or --cosign"),
        (["--as", "Ada"], "--as: goes with --checkpoint or --cosign"),
        (["--trust", "x"], "--trust: goes with --verify or --against or --cosign"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    home: Path, words: list[str], reason: str
) -> None:
    said = log(home, *words)
    assert said.code == 2
    assert reason in said.err


def test_an_empty_ledger_verifies_and_has_no_checkpoint(home: Path) -> None:
    (home / "ledger.sqlite").unlink()
    said = log(home, "--verify")
    assert said.code == 0
    assert "0 entries" in said.out
    refused = log(home, "--checkpoint", home / "x.note")
    assert refused.code == 2
    assert "The ledger is empty" in refused.err
