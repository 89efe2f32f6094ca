"""`synthnb status`: what waits, for whom, since when, and what is overdue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from synthnb import attest, clock
from synthnb.errors import RecordError, SynthnbError, UsageError
from synthnb.files import write_atomically
from synthnb.ledger import Course, Entry, Ledger, courses, incidents_about
from synthnb.records import Datasheet, Policy, StatusList, digest, sha256
from synthnb.records.duration import add
from synthnb.records.policy import Action
from synthnb.workflow import history
from synthnb.workflow.check import Checked, check
from synthnb.workflow.decide import court_of, question, recorded
from synthnb.workflow.feedback import FILE, feedback
from synthnb.workflow.gather import Decided, gather
from synthnb.workflow.notices import entitled
from synthnb.workflow.quorum import Court, tally
from synthnb.workflow.release import releases
from synthnb.workflow.standing import STATUS_TYPE, standing_of
from synthnb.workspace import Dossier, Papers, Workspace, find_dossier

_SOON = timedelta(days=30)


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for somebody.

    Attributes
    ----------
    dossier, what, why : str
        ``why`` says what is lacking.
    who : tuple of str
        The people who can do it.
    since, due : date or None
    overdue : bool
    escalate : str
        To whom it goes when it is overdue.
    """

    dossier: str
    what: str
    why: str
    who: tuple[str, ...] = ()
    since: date | None = None
    due: date | None = None
    overdue: bool = False
    escalate: str = ""


def status(workspace: Workspace, names: Sequence[str] = ()) -> tuple[Waiting, ...]:
    """Return what waits in a workspace, or in some of its dossiers, overdue things first.

    Raises
    ------
    UsageError
        If there is no such dossier.
    """
    chosen = [find_dossier(name, Path.cwd()) for name in names] or workspace.dossiers
    entries = Ledger(workspace.ledger).entries()
    found = [each for dossier in chosen for each in _dossier(dossier, entries)]
    found += _feedback(workspace, {each.name for each in chosen})
    found += _incidents(workspace, courses(entries, clock.now()), {each.name for each in chosen})
    return tuple(sorted(found, key=lambda each: (not each.overdue, each.dossier)))


def _dossier(dossier: Dossier, entries: tuple[Entry, ...]) -> Iterator[Waiting]:
    try:
        papers = dossier.read()
        court = court_of(dossier, papers)
        escalate = _named(court, papers.charter.review.owner)
        own = tuple(each for each in entries if each.dossier == dossier.name)
        if not dossier.workspace.draft:
            yield from _approvals(dossier, papers, court, own, escalate)
        yield from _run(dossier, papers, court, escalate)
        yield from _released(dossier, papers, court, own, escalate)
    except RecordError as exc:
        yield Waiting(dossier.name, "charter, plan and policy", f"{len(exc.problems)} problems")
    except SynthnbError as exc:
        yield Waiting(dossier.name, "a decision", f"{exc.message} {exc.advice or ''}".strip())


def _named(court: Court, role: str) -> str:
    """Return a role and who has it."""
    names = [member.name for member in court.people.members if role in member.roles]
    return f"{role} ({', '.join(names)})" if names else role


def _approvals(
    dossier: Dossier, papers: Papers, court: Court, entries: tuple[Entry, ...], escalate: str
) -> Iterator[Waiting]:
    held = recorded(dossier)
    kinds: tuple[Action, ...] = ("charter", "plan")
    for action in kinds:
        asked = question(dossier, action)
        found = tally(action, held, asked.digests, court, dossier=dossier.name)
        if not found.met:
            file = dossier.folder / f"{action}.yaml"
            since = _noted(entries, action, asked.digests[f"{action}.yaml"]) or _changed(file)
            voted = {vote.name for vote in (*found.votes, *found.against)}
            yield _late(
                papers.policy,
                Waiting(
                    dossier.name,
                    f"approval of {action}.yaml",
                    "; ".join(str(each.message) for each in found.lacking),
                    tuple(name for name in court.eligible(action) if name not in voted),
                    since,
                    escalate=escalate,
                ),
            )


def _noted(entries: tuple[Entry, ...], kind: str, file: str) -> date | None:
    times = [each.time for each in entries if each.kind == kind and each.body.get("file") == file]
    return times[0].date() if times else None


def _changed(file: Path) -> date:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).date()


def _late(policy: Policy, item: Waiting) -> Waiting:
    if item.since is None:
        return item
    due = add(item.since, policy.answer_within)
    fields = {**item.__dict__, "due": due, "overdue": due < clock.now().date()}
    return Waiting(**fields)


def _run(dossier: Dossier, papers: Papers, court: Court, escalate: str) -> Iterator[Waiting]:
    author = (papers.plan.author,) if papers.plan.author else ()
    if not dossier.complete_runs:
        yield Waiting(dossier.name, "a run", "there is none yet: `synthnb run`", author)
        return
    folder, run = dossier.run()
    if (run.charter, run.plan) != (digest(papers.charter), digest(papers.plan)):
        yield Waiting(
            dossier.name, "a new run", f"run {run.id} is of another charter or plan", author
        )
        return
    checked = check(dossier, folder.name)
    past = releases(dossier)
    if past and past[-1][1].subject == checked.subject and past[-1][1].status == "released":
        return
    decided = gather(dossier, checked, ())
    left = decided.open(checked)
    if left:
        why = f"run {run.id} is blocked by {len(left)} findings: {', '.join(left[:3])}"
        why += f" and {len(left) - 3} more" if len(left) > 3 else ""
        yield Waiting(dossier.name, "mending", why, author, run.finished.date(), escalate=escalate)
        return
    yield _release(dossier, checked, decided, court, escalate)


def _release(
    dossier: Dossier, checked: Checked, decided: Decided, court: Court, escalate: str
) -> Waiting:
    found = next(each for each in decided.tallies if each.action == "release")
    since = checked.run.finished.date()
    if found.met or dossier.workspace.draft:
        why = f"run {checked.run.id} may be released: `synthnb release`"
        return Waiting(dossier.name, "a release", why, court.eligible("release"), since)
    voted = {vote.name for vote in (*found.votes, *found.against)}
    item = Waiting(
        dossier.name,
        f"approval of run {checked.run.id} for release",
        "; ".join(str(each.message) for each in found.lacking),
        tuple(name for name in court.eligible("release") if name not in voted),
        since,
        escalate=escalate,
    )
    return _late(checked.papers.policy, item)


def _released(
    dossier: Dossier, papers: Papers, court: Court, entries: tuple[Entry, ...], escalate: str
) -> Iterator[Waiting]:
    """Return the release in force whose review or accepted risk ends soon, or has ended."""
    gone = {
        each.body.get("version") for each in entries if each.kind in {"withdrawal", "retirement"}
    }
    alive = [
        sheet
        for _, sheet in releases(dossier)
        if sheet.status == "released" and sheet.version not in gone
    ]
    if not alive:
        return
    sheet, today = alive[-1], clock.now().date()
    owner = papers.charter.review.owner
    who = tuple(m.name for m in court.people.members if owner in m.roles)
    ends = [(f"review of {sheet.version}", sheet.review_due)]
    ends += [
        (f"accepted risk of {sheet.version}: {each.finding}", each.until)
        for each in sheet.accepted
        if each.until is not None
    ]
    for what, due in ends:
        if due <= today + _SOON:
            why = (
                f"ends on {due}" if due >= today else f"ended on {due}; the release may not be used"
            )
            yield Waiting(
                dossier.name, what, why, who, sheet.issued.date(), due, due < today, escalate
            )


def _feedback(workspace: Workspace, names: set[str]) -> Iterator[Waiting]:
    """Return what readers said and nobody answered yet."""
    try:
        said = feedback(workspace).open
    except RecordError as exc:
        yield Waiting("", FILE, f"{len(exc.problems)} problems")
        return
    for each in said:
        name = each.about.partition("/")[0]
        if name in names:
            item = Waiting(
                name,
                f"an answer ({each.kind}) about {each.about}",
                f"{each.who} said something on {each.on}; it stands in {FILE}",
                since=each.on,
            )
            yield _late(workspace.policy, item)


def _incidents(workspace: Workspace, found: Sequence[Course], names: set[str]) -> Iterator[Waiting]:
    everything = {each.name for each in workspace.dossiers} == names
    for course in found:
        if course.is_open and (everything or any(course.concerns(name) for name in names)):
            pending = course.pending
            due = min((each.due for each in pending if each.due), default=None)
            yield Waiting(
                dossier="",
                what=f"incident {course.id}",
                why=str(course),
                due=due.date() if due else None,
                overdue=bool(course.overdue),
            )


def publish_status(
    workspace: Workspace, keys: Sequence[attest.PrivateKey], file: Path, valid: str
) -> StatusList:
    """Write a signed list of what became of every release, which holds for a time.

    Parameters
    ----------
    workspace : Workspace
    keys : sequence of PrivateKey
        Of people who may withdraw a release.
    file : Path
    valid : str
        ISO 8601 duration of at least a day.

    Raises
    ------
    UsageError
        If there is no release, or the duration is none.
    ApprovalError
        If these people may not say so.
    """
    now = clock.now()
    try:
        until = datetime.combine(add(now.date(), valid), now.timetz())
    except ValueError:
        until = now
    if until <= now:
        raise UsageError(
            f"{valid!r} is no time for which a status list could hold.", advice="e.g. `--valid P7D`"
        )
    ledger = Ledger(workspace.ledger)
    entries = ledger.entries()
    found, subject = [], []
    for dossier in workspace.dossiers:
        entitled(court_of(dossier, dossier.read()), "withdrawal", keys)
        for folder, sheet in releases(dossier):
            own = sha256((folder / "bundle" / attest.ATTESTATION).read_bytes())
            about = incidents_about(ledger, dossier.name, sheet.version, now)
            found.append(
                standing_of(
                    sheet,
                    own,
                    withdrawn=_gone(entries, dossier.name, "withdrawal"),
                    retired=tuple(_gone(entries, dossier.name, "retirement")),
                    newest=_newest(dossier, entries),
                    incidents=[str(each) for each in about if each.is_open],
                )
            )
            name = f"{dossier.name}/{sheet.version}"
            subject.append({"name": name, "digest": {"sha256": own}})
    if not found:
        raise UsageError("There is no release to speak of.", advice="`synthnb release` makes one")
    made = StatusList(log=history.origin(ledger), issued=now, until=until, releases=tuple(found))
    subject.sort(key=lambda each: str(each["name"]))
    body = made.model_dump(mode="json", exclude_defaults=True)
    envelope = attest.sign(attest.statement.about(subject, body, STATUS_TYPE), keys)
    write_atomically(file, envelope)
    return made


def _gone(entries: Sequence[Entry], dossier: str, kind: str) -> dict[str, str]:
    return {
        str(each.body.get("version")): f"on {each.time:%Y-%m-%d}"
        for each in entries
        if each.kind == kind and each.dossier == dossier
    }


def _newest(dossier: Dossier, entries: Sequence[Entry]) -> str:
    gone = _gone(entries, dossier.name, "withdrawal").keys()
    alive: list[Datasheet] = [
        sheet
        for _, sheet in releases(dossier)
        if sheet.status == "released" and sheet.version not in gone
    ]
    return alive[-1].version if alive else ""
