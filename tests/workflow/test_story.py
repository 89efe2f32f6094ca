"""The whole story with four people, real keys and the shipped policy; what is forbidden is refused.

One test, because each step rests on the one before: that is what is tested.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from four_people import TODAY, Office, office
from workspaces import Cli, cli_here

RELEASE = "reports/loanapp/1.0.0"


def test_four_people_take_a_table_from_charter_to_retirement(tmp_path: Path) -> None:
    room = office(tmp_path / "ws")
    approve_charter_and_plan(room)
    risks = run_and_accept(room)
    release(room, risks)
    audit(room, tmp_path / "auditor")
    incident(room)
    withdraw(room, tmp_path / "auditor")
    retire(room)
    the_ledger_tells_it_all(room)


def flat(done: Cli) -> str:
    """Return what was printed as one line."""
    return " ".join(done.text.split())


def approve_charter_and_plan(room: Office) -> None:
    """C03, C07: nothing is generated before the right people have agreed to exactly this."""
    said = room.no("sam", "run", "loanapp")
    assert "charter: needs 2 different people (data owner or privacy officer or legal" in said
    assert "plan: needs 2 different people" in said
    assert not (room.root / "dossiers/loanapp/runs").exists()
    # the wrong role, the author, nobody, somebody else's key, the same person twice
    assert "is not data owner or privacy officer" in room.no(
        "farah", "approve", "charter", "loanapp"
    )
    room.set_people()
    said = room.no("sam", "approve", "charter", "loanapp")
    assert "wrote the charter; somebody else must decide" in said
    assert "these could: Olivia Owner (invented), Pat Privacy (invented)" in said
    assert "belongs to nobody" in room.no("stranger", "approve", "charter", "loanapp")
    said = room.no(
        "pat", "approve", "charter", "loanapp", "--as", "Olivia Owner (invented)", code=2
    )
    assert "This key is not Olivia Owner (invented)'s." in said
    room.ok("olivia", "approve", "charter", "loanapp", "--as", "Olivia Owner (invented)")
    assert "has approved charter.yaml" in room.no("olivia", "approve", "charter", "loanapp", code=2)
    # expired and revoked keys
    room.set_people(pat={"valid_until": "2026-09-01"})
    assert "expired on 2026-09-01" in room.no("pat", "approve", "charter", "loanapp")
    room.set_people(pat={"revoked": "2026-09-10"})
    assert "was revoked on 2026-09-10" in room.no("pat", "approve", "charter", "loanapp")
    room.set_people()
    # one key under two names
    text = (room.root / "people.yaml").read_text()
    (room.root / "people.yaml").write_text(text.replace(room.public["pat"], room.public["olivia"]))
    assert "listed twice" in room.no("olivia", "approve", "charter", "loanapp", code=2)
    room.set_people()
    assert "Enough have agreed" in room.ok("pat", "approve", "charter", "loanapp")
    # a changed file voids what was approved, visibly
    room.edit("charter.yaml", "cadence: P6M", "cadence: P5M")
    said = room.no("sam", "run", "loanapp")
    assert "Olivia Owner (invented) decided on another version" in said
    waiting = json.loads(room.as_("sam", "status", "--json").out)
    assert waiting[0]["what"] == "approval of charter.yaml"
    assert waiting[0]["who"] == ["Olivia Owner (invented)", "Pat Privacy (invented)"]
    room.edit("charter.yaml", "cadence: P5M", "cadence: P6M")
    # a rejection stops it, until it is taken back
    said = room.no("olivia", "reject", "plan", "loanapp", code=2)
    assert "--reason" in said
    room.ok("olivia", "reject", "plan", "loanapp", "--reason", "Which seed?", "--criterion", "C33")
    room.ok("pat", "approve", "plan", "loanapp")
    said = room.no("sam", "run", "loanapp")
    assert "Olivia Owner (invented) rejected it (C33): Which seed?" in said
    room.ok("olivia", "approve", "plan", "loanapp", "--comment", "Seed 0 it is.")


def run_and_accept(room: Office) -> list[str]:
    """Only what could not be decided is accepted, for a time, by those who may."""
    room.ok("sam", "run", "loanapp")
    done = room.as_("sam", "check", "loanapp", "--json")
    verdict = json.loads(done.out)
    blocking = [each for each in verdict["findings"] if each["effect"] == "block"]
    assert {each["state"] for each in blocking} <= {"inconclusive", "not-measured"}, blocking
    risks = [each["id"] for each in blocking]
    assert "privacy.leak" in risks
    shown = flat(room.as_("sam", "check", "loanapp"))
    assert "Id: privacy.leak (`synthnb accept` bears it for a time)" in shown
    assert "is blocked" in room.no("olivia", "release", "loanapp")
    until = ["--until", "2026-12-24", "--reason", "The table stays inside the house."]
    said = room.no("farah", "accept", "loanapp", "privacy.leak", *until)
    assert "is not data owner or privacy officer or security officer" in said
    said = room.no("olivia", "accept", "loanapp", "utility.shapes", *until)
    assert "is no finding that blocks" in said
    said = room.no("pat", "accept", "loanapp", "privacy.leak", "--until", "2028-01-01", *until[2:])
    assert "at the latest 2027-09-21" in said
    for risk in risks:
        for who in ("olivia", "pat"):
            room.ok(who, "accept", "loanapp", risk, *until)
    return risks


def release(room: Office, risks: list[str]) -> None:
    """C07, C35: no release without the quorum over this very run."""
    said = room.no("olivia", "release", "loanapp")
    assert "release: needs 2 different people" in said
    assert "the charter also asks for: privacy officer" in said
    said = room.no("sam", "release", "loanapp")
    assert "has nobody" in said
    assert "belongs to nobody" in room.no("stranger", "release", "loanapp")
    twice = ["--key", room.key("olivia"), "--key", room.key("olivia")]
    assert "needs 2 different people" in room.no("olivia", "release", "loanapp", *twice)
    assert "must be signed" in room.no("olivia", "release", "loanapp", "--unsigned", code=2)
    assert not (room.root / "reports/loanapp").exists()
    room.ok("farah", "approve", "release", "loanapp", "--comment", "The audit is in order.")
    both = ["--key", room.key("olivia"), "--key", room.key("pat")]
    assert "Released loanapp 1.0.0." in room.ok("olivia", "release", "loanapp", *both)
    page = (room.root / RELEASE / "content/datasheet.html").read_text()
    assert "RELEASED WITH ACCEPTED RISK" in page
    assert "2026-12-24" in page or "24 December 2026" in page
    assert "Nothing waits" in room.ok("sam", "status") or risks


def audit(room: Office, away: Path) -> None:
    """C39: an auditor has the release and people.yaml, and nothing else."""
    away.mkdir()
    shutil.copytree(room.root / RELEASE, away / "release")
    shutil.copyfile(room.root / "people.yaml", away / "people.yaml")
    trust = ["--trust", "people.yaml"]
    done = room.as_("aud", "verify", "release", *trust, cwd=away)
    assert done.code == 0, done.text
    said = flat(done)
    assert "release approved by Farah Fair (invented) (fairness reviewer), Olivia Owner" in said
    assert "accepted risks: privacy.leak until 2026-12-24" in said
    assert "is not known here" in said
    # roles come from what the auditor trusts, not from what the release claims
    text = (away / "people.yaml").read_text()
    (away / "less.yaml").write_text(text.replace("privacy officer", "visitor"))
    done = room.as_("aud", "verify", "release", "--trust", "less.yaml", cwd=away)
    assert done.code == 1
    assert "is not data owner or privacy officer" in flat(done)
    # the quorum comes from the policy of the release, which may be held against one's own
    shutil.copyfile(room.root / "policy.yaml", away / "policy.yaml")
    done = room.as_("aud", "verify", "release", *trust, "--policy", "policy.yaml", cwd=away)
    assert "judged under default 1.3.0, the policy that you trust" in flat(done)
    (away / "policy.yaml").write_text(
        (away / "policy.yaml").read_text().replace("quorum: 2", "quorum: 3", 1)
    )
    done = room.as_("aud", "verify", "release", *trust, "--policy", "policy.yaml", cwd=away)
    assert done.code == 1
    assert "which is not the default 1.3.0 that you trust" in flat(done)
    # after the last day of an accepted risk, and after a key was revoked
    done = room.as_("aud", "verify", "release", *trust, cwd=away, at=95)
    assert done.code == 1
    assert "expired: the risk of privacy.leak was accepted until 2026-12-24" in flat(done)
    room.set_people(pat={"revoked": "2026-09-30"})
    shutil.copyfile(room.root / "people.yaml", away / "revoked.yaml")
    done = room.as_("aud", "verify", "release", "--trust", "revoked.yaml", cwd=away, at=20)
    assert done.code == 1
    assert "was revoked on 2026-09-30" in flat(done)
    # ... unless somebody else proves that it was signed before
    room.set_people()
    room.ok("olivia", "log", "--checkpoint", "mark")
    witness = room.as_("aud", "log", "--cosign", "mark", "--trust", "people.yaml", "--out", "seen")
    assert witness.code == 0, witness.text
    room.ok("olivia", "log", "--export", "jsonl", "--out", "history.jsonl")
    for name in ("seen", "history.jsonl"):
        shutil.copyfile(room.root / name, away / name)
    kept = ["--checkpoint", "seen", "--history", "history.jsonl"]
    done = room.as_("aud", "verify", "release", "--trust", "revoked.yaml", *kept, cwd=away, at=20)
    assert done.code == 0, done.text
    # who had a part in it gives no opinion
    done = room.as_("pat", "countersign", "release", *trust, "--conclusion", "in order", cwd=away)
    assert done.code == 1
    assert "signed the release" in flat(done)
    done = room.as_(
        *("aud", "countersign", "release", *trust, "--conclusion", "in order with concerns"),
        *("--finding", "Half of the records is little."),
        cwd=away,
    )
    assert done.code == 0, done.text
    done = room.as_("aud", "verify", "release", *trust, "--vsa", "summary.json", cwd=away)
    assert "audit by Audrey Auditor (invented) (external auditor)" in flat(done)
    assert "Half of the records is little." in flat(done)
    assert json.loads((away / "summary.json").read_text())["signatures"]


def incident(room: Office) -> None:
    """C09: an incident runs against its deadline, and changes no byte of a release."""
    before = {p: p.read_bytes() for p in (room.root / RELEASE).rglob("*") if p.is_file()}
    room.ok(
        *("pat", "incident", "open", "--kind", "misuse", "--severity", "medium"),
        *("--title", "A copy on a shared drive", "--affects", "loanapp/1.0.0"),
        *("--description", "Somebody outside the audience had it for a day."),
        *("--known", "2026-09-20T09:00Z", "--found-by", "the help desk"),
    )
    assert "incident INC-2026-001" in room.as_("olivia", "status", at=10).text
    assert {p: p.read_bytes() for p in (room.root / RELEASE).rglob("*") if p.is_file()} == before


def withdraw(room: Office, away: Path) -> None:
    """C04: a withdrawn release says so wherever the notice or a status list is."""
    room.ok("olivia", "status", "--publish", "status.json", "--valid", "P7D")
    shutil.copyfile(room.root / "status.json", away / "status.json")
    listed = ["--trust", "people.yaml", "--status", "status.json"]
    done = room.as_("aud", "verify", "release", *listed, cwd=away)
    assert "in force, says the status list" in flat(done)
    assert "open incident: INC-2026-001" in flat(done)
    done = room.as_("aud", "verify", "release", *listed, cwd=away, at=8)
    assert "ended on 2026-09-28" in flat(done)
    reason = ["--reason", "The copy outside the audience."]
    said = room.no("sam", "withdraw", "loanapp", "1.0.0", *reason)
    assert "is not data owner or privacy officer or security officer" in said
    assert "no release '1.0.9'" in room.no(
        "olivia", "withdraw", "loanapp", "1.0.9", *reason, code=2
    )
    assert "Withdrawn: loanapp 1.0.0." in room.ok("olivia", "withdraw", "loanapp", "1.0.0", *reason)
    assert "withdrawn already" in room.no("olivia", "withdraw", "loanapp", "1.0.0", *reason, code=2)
    said = room.no("aud", "verify", RELEASE)
    assert f"WITHDRAWN on {TODAY}: The copy outside the audience." in said
    for name in ("withdrawal.dsse.json", "withdrawal.tlog-proof"):
        shutil.copyfile(room.root / RELEASE / "bundle" / name, away / "release/bundle" / name)
    done = room.as_("aud", "verify", "release", "--trust", "people.yaml", cwd=away)
    assert done.code == 1
    assert "WITHDRAWN" in flat(done)
    (away / "release/bundle/withdrawal.dsse.json").unlink()
    room.ok("pat", "status", "--publish", "status2.json")
    shutil.copyfile(room.root / "status2.json", away / "status2.json")
    done = room.as_(
        "aud", "verify", "release", "--trust", "people.yaml", "--status", "status2.json", cwd=away
    )
    assert done.code == 1
    assert "withdrawn (on 2026-09-21), says the status list" in flat(done)


def retire(room: Office) -> None:
    """C37: the table goes, by two people's decision about this version; the record stays."""
    reason = ["--reason", "It is withdrawn and of no use."]
    said = room.no("olivia", "retire", "loanapp", "1.0.0", *reason)
    assert "retirement: needs 2 different people (data owner or privacy officer)" in said
    said = room.no("farah", "approve", "retirement", "loanapp", "1.0.0")
    assert "is not data owner or privacy officer" in said
    room.ok("olivia", "approve", "retirement", "loanapp", "1.0.0")
    room.ok("pat", "approve", "retirement", "loanapp", "1.0.0")
    copies = list(room.root.glob("dossiers/loanapp/runs/*/synthetic.parquet"))
    assert copies
    said = room.ok("olivia", "retire", "loanapp", "1.0.0", *reason)
    assert "destroyed synthetic.parquet" in said
    assert not any(path.exists() for path in copies)
    assert "retired already" in room.no("olivia", "retire", "loanapp", "1.0.0", *reason, code=2)
    said = room.no("aud", "verify", RELEASE)  # it is still withdrawn, and says both
    assert "approved by Olivia Owner (invented), Pat Privacy (invented); its table" in said


def the_ledger_tells_it_all(room: Office) -> None:
    """C11: who decided what, in order."""
    found = cli_here("log", "--export", "jsonl", cwd=room.root)
    kinds = [json.loads(line)["kind"] for line in found.out.splitlines()]
    order = [
        "charter",
        "approval",
        "refusal",
        "run",
        "verdict",
        "acceptance",
        "release",
        "incident",
    ]
    order += ["withdrawal", "retirement"]
    assert [kinds.index(kind) for kind in order] == sorted(kinds.index(kind) for kind in order)
    assert cli_here("log", "--verify", cwd=room.root).code == 0
