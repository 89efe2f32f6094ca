"""`synthnb release`: from a judged run to a signed, write-once folder."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import synthnb
from synthnb import attest, clock, notebooks
from synthnb.errors import Problem, ReleaseError
from synthnb.judge import judge
from synthnb.ledger import Ledger
from synthnb.records import Charter, Datasheet, Evidence, Policy, sha256, write
from synthnb.records.duration import add
from synthnb.workflow import history, leaks
from synthnb.workflow.check import Checked, check
from synthnb.workflow.extras import Extras
from synthnb.workflow.gather import Decided, gather
from synthnb.workflow.review import Review, reviews
from synthnb.workflow.standing import ended
from synthnb.workspace import Dossier

_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
RENDERED = ("datasheet.html", "datasheet.pdf")


@dataclass(frozen=True)
class Released:
    """Where a release lies, and whether this call made it."""

    folder: Path
    datasheet: Datasheet
    fresh: bool


def release(
    dossier: Dossier,
    keys: Sequence[attest.PrivateKey],
    *,
    run_id: str | None = None,
    rejected: bool = False,
    engine: str = "embedded",
    extras: Extras | None = None,
) -> Released:
    """Render, version, attest and write one release.

    Parameters
    ----------
    dossier : Dossier
        Whose latest complete run is released, unless `run_id` names another.
    keys : sequence of PrivateKey
        Who signs; with none the attestation says that it is not signed.
    rejected : bool
        Record a blocked verdict as a release marked REJECTED.
    engine : str
        ``embedded`` or ``quarto``.
    extras : Extras, optional
        A timestamp and a signature in the PDF, where they are asked for.

    Returns
    -------
    Released
        `fresh` is false where the same records and evidence were released before.

    Raises
    ------
    ReleaseError
        If the verdict blocks and `rejected` is not asked for, the run is not what was executed,
        the policy blocks what newer attacks did not test, or something of the real data would
        leave.
    ApprovalError
        If too few of the right people have approved.
    """
    with dossier.lock():
        checked = check(dossier, run_id)
        decided = gather(dossier, checked, keys)
        sheet, previous = _datasheet(dossier, checked, decided)
        if previous is not None and _same(previous[1], sheet):
            _refuse_expired(dossier, previous[1])
            return Released(previous[0], previous[1], fresh=False)
        given = _refuse(dossier, checked, sheet, decided, rejected=rejected)
        target = dossier.workspace.reports / dossier.name / sheet.version
        content = _content(dossier, checked, sheet, engine)
        content |= {f"reviews/{name}": (checked.folder / name).read_bytes() for name in given}
        content |= {f"decisions/{name}": data for name, data in decided.files.items()}
        if extras is not None:
            content["datasheet.pdf"] = extras.sign(content["datasheet.pdf"], sheet)
        leaks.refuse(dossier, checked.papers, content)
        ledger = Ledger(dossier.workspace.ledger)
        envelope = attest.sign(attest.build(content, _predicate(sheet, ledger)), keys)
        bundle = {attest.ATTESTATION: envelope}
        if extras is not None:
            bundle |= extras.timestamp(envelope)
        body = {"version": sheet.version, "status": sheet.status, "attestation": sha256(envelope)}
        entry = ledger.append("release", dossier.name, body, sheet.issued)
        if keys:
            bundle[attest.PROOF] = history.prove(ledger, entry, keys).encode()
        attest.publish(target, content, bundle)
    return Released(target, sheet, fresh=True)


def _refuse_expired(dossier: Dossier, previous: Datasheet) -> None:
    """Raise if this was released before, and its time has ended: nobody has looked again."""
    why = ended(previous)
    if why:
        raise ReleaseError(
            f"Nothing changed since {dossier.name} {previous.version}, which has expired.",
            [Problem("review", each) for each in why],
            advice="look at charter and plan again, write today's date into the charter "
            "(`written`), have it approved, and run anew",
        )


def _refuse(
    dossier: Dossier, checked: Checked, sheet: Datasheet, decided: Decided, *, rejected: bool
) -> dict[str, Review]:
    """Raise if this may not be released; return the reviews that go with it."""
    run = checked.run.id
    if sheet.status == "rejected" and not rejected:
        accepted = {each.finding for each in sheet.accepted}
        raise ReleaseError(
            f"The verdict on run {run} of `{dossier.name}` is blocked.",
            [Problem(f.id, f.because) for f in sheet.verdict.blocking if f.id not in accepted],
            advice="mend what blocks, have the risk accepted where it could not be decided "
            "(`synthnb accept`), or record the rejection with `--rejected`",
        )
    if sheet.status == "released" and checked.stale_blocks:
        raise ReleaseError(
            f"Run {run} of `{dossier.name}` is stale: the threat library changed.",
            [Problem("threats", str(each)) for each in checked.stale],
            advice=f"`synthnb run {dossier.name} --only privacy` runs the installed attacks",
        )
    given = reviews(dossier, checked)
    if sheet.status == "released" and not given and sheet.policy.review.required == "block":
        raise ReleaseError(
            f"Nobody has reviewed the privacy assessment of run {run}.",
            advice=f"`synthnb review {dossier.name} --key FILE`, by somebody independent",
        )
    decided.require(dossier, sheet)
    return given


def releases(dossier: Dossier) -> list[tuple[Path, Datasheet]]:
    """Return the releases of a dossier, oldest version first.

    Raises
    ------
    ReleaseError
        If one of them cannot be read.
    """
    folder = dossier.workspace.reports / dossier.name
    found = []
    for path in sorted(folder.iterdir() if folder.is_dir() else (), key=_version):
        if _VERSION.fullmatch(path.name):
            try:
                text = (path / "content" / "datasheet.json").read_bytes()
                found.append((path, Datasheet.model_validate_json(text)))
            except (OSError, ValueError):
                raise ReleaseError(
                    f"Release {path.name} of `{dossier.name}` cannot be read.",
                    advice=f"`synthnb verify {path}` says what is wrong with it",
                ) from None
    return found


def _version(path: Path) -> tuple[int, ...]:
    match = _VERSION.fullmatch(path.name)
    return tuple(int(part) for part in match.groups()) if match else ()


def _same(previous: Datasheet, sheet: Datasheet) -> bool:
    def essence(each: Datasheet) -> tuple[object, ...]:
        return each.subject, each.synthnb, each.status, each.mode, each.accepted

    return essence(previous) == essence(sheet)


def _datasheet(
    dossier: Dossier, checked: Checked, decided: Decided
) -> tuple[Datasheet, tuple[Path, Datasheet] | None]:
    charter, plan = checked.papers.charter.published(), checked.papers.plan.published()
    policy = checked.papers.policy
    verdict = judge(policy, charter, plan, checked.evidence)
    issued = clock.now()
    earlier = releases(dossier)
    previous = earlier[-1] if earlier else None
    sheet = Datasheet(
        synthnb=synthnb.__version__,
        name=dossier.name,
        version="1.0.0",
        status=decided.status(verdict, policy, issued.date()),
        issued=issued,
        review_due=next_review(issued.date(), charter, policy),
        subject=checked.subject,
        charter=charter,
        plan=plan,
        policy=policy,
        evidence=checked.evidence,
        verdict=verdict,
        templates=checked.run.templates,
        mode="draft" if dossier.workspace.draft else "binding",
        decisions=decided.decisions,
        signatories=decided.signatories,
        signing_roles=decided.roles,
    )
    if previous is None:
        return sheet, None
    part, changes = compare(previous[1], sheet)
    update = {
        "version": _next(previous[1].version, part),
        "previous": previous[1].version,
        "changes": changes,
    }
    return sheet.model_copy(update=update), previous


def next_review(day: date, charter: Charter, policy: Policy) -> date:
    """Return when a review is due: as the charter says, at the latest as the policy does."""
    return min(add(day, each) for each in (charter.review.cadence, policy.cadence))


def compare(old: Datasheet, new: Datasheet) -> tuple[int, tuple[str, ...]]:
    """Return which part of the version moves (0 major, 1 minor, 2 patch), and what changed."""
    major = [
        f"The {name} changed."
        for name, was, now in (
            ("purpose", old.charter.purpose, new.charter.purpose),
            ("use cases", old.charter.use_cases, new.charter.use_cases),
            ("audiences", old.charter.audiences, new.charter.audiences),
            ("guarantee", old.plan.guarantee, new.plan.guarantee),
        )
        if was != now
    ]
    minor = [
        f"The {name} changed."
        for name, was, now in (
            ("real data", _inputs(old, "train", "control"), _inputs(new, "train", "control")),
            ("synthetic table", _inputs(old, "synthetic"), _inputs(new, "synthetic")),
            ("generation plan", old.plan, new.plan),
            ("charter", old.charter, new.charter),
        )
        if was != now
    ]
    patch = [
        f"The {name} changed."
        for name, was, now in (
            ("policy", old.policy, new.policy),
            ("evidence", old.evidence, new.evidence),
            ("set of notebook templates", old.templates, new.templates),
            ("version of synthnb", old.synthnb, new.synthnb),
        )
        if was != now
    ]
    if old.verdict.outcome != new.verdict.outcome:
        patch.append(f"The verdict went from {old.verdict.outcome} to {new.verdict.outcome}.")
    part = 0 if major else 1 if minor else 2
    return part, (*major, *minor, *patch)


def _inputs(sheet: Datasheet, *names: str) -> list[str | None]:
    inputs: dict[str, str] = {}
    for evidence in sheet.evidence:
        inputs.update(evidence.inputs)
    return [inputs.get(name) for name in names]


def _next(version: str, part: int) -> str:
    numbers = [int(number) for number in version.split(".")]
    numbers[part] += 1
    return ".".join(str(number) for number in [*numbers[: part + 1], 0, 0][:3])


def _content(dossier: Dossier, checked: Checked, sheet: Datasheet, engine: str) -> dict[str, bytes]:
    from synthnb.render import render

    content = {
        "datasheet.json": (sheet.model_dump_json(indent=1) + "\n").encode(),
        "charter.yaml": write(sheet.charter).encode(),
        "plan.yaml": write(sheet.plan).encode(),
        "policy.yaml": write(sheet.policy).encode(),
        "people.yaml": write(dossier.workspace.people).encode(),
    }
    for stock in notebooks.STOCK:
        content[f"notebooks/{stock.file}"] = (checked.folder / stock.file).read_bytes()
    with tempfile.TemporaryDirectory(prefix="synthnb-") as folder:
        render(sheet, Path(folder), engine=engine)
        for name in RENDERED:
            content[name] = (Path(folder) / name).read_bytes()
    return content


def _predicate(sheet: Datasheet, ledger: Ledger) -> dict[str, Any]:
    head = ledger.head()
    return {
        "ledger": {"seq": head.seq, "sha256": head.sha256} if head else None,
        "mode": sheet.mode,
        "name": sheet.name,
        "version": sheet.version,
        "status": sheet.status,
        "outcome": sheet.verdict.outcome,
        "issued": sheet.issued.isoformat(),
        "subject": sheet.subject,
        "policy": {"id": sheet.verdict.policy, "sha256": sheet.verdict.policy_digest},
        "inputs": _all_inputs(sheet.evidence),
        "templates": {each.name: each.digest for each in sheet.templates},
        "packages": _packages(sheet),
    }


def _all_inputs(evidence: Sequence[Evidence]) -> dict[str, str]:
    return {name: content for each in evidence for name, content in sorted(each.inputs.items())}


def _packages(sheet: Datasheet) -> dict[str, str]:
    lineage = sheet.room("lineage")
    return dict(lineage.lineage.packages) if lineage and lineage.lineage else {}
