"""`synthnb review`: an independent, signed review of a run's privacy assessment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthnb import attest, clock
from synthnb.errors import Problem, ReleaseError, UsageError, VerificationError
from synthnb.files import write_atomically
from synthnb.ledger import Ledger
from synthnb.records import Charter, Member, People, Plan, Policy, Verdict, sha256
from synthnb.workflow.check import Checked, check
from synthnb.workflow.decide import court_of
from synthnb.workflow.quorum import Court
from synthnb.workspace import Dossier

REVIEW_TYPE = "urn:synthnb:privacy-review:1"
REVIEWED = "notebooks/03_privacy.ipynb"
_PATTERN = "review-*.dsse.json"


@dataclass(frozen=True)
class Review:
    """A review that holds: who signed it, in which role, when, and what they said."""

    reviewer: str
    role: str
    date: str
    outcome: str
    note: str
    concerns: tuple[str, ...]


def review(
    dossier: Dossier,
    key: attest.PrivateKey,
    *,
    run_id: str | None = None,
    note: str = "",
    concerns: Sequence[str] = (),
) -> Review:
    """Sign a review of a run's privacy assessment, next to the run and into the ledger.

    Parameters
    ----------
    dossier : Dossier
    key : PrivateKey
        Of a member of the workspace, who thereby says that they read the executed notebook.
    run_id : str, optional
        The latest complete run unless told otherwise.
    note, concerns
        What the reviewer wants to have said.

    Raises
    ------
    UsageError
        If this person may not review, with every reason and who may.
    """
    with dossier.lock():
        checked = check(dossier, run_id)
        papers, people, now = checked.papers, dossier.workspace.people, clock.now()
        member = people.holder(key.public)
        problems = objections(member, papers.charter, papers.plan, papers.policy)
        if member is not None and not _trusted(member, key.public):
            problems.append(Problem("key", "is not valid today; see people.yaml"))
        if member is None or problems:
            raise UsageError(
                f"This key cannot review the privacy assessment of `{dossier.name}`.",
                problems,
                advice=_instead(people, papers.charter, papers.plan, papers.policy),
            )
        role = next(each for each in member.roles if each in papers.policy.review.roles)
        predicate = {
            "dossier": dossier.name,
            "run": checked.run.id,
            "reviewer": member.name,
            "role": role,
            "date": now.date().isoformat(),
            "outcome": checked.verdict.outcome,
            "findings": _findings(checked.verdict),
            "note": note,
            "concerns": list(concerns),
        }
        data = (checked.folder / Path(REVIEWED).name).read_bytes()
        statement = attest.build({REVIEWED: data}, predicate, REVIEW_TYPE)
        envelope = attest.sign(statement, [key])
        path = checked.folder / f"review-{key.id[:16]}.dsse.json"
        if path.exists():
            raise UsageError(
                f"{member.name} has reviewed run {checked.run.id} already.",
                advice=f"a review is written once; `synthnb run {dossier.name}` starts a new run",
            )
        write_atomically(path, envelope)
        body = {"run": checked.run.id, "reviewer": member.name, "review": sha256(envelope)}
        Ledger(dossier.workspace.ledger).append("review", dossier.name, body, now)
    return read_review(envelope, data, court_of(dossier, papers))


def objections(
    member: Member | None, charter: Charter, plan: Plan, policy: Policy
) -> list[Problem]:
    """Return why somebody may not review: no member, no such role, or not independent."""
    if member is None:
        return [Problem("key", "belongs to nobody in people.yaml")]
    found = []
    if not set(member.roles) & set(policy.review.roles):
        wanted = " or ".join(policy.review.roles)
        found.append(Problem(member.name, f"is not {wanted}, whom the policy asks to review"))
    if member.name == charter.owner.name:
        found.append(Problem(member.name, "owns the charter; a review must be independent"))
    if plan.author and member.name == plan.author:
        found.append(Problem(member.name, "wrote the plan; a review must be independent"))
    return found


def _trusted(member: Member, public: str) -> bool:
    today = clock.now().date()
    return any(key.public == public and key.trusted_on(today) for key in member.keys)


def reviewers(people: People, charter: Charter, plan: Plan, policy: Policy) -> tuple[str, ...]:
    """Return who may review, with a key that may be trusted today or without."""
    return tuple(m.name for m in people.members if not objections(m, charter, plan, policy))


def _instead(people: People, charter: Charter, plan: Plan, policy: Policy) -> str:
    could = reviewers(people, charter, plan, policy)
    if could:
        return f"these could: {', '.join(could)}"
    return f"add somebody independent with the role {policy.review.roles[0]} to people.yaml"


def _findings(verdict: Verdict) -> list[dict[str, str]]:
    return [
        {"id": finding.id, "state": finding.state, "answer": finding.case}
        for finding in verdict.findings
        if finding.rule.startswith("privacy.")
    ]


def read_review(envelope: bytes, notebook: bytes, court: Court) -> Review:
    """Return a review that holds for an executed privacy notebook.

    Parameters
    ----------
    envelope, notebook : bytes
    court : Court
        Who is known, under which policy, charter and plan, and when a key must be valid.

    Raises
    ------
    VerificationError
        If it is about another notebook, signed by nobody known or with a key that is not valid, or
        not independent.
    """
    people = court.people
    parsed = attest.envelope.parse(envelope)
    statement = attest.statement.parse(parsed.payload)
    told: Mapping[str, Any] = statement.predicate
    if statement.predicate_type != REVIEW_TYPE:
        raise VerificationError("is no privacy review.")
    if statement.digests != {f"content/{REVIEWED}": sha256(notebook)}:
        raise VerificationError("is a review of another run.")
    signers = attest.envelope.signers(parsed, people.publics)
    if len(signers) != 1 or signers[0].state != "valid" or signers[0].name != told.get("reviewer"):
        raise VerificationError("is not signed by the reviewer whom it names.")
    member = next(each for each in people.members if each.name == signers[0].name)
    problems = objections(member, court.charter, court.plan, court.policy)
    if problems:
        raise VerificationError("is not independent.", problems)
    for key in member.keys:
        if attest.keys.key_id(key.public) == signers[0].keyid:
            wrong = key.objection(court.day(key.public))
            if wrong:
                raise VerificationError(f"is signed with a key that {wrong}.")
    concerns = told.get("concerns")
    return Review(
        reviewer=member.name,
        role=str(told.get("role", "")),
        date=str(told.get("date", "")),
        outcome=str(told.get("outcome", "")),
        note=str(told.get("note", "")),
        concerns=tuple(str(each) for each in concerns) if isinstance(concerns, list) else (),
    )


def reviews(dossier: Dossier, checked: Checked) -> dict[str, Review]:
    """Return the reviews of a run by file name.

    Raises
    ------
    ReleaseError
        If one of them does not hold.
    """
    court = court_of(dossier, checked.papers)
    notebook = (checked.folder / Path(REVIEWED).name).read_bytes()
    found, problems = {}, []
    for path in sorted(checked.folder.glob(_PATTERN)):
        try:
            found[path.name] = read_review(path.read_bytes(), notebook, court)
        except VerificationError as exc:
            problems.append(Problem(path.name, exc.message))
    if problems:
        raise ReleaseError(
            f"A review of run {checked.run.id} does not hold.", problems, advice="remove it"
        )
    return found
