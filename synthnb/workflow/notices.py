"""`synthnb withdraw` and `synthnb countersign`: what is said about a release after it was made.

A notice is a file of the release's bundle. It is signed over the attestation, so that it can be
about no other release, and changes no byte that was there before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from synthnb import attest, clock
from synthnb.errors import ApprovalError, Problem, UsageError, VerificationError
from synthnb.files import write_atomically
from synthnb.ledger import Entry, Ledger
from synthnb.records import (
    Datasheet,
    Model,
    Opinion,
    People,
    Record,
    Withdrawal,
    filled,
    sha256,
)
from synthnb.records.policy import Action
from synthnb.workflow import history
from synthnb.workflow.decide import court_of
from synthnb.workflow.models import registered
from synthnb.workflow.quorum import Court
from synthnb.workflow.standing import OPINION_TYPE, WITHDRAWAL_TYPE, dependence
from synthnb.workspace import Dossier, read_record

PLACE = f"bundle/{attest.ATTESTATION}"
WITHDRAWN = "withdrawal"


@dataclass(frozen=True)
class Withdrawn:
    """A release that was taken back, and the models whose owners must be told."""

    notice: Withdrawal
    models: tuple[Model, ...]


def withdraw(
    dossier: Dossier,
    version: str,
    keys: Sequence[attest.PrivateKey],
    *,
    reason: str,
    superseded_by: str = "",
) -> Withdrawn:
    """Take a release back: a signed notice in its bundle, held by the ledger.

    Parameters
    ----------
    dossier : Dossier
    version : str
    keys : sequence of PrivateKey
        Of as many people as the policy asks for.
    reason : str
    superseded_by : str
        The version to use instead, if there is one.

    Raises
    ------
    UsageError
        If there is no such release, or it was withdrawn already.
    ApprovalError
        If these people may not take it back, or are too few.
    """
    with dossier.lock():
        folder = dossier.release(version)
        if (folder / "bundle" / f"{WITHDRAWN}.dsse.json").exists():
            raise UsageError(
                f"{dossier.name} {version} was withdrawn already.",
                advice=f"`synthnb verify {folder.relative_to(dossier.workspace.root)}` shows it",
            )
        if superseded_by:
            dossier.release(superseded_by)
        entitled(court_of(dossier, dossier.read()), "withdrawal", keys)
        notice = filled(
            Withdrawal,
            {
                "dossier": dossier.name,
                "version": version,
                "reason": reason,
                "superseded_by": superseded_by,
                "time": clock.now(),
            },
            "the notice",
        )
        post(dossier, folder, WITHDRAWN, WITHDRAWAL_TYPE, notice, keys, notice.time)
    about = f"{dossier.name}/{version}"
    trained = tuple(each.model for each in registered(dossier.workspace, about))
    return Withdrawn(notice, trained)


def entitled(court: Court, action: Action, keys: Sequence[attest.PrivateKey]) -> None:
    """Raise unless enough of the right people hold these keys."""
    problems: list[Problem] = []
    names: set[str] = set()
    for key in keys:
        wrong = court.objections(action, key.public)
        holder = court.people.holder(key.public)
        if holder and not wrong:
            names.add(holder.name)
        problems += wrong
    asked = court.policy.approval(action)
    if not problems and asked and len(names) < asked.quorum:
        problems.append(Problem(action, f"needs {asked.quorum} different people, got {len(names)}"))
    if problems:
        raise ApprovalError(
            f"These keys cannot decide on a {action}.",
            problems,
            advice=court.instead(action),
        )


def post(
    dossier: Dossier,
    folder: Path,
    name: str,
    kind: str,
    notice: Record,
    keys: Sequence[attest.PrivateKey],
    when: datetime,
) -> Entry:
    """Sign a notice about a release, write it into the ledger, and put both beside the release."""
    own = sha256((folder / "bundle" / attest.ATTESTATION).read_bytes())
    envelope = attest.sign(
        attest.statement.about([{"name": PLACE, "digest": {"sha256": own}}], spoken(notice), kind),
        keys,
    )
    ledger = Ledger(dossier.workspace.ledger)
    body = {"version": folder.name, "attestation": own, "notice": sha256(envelope)}
    entry = ledger.append(name, dossier.name, body, when)
    proof = history.prove(ledger, entry, keys).encode()
    write_atomically(folder / "bundle" / f"{name}.tlog-proof", proof)
    write_atomically(folder / "bundle" / f"{name}.dsse.json", envelope)
    return entry


def spoken(notice: Record) -> dict[str, object]:
    """Return a notice as it is signed."""
    return notice.model_dump(mode="json", exclude_defaults=True)


def countersign(
    folder: Path,
    key: attest.PrivateKey,
    people: People,
    *,
    kind: str,
    conclusion: str,
    findings: Sequence[str] = (),
) -> Opinion:
    """Add a signed opinion of a reviewer or auditor to the bundle of a release.

    Parameters
    ----------
    folder : Path
        Of the release; nothing else is needed.
    key : PrivateKey
    people : People
        Who is known by which key.
    kind : {"audit", "model compliance"}
    conclusion : str
    findings : sequence of str

    Raises
    ------
    UsageError
        If there is no such release, or something is missing.
    ApprovalError
        If nobody knows the key, or its holder is not independent.
    """
    if not folder.is_dir():
        raise UsageError(
            f"{folder.name} is not the folder of a release.", advice="unpack a zip first"
        )
    release = attest.read(folder)
    sheet = read_record(Datasheet, folder / "content" / "datasheet.json")
    if attest.ATTESTATION not in release.bundle:
        raise VerificationError("The release has no attestation; there is nothing to sign.")
    now = clock.now()
    holder, held = people.holder(key.public), people.key(key.public)
    problems = []
    if holder is None or held is None:
        problems.append(Problem("key", "belongs to nobody in people.yaml"))
    else:
        if wrong := held.objection(now.date()):
            problems.append(Problem("key", wrong))
        problems += [Problem(holder.name, why) for why in dependence(sheet, holder.name)]
    if holder is None or problems:
        raise ApprovalError(
            f"This key cannot give an opinion on {sheet.name} {sheet.version}.",
            problems,
            advice="an opinion is given by somebody in people.yaml who had no part in the release; "
            "an external auditor is a member with a role of their own",
        )
    said = filled(
        Opinion,
        {
            "dossier": sheet.name,
            "version": sheet.version,
            "kind": kind,
            "by": holder.name,
            "role": holder.roles[0],
            "time": now,
            "conclusion": conclusion,
            "findings": tuple(findings),
        },
        "the opinion",
    )
    own = sha256(release.bundle[attest.ATTESTATION])
    subject = [{"name": PLACE, "digest": {"sha256": own}}]
    envelope = attest.sign(attest.statement.about(subject, spoken(said), OPINION_TYPE), [key])
    name = f"opinion-{sha256(envelope)[:16]}.dsse.json"
    write_atomically(folder / "bundle" / name, envelope)
    return said
