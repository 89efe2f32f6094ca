"""What became of a release: in force, superseded, withdrawn, retired or out of date.

Nothing that happens after a release changes its bytes. A withdrawal or retirement is a signed
notice in its bundle, with the proof that the ledger holds it. That a release is *not* withdrawn can
be said only by a signed list that names a day until which it holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

from pydantic import ValidationError

from synthnb import attest, clock
from synthnb.attest import Check, Release
from synthnb.attest import proof as proofs
from synthnb.errors import VerificationError
from synthnb.records import Datasheet, Opinion, Record, Standing, StatusList, Withdrawal, sha256
from synthnb.records.destruction import Destruction
from synthnb.records.policy import Action
from synthnb.workflow.quorum import DECISION_TYPE, Court, tally

WITHDRAWAL_TYPE = "urn:synthnb:withdrawal:1"
RETIREMENT_TYPE = "urn:synthnb:retirement:1"
OPINION_TYPE = "urn:synthnb:opinion:1"
STATUS_TYPE = "urn:synthnb:status-list:1"
_NAMES = {
    WITHDRAWAL_TYPE: "withdrawal",
    RETIREMENT_TYPE: "retirement",
    OPINION_TYPE: "opinion-{}",
    DECISION_TYPE: "approval-{}",
}
R = TypeVar("R", bound=Record)


def after(
    release: Release, sheet: Datasheet, court: Court, status: bytes | None
) -> tuple[list[Check], list[str]]:
    """Return what happened to a release since: lines that hold or do not, and notes."""
    checks = _strange(release)
    notes: list[str] = []
    known = False
    for name, kind in _kinds(release).items():
        place = f"bundle/{name}"
        data = release.bundle[name]
        if kind == WITHDRAWAL_TYPE:
            checks.append(_withdrawn(place, data, release, court))
        elif kind == RETIREMENT_TYPE:
            checks.append(_retired(place, data, release, sheet, court))
        elif kind == OPINION_TYPE:
            checks.append(_opinion(place, data, sheet, court))
        known = known or kind in {WITHDRAWAL_TYPE, RETIREMENT_TYPE}
    if status is not None:
        found = _listed(status, release, sheet, court)
        checks += found
        known = known or all(check.ok for check in found)
    if not known:
        notes.append(
            f"What became of it since {sheet.issued:%Y-%m-%d} is not known here: only a notice "
            "or a status list (`--status FILE`) could say that it was, or was not, withdrawn."
        )
    return [*checks, *expiry(sheet)], notes


def expiry(sheet: Datasheet) -> list[Check]:
    """Return whether the days until which a release may be used have passed."""
    if sheet.status == "rejected":
        return []
    today, ends = clock.now().date(), _ends(sheet)
    checks = []
    if sheet.review_due < today:
        line = f"expired: its review was due on {sheet.review_due}"
        checks.append(Check("expiry", False, line))
    checks += [
        Check("expiry", False, f"expired: the risk of {finding} was accepted until {until}")
        for finding, until in ends.items()
        if until < today
    ]
    until = min([sheet.review_due, *ends.values()])
    return checks or [Check("expiry", True, f"may be used until {until}")]


def ended(sheet: Datasheet) -> tuple[str, ...]:
    """Return why a release may not be used any more, one line for each day that has passed."""
    return tuple(check.message for check in expiry(sheet) if not check.ok)


def _ends(sheet: Datasheet) -> dict[str, date]:
    ends: dict[str, date] = {}
    for each in sheet.accepted if sheet.status == "released" else ():
        if each.until is not None:
            ends[each.finding] = min(each.until, ends.get(each.finding, each.until))
    return ends


def _kinds(release: Release) -> dict[str, str]:
    """Return the kind of each further statement in a bundle; what is broken is told elsewhere."""
    found = {}
    for name in sorted(release.bundle):
        if name.endswith(".dsse.json") and name != attest.ATTESTATION:
            try:
                parsed = attest.envelope.parse(release.bundle[name])
                found[name] = attest.statement.parse(parsed.payload).predicate_type
            except VerificationError:
                continue
    return found


def _strange(release: Release) -> list[Check]:
    """Return what does not belong in a bundle: other kinds, other names, proofs of nothing.

    A further statement is named by its kind and its own sha256, so that each has one name.
    """
    lines = []
    for name, kind in _kinds(release).items():
        own = sha256(release.bundle[name])[:16]
        expected = _NAMES.get(kind, "").format(own)
        if name != f"{expected}.dsse.json":
            lines.append(f"bundle/{name}: is of a kind, or has a name, that does not belong here")
    for name in sorted(release.bundle):
        notice = name.removesuffix(proofs.SUFFIX)
        if name not in {attest.PROOF, notice} and f"{notice}.dsse.json" not in release.bundle:
            lines.append(f"bundle/{name}: proves a notice that is not here")
    return [Check("bundle", False, line) for line in lines]


def _read(data: bytes, model: type[R], kind: str) -> tuple[R, attest.Statement]:
    statement = attest.statement.parse(attest.envelope.parse(data).payload)
    if statement.predicate_type != kind:
        raise VerificationError(f"is not of the kind {kind}")
    try:
        return model.model_validate(statement.predicate), statement
    except ValidationError:
        raise VerificationError("does not say what it must") from None


def entitled(data: bytes, court: Court, action: Action) -> list[str]:
    """Return what stands against the signatures of a notice: too few, or not entitled."""
    names, wrong = _signed(data, court, action)
    asked = court.policy.approval(action)
    if not wrong and asked and len(names) < asked.quorum:
        wrong.append(f"is signed by {len(names)} of the {asked.quorum} people it needs")
    return wrong


def _signed(data: bytes, court: Court, action: Action) -> tuple[set[str], list[str]]:
    """Return who signed and may do this, and what stands against the signatures."""
    signers = attest.envelope.signers(attest.envelope.parse(data), court.people.publics)
    wrong = list(attest.envelope.faults(signers))
    names = set()
    for public in court.people.publics:
        if attest.keys.key_id(public) in {each.keyid for each in signers}:
            problems = court.objections(action, public)
            holder = court.people.holder(public)
            if not problems and holder:
                names.add(holder.name)
            wrong += [str(each) for each in problems]
    return names, wrong


def _in_ledger(release: Release, name: str, kind: str, notice: bytes) -> str:
    """Return where the ledger holds a notice, or that no proof of it is here."""
    data = release.bundle.get(name)
    if data is None:
        return "no proof of it in the ledger is here"
    try:
        found = proofs.parse(data)
        entry = json.loads(found.entry)
        if entry["kind"] == kind and entry["body"]["notice"] == sha256(notice):
            return f"entry {found.index + 1} of {found.checkpoint.origin}"
    except (VerificationError, ValueError, KeyError, TypeError, RecursionError):
        pass
    return "the proof beside it is about something else"


def _withdrawn(place: str, data: bytes, release: Release, court: Court) -> Check:
    """Return the line about a withdrawal; whatever is wrong with it, it is no reason to go on."""
    try:
        notice, _ = _read(data, Withdrawal, WITHDRAWAL_TYPE)
    except VerificationError as exc:
        return Check("withdrawal", False, f"{place}: {exc.message}")
    where = _in_ledger(release, "withdrawal.tlog-proof", "withdrawal", data)
    instead = f"; use {notice.superseded_by} instead" if notice.superseded_by else ""
    line = f"WITHDRAWN on {notice.time:%Y-%m-%d}: {notice.reason}{instead} ({where})"
    wrong = entitled(data, court, "withdrawal")
    if wrong:
        line += f"; but {'; '.join(wrong)}"
    return Check("withdrawal", False, f"{place}: {line}")


def _retired(place: str, data: bytes, release: Release, sheet: Datasheet, court: Court) -> Check:
    """Check a certificate of destruction, and the approvals beside it."""
    own = sha256(release.bundle.get(attest.ATTESTATION, b""))
    approvals = {n: d for n, d in release.bundle.items() if n.startswith("approval-")}
    expected = {f"bundle/{attest.ATTESTATION}": own}
    try:
        notice, _ = _read(data, Destruction, RETIREMENT_TYPE)
        found = tally("retirement", approvals, expected, court, dossier=sheet.name)
        wrong = _signed(data, court, "retirement")[1] + [str(each) for each in found.lacking]
    except VerificationError as exc:
        return Check("retirement", False, f"{place}: {exc.message}")
    where = _in_ledger(release, "retirement.tlog-proof", "retirement", data)
    if wrong:
        return Check("retirement", False, f"{place}: {'; '.join(wrong)}")
    by = ", ".join(sorted(vote.name for vote in found.votes))
    line = f"retired on {notice.time:%Y-%m-%d}, approved by {by}; its table was destroyed ({where})"
    return Check("retirement", True, f"{place}: {line}")


def _opinion(place: str, data: bytes, sheet: Datasheet, court: Court) -> Check:
    try:
        said, _ = _read(data, Opinion, OPINION_TYPE)
        signers = attest.envelope.signers(attest.envelope.parse(data), court.people.publics)
    except VerificationError as exc:
        return Check("opinion", False, f"{place}: {exc.message}")
    names = {each.name for each in signers if each.state == "valid"}
    if names != {said.by}:
        return Check("opinion", False, f"{place}: is not signed by {said.by}, whom it names")
    if (said.dossier, said.version) != (sheet.name, sheet.version):
        return Check("opinion", False, f"{place}: is about another release")
    member = court.people.member(said.by)
    partial = dependence(sheet, said.by)
    if member is None or said.role not in member.roles:
        partial = [*partial, f"is not {said.role}"]
    if partial:
        return Check("opinion", False, f"{place}: {said.by} {' and '.join(partial)}")
    keys = [p for p, name in court.people.publics.items() if name == said.by]
    signed = {each.keyid for each in signers}
    old = [
        key.objection(court.day(public))
        for public in keys
        if attest.keys.key_id(public) in signed and (key := court.people.key(public))
    ]
    if any(old):
        return Check("opinion", False, f"{place}: the key of {said.by} {old[0]}")
    findings = (
        f", {len(said.findings)} findings: {'; '.join(said.findings)}" if said.findings else ""
    )
    line = f"{said.kind} by {said.by} ({said.role}) on {said.time:%Y-%m-%d}: {said.conclusion}"
    return Check("opinion", said.conclusion != "not in order", f"{place}: {line}{findings}")


def dependence(sheet: Datasheet, name: str) -> list[str]:
    """Return why somebody is not independent of a release."""
    parts = (
        (sheet.charter.owner.name, "owns the charter"),
        (sheet.charter.author, "wrote the charter"),
        (sheet.plan.author, "wrote the plan"),
        *((each.by, f"decided on it ({each.action})") for each in sheet.decisions),
        *((each, "signed the release") for each in sheet.signatories),
    )
    return list(dict.fromkeys(why for who, why in parts if who == name))


def _listed(data: bytes, release: Release, sheet: Datasheet, court: Court) -> list[Check]:
    """Return what a status list says about a release."""
    try:
        found, statement = _read(data, StatusList, STATUS_TYPE)
        wrong = entitled(data, court, "withdrawal")
    except VerificationError as exc:
        return [Check("status", False, f"the status list {exc.message}")]
    now = clock.now()
    if found.until < now:
        wrong.append(f"ended on {found.until:%Y-%m-%d %H:%M} UTC; ask for a new one")
    own = sha256(release.bundle.get(attest.ATTESTATION, b""))
    mine = next((each for each in found.releases if each.attestation == own), None)
    if mine is None or statement.digests.get(f"{sheet.name}/{sheet.version}") != own:
        wrong.append("does not know this release")
    if wrong or mine is None:
        return [Check("status", False, f"the status list {'; '.join(wrong)}")]
    note = f" ({mine.note})" if mine.note else ""
    line = f"{mine.state}{note}, says the status list of {found.issued:%Y-%m-%d %H:%M} UTC"
    ok = mine.state not in {"withdrawn"}
    until = f", which holds until {found.until:%Y-%m-%d %H:%M} UTC" if ok else ""
    checks = [Check("status", ok, f"{line}{until}")]
    checks += [Check("incident", False, f"open incident: {each}") for each in mine.incidents]
    return checks


def standing_of(
    sheet: Datasheet,
    attestation: str,
    *,
    withdrawn: Mapping[str, str],
    retired: Sequence[str],
    newest: str,
    incidents: Sequence[str] = (),
) -> Standing:
    """Return what became of a release, for a status list.

    Parameters
    ----------
    sheet : Datasheet
    attestation : str
        The sha256 of its envelope.
    withdrawn : mapping of str to str
        Versions that were withdrawn, and why.
    retired : sequence of str
        Versions whose table was destroyed.
    newest : str
        The newest version that is released.
    incidents : sequence of str
        Open incidents about it, a line each.
    """
    state, note = "in force", ""
    if sheet.version in withdrawn:
        state, note = "withdrawn", withdrawn[sheet.version]
    elif sheet.version in retired:
        state = "retired"
    elif sheet.status == "rejected":
        state = "rejected"
    elif newest and newest != sheet.version:
        state, note = "superseded", f"by {newest}"
    return Standing.model_validate(
        {
            "dossier": sheet.name,
            "version": sheet.version,
            "attestation": attestation,
            "state": state,
            "note": note,
            "incidents": tuple(incidents),
        }
    )
