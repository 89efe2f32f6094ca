"""A workspace with a release that holds, a table, and people with real keys."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from workspaces import PASSPHRASE

from synthnb import assets, attest, notebooks
from synthnb.attest import keys, sealing
from synthnb.judge import judge
from synthnb.ledger import Ledger
from synthnb.records import Datasheet, Evidence, Key, Member, People, Policy, read, sha256, write
from synthnb.records.evidence import MIME, payload
from synthnb.workflow import history
from synthnb.workflow.check import subject_of
from synthnb.workspace import Papers

EXAMPLE = Path(__file__).parent.parent / "reports" / "loanapp" / "1.0.0" / "content"
ROWS = 40
TABLE = "loanamt,approve\n" + "".join(f"{100 + number},true\n" for number in range(ROWS))
ROLES = {"owner": "data owner", "steward": "data steward", "reader": "analyst", "other": "analyst"}
NAMES = {role: f"{role.title()} Person" for role in ROLES}


def lenient_policy() -> Policy:
    """Return the default policy, under which whatever blocked warns."""
    text = (assets.templates() / "policies" / "default.yaml").read_text(encoding="utf-8")
    policy = read(Policy, text, "default.yaml")
    softer = {"severity": "warn", "inconclusive": "warn", "not_measured": "warn", "cases": ()}
    rules = tuple(rule.model_copy(update=softer) for rule in policy.rules)
    return policy.model_copy(update={"id": "lenient", "rules": rules})


def make_people(root: Path) -> People:
    """Make keys and age identities for four people, in files named after what they do."""
    members = []
    for who, role in ROLES.items():
        public = keys.create(root / "keys" / f"{who}.pem", PASSPHRASE)
        age = sealing.create(root / "keys" / f"{who}.age", PASSPHRASE)
        members.append(Member(name=NAMES[who], roles=(role,), keys=(Key(public=public),), age=age))
    return People(members=tuple(members))


def released_workspace(root: Path, before: Sequence[tuple[str, dict[str, str]]] = ()) -> Path:
    """Make a workspace whose release `loanapp 1.0.0` passed and was signed by its owner.

    The ledger holds the entries `before` first.

    The committed example lends its notebooks; a small table takes the place of the one that was
    assessed, and a lenient policy that of the one which rejected it.
    """
    people, policy = make_people(root), lenient_policy()
    run = root / "dossiers" / "loanapp" / "runs" / "0001"
    run.mkdir(parents=True)
    (run / "synthetic.csv").write_text(TABLE)
    (root / "synthnb.yaml").write_text('schema_version: "1"\n')
    (root / "people.yaml").write_text(write(people))
    (root / "policy.yaml").write_text(write(policy))
    content = {
        path.relative_to(EXAMPLE).as_posix(): path.read_bytes()
        for path in EXAMPLE.rglob("*")
        if path.is_file() and path.parent.name != "decisions"
    }
    sheet = Datasheet.model_validate_json(content["datasheet.json"])
    evidence = tuple(_about_table(room) for room in sheet.evidence)
    verdict = judge(policy, sheet.charter, sheet.plan, evidence)
    assert verdict.outcome == "passed"
    changed = sheet.model_copy(
        update={
            "status": "released",
            "issued": "2026-09-01T00:00:00Z",
            "review_due": "2027-03-01",
            "subject": subject_of(
                Papers(sheet.charter, sheet.plan, policy), evidence, sheet.templates
            ),
            "mode": "draft",
            "decisions": (),
            "signatories": (NAMES["owner"],),
            "signing_roles": {NAMES["owner"]: (ROLES["owner"],)},
            "policy": policy,
            "evidence": evidence,
            "verdict": verdict,
        }
    )
    sheet = Datasheet.model_validate(changed.model_dump(mode="json", warnings=False))
    content |= {
        "datasheet.json": sheet.model_dump_json(indent=1).encode(),
        "policy.yaml": write(policy).encode(),
        "people.yaml": write(people).encode(),
    }
    for stock, room in zip(notebooks.STOCK, evidence, strict=True):
        name = f"notebooks/{stock.file}"
        content[name] = _carrying(content[name], room)
    predicate = {
        "name": sheet.name,
        "version": sheet.version,
        "status": sheet.status,
        "outcome": verdict.outcome,
        "subject": sheet.subject,
        "mode": sheet.mode,
    }
    owner = keys.load(root / "keys" / "owner.pem", PASSPHRASE)
    envelope = attest.sign(attest.build(content, predicate), [owner])
    ledger = Ledger(root / "ledger.sqlite")
    for kind, earlier in before:
        ledger.append(kind, sheet.name, earlier, sheet.issued)
    body = {"version": sheet.version, "status": sheet.status, "attestation": sha256(envelope)}
    entry = ledger.append("release", sheet.name, body, sheet.issued)
    proof = history.prove(ledger, entry, [owner]).encode()
    bundle = {attest.ATTESTATION: envelope, attest.PROOF: proof}
    attest.publish(root / "reports" / "loanapp" / "1.0.0", content, bundle)
    return root


def _about_table(room: Evidence) -> Evidence:
    """Return evidence about the small table in place of the one that was assessed."""
    if room.generation is None:
        return room
    fact = room.generation.synthetic.model_copy(update={"file": sha256(TABLE), "rows": ROWS})
    changed = room.generation.model_copy(update={"synthetic": fact})
    return room.model_copy(update={"generation": changed})


def _carrying(data: bytes, room: Evidence) -> bytes:
    """Return an executed notebook with this evidence in place of its own."""
    notebook = json.loads(data)
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    (carrier,) = (each["data"] for each in outputs if MIME in each.get("data", {}))
    carrier[MIME] = payload(room)
    return json.dumps(notebook).encode()
