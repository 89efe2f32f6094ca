"""Controls about decisions, each by its id: the practice is violated and refused."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from four_people import Office, office
from released import released_workspace
from workspaces import EPOCH, PASSPHRASE, Cli, cli_here, copy_workspace

from synthnb import merkle
from synthnb.attest import keys
from synthnb.attest import note as notes
from synthnb.attest.note import Checkpoint, Note
from synthnb.ledger import Ledger
from synthnb.records import canonical
from synthnb.workflow import history

DAY = 86_400
RELEASE = "reports/loanapp/1.0.0"


@pytest.fixture
def room(tmp_path: Path) -> Office:
    return office(tmp_path / "ws")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace with a release that holds; making keys takes seconds, so make it once."""
    root = released_workspace(tmp_path_factory.mktemp("released") / "ws")
    for name in ("charter.yaml", "plan.yaml"):
        shutil.copyfile(root / RELEASE / "content" / name, root / "dossiers/loanapp" / name)
    return root


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    """Return that workspace to spoil."""
    return copy_workspace(whole, tmp_path / "ws")


def speak(root: Path, who: str, *words: object, at: int = 0) -> Cli:
    env = {
        "SYNTHNB_KEY": str(root / "keys" / f"{who}.pem"),
        "SYNTHNB_PASSPHRASE": PASSPHRASE,
        "SOURCE_DATE_EPOCH": str(int(EPOCH) + at * DAY),
    }
    return cli_here(*words, cwd=root, env=env)


def test_c03_nothing_is_generated_before_charter_and_plan_are_approved(room: Office) -> None:
    room.ok("olivia", "approve", "charter", "loanapp")
    room.ok("olivia", "approve", "plan", "loanapp")
    room.ok("pat", "approve", "plan", "loanapp")
    said = room.no("sam", "run", "loanapp")
    assert "charter: needs 2 different people" in said
    assert "has Olivia Owner (invented) (data owner)" in said
    assert "plan: needs" not in said
    assert not (room.root / "dossiers/loanapp/runs").exists()


def test_c07_an_author_an_outsider_and_one_person_twice_do_not_make_a_quorum(
    room: Office,
) -> None:
    for who, why in (
        ("sam", "wrote the charter; somebody else must decide"),
        ("farah", "is not data owner or privacy officer or legal counsel"),
        ("stranger", "belongs to nobody in people.yaml"),
    ):
        assert why in room.no(who, "approve", "charter", "loanapp")
    room.ok("pat", "approve", "charter", "loanapp")
    assert "already" in room.no("pat", "approve", "charter", "loanapp", code=2)
    assert not (room.root / "dossiers/loanapp/decisions/0002-charter.dsse.json").exists()
    assert "needs 2 different people" in room.no("sam", "run", "loanapp")


def test_c03_a_fail_is_never_accepted_and_a_risk_only_for_a_time(
    demo: Path, tmp_path: Path
) -> None:
    """The demo's task loss fails; whether there is a leak could not be decided."""
    room = copy_workspace(demo, tmp_path / "demo")
    why = ("--reason", "We need it.")
    done = speak(
        room, "pat", "accept", "loanapp", "utility.task-loss", *why, "--until", "2026-12-01"
    )
    assert done.code == 1
    assert "is a fail; only what is inconclusive or not measured can be accepted" in done.err
    done = speak(room, "pat", "accept", "loanapp", "privacy.leak", *why, "--until", "2026-09-21")
    assert done.code == 1
    assert "expected a day after 2026-09-21" in done.err
    done = speak(room, "pat", "accept", "loanapp", "privacy.leak", *why, "--until", "2026-12-01")
    assert done.code == 0, done.text
    assert "needs 2 different people" in done.out
    assert list((room / "dossiers/loanapp/decisions").glob("*-acceptance-*"))


def test_c04_a_withdrawn_release_and_one_whose_review_is_overdue_do_not_verify(root: Path) -> None:
    trust = ("--trust", root / "people.yaml")
    assert speak(root, "owner", "verify", RELEASE, *trust).code == 0
    late = speak(root, "owner", "verify", RELEASE, *trust, at=200)
    assert late.code == 1
    assert "expired: its review was due on 2027-03-01" in late.out
    words = ("withdraw", "loanapp", "1.0.0", "--reason", "A row resembles somebody.")
    refused = speak(root, "reader", *words)
    assert refused.code == 1
    assert "is not data owner or privacy officer" in refused.err
    assert speak(root, "owner", *words).code == 0
    done = speak(root, "owner", "verify", RELEASE, *trust)
    assert done.code == 1
    assert "WITHDRAWN" in done.out
    # whoever takes the notice away, but not the proof of it, is noticed too
    (root / RELEASE / "bundle" / "withdrawal.dsse.json").unlink()
    done = speak(root, "owner", "verify", RELEASE, *trust)
    assert done.code == 1
    assert "withdrawal.tlog-proof: proves a notice that is not here" in done.out


def test_c36_what_is_due_is_listed_with_its_day_and_overdue_after_it(root: Path) -> None:
    before = json.loads(speak(root, "owner", "status", "--json", at=150).out)
    due = [each for each in before if each["what"] == "review of 1.0.0"]
    assert [each["due"] for each in due] == ["2027-03-01"]
    assert not due[0]["overdue"]
    done = speak(root, "owner", "status", "--json", at=200)
    assert done.code == 1
    assert "review of 1.0.0" in [e["what"] for e in json.loads(done.out) if e["overdue"]]


def test_c37_a_table_is_not_destroyed_without_the_approval_of_two(root: Path) -> None:
    table = root / "dossiers/loanapp/runs/0001/synthetic.csv"
    words = ("retire", "loanapp", "1.0.0", "--reason", "No longer needed.")
    assert speak(root, "owner", "approve", "retirement", "loanapp", "1.0.0").code == 0
    done = speak(root, "owner", *words)
    assert done.code == 1
    assert "retirement: needs 2 different people (data owner or privacy officer)" in done.err
    assert table.is_file()
    done = speak(root, "reader", "approve", "retirement", "loanapp", "1.0.0")
    assert "is not data owner or privacy officer" in done.err


def test_c16_a_model_compliance_review_is_given_by_somebody_independent(root: Path) -> None:
    words = ("countersign", RELEASE, "--kind", "model compliance", "--conclusion", "in order")
    done = speak(root, "owner", *words)
    assert done.code == 1
    assert "signed the release" in done.err
    assert speak(root, "other", *words).code == 0
    shown = speak(root, "owner", "verify", RELEASE)
    assert shown.code == 0, shown.out
    assert "model compliance by Other Person (analyst)" in shown.out


def test_c35_what_nobody_had_to_approve_says_draft(root: Path) -> None:
    shown = speak(root, "owner", "verify", RELEASE)
    assert "DRAFT: made where nothing waits for approval" in shown.out
    settings = (root / "synthnb.yaml").read_text()
    (root / "synthnb.yaml").write_text(settings + "mode: binding\n")
    refused = speak(root, "owner", "release", "loanapp", "--unsigned")
    assert refused.code == 2
    assert "must be signed" in refused.err


def test_c39_an_auditor_who_finds_it_not_in_order_fails_the_release(root: Path) -> None:
    words = ("countersign", RELEASE, "--conclusion", "not in order", "--finding", "No unit tests.")
    assert speak(root, "other", *words).code == 0
    done = speak(root, "owner", "verify", RELEASE)
    assert done.code == 1
    assert "audit by Other Person (analyst) on 2026-09-21: not in order" in done.out


def test_a_checkpoint_that_is_older_than_the_release_proves_nothing_about_it(
    tmp_path: Path,
) -> None:
    """The owner's key was revoked before the release, and a witness saw only what came before."""
    later = released_workspace(tmp_path / "later", before=[("run", {"run": "0000"})])
    ledger = Ledger(later / "ledger.sqlite")
    owner, other = (
        keys.load(later / "keys" / f"{who}.pem", PASSPHRASE) for who in ("owner", "other")
    )
    first = merkle.Tree([canonical(ledger.entries()[0]).encode()])
    name = history.origin(ledger)
    note = notes.sign(Note(Checkpoint(name, 1, first.root).text()), owner, name)
    seen = notes.cosign(note, other, datetime(2026, 8, 1, tzinfo=UTC))
    (later / "seen").write_bytes(seen.encode())
    (later / "history.jsonl").write_text(history.export(ledger))
    text = (later / "people.yaml").read_text()
    line = next(line for line in text.splitlines() if owner.public in line)
    revoked = " " * line.index("public") + "revoked: 2026-08-15"
    (later / "revoked.yaml").write_text(text.replace(line, f"{line}\n{revoked}"))
    trust = ("--trust", later / "revoked.yaml")
    kept = ("--checkpoint", later / "seen", "--history", later / "history.jsonl")
    done = speak(later, "other", "verify", RELEASE, *trust, *kept)
    assert done.code == 1
    assert "agrees with the checkpoint that was kept (1)" in done.out
    assert "was revoked on 2026-08-15" in done.out
