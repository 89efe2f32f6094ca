"""What somebody can do who holds keys and ledger, and wants a release to say something else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workspaces import PASSPHRASE

from synthnb import attest, notebooks
from synthnb.clock import now
from synthnb.judge import judge
from synthnb.ledger import Ledger
from synthnb.records import Datasheet, Evidence, sha256
from synthnb.records.evidence import MIME, payload
from synthnb.workflow import history
from synthnb.workflow.check import subject_of
from synthnb.workspace import Papers


def resign(copy: Path, demo: Path, who: tuple[str, ...] = ("olivia", "pat")) -> None:
    """Sign a changed release again, and rebuild a ledger that holds it."""
    held = attest.read(copy)
    sheet = Datasheet.model_validate_json(held.content["datasheet.json"])
    predicate = dict(attest.attestation(held).predicate)
    predicate |= {"subject": sheet.subject, "status": sheet.status}
    predicate |= {"outcome": sheet.verdict.outcome}
    both = [attest.keys.load(demo / "keys" / f"{name}.pem", PASSPHRASE) for name in who]
    envelope = attest.sign(attest.build(held.content, predicate), both)
    (copy / "bundle" / attest.ATTESTATION).write_bytes(envelope)
    ledger = Ledger(copy.parent / "forged.sqlite")
    body = {"version": sheet.version, "status": sheet.status, "attestation": sha256(envelope)}
    entry = ledger.append("release", sheet.name, body, now())
    (copy / "bundle" / attest.PROOF).write_bytes(history.prove(ledger, entry, both).encode())


def forge(path: Path, change: Callable[[dict[str, Any]], None]) -> Evidence:
    """Change each estimate that a notebook recorded, with its digest recomputed."""
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if MIME in output.get("data", {}):
                body = json.loads(output["data"][MIME]["canonical"])
                for estimate in body["estimates"]:
                    change(estimate)
                forged = Evidence.model_validate(body)
                output["data"][MIME] = payload(forged)
    path.write_text(json.dumps(notebook))
    return forged


def agree(copy: Path) -> None:
    """Let the datasheet say what the forged notebooks say, and what follows from it."""
    path = copy / "content" / "datasheet.json"
    sheet = Datasheet.model_validate_json(path.read_bytes())
    found = tuple(
        notebooks.collect(copy / "content" / "notebooks" / stock.file) for stock in notebooks.STOCK
    )
    papers = Papers(sheet.charter, sheet.plan, sheet.policy)
    update = {
        "evidence": found,
        "verdict": judge(sheet.policy, sheet.charter, sheet.plan, found),
        "subject": subject_of(papers, found, sheet.templates),
    }
    path.write_text(sheet.model_copy(update=update).model_dump_json(indent=1) + "\n")
