"""`synthnb incident`: open an incident, say what is done about it, and close it.

    course = open_incident(workspace, key, Opening(kind="misuse", ...))
    update_incident(workspace, key, course.id, Change(note="...", done=((1, today),)))
    close_incident(workspace, other_key, course.id, "What it was, and what was done.")

Each step is a statement that one member signs. The envelope goes into `incidents/`, the statement
and the envelope's digest into the ledger; no release is touched. An update names the envelope that
it follows, so that none can be left out unseen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from synthnb import attest, clock
from synthnb.errors import BlockedError, Problem, RecordError, UsageError
from synthnb.ledger import Course, Ledger, courses
from synthnb.ledger.incidents import CLOSED, OPENED, UPDATED, Owed, restated, span
from synthnb.records import Incident, Policy, Record, Update, canonical, read, sha256
from synthnb.records.base import did_you_mean
from synthnb.records.incident import Duty, at_least
from synthnb.workflow.incident_statements import Said, commit, find
from synthnb.workspace import Workspace


@dataclass(frozen=True)
class Todo:
    """A corrective action: what somebody has to do, and until which day."""

    what: str
    owner: str
    due: date


@dataclass(frozen=True)
class Opening:
    """What is said when an incident is opened; see `synthnb.records.Incident`.

    `known` is now and `found_by` whoever signs, unless told otherwise.
    """

    kind: str
    severity: str
    title: str
    description: str
    affects: Sequence[str]
    found_by: str = ""
    happened: datetime | None = None
    known: datetime | None = None
    actions: Sequence[Todo] = ()


@dataclass(frozen=True)
class Change:
    """What is added to an incident; see `synthnb.records.Update`.

    Parameters
    ----------
    note : str
        What happened since.
    kind, severity : str, optional
        What it turned out to be. Duties that come with it are added, none is taken away.
    known : datetime, optional
        When that became known; when the incident became known unless told otherwise.
    affects, actions
        What is added.
    done : sequence of (int, date)
        Actions by number, and the day on which each was done.
    told : str
        Who was told, at `told_at` (now unless told otherwise), and `late_because` where it was
        after the deadline.
    unneeded : str
        Who need not be told, and `because`.
    """

    note: str
    kind: str | None = None
    severity: str | None = None
    known: datetime | None = None
    affects: Sequence[str] = ()
    actions: Sequence[Todo] = ()
    done: Sequence[tuple[int, date]] = ()
    told: str = ""
    told_at: datetime | None = None
    late_because: str = ""
    unneeded: str = ""
    because: str = ""


def open_incident(workspace: Workspace, key: attest.PrivateKey, opening: Opening) -> Course:
    """Open an incident.

    Parameters
    ----------
    workspace : Workspace
    key : PrivateKey
        Of any member, valid today.
    opening : Opening

    Raises
    ------
    ApprovalError
        When the key is nobody's, or not valid today.
    UsageError
        With everything that is wrong with what is said.
    """

    def compose(known: tuple[Course, ...], name: str, now: datetime) -> Said:
        since = opening.known or now
        body = {
            "id": _next_id(known, now),
            "kind": opening.kind,
            "severity": opening.severity,
            "title": opening.title,
            "description": opening.description,
            "affects": list(dict.fromkeys(opening.affects)),
            "found_by": opening.found_by or name,
            "happened": opening.happened,
            "known": since,
            "duties": _duties(workspace.policy, opening.kind, opening.severity, since),
            "actions": [asdict(action) for action in opening.actions],
            "by": name,
            "time": now,
        }
        record, wrong = _record(Incident, body)
        wrong += _unknown(workspace, opening.affects)
        wrong += _past(opening.actions, now)
        if record is None or wrong:
            raise UsageError("The incident cannot be opened like that.", wrong)
        subject = (f"incidents/{record.id}/record.json", sha256(canonical(record)))
        return Said(OPENED, record, record.affects, subject)

    return commit(workspace, key, compose)


def update_incident(
    workspace: Workspace, key: attest.PrivateKey, incident: str, change: Change
) -> Course:
    """Say what happened about an incident since.

    Raises
    ------
    ApprovalError
        When the key is nobody's, or not valid today.
    UsageError
        When there is no such incident, it is closed, or something that is said cannot be.
    BlockedError
        When somebody was told after the deadline and no reason is given.
    """

    def compose(known: tuple[Course, ...], name: str, now: datetime) -> Said:
        course = find(known, incident)
        duties = _new_duties(workspace.policy, course, change)
        owed = restated(course.owed, duties)
        wrong, late = _told(change, course, owed, now)
        told, spared = _whom(owed, change.told), _whom(owed, change.unneeded)
        notice = {
            "to": told.duty.to if told else "",
            "at": change.told_at or now,
            "late_because": change.late_because,
        }
        waiver = {"to": spared.duty.to if spared else "", "because": change.because}
        body = {
            "id": course.id,
            "number": len(course.statements) + 1,
            "note": change.note,
            "kind": change.kind,
            "severity": change.severity,
            "known": change.known,
            "affects": list(dict.fromkeys(change.affects)),
            "duties": duties,
            "actions": [asdict(action) for action in change.actions],
            "done": [{"action": number, "on": on} for number, on in change.done],
            "notices": [notice] if told else [],
            "waivers": [waiver] if spared and change.because else [],
            "by": name,
            "time": now,
        }
        record, unsound = _record(Update, body)
        wrong += unsound
        wrong += _unknown(workspace, change.affects)
        wrong += [*_past(change.actions, now), *_undone(change, course, now)]
        if not course.is_open:
            wrong.insert(0, _is_closed(course))
        if record is None or wrong:
            raise UsageError(f"{course.id} cannot be updated like that.", [*wrong, *late])
        if late:
            raise BlockedError(
                f"{course.id} cannot be updated like that.",
                late,
                advice="say with `--late-because` why; Art. 33(1) of the GDPR asks for the reasons",
            )
        return _further(UPDATED, course, record)

    return commit(workspace, key, compose)


def close_incident(
    workspace: Workspace, key: attest.PrivateKey, incident: str, note: str
) -> Course:
    """Close an incident, once everybody was told and everything is done.

    Raises
    ------
    ApprovalError
        When the key is nobody's, or not valid today.
    UsageError
        When there is no such incident, or it is closed.
    BlockedError
        With everything that stands against closing it.
    """

    def compose(known: tuple[Course, ...], name: str, now: datetime) -> Said:
        course = find(known, incident)
        number = len(course.statements) + 1
        body = {"id": course.id, "number": number, "note": note, "state": "closed", "by": name}
        record, wrong = _record(Update, {**body, "time": now})
        if not course.is_open:
            wrong.insert(0, _is_closed(course))
        barred = list(against_closing(course, name)) if course.is_open else []
        if record is None or wrong:
            raise UsageError(f"{course.id} cannot be closed like that.", [*wrong, *barred])
        if barred:
            raise BlockedError(
                f"{course.id} cannot be closed.",
                barred,
                advice=f"`synthnb incident update {course.id}` says that somebody was told "
                "(`--notified`) or need not be (`--not-needed`), and that an action is done "
                "(`--done`)",
            )
        return _further(CLOSED, course, record)

    return commit(workspace, key, compose)


def against_closing(course: Course, name: str) -> Iterator[Problem]:
    """Say everything that stands against closing an incident by somebody."""
    for each in course.owed:
        where, due = f"tell {each.duty.to}", each.duty.due
        when = f"by {due:%Y-%m-%d %H:%M} UTC" if due else "without undue delay"
        if not each.settled:
            yield Problem(
                where, f"is not done, and nobody wrote down why not ({each.duty.role}, {when})"
            )
        elif each.unexplained:
            yield Problem(where, f"was done later than {when}, and nobody says why")
    for task in course.tasks:
        if task.done is None:
            action = task.action
            yield Problem(
                f"action {task.number}",
                f"is not done: {action.what} ({action.owner}, due {action.due})",
            )
    if name == course.incident.by and at_least(course.worst, "high"):
        yield Problem(
            name, f"opened it; as it is or was {course.worst}, somebody else must close it"
        )


def incidents(
    workspace: Workspace,
    about: str | None = None,
    *,
    only_open: bool = False,
    only_overdue: bool = False,
) -> tuple[Course, ...]:
    """Return incidents as they are now: all, those of a dossier, or those of one release."""
    dossier, _, version = (about or "").partition("/")
    return tuple(
        course
        for course in courses(Ledger(workspace.ledger).entries(), clock.now())
        if (not dossier or course.concerns(dossier, version or None))
        and (course.is_open or not only_open)
        and (course.overdue or not only_overdue)
    )


def incident(workspace: Workspace, incident_id: str) -> Course:
    """Return one incident as it is now; UsageError when there is none of that id."""
    return find(incidents(workspace), incident_id)


def _next_id(known: Sequence[Course], now: datetime) -> str:
    start = f"INC-{now.year}-"
    taken = [int(each.id.removeprefix(start)) for each in known if each.id.startswith(start)]
    return f"{start}{max(taken, default=0) + 1:03d}"


def _further(kind: str, course: Course, record: Update) -> Said:
    last = course.statements[-1]
    affects = (*course.affects, *record.affects)
    return Said(kind, record, affects, (last.file, last.sha256))


def _record(model: type[Any], body: Mapping[str, Any]) -> tuple[Any, list[Problem]]:
    """Return a record, or everything that is wrong with it by the name of its option."""
    text = json.dumps(
        {name: value for name, value in body.items() if value is not None},
        default=lambda value: (
            value.model_dump(mode="json") if isinstance(value, Record) else value.isoformat()
        ),
    )
    try:
        return read(model, text, "the incident"), []
    except RecordError as exc:
        return None, [Problem(_option(each.where), each.message) for each in exc.problems]


def _option(field: str) -> str:
    """Return the option that a field is given with."""
    name = field.partition("[")[0]
    known = {"actions": "action", "notices": "at", "waivers": "because"}
    return f"--{known.get(name, name).replace('_', '-')}"


def _duties(policy: Policy, kind: str, severity: str, since: datetime) -> list[Duty]:
    return [
        Duty(
            to=rule.to,
            role=rule.role,
            due=None if rule.hours is None else since + timedelta(hours=rule.hours),
        )
        for rule in policy.notification
        if rule.kind == kind and at_least(severity, rule.severity)
    ]


def _new_duties(policy: Policy, course: Course, change: Change) -> list[Duty]:
    """Return the duties that a new kind or a higher severity brings, also those waived before."""
    kind, severity = change.kind or course.kind, change.severity or course.severity
    if kind == course.kind and at_least(course.severity, severity):
        return []
    return _duties(policy, kind, severity, change.known or course.incident.known)


def _told(
    change: Change, course: Course, owed: Sequence[Owed], now: datetime
) -> tuple[list[Problem], list[Problem]]:
    """Say what is wrong with who was told or need not be, and what comes without its reason."""
    wrong: list[Problem] = []
    late: list[Problem] = []
    told, spared = _whom(owed, change.told), _whom(owed, change.unneeded)
    at = change.told_at or now
    wrong += _loose(change, course)
    for option, name, found in (
        ("--notified", change.told, told),
        ("--not-needed", change.unneeded, spared),
    ):
        if name and found is None:
            known = "; ".join(each.duty.to for each in owed) or "nobody"
            wrong.append(Problem(option, f"{name!r} need not be told of this; who must: {known}"))
    if told and at < course.incident.known:
        wrong.append(Problem("--at", "is before the incident became known"))
    if spared and (spared.notice or spared == told):
        wrong.append(Problem("--not-needed", f"{spared.duty.to} was told; nothing is left to say"))
    due = told.duty.due if told and told.notice is None else None
    if told and due and at > due and not change.late_because.strip():
        late.append(
            Problem(
                "--late-because",
                f"is missing: {told.duty.to} had to be told by {due:%Y-%m-%d %H:%M} UTC; "
                f"this is {span(at - due)} later",
            )
        )
    return wrong, late


def _loose(change: Change, course: Course) -> Iterator[Problem]:
    """Say which options stand there without the one that they belong to."""
    if change.known and not (change.kind or change.severity):
        yield Problem("--known", "says when a new `--kind` or `--severity` became known")
    if (change.told_at or change.late_because) and not change.told:
        yield Problem("--at, --late-because", "say more about `--notified`, which is not given")
    if bool(change.unneeded) != bool(change.because):
        yield Problem("--not-needed, --because", "go together")


def _whom(owed: Sequence[Owed], name: str) -> Owed | None:
    """Return who is meant, whatever the case and with or without the article."""

    def plain(text: str) -> str:
        return " ".join(text.casefold().split()).removeprefix("the ")

    return next((each for each in owed if name and plain(each.duty.to) == plain(name)), None)


def _unknown(workspace: Workspace, targets: Sequence[str]) -> list[Problem]:
    """Say which releases and dossiers are none of this workspace."""
    releases = [path for path in workspace.reports.glob("*/*") if (path / "content").is_dir()]
    known = {dossier.name for dossier in workspace.dossiers}
    known |= {path.parent.name for path in releases}
    known |= {f"{path.parent.name}/{path.name}" for path in releases}
    return [
        Problem("--affects", f"there is no {target!r} here{did_you_mean(target, sorted(known))}")
        for target in targets
        if target not in known
    ]


def _past(actions: Sequence[Todo], now: datetime) -> list[Problem]:
    return [
        Problem("--action", f"{action.what!r} was due on {action.due} already")
        for action in actions
        if action.due < now.date()
    ]


def _undone(change: Change, course: Course, now: datetime) -> Iterator[Problem]:
    """Say which actions cannot be done as it is said."""
    known = {task.number: task for task in course.tasks}
    count = len(known) + len(change.actions)
    numbers = [number for number, _ in change.done]
    for number, on in change.done:
        task = known.get(number)
        where = f"--done {number}"
        if not 1 <= number <= count:
            has = "1 action" if count == 1 else f"{count} actions"
            yield Problem(where, f"there is no such action; {course.id} has {has}")
        elif task and task.done:
            yield Problem(where, f"was done on {task.done.on} already")
        elif numbers.count(number) > 1:
            yield Problem(where, "is given twice")
        if on > now.date():
            yield Problem(where, f"{on} lies in the future")


def _is_closed(course: Course) -> Problem:
    last = course.updates[-1]
    return Problem(course.id, f"was closed by {last.by} on {last.time:%Y-%m-%d}; open another one")
