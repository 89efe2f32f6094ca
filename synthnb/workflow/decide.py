"""`synthnb approve`, `reject` and `accept`: decisions on a dossier, signed over exact digests.

decide(dossier, key, "charter")                        # approves charter.yaml as it is now
decide(dossier, key, "plan", answer="reject", comment="why", criterion="privacy.leak")
tally = count(dossier, "plan")                         # tally.met, tally.lacking

A decision lies in the dossier's folder ``decisions`` and its sha256 in the ledger. One that is not
in the ledger does not count, and one that is missing from the folder stops everything: whoever
removed a rejection would otherwise turn it into silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from synthnb import attest, clock
from synthnb.errors import ApprovalError, Problem, UsageError
from synthnb.files import write_atomically
from synthnb.ledger import Ledger
from synthnb.records import Decision, digest, filled, sha256
from synthnb.records.duration import add
from synthnb.records.policy import Action
from synthnb.workflow.check import Checked, check
from synthnb.workflow.quorum import DECISION_TYPE, Court, Tally, tally
from synthnb.workspace import Dossier, Papers

KINDS = {"approve": "approval", "reject": "refusal"}
ATTESTED = f"bundle/{attest.ATTESTATION}"
_RELEASED: tuple[Action, ...] = ("withdrawal", "retirement", "access")


@dataclass(frozen=True)
class Question:
    """What is decided on.

    Attributes
    ----------
    action : str
    about : str
        In words.
    digests : mapping of str to str
        The sha256 of exactly what is decided on, by name.
    """

    action: Action
    about: str
    digests: Mapping[str, str]


@dataclass(frozen=True)
class Decided:
    """A decision that was made, on what, and what the decisions on that come to now."""

    decision: Decision
    question: Question
    tally: Tally


def court_of(dossier: Dossier, papers: Papers) -> Court:
    """Return who may decide on a dossier today."""
    today = clock.now().date()
    people = dossier.workspace.people
    return Court(people, papers.policy, papers.charter, papers.plan, lambda _: today)


def question(
    dossier: Dossier,
    action: Action,
    *,
    version: str = "",
    run_id: str | None = None,
    checked: Checked | None = None,
) -> Question:
    """Return what a decision on an action is about, as it stands now.

    Raises
    ------
    UsageError
        If there is nothing of the kind.
    """
    if action in {"charter", "plan"}:
        papers = dossier.read()
        record = (papers.charter if action == "charter" else papers.plan).published()
        file = (dossier.folder / f"{action}.yaml").read_bytes()
        digests = {f"{action}.yaml": sha256(file), action: digest(record)}
        return Question(action, f"{action}.yaml", digests)
    if action in _RELEASED:
        return Question(action, version, {ATTESTED: _attestation(dossier, version)})
    checked = checked or check(dossier, run_id)
    return Question(action, f"run {checked.run.id}", {"release": checked.subject})


def _attestation(dossier: Dossier, version: str) -> str:
    path = dossier.release(version) / "bundle" / attest.ATTESTATION
    if not path.is_file():
        raise UsageError(
            f"Release {version} of `{dossier.name}` has no attestation.",
            advice="`synthnb verify` says what is wrong with it",
        )
    return sha256(path.read_bytes())


def count(
    dossier: Dossier,
    asked: Question,
    *,
    finding: str = "",
    signed_by: Sequence[str] = (),
) -> Tally:
    """Count the decisions on a question.

    Raises
    ------
    ApprovalError
        If a decision that the ledger holds is missing or was changed.
    """
    court = court_of(dossier, dossier.read())
    held = recorded(dossier)
    return tally(
        asked.action,
        held,
        asked.digests,
        court,
        dossier=dossier.name,
        finding=finding,
        signed_by=signed_by,
    )


def recorded(dossier: Dossier) -> dict[str, bytes]:
    """Return the signed decisions of a dossier by file name, exactly those that the ledger holds.

    Raises
    ------
    ApprovalError
        If one is missing, was changed, or is not in the ledger.
    """
    files = {path.name: path.read_bytes() for path in sorted(dossier.decisions.glob("*.dsse.json"))}
    entries = [
        entry
        for entry in Ledger(dossier.workspace.ledger).entries(dossier.name)
        if entry.kind in {*KINDS.values(), "acceptance"}
    ]
    known = {str(entry.body["decision"]): entry for entry in entries}
    present = {sha256(data) for data in files.values()}
    problems = [
        Problem(f"entry {entry.seq}", f"the decision of {entry.body['by']} is missing or changed")
        for value, entry in known.items()
        if value not in present
    ]
    problems += [
        Problem(f"decisions/{name}", "is not in the ledger")
        for name, data in files.items()
        if sha256(data) not in known
    ]
    if problems:
        raise ApprovalError(
            f"The decisions on `{dossier.name}` are not those that the ledger holds.",
            problems,
            advice="put back what was removed or changed, and remove what is not in the ledger",
        )
    return files


def decide(
    dossier: Dossier,
    key: attest.PrivateKey,
    action: Action,
    *,
    answer: str = "approve",
    comment: str = "",
    criterion: str = "",
    finding: str = "",
    until: date | None = None,
    version: str = "",
    run_id: str | None = None,
) -> Decided:
    """Sign a decision, keep it beside the dossier, and write it into the ledger.

    Parameters
    ----------
    dossier : Dossier
    key : PrivateKey
        Of the person who decides.
    action : str
        What is decided on.
    answer : {"approve", "reject"}
    comment, criterion : str
        The reason, and for a rejection the criterion that it cites.
    finding, until
        For an acceptance of a risk: which finding, and the last day that it holds.
    version : str
        For what was released: which version.
    run_id : str, optional
        For a release or an acceptance: the latest complete run unless told otherwise.

    Raises
    ------
    ApprovalError
        If this person may not decide, with every reason and who may, or a risk cannot be accepted.
    UsageError
        If the person has given this answer already, or a reason is missing.
    """
    with dossier.lock():
        papers = dossier.read()
        checked = check(dossier, run_id) if action in {"release", "acceptance"} else None
        asked = question(dossier, action, version=version, checked=checked)
        court = court_of(dossier, papers)
        problems = court.objections(action, key.public)
        if finding and checked is not None and until is not None:
            problems += _acceptable(checked, finding, until)
        member = court.people.holder(key.public)
        if member is None or problems:
            verb = {"approve": "approve", "reject": "reject"}[answer]
            what = f"accept `{finding}`" if finding else f"{verb} {asked.about}"
            raise ApprovalError(
                f"This key cannot {what} of `{dossier.name}`.",
                problems,
                advice=court.instead(action),
            )
        _not_again(dossier, asked, member.name, answer, finding)
        made = filled(
            Decision,
            {
                "action": action,
                "answer": answer,
                "dossier": dossier.name,
                "about": asked.about,
                "by": member.name,
                "role": court.role(action, member),
                "time": clock.now(),
                "comment": comment.strip(),
                "criterion": criterion,
                "finding": finding,
                "until": until,
            },
            "the decision",
        )
        note_papers(dossier, papers)
        _keep(dossier, asked, made, key)
        return Decided(made, asked, count(dossier, asked, finding=finding))


def _acceptable(checked: Checked, finding: str, until: date) -> list[Problem]:
    """Return why a risk cannot be accepted."""
    found = next((each for each in checked.verdict.blocking if each.id == finding), None)
    today = clock.now().date()
    problems = []
    if found is None:
        blocking = ", ".join(each.id for each in checked.verdict.blocking) or "nothing"
        problems.append(Problem(finding, f"is no finding that blocks; these do: {blocking}"))
    elif why := checked.unacceptable(found):
        problems.append(Problem(finding, why))
    latest = add(today, checked.papers.policy.cadence)
    if not today < until <= latest:
        problems.append(
            Problem("until", f"is {until}; expected a day after {today}, at the latest {latest}")
        )
    return problems


def _not_again(dossier: Dossier, asked: Question, name: str, answer: str, finding: str) -> None:
    held = count(dossier, asked, finding=finding)
    same = held.votes if answer == "approve" else held.against
    if name in {vote.name for vote in same}:
        done = {"approve": "approved", "reject": "rejected"}[answer]
        raise UsageError(
            f"{name} has {done} {asked.about} of `{dossier.name}` already.",
            advice="nothing was written; `synthnb status` shows who is still to decide",
        )


def _keep(dossier: Dossier, asked: Question, made: Decision, key: attest.PrivateKey) -> None:
    subject = [
        {"name": name, "digest": {"sha256": asked.digests[name]}} for name in sorted(asked.digests)
    ]
    body = made.model_dump(mode="json", exclude_defaults=True)
    envelope = attest.sign(attest.statement.about(subject, body, DECISION_TYPE), [key])
    number = len(list(dossier.decisions.glob("*.dsse.json"))) + 1
    path = dossier.decisions / f"{number:04d}-{made.action}-{key.id[:8]}.dsse.json"
    kind = "acceptance" if made.action == "acceptance" else KINDS[made.answer]
    entry = {
        "action": made.action,
        "about": made.about,
        "by": made.by,
        "role": made.role,
        "decision": sha256(envelope),
        "digests": dict(asked.digests),
    }
    entry |= {"criterion": made.criterion} if made.criterion else {}
    if made.until:
        entry |= {"finding": made.finding, "until": made.until.isoformat()}
    write_atomically(path, envelope)
    try:
        Ledger(dossier.workspace.ledger).append(kind, dossier.name, entry, made.time)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def note_papers(dossier: Dossier, papers: Papers) -> None:
    """Write into the ledger that charter or plan are not what they were when last noted."""
    ledger = Ledger(dossier.workspace.ledger)
    entries = ledger.entries(dossier.name)
    for kind, record in (("charter", papers.charter), ("plan", papers.plan)):
        body = {
            "file": sha256((dossier.folder / f"{kind}.yaml").read_bytes()),
            "digest": digest(record),
        }
        last = next((entry.body for entry in reversed(entries) if entry.kind == kind), None)
        if last != body:
            ledger.append(kind, dossier.name, body, clock.now())


def require(dossier: Dossier, actions: Sequence[Action]) -> None:
    """Raise unless enough of the right people have approved; a draft workspace asks nobody.

    Raises
    ------
    ApprovalError
        With everything that is lacking.
    """
    if dossier.workspace.draft:
        return
    lacking = [
        problem
        for action in actions
        for problem in count(dossier, question(dossier, action)).lacking
    ]
    if lacking:
        raise ApprovalError(
            f"`{dossier.name}` waits for approval; nothing was done.",
            lacking,
            advice=f"`synthnb approve {actions[0]} {dossier.name} --as NAME`, by each of them; "
            "`mode: draft` in synthnb.yaml does without, and every page then says so",
        )
