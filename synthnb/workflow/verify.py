"""`synthnb verify`: whether a release is what it says, offline and without trusting it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import synthnb
from synthnb import attest, notebooks
from synthnb.attest import Check, Release
from synthnb.errors import RecordError, SynthnbError, UsageError, VerificationError
from synthnb.judge import judge
from synthnb.records import (
    Datasheet,
    Evidence,
    People,
    Policy,
    Record,
    Verdict,
    digest,
    read,
    sha256,
)
from synthnb.workflow import extras, inclusion, standing, times, verdicts
from synthnb.workflow.check import subject_of
from synthnb.workflow.inclusion import Kept
from synthnb.workflow.quorum import Court
from synthnb.workflow.review import REVIEWED, read_review
from synthnb.workspace import Papers, Workspace, read_record

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Beside:
    """What somebody who verifies has beside the release.

    Attributes
    ----------
    table : Path, optional
        A synthetic table that claims to be the one of this release.
    kept : Kept, optional
        A checkpoint of the ledger that was kept.
    status : bytes, optional
        A signed status list.
    policy : Policy, optional
        The policy that must have judged the release.
    authorities : sequence of bytes
        PEM certificates of the timestamp authorities that are trusted.
    pdf_roots : sequence of bytes
        PEM certificates that are trusted to lead to signers of PDFs.
    """

    table: Path | None = None
    kept: Kept | None = None
    status: bytes | None = None
    policy: Policy | None = None
    authorities: Sequence[bytes] = ()
    pdf_roots: Sequence[bytes] = ()


@dataclass(frozen=True)
class Report:
    """What a verification found."""

    checks: tuple[Check, ...]
    datasheet: Datasheet | None = None
    notes: tuple[str, ...] = ()
    attestation: bytes = field(default=b"", repr=False)

    @property
    def ok(self) -> bool:
        """Return whether every check holds."""
        return all(check.ok for check in self.checks)

    def with_replay(self, checks: Sequence[Check], notes: Sequence[str]) -> Report:
        """Return the report with what came of executing the notebooks again."""
        return replace(self, checks=(*self.checks, *checks), notes=(*self.notes, *notes))


def verify(path: Path, people: People, beside: Beside | None = None) -> Report:
    """Verify a release: who signed, who decided, its files, and that its verdict follows.

    Parameters
    ----------
    path : Path
        Folder or zip of the release.
    people : People
        Whose keys and roles are trusted; the people in the release are only what it claims.
    beside : Beside, optional
        What else there is to hold it against.

    Returns
    -------
    Report
        One check for each thing looked at; a release that cannot be read has one that failed.
    """
    beside = beside or Beside()
    try:
        release = attest.read(path)
    except VerificationError as exc:
        return Report((Check("release", False, str(exc)),))
    checks = list(attest.verify(release, people.publics))
    sheet: Datasheet | None = None
    notes: list[str] = []
    try:
        sheet = _datasheet(release)
        more, notes = _governance(release, sheet, people, beside)
        checks += more
    except SynthnbError as exc:
        checks.append(Check("datasheet", False, str(exc)))
    if beside.table is not None:
        checks.append(_table(sheet, beside.table))
    envelope = release.bundle.get(attest.ATTESTATION, b"")
    return Report(tuple(checks), sheet, (*_notes(path, sheet), *notes), envelope)


def people_near(path: Path) -> People:
    """Return the people of the workspace that a release lies in; nobody where it lies in none."""
    try:
        return Workspace.find(path).people
    except UsageError:
        return People()


def people_in(path: Path) -> People:
    """Return the people in a file.

    Raises
    ------
    RecordError
        If it is not there or does not hold.
    """
    return read_record(People, path)


def policy_in(path: Path) -> Policy:
    """Return the policy in a file.

    Raises
    ------
    RecordError
        If it is not there or does not hold.
    """
    return read_record(Policy, path)


def _file(release: Release, name: str) -> bytes:
    if name not in release.content:
        raise VerificationError(f"content/{name}: is missing.")
    return release.content[name]


def _datasheet(release: Release) -> Datasheet:
    try:
        return Datasheet.model_validate_json(_file(release, "datasheet.json"))
    except ValueError:
        raise VerificationError("content/datasheet.json: is not a datasheet.") from None


def _record(release: Release, model: type[R], name: str) -> R:
    try:
        return read(model, _file(release, name).decode(), f"content/{name}")
    except UnicodeDecodeError:
        raise RecordError(f"content/{name} is not UTF-8 text.") from None


def _governance(
    release: Release, sheet: Datasheet, people: People, beside: Beside
) -> tuple[list[Check], list[str]]:
    proof, in_ledger = inclusion.included(release, sheet, people.publics)
    proven, stamps = times.stamped(release, beside.authorities)
    checks = [*stamps, in_ledger]
    if beside.kept is not None and proof is not None:
        checks.append(inclusion.held(proof, beside.kept, people.publics))
        if checks[-1].ok and inclusion.reaches(beside.kept.note, proof):
            proven = (*proven, *times.witnessed(beside.kept.note, people))
    if proof is not None:
        proven = (*proven, *times.witnessed(proof.note, people))
    day = times.day_of(people, proven)
    court = Court(people, sheet.policy, sheet.charter, sheet.plan, day)
    found = _notebook_evidence(release)
    if beside.policy is not None:
        checks.append(_policy(sheet, beside.policy))
    checks += [_same_papers(release, sheet), _same_evidence(sheet, found), _subject(sheet, found)]
    checks += verdicts.signed(release, sheet, court)
    counted = verdicts.tallies(release, sheet, court)
    decided, notes = verdicts.decided(release, sheet, counted)
    checks += [*decided, _verdict(sheet, found), verdicts.status(sheet, counted)]
    checks += [_about(release, sheet), *_templates(release, sheet)]
    checks += _reviews(release, sheet, court)
    moment = min((each.when for each in proven), default=None)
    pdf, pdf_notes = extras.pdf_checks(release, beside.pdf_roots, moment)
    now = replace(court, day=times.day_of(people, ()))  # nothing proves when notices were signed
    after, after_notes = standing.after(release, sheet, now, beside.status)
    return [*checks, *pdf, *after], [*notes, *pdf_notes, *after_notes]


def _notebook_evidence(release: Release) -> tuple[Evidence, ...]:
    names = [f"notebooks/{stock.file}" for stock in notebooks.STOCK]
    return tuple(notebooks.evidence_in(_file(release, name), f"content/{name}") for name in names)


def _same_papers(release: Release, sheet: Datasheet) -> Check:
    differing = [
        f"content/{name}"
        for name, record in (
            ("charter.yaml", sheet.charter),
            ("plan.yaml", sheet.plan),
            ("policy.yaml", sheet.policy),
        )
        if _record(release, type(record), name) != record
    ]
    _record(release, People, "people.yaml")
    if differing:
        return Check("papers", False, f"{', '.join(differing)}: differ from the datasheet")
    return Check("papers", True, "charter, plan and policy are those of the datasheet")


def _policy(sheet: Datasheet, trusted: Policy) -> Check:
    """Check that the release was judged, and decided on, under the policy that is trusted."""
    name = f"{trusted.id} {trusted.version}"
    if digest(sheet.policy) != digest(trusted):
        line = f"judged under {sheet.verdict.policy}, which is not the {name} that you trust"
        return Check("policy", False, line)
    return Check("policy", True, f"judged under {name}, the policy that you trust")


def _same_evidence(sheet: Datasheet, found: tuple[Evidence, ...]) -> Check:
    rooms = [
        evidence.room
        for evidence in found
        if sheet.room(evidence.room) != evidence  # a room that is absent differs too
    ]
    if rooms or len(found) != len(sheet.evidence):
        which = ", ".join(rooms) or "number of notebooks"
        return Check("evidence", False, f"datasheet and executed notebooks differ: {which}")
    count = sum(len(evidence.estimates) for evidence in found)
    return Check("evidence", True, f"{count} estimates are those of the executed notebooks")


def _subject(sheet: Datasheet, found: tuple[Evidence, ...]) -> Check:
    """Check the digest that approvals of the release are about."""
    papers = Papers(sheet.charter, sheet.plan, sheet.policy)
    if subject_of(papers, found, sheet.templates) != sheet.subject:
        return Check("subject", False, "what the datasheet says it is about is something else")
    return Check("subject", True, f"is about records and evidence {sheet.subject[:16]}…")


def _verdict(sheet: Datasheet, found: tuple[Evidence, ...]) -> Check:
    try:
        verdict: Verdict = judge(sheet.policy, sheet.charter, sheet.plan, found)
    except RecordError as exc:
        said = "; ".join(map(str, exc.problems))
        return Check("verdict", False, f"charter and policy disagree: {said}")
    if verdict != sheet.verdict:
        return Check("verdict", False, "the verdict does not follow from evidence and policy")
    count = len(verdict.findings)
    return Check("verdict", True, f"{verdict.outcome}: {count} findings follow from the evidence")


def _about(release: Release, sheet: Datasheet) -> Check:
    predicate = attest.attestation(release).predicate
    wanted = {
        "name": sheet.name,
        "version": sheet.version,
        "status": sheet.status,
        "outcome": sheet.verdict.outcome,
        "subject": sheet.subject,
        "mode": sheet.mode,
    }
    differing = [key for key, value in wanted.items() if predicate.get(key) != value]
    if differing:
        return Check("statement", False, f"attestation and datasheet differ: {differing}")
    return Check("statement", True, f"attests {sheet.name} {sheet.version} ({sheet.status})")


def _templates(release: Release, sheet: Datasheet) -> list[Check]:
    """Check that the executed notebooks are the templates that they are said to be."""
    recorded = {each.name: each for each in sheet.templates}
    wrong = [
        f"content/notebooks/{stock.file}"
        for stock in notebooks.STOCK
        if stock.file not in recorded
        or notebooks.digest_of(_file(release, f"notebooks/{stock.file}"), stock.file)
        != recorded[stock.file].digest
    ]
    if wrong:
        return [Check("templates", False, f"{', '.join(wrong)}: not the recorded template")]
    if sheet.synthnb == synthnb.__version__:
        ours = {stock.file: notebooks.template_digest(stock.path) for stock in notebooks.STOCK}
        false = [e.name for e in sheet.templates if e.stock and e.digest != ours.get(e.name)]
        if false:
            return [Check("templates", False, f"{', '.join(false)}: said to be stock, and is not")]
    own = [each.name for each in sheet.templates if not each.stock]
    said = f"not the stock ones: {', '.join(own)}" if own else "the stock ones"
    return [Check("templates", True, f"the notebook templates are {said}")]


def _reviews(release: Release, sheet: Datasheet, court: Court) -> list[Check]:
    """Check each review in the release, and that there is one where the policy asks for it."""
    notebook = _file(release, REVIEWED)
    checks = []
    for name in sorted(each for each in release.content if each.startswith("reviews/")):
        try:
            given = read_review(release.content[name], notebook, court)
        except SynthnbError as exc:
            checks.append(Check("review", False, f"content/{name}: {exc}"))
        else:
            said = f"privacy reviewed by {given.reviewer} ({given.role}) on {given.date}"
            concerned = f", with {len(given.concerns)} concerns" if given.concerns else ""
            checks.append(Check("review", True, f"content/{name}: {said}{concerned}"))
    if not checks and sheet.status == "released" and sheet.policy.review.required == "block":
        checks.append(Check("review", False, "the policy asks for a privacy review; there is none"))
    return checks


def _table(sheet: Datasheet | None, table: Path) -> Check:
    made = sheet.room("generation") if sheet else None
    expected = made.generation.synthetic.file if made and made.generation else None
    if not table.is_file():
        raise UsageError(f"There is no file {table}.", advice="give the synthetic table's file")
    if expected is None:
        return Check("table", False, "the release does not say which table it is about")
    if sha256(table.read_bytes()) != expected:
        return Check("table", False, f"{table.name}: is not the table of this release")
    return Check("table", True, f"{table.name}: is the table that was assessed")


def _notes(path: Path, sheet: Datasheet | None) -> tuple[str, ...]:
    if sheet is None:
        return ()
    notes = []
    if sheet.status == "rejected":
        notes.append("REJECTED: this is the record of a refusal; the data may not be used.")
    if sheet.mode == "draft":
        notes.append("DRAFT: made where nothing waits for approval; nobody had to agree to it.")
    newer = _newer(path, sheet)
    if newer:
        notes.append(f"A newer version lies beside it: {newer}.")
    return tuple(notes)


def _newer(path: Path, sheet: Datasheet) -> str:
    """Return the newest version of the same dossier that lies beside a release."""
    if path.name != sheet.version or path.resolve().parent.name != sheet.name:
        return ""
    found = []
    for each in path.resolve().parent.iterdir():
        parts = each.name.split(".")
        if len(parts) == 3 and all(part.isdigit() for part in parts):
            found.append(tuple(map(int, parts)))
    own = tuple(map(int, sheet.version.split(".")))
    newest = max(found, default=own)
    return ".".join(map(str, newest)) if newest > own else ""
