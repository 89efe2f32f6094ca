"""`synthnb incident`: what went wrong, who must be told until when, and what is done about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from synthnb import printing
from synthnb.commands.options import AsOption, JsonFlag, KeyOption, here, load_key
from synthnb.errors import Problem, UsageError

if TYPE_CHECKING:
    from synthnb.workflow.incidents import Opening, Todo

incident_app = typer.Typer(
    help="Open, follow and close incidents about released data.", no_args_is_help=True
)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="E.g. INC-2026-001.")]
AffectsOption = Annotated[
    list[str] | None,
    typer.Option(metavar="DOSSIER[/VERSION]", help="A release, or all of a dossier (repeatable)."),
]
ActionOption = Annotated[
    list[str] | None,
    typer.Option(metavar="'DATE OWNER: WHAT'", help="A corrective action (repeatable)."),
]
_ACTION = re.compile(r"(\S+)\s+([^:]+):\s*(.+)")


@incident_app.command("open")
def incident_open(
    kind: Annotated[
        str,
        typer.Option(
            help="personal-data-breach, re-identification, integrity, misuse, availability, other."
        ),
    ] = "",
    severity: Annotated[str, typer.Option(help="low, medium, high or critical.")] = "",
    title: Annotated[str, typer.Option(help="What it is, on one line.")] = "",
    description: Annotated[
        str, typer.Option(help="What happened. Name nobody whose data are concerned.")
    ] = "",
    affects: AffectsOption = None,
    known: Annotated[
        str, typer.Option(metavar="TIME", help="When it became known; now if absent.")
    ] = "",
    happened: Annotated[
        str, typer.Option(metavar="TIME", help="When it happened, if that is known.")
    ] = "",
    found_by: Annotated[str, typer.Option(help="Who found it; you if absent.")] = "",
    action: ActionOption = None,
    draft: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="What the incident form saved, instead of all the above."
        ),
    ] = None,
    key: KeyOption = None,
    as_name: AsOption = "",
) -> None:
    """Open an incident, signed by you; every member may.

    The deadlines of notifications follow from the policy (`notification`) and run from the time at
    which it became known. A time is written with its zone, such as 2026-11-02T09:30Z.
    """
    from synthnb.workflow.incidents import Opening, open_incident

    said = {"--kind": kind, "--severity": severity, "--title": title, "--description": description}
    problems: list[Problem] = []
    if draft is not None:
        others: dict[str, object] = {
            **said,
            "--known": known,
            "--happened": happened,
            "--found-by": found_by,
        }
        others |= {"--affects": affects, "--action": action}
        problems += [Problem(name, "is said by the draft") for name, it in others.items() if it]
        _all_read(problems)
        opening = _drafted(draft)
    else:
        problems += [Problem(name, "is missing") for name, it in said.items() if not it]
        opening = Opening(
            kind=kind,
            severity=severity,
            title=title,
            description=description,
            affects=affects or (),
            found_by=found_by,
            happened=_time("--happened", happened, problems),
            known=_time("--known", known, problems),
            actions=_actions(action or (), problems),
        )
        _all_read(problems)
    workspace = here()
    course = open_incident(workspace, load_key(key, as_name, workspace), opening)
    printing.incident_done(course, "Opened")


def _drafted(path: Path) -> Opening:
    """Return what a draft says."""
    from synthnb.records import IncidentDraft
    from synthnb.workflow.incidents import Opening, Todo
    from synthnb.workspace import read_record

    said = read_record(IncidentDraft, path)
    return Opening(
        kind=said.kind,
        severity=said.severity,
        title=said.title,
        description=said.description,
        affects=said.affects,
        found_by=said.found_by,
        happened=said.happened,
        known=said.known,
        actions=[Todo(what=each.what, owner=each.owner, due=each.due) for each in said.actions],
    )


@incident_app.command("update")
def incident_update(
    incident_id: IdArgument,
    note: Annotated[str, typer.Option(help="What happened since.")],
    kind: Annotated[str | None, typer.Option(help="What it turned out to be.")] = None,
    severity: Annotated[str | None, typer.Option(help="How severe it turned out to be.")] = None,
    known: Annotated[
        str, typer.Option(metavar="TIME", help="When a new kind or severity became known.")
    ] = "",
    affects: AffectsOption = None,
    action: ActionOption = None,
    done: Annotated[
        list[str] | None,
        typer.Option(metavar="N[=DATE]", help="Action N is done, today or then (repeatable)."),
    ] = None,
    notified: Annotated[str, typer.Option(metavar="WHO", help="Who was told.")] = "",
    at: Annotated[str, typer.Option(metavar="TIME", help="When; now if absent.")] = "",
    late_because: Annotated[
        str, typer.Option(metavar="REASON", help="Why that was after the deadline.")
    ] = "",
    not_needed: Annotated[str, typer.Option(metavar="WHO", help="Who need not be told.")] = "",
    because: Annotated[str, typer.Option(metavar="REASON", help="Why not.")] = "",
    key: KeyOption = None,
    as_name: AsOption = "",
) -> None:
    """Say what happened about an incident since, signed by you.

    Nothing that was said before is changed. Another kind, or a higher severity, may bring more
    people who must be told; none that is there already goes away.
    """
    from synthnb.workflow.incidents import Change, update_incident

    problems: list[Problem] = []
    change = Change(
        note=note,
        kind=kind,
        severity=severity,
        known=_time("--known", known, problems),
        affects=affects or (),
        actions=_actions(action or (), problems),
        done=_done(done or (), problems),
        told=notified,
        told_at=_time("--at", at, problems),
        late_because=late_because,
        unneeded=not_needed,
        because=because,
    )
    _all_read(problems)
    workspace = here()
    course = update_incident(workspace, load_key(key, as_name, workspace), incident_id, change)
    printing.incident_done(course, "Updated")


@incident_app.command("close")
def incident_close(
    incident_id: IdArgument,
    note: Annotated[str, typer.Option(help="What it was, its effects, and what was done.")],
    key: KeyOption = None,
    as_name: AsOption = "",
) -> None:
    """Close an incident, signed by you.

    Everybody who must be told was told, or it is written down why not; every action is done; and
    one that is or was high or critical is closed by somebody other than who opened it.
    """
    from synthnb.workflow.incidents import close_incident

    workspace = here()
    course = close_incident(workspace, load_key(key, as_name, workspace), incident_id, note)
    printing.incident_done(course, "Closed")


@incident_app.command("list")
def incident_list(
    about: Annotated[
        str | None,
        typer.Argument(metavar="[DOSSIER[/VERSION]]", help="Only about this dossier, release."),
    ] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only open ones.")] = False,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only where something is overdue.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """List incidents: who must do what until when, and what is overdue by how much."""
    from synthnb.workflow.incidents import incidents

    found = incidents(here(), about, only_open=only_open, only_overdue=overdue)
    printing.incident_list(found, as_json=as_json)


@incident_app.command("show")
def incident_show(incident_id: IdArgument, as_json: JsonFlag = False) -> None:
    """Show everything that was said about an incident, and check the signatures.

    Exit 1 when a statement is missing, changed, or not signed by whom it names.
    """
    from synthnb.workflow.incident_statements import examine
    from synthnb.workflow.incidents import incident

    workspace = here()
    course = incident(workspace, incident_id)
    problems = examine(workspace, course)
    printing.incident_story(course, problems, as_json=as_json)
    raise typer.Exit(1 if problems else 0)


def _time(option: str, text: str, problems: list[Problem]) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        problems.append(Problem(option, f"{text!r} is no time; write 2026-11-02T09:30Z"))
        return None
    if found.tzinfo is None:
        problems.append(Problem(option, f"{text!r} has no time zone; write {text}Z for UTC"))
        return None
    return found


def _day(option: str, text: str, problems: list[Problem]) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.append(Problem(option, f"{text!r} is no day; write 2026-11-30"))
        return None


def _actions(texts: Sequence[str], problems: list[Problem]) -> list[Todo]:
    from synthnb.workflow.incidents import Todo

    found = []
    for text in texts:
        match = _ACTION.fullmatch(text.strip())
        if match is None:
            problems.append(
                Problem("--action", f"{text!r} is not 'DATE OWNER: WHAT', e.g. '2026-11-30 Ada: …'")
            )
        elif day := _day("--action", match[1], problems):
            found.append(Todo(what=match[3], owner=match[2].strip(), due=day))
    return found


def _done(texts: Sequence[str], problems: list[Problem]) -> list[tuple[int, date]]:
    from synthnb import clock

    found = []
    for text in texts:
        number, _, day = text.partition("=")
        on = _day("--done", day, problems) if day else clock.now().date()
        if not re.fullmatch(r"[1-9]\d{0,3}", number):
            problems.append(Problem("--done", f"{text!r} is not the number of an action"))
        elif on:
            found.append((int(number), on))
    return found


def _all_read(problems: list[Problem]) -> None:
    if problems:
        raise UsageError("This cannot be said about an incident.", problems)
