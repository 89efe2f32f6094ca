"""Whether a release was decided on by those who may: signatures, approvals, accepted risks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from synthnb import attest
from synthnb.attest import Check, Release
from synthnb.errors import VerificationError
from synthnb.records import Datasheet, Decision, digest
from synthnb.records.policy import Action
from synthnb.workflow.gather import accepted, in_order, open_findings, signatories, strangers
from synthnb.workflow.quorum import Court, Tally, tally

_FOLDER = "decisions/"


def signed(release: Release, sheet: Datasheet, court: Court) -> list[Check]:
    """Check the keys that signed, and that the datasheet names those who hold them."""
    publics = _signers(release, court)
    checks = [
        Check("keys", False, f"{problem.where}: {problem.message}")
        for problem in strangers(court, publics)
    ]
    names = signatories(court, publics)
    if sheet.signatories != names:
        said = ", ".join(sheet.signatories) or "nobody"
        line = f"the datasheet says that {said} signed; it was {', '.join(names) or 'nobody'}"
        checks.append(Check("keys", False, line))
    for name, roles in sheet.signing_roles.items():
        member = court.people.member(name)
        lacking = sorted(set(roles) - set(member.roles if member else ()))
        if name not in names or lacking:
            line = f"the datasheet calls {name} {', '.join(lacking or roles)}; people.yaml does not"
            checks.append(Check("keys", False, line))
    if checks or not publics:
        return checks
    days = sorted({court.day(public) for public in publics})
    return [Check("keys", True, f"each key that signed was valid on {days[0]}")]


def decided(
    release: Release, sheet: Datasheet, counted: Sequence[Tally]
) -> tuple[list[Check], list[str]]:
    """Check that enough of the right people approved charter, plan and release."""
    files = _files(release)
    told, faults = _told(files)
    checks = [Check("decisions", False, line) for line in faults]
    if told != sheet.decisions:
        line = "the decisions in the datasheet are not those that were signed"
        checks.append(Check("decisions", False, line))
    notes = []
    asked = sheet.mode == "binding" and sheet.status == "released"
    for each in counted:
        said = ", ".join(f"{vote.name} ({vote.role})" for vote in each.votes) or "nobody"
        if each.action == "acceptance":
            continue
        if asked and not each.met:
            checks += [Check("decisions", False, str(problem)) for problem in each.lacking]
        elif asked and each.needed:
            line = f"{each.action} approved by {said}; {each.needed} needed"
            checks.append(Check("decisions", True, line))
        elif each.votes and (each.action != "release" or sheet.status == "released"):
            notes.append(f"The {each.action} was approved by {said}.")
        if not (asked and not each.met):
            notes += [f"A decision no longer counts: {void}." for void in each.void]
    return checks, list(dict.fromkeys(notes))


def status(sheet: Datasheet, counted: Sequence[Tally]) -> Check:
    """Check that a release is marked as what its verdict, and accepted risks, make of it."""
    risks = accepted(counted)
    left = open_findings(sheet.verdict, sheet.policy, risks, sheet.issued.date())
    if (sheet.status == "rejected") != bool(left):
        if left:
            line = f"marked released, but this blocks and nobody accepted it: {', '.join(left)}"
            return Check("status", False, line)
        return Check("status", False, "marked rejected, though nothing blocks")
    used = [f"{name} until {until}" for name, until in sorted(risks.items())]
    more = f"; accepted risks: {', '.join(used)}" if used and sheet.status == "released" else ""
    return Check("status", True, f"{sheet.status}, as verdict and decisions have it{more}")


def tallies(release: Release, sheet: Datasheet, court: Court) -> tuple[Tally, ...]:
    """Return what the decisions in a release come to under the keys that are trusted."""
    files = _files(release)
    publics = _signers(release, court)

    def one(action: Action, expected: Mapping[str, str], finding: str = "") -> Tally:
        return tally(
            action,
            files,
            expected,
            court,
            dossier=sheet.name,
            finding=finding,
            signed_by=publics if action == "release" else (),
        )

    subject = {"release": sheet.subject}
    findings = dict.fromkeys(each.finding for each in sheet.accepted)
    return (
        one("charter", {"charter": digest(sheet.charter)}),
        one("plan", {"plan": digest(sheet.plan)}),
        one("release", subject),
        *(one("acceptance", subject, finding) for finding in findings),
    )


def _files(release: Release) -> dict[str, bytes]:
    return {
        name.removeprefix(_FOLDER): data
        for name, data in sorted(release.content.items())
        if name.startswith(_FOLDER)
    }


def _told(files: Mapping[str, bytes]) -> tuple[tuple[Decision, ...], list[str]]:
    """Return the decisions in a release, in the datasheet's order, and what is none."""
    found, faults = [], []
    for name, data in files.items():
        try:
            statement = attest.statement.parse(attest.envelope.parse(data).payload)
            found.append(Decision.model_validate(statement.predicate))
        except VerificationError as exc:
            faults.append(f"content/{_FOLDER}{name}: {exc.message}")
        except ValidationError:
            faults.append(f"content/{_FOLDER}{name}: is no decision")
    return in_order(found), faults


def _signers(release: Release, court: Court) -> list[str]:
    """Return the public keys whose signature on the attestation is valid."""
    try:
        parsed = attest.envelope.parse(release.bundle.get(attest.ATTESTATION, b""))
    except VerificationError:
        return []
    found = attest.envelope.signers(parsed, court.people.publics)
    valid = {each.keyid for each in found if each.state == "valid"}
    return [p for p in court.people.publics if attest.keys.key_id(p) in valid]
