"""`synthnb release`: from a judged run to a signed, write-once folder."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import synthnb
from synthnb import attest, clock, notebooks
from synthnb.errors import Problem, ReleaseError
from synthnb.judge import judge
from synthnb.ledger import Ledger
from synthnb.records import Datasheet, Evidence, digest, sha256, write
from synthnb.records.duration import add
from synthnb.workflow.check import Checked, check
from synthnb.workflow.review import reviews
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

    Returns
    -------
    Released
        `fresh` is false where the same records and evidence were released before.

    Raises
    ------
    ReleaseError
        If the verdict blocks and `rejected` is not asked for, the run is not what was executed, or
        the policy blocks what newer attacks did not test.
    """
    with dossier.lock():
        checked = check(dossier, run_id)
        sheet, previous = _datasheet(dossier, checked)
        if previous is not None and _same(previous[1], sheet):
            return Released(previous[0], previous[1], fresh=False)
        if sheet.status == "rejected" and not rejected:
            raise ReleaseError(
                f"The verdict on run {checked.run.id} of `{dossier.name}` is blocked.",
                [Problem(f.id, f.because) for f in sheet.verdict.blocking],
                advice="mend what blocks, or record the rejection with `--rejected`",
            )
        if sheet.status == "released" and checked.stale_blocks:
            raise ReleaseError(
                f"Run {checked.run.id} of `{dossier.name}` is stale: the threat library changed.",
                [Problem("threats", str(each)) for each in checked.stale],
                advice=f"`synthnb run {dossier.name} --only privacy` runs the installed attacks",
            )
        given = reviews(dossier, checked)
        if sheet.status == "released" and not given and sheet.policy.review.required == "block":
            raise ReleaseError(
                f"Nobody has reviewed the privacy assessment of run {checked.run.id}.",
                advice=f"`synthnb review {dossier.name} --key FILE`, by somebody independent",
            )
        target = dossier.workspace.reports / dossier.name / sheet.version
        content = _content(dossier, checked, sheet, engine)
        content |= {f"reviews/{name}": (checked.folder / name).read_bytes() for name in given}
        envelope = attest.sign(attest.build(content, _predicate(sheet, dossier)), keys)
        attest.publish(target, content, {attest.ATTESTATION: envelope})
        body = {"version": sheet.version, "status": sheet.status, "attestation": sha256(envelope)}
        Ledger(dossier.workspace.ledger).append("release", dossier.name, body, sheet.issued)
    return Released(target, sheet, fresh=True)


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
    return (previous.subject, previous.synthnb) == (sheet.subject, sheet.synthnb)


def _datasheet(
    dossier: Dossier, checked: Checked
) -> tuple[Datasheet, tuple[Path, Datasheet] | None]:
    charter, plan = checked.papers.charter.published(), checked.papers.plan.published()
    policy = checked.papers.policy
    verdict = judge(policy, charter, plan, checked.evidence)
    issued = clock.now()
    subject = digest(
        [
            *(digest(record) for record in (charter, plan, policy)),
            *(evidence.digest for evidence in checked.evidence),
            *(digest(template) for template in checked.run.templates),
        ]
    )
    earlier = releases(dossier)
    previous = earlier[-1] if earlier else None
    sheet = Datasheet(
        synthnb=synthnb.__version__,
        name=dossier.name,
        version="1.0.0",
        status="released" if verdict.outcome == "passed" else "rejected",
        issued=issued,
        review_due=min(
            add(issued.date(), charter.review.cadence), add(issued.date(), policy.cadence)
        ),
        subject=subject,
        charter=charter,
        plan=plan,
        policy=policy,
        evidence=checked.evidence,
        verdict=verdict,
        templates=checked.run.templates,
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


def _predicate(sheet: Datasheet, dossier: Dossier) -> dict[str, Any]:
    head = Ledger(dossier.workspace.ledger).head()
    return {
        "ledger": {"seq": head.seq, "sha256": head.sha256} if head else None,
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
