"""C14: people read what they were granted, for that purpose, until that day, and it is recorded."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from released import NAMES, TABLE, released_workspace
from workspaces import PASSPHRASE, Cli, cli_here

from synthnb import attest
from synthnb.attest import keys, sealing
from synthnb.ledger import Ledger
from synthnb.records import Policy, read, sha256, write
from synthnb.workflow import access
from synthnb.workspace import Workspace

RELEASE = ("loanapp", "1.0.0")


def at(text: str) -> dict[str, str]:
    """Return the environment in which it is that time (UTC)."""
    return {"SOURCE_DATE_EPOCH": str(int(datetime.fromisoformat(text).timestamp()))}


NOW = at("2026-09-21T09:00:00+00:00")


def synthnb(root: Path, who: str, *words: object, when: dict[str, str] | None = None) -> Cli:
    """Run a command as one of the people."""
    env = {
        "SYNTHNB_KEY": str(root / "keys" / f"{who}.pem"),
        "SYNTHNB_AGE": str(root / "keys" / f"{who}.age"),
        "SYNTHNB_PASSPHRASE": PASSPHRASE,
        **(when or NOW),
    }
    return cli_here("access", *words, cwd=root, env=env)


def grant(root: Path, who: str = "owner", *more: object, to: str = "reader", **named: Any) -> Cli:
    purpose, until = named.get("purpose", "fraud"), named.get("until", "2026-10-01")
    words = ("--to", NAMES[to], "--purpose", purpose, "--until", until)
    return synthnb(root, who, "grant", *RELEASE, *words, *more)


def open_table(root: Path, who: str = "reader", *more: object, **named: Any) -> Cli:
    (root / "out.csv").unlink(missing_ok=True)
    words = ("--purpose", named.get("purpose", "fraud"), "--out", "out.csv")
    return synthnb(root, who, "open", *RELEASE, *words, *more, when=named.get("when"))


def entries(root: Path, kind: str) -> list[dict[str, Any]]:
    found = Ledger(root / "ledger.sqlite").sound().entries
    return [entry.body for entry in found if entry.kind == kind]


def ids(root: Path) -> list[str]:
    return sorted(path.stem for path in (root / "vault").rglob("grants/*.age"))


def refused(root: Path, done: Cli, rule: str) -> Cli:
    """Check that a command was refused, left nothing, and stands in the ledger with its rule."""
    assert done.code == 1, done.text
    assert done.err.startswith("Error: Refused to "), done.text
    assert not (root / "out.csv").exists()
    assert entries(root, "access-refused")[-1]["rule"] == rule
    flags = json.loads(synthnb(root, "owner", "list", "--flags", "--json").out)["flags"]
    assert (flags[-1]["rule"], flags[-1]["refused"]) == (rule, True)
    return done


def change_policy(root: Path, **changes: Any) -> None:
    path = root / "policy.yaml"
    body = read(Policy, path.read_text(), "policy.yaml").model_dump(mode="json")
    for approval in body["approvals"]:
        if approval["action"] == "access":
            approval["quorum"] = changes.pop("quorum", approval["quorum"])
    body["access"].update(changes)
    path.write_text(write(read(Policy, json.dumps(body), "policy.yaml")))


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """Open each identity once: a passphrase costs a second by design, whoever asks."""
    load = sealing.load
    known: dict[tuple[bytes, bytes | str], sealing.Identity] = {}

    def once(path: Path, passphrase: bytes | str) -> sealing.Identity:
        key = (path.read_bytes(), passphrase)
        known[key] = known.get(key) or load(path, passphrase)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "load", once)
        yield


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = released_workspace(tmp_path_factory.mktemp("access") / "ws")
    done = synthnb(root, "owner", "seal", *RELEASE)
    assert done.code == 0, done.text
    return root


@pytest.fixture
def root(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "ws"))


def test_c14_access_is_least_privilege_per_person_and_purpose_and_every_violation_is_recorded(
    root: Path,
) -> None:
    refused(root, open_table(root), "grant")
    done = refused(root, grant(root, "reader", to="other"), "role")
    assert "is not data owner or data steward, whom the policy asks (access)" in done.err
    assert "these could: Owner Person, Steward Person" in done.err
    assert grant(root).code == 0
    assert open_table(root).code == 0
    assert (root / "out.csv").read_text() == TABLE
    refused(root, open_table(root, purpose="pricing"), "purpose")
    refused(root, open_table(root, "other"), "grant")
    late = at("2026-10-02T09:00:00+00:00")
    assert "ended on 2026-10-01" in refused(root, open_table(root, when=late), "expired").err
    (grant_id,) = ids(root)
    refused(root, synthnb(root, "other", "revoke", *RELEASE, grant_id, "--reason", "x"), "role")
    assert ids(root) == [grant_id]
    done = synthnb(root, "steward", "revoke", *RELEASE, grant_id, "--reason", "left")
    assert done.code == 0, done.text
    assert ids(root) == []
    refused(root, open_table(root), "revoked")
    rules = [body["rule"] for body in entries(root, "access-refused")]
    assert rules == ["grant", "role", "purpose", "grant", "expired", "role", "revoked"]
    assert [body["who"] for body in entries(root, "access")] == [NAMES["reader"]]


def test_sealing_encrypts_for_custodians_and_says_where_plain_copies_lie(template: Path) -> None:
    vault = template / "vault" / "loanapp" / "1.0.0"
    assert b"loanamt" not in (vault / "synthetic.csv.age").read_bytes()
    assert (vault / ".gitignore").read_text() == "*\n"
    (body,) = entries(template, "access-sealed")
    assert body["custodians"] == [NAMES["owner"], NAMES["steward"]]
    assert body["table"] == sha256(TABLE)
    assert body["sealed"] == sha256((vault / "synthetic.csv.age").read_bytes())
    done = synthnb(template, "owner", "seal", *RELEASE)
    assert done.code == 2
    assert "encrypted already" in done.err
    (copy,) = access.plain_copies(Workspace.find(template), sha256(TABLE))
    assert copy.name == "synthetic.csv"


def test_custodians_open_the_key_and_the_table_without_synthnb(template: Path) -> None:
    vault = template / "vault" / "loanapp" / "1.0.0"
    for who in ("owner", "steward"):
        identity = sealing.load(template / "keys" / f"{who}.age", PASSPHRASE)
        key = sealing.unwrap((vault / "key.age").read_bytes(), identity)
        table = sealing.unseal((vault / "synthetic.csv.age").read_bytes(), key)
        assert table.decode() == TABLE


def test_a_grant_is_a_signed_statement_that_the_ledger_holds(root: Path) -> None:
    assert (
        grant(root, "owner", "--hours", "08-18", "--rows", "50", "--as", NAMES["owner"]).code == 0
    )
    (grant_id,) = ids(root)
    folder = root / "vault" / "loanapp" / "1.0.0" / "grants"
    envelope = (folder / f"{grant_id}.dsse.json").read_bytes()
    people = Workspace.find(root).people
    (signer,) = attest.envelope.verify(envelope, people.publics)
    assert signer.name == NAMES["owner"]
    statement = attest.statement.parse(attest.envelope.parse(envelope).payload)
    assert statement.predicate_type == "urn:synthnb:access-grant:1"
    assert statement.digests[f"{grant_id}.age"] == sha256((folder / f"{grant_id}.age").read_bytes())
    (body,) = entries(root, "access-granted")
    assert body["grant"] == statement.predicate
    assert body["statement"] == sha256(envelope)


def test_only_the_reader_opens_a_wrapped_key(root: Path) -> None:
    assert grant(root).code == 0
    (grant_id,) = ids(root)
    folder = root / "vault" / "loanapp" / "1.0.0" / "grants"
    shutil.copyfile(root / "keys" / "other.age", root / "keys" / "reader.age")
    refused(root, open_table(root), "grant")
    (folder / f"{grant_id}.age").write_bytes(b"age-encryption.org/v1\n")
    shutil.copyfile(root / "keys" / "owner.age", root / "keys" / "reader.age")
    refused(root, open_table(root), "grant")


def test_a_wrapped_key_that_is_gone_or_swapped_opens_nothing(root: Path) -> None:
    assert grant(root).code == 0
    assert grant(root, to="other").code == 0
    mine, other = (body["grant"]["id"] for body in entries(root, "access-granted"))
    folder = root / "vault" / "loanapp" / "1.0.0" / "grants"
    shutil.copyfile(folder / f"{other}.age", folder / f"{mine}.age")
    refused(root, open_table(root), "key")
    (folder / f"{mine}.age").unlink()
    refused(root, open_table(root), "key")


@pytest.mark.parametrize(
    ("hour", "rows", "rule"), [("19", "10", "hours"), ("09", "31", "rows-per-day")]
)
def test_hours_and_rows_are_refused_or_flagged_as_the_policy_says(
    root: Path, hour: str, rows: str, rule: str
) -> None:
    when = at(f"2026-09-21T{hour}:00:00+00:00")
    assert grant(root, "owner", "--hours", "08-18", "--rows", "30").code == 0
    refused(root, open_table(root, "reader", "--rows", rows, when=when), rule)
    change_policy(root, outside="warn")
    done = open_table(root, "reader", "--rows", rows, when=when)
    assert done.code == 0, done.text
    assert "Flagged: " in done.out
    assert (root / "out.csv").read_text() == "".join(TABLE.splitlines(True)[: int(rows) + 1])
    flags = json.loads(synthnb(root, "owner", "list", "--flags", "--json").out)["flags"]
    assert [(f["rule"], f["refused"]) for f in flags] == [(rule, True), (rule, False)]


def test_accesses_are_counted_against_the_policy(root: Path) -> None:
    change_policy(root, accesses_per_day=2)
    assert grant(root).code == 0
    assert [open_table(root).code for _ in range(2)] == [0, 0]
    done = refused(root, open_table(root), "accesses-per-day")
    assert "3 accesses, the policy allows 2" in done.err


def test_what_was_opened_is_for_its_reader_alone_and_overwrites_nothing(root: Path) -> None:
    assert grant(root).code == 0
    assert open_table(root).code == 0
    assert stat.S_IMODE((root / "out.csv").stat().st_mode) == 0o600
    (root / "mine.csv").write_text("mine")
    done = synthnb(root, "reader", "open", *RELEASE, "--purpose", "fraud", "--out", "mine.csv")
    assert done.code == 2
    assert (root / "mine.csv").read_text() == "mine"
    assert len(entries(root, "access")) == 1


def test_a_quorum_needs_as_many_different_people(root: Path) -> None:
    change_policy(root, quorum=2)
    done = refused(root, grant(root), "quorum")
    assert "the policy asks for 2 different people; signed by Owner Person" in done.err
    both = ("--key", "keys/owner.pem", "--key", "keys/owner.pem")
    refused(root, grant(root, "owner", *both), "quorum")
    both = ("--key", "keys/owner.pem", "--key", "keys/steward.pem")
    assert grant(root, "owner", *both).code == 0
    assert entries(root, "access-granted")[0]["grant"]["by"] == [NAMES["owner"], NAMES["steward"]]
    assert open_table(root).code == 0


def test_nobody_grants_access_to_themselves_and_only_a_custodian_can(root: Path) -> None:
    done = refused(root, grant(root, to="owner"), "role")
    assert "cannot grant access to Owner Person" in done.err
    refused(root, grant(root, "owner", "--age", "keys/other.age"), "key")
    assert not ids(root)


def test_everything_that_is_wrong_with_a_grant_is_said_at_once(root: Path) -> None:
    words = ("--to", "Nobody", "--purpose", "x", "--until", "2026-09-01")
    done = synthnb(root, "owner", "grant", *RELEASE, *words)
    assert done.code == 2
    assert "Nobody is not in people.yaml" in done.err
    assert "expected 2026-09-21 to 2026-12-22 (the policy's longest grant)" in done.err
    done = grant(root, "owner", "--hours", "8-18", purpose="TODO")
    assert done.code == 2
    assert "--hours: expected hours of the day" in done.err
    assert "--purpose: still holds the placeholder" in done.err
    assert not entries(root, "access-granted")
    assert not ids(root)


def test_a_grant_ends_before_the_review_of_the_release_is_due(root: Path) -> None:
    change_policy(root, days=366)
    done = grant(root, until="2027-03-02")
    assert "to 2027-03-01 (the review is due)" in done.err


@pytest.mark.parametrize(
    ("kind", "state", "said"),
    [("withdrawal", "withdrawn", "was withdrawn"), ("retirement", "retired", "was retired")],
)
def test_a_release_that_was_taken_back_is_neither_granted_nor_opened(
    root: Path, kind: str, state: str, said: str
) -> None:
    assert grant(root).code == 0
    when = datetime(2026, 9, 21, 8, 0, tzinfo=UTC)
    Ledger(root / "ledger.sqlite").append(kind, "loanapp", {"version": "1.0.0"}, when)
    done = grant(root, to="other")
    assert done.code == 1
    assert said in done.err
    refused(root, open_table(root), "release")
    assert f"  {state}: Reader Person" in synthnb(root, "owner", "list").out


def test_a_release_that_does_not_hold_is_neither_encrypted_nor_granted(root: Path) -> None:
    page = root / "reports" / "loanapp" / "1.0.0" / "content" / "datasheet.html"
    page.write_text(page.read_text() + " ")
    for done in (grant(root), synthnb(root, "owner", "seal", *RELEASE)):
        assert done.code == 1
        assert "does not verify" in done.err
    late = at("2027-03-02T09:00:00+00:00")
    done = synthnb(root, "owner", "seal", *RELEASE, when=late)
    assert "was due on 2027-03-01; the release expired" in done.err


def test_a_grant_whose_giver_lost_the_role_no_longer_counts(root: Path) -> None:
    assert grant(root).code == 0
    path = root / "people.yaml"
    path.write_text(path.read_text().replace("data owner", "alumnus", 1))
    done = refused(root, open_table(root), "grant")
    assert "Owner Person: is not data owner or data steward" in done.err


def test_a_grant_that_somebody_wrote_into_the_ledger_opens_nothing(root: Path) -> None:
    assert grant(root, to="other").code == 0
    (body,) = entries(root, "access-granted")
    forged = {**body["grant"], "id": "f" * 16, "to": NAMES["reader"]}
    vault = root / "vault" / "loanapp" / "1.0.0" / "grants"
    shutil.copyfile(vault / f"{body['grant']['id']}.dsse.json", vault / f"{'f' * 16}.dsse.json")
    when = datetime(2026, 9, 21, 8, 0, tzinfo=UTC)
    Ledger(root / "ledger.sqlite").append(
        "access-granted", "loanapp", {**body, "grant": forged}, when
    )
    assert "is about another grant" in refused(root, open_table(root), "grant").err


def test_a_ledger_that_was_tampered_with_opens_nothing(root: Path) -> None:
    import sqlite3

    assert grant(root).code == 0
    with sqlite3.connect(root / "ledger.sqlite") as database:
        database.execute("DROP TRIGGER entries_never_change")
    done = open_table(root)
    assert done.code == 1
    assert "was tampered with" in done.err
    assert not (root / "out.csv").exists()


def test_keys_of_grants_that_ended_go_with_the_next_grant(root: Path) -> None:
    assert grant(root, until="2026-09-21").code == 0
    (first,) = ids(root)
    words = ("--to", NAMES["other"], "--purpose", "x", "--until", "2026-10-01")
    later = at("2026-09-22T09:00:00+00:00")
    assert synthnb(root, "owner", "grant", *RELEASE, *words, when=later).code == 0
    assert first not in ids(root)
    assert len(ids(root)) == 1


def test_a_table_that_is_encrypted_anew_has_another_key_and_ends_every_grant(root: Path) -> None:
    assert grant(root).code == 0
    (grant_id,) = ids(root)
    vault = root / "vault" / "loanapp" / "1.0.0"
    vault.rename(root / "old")
    assert synthnb(root, "owner", "seal", *RELEASE).code == 0
    for name in (f"{grant_id}.age", f"{grant_id}.dsse.json"):
        shutil.copyfile(root / "old" / "grants" / name, vault / "grants" / name)
    done = refused(root, open_table(root), "grant")
    assert "the table was encrypted anew since" in done.err
    assert grant(root).code == 0
    assert grant_id not in ids(root)
    assert open_table(root).code == 0


def test_an_identity_that_is_nobodys_is_refused_and_named_by_its_recipient(root: Path) -> None:
    assert grant(root).code == 0
    (root / "keys" / "reader.age").unlink()
    recipient = sealing.create(root / "keys" / "reader.age", PASSPHRASE)
    done = refused(root, open_table(root), "grant")
    assert f"{recipient[:12]}… (nobody in people.yaml) was granted nothing here" in done.err


def test_grants_are_listed_with_their_state_and_use(root: Path) -> None:
    assert "Nobody was granted access." in synthnb(root, "owner", "list").out
    assert grant(root, "owner", "--rows", "100").code == 0
    assert open_table(root).code == 0
    listed = synthnb(root, "owner", "list", "loanapp").out
    assert "in force: Reader Person until 2026-10-01, 06-20 UTC, 100 rows a day" in listed
    assert "for: fraud (by Owner Person; used once)" in listed
    assert "Nothing stands out." in listed
    told = json.loads(synthnb(root, "owner", "list", "--json").out)
    assert (told["grants"][0]["state"], told["grants"][0]["accesses"]) == ("in force", 1)
    assert json.loads(synthnb(root, "owner", "list", "elsewhere", "--json").out)["grants"] == []


def test_an_age_identity_is_made_at_the_command_line_and_kept(tmp_path: Path) -> None:
    env = {"SYNTHNB_PASSPHRASE": PASSPHRASE}
    done = cli_here("key", "age", "mine.age", cwd=tmp_path, env=env)
    assert done.code == 0, done.text
    recipient = sealing.load(tmp_path / "mine.age", PASSPHRASE).recipient
    assert f"age: {recipient}" in done.out
    again = cli_here("key", "age", "mine.age", cwd=tmp_path, env=env)
    assert again.code == 2
    assert "never overwritten" in again.err
    with pytest.raises(Exception, match="not an encrypted private key"):
        keys.load(tmp_path / "mine.age", PASSPHRASE)


def test_destroying_leaves_nothing_that_opens_the_encrypted_table(root: Path) -> None:
    assert grant(root).code == 0
    workspace = Workspace.find(root)
    people = {
        NAMES[who]: sealing.load(root / "keys" / f"{who}.age", PASSPHRASE)
        for who in ("owner", "reader")
    }
    sealed = workspace.vault(*RELEASE).sealed
    assert sealed is not None
    done = access.destroy(workspace, *RELEASE, identities=people)
    names = [each.name for each in done.destroyed.files]
    assert "vault/loanapp/1.0.0/key.age" in names
    assert "dossiers/loanapp/runs/0001/synthetic.csv" in names
    assert len(names) == 3
    held = {each.name: each.sha256 for each in done.destroyed.files}
    assert held["dossiers/loanapp/runs/0001/synthetic.csv"] == sha256(TABLE)
    assert not done.readable
    assert [each.key for each in done.tries] == [f"the identity of {name}" for name in people]
    assert done.sealed == sha256(sealed.read_bytes())
    assert workspace.vault(*RELEASE).keys == ()
    assert sorted(path.name for path in sealed.parent.rglob("*.dsse.json"))
    refused(root, open_table(root), "key")


def test_the_first_rows_of_a_table_keep_their_text_and_their_types() -> None:
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    from synthnb.errors import TableError
    from synthnb.tables.head import first_rows

    quoted = b'a,b\r\n"two\r\nlines",1\r\n"x",007\r\n'
    assert first_rows(quoted, ".csv", 1) == b'a,b\r\n"two\r\nlines",1\r\n'
    assert first_rows(quoted, ".csv", 9) == quoted
    out = io.BytesIO()
    pq.write_table(pa.table({"a": pa.array([1, 2, 3], pa.int8())}), out)
    part = pq.read_table(io.BytesIO(first_rows(out.getvalue(), ".parquet", 2)))
    assert part.equals(pa.table({"a": pa.array([1, 2], pa.int8())}))
    with pytest.raises(TableError, match=r"kind '\.gz'"):
        first_rows(b"", ".gz", 1)
    with pytest.raises(TableError, match="cannot be read as parquet"):
        first_rows(b"PAR1", ".parquet", 1)
