"""Incidents: what is open, who must do what until when, and what was said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from synthnb.printing.console import console_of, done

if TYPE_CHECKING:
    from synthnb.errors import Problem
    from synthnb.ledger import Course
    from synthnb.records import Incident, Update


def incident_list(found: Sequence[Course], *, as_json: bool) -> None:
    """Print incidents, each with what has yet to be done."""
    if as_json:
        typer.echo(json.dumps([incident_json(each) for each in found], indent=1))
        return
    if not found:
        typer.echo("There is no such incident.")
    for course in found:
        _head(course)
        _pending(course)


def incident_story(course: Course, problems: Sequence[Problem], *, as_json: bool) -> None:
    """Print one incident with everything that was said, and what is wrong with the statements."""
    if as_json:
        told = {**incident_json(course), "problems": [str(problem) for problem in problems]}
        typer.echo(json.dumps(told, indent=1))
        return
    first = course.incident
    _head(course)
    for line in first.description.splitlines():
        typer.echo(f"  {line}")
    happened = f"{first.happened:%Y-%m-%d %H:%M} UTC" if first.happened else "unknown"
    typer.echo(f"  affects {', '.join(course.affects)}; found by {first.found_by}")
    typer.echo(f"  happened {happened}; known since {first.known:%Y-%m-%d %H:%M} UTC")
    _pending(course)
    _owed(course)
    for statement in course.statements:
        record = statement.record
        typer.echo(f"  {record.time:%Y-%m-%d %H:%M} UTC  {record.by}: {_said(record)}")
    for problem in problems:
        console_of().print(f"✗ {problem}", style="bold red", markup=False, soft_wrap=True)


def incident_done(course: Course, what: str) -> None:
    """Print what was done about an incident, and what comes next."""
    if not course.is_open:
        done(f"{what} {course.id}.", "`synthnb incident list --open` shows what else is open")
        return
    typer.echo(f"{what} {course.id}: {course.incident.title}.")
    _pending(course)
    if not course.owed:
        typer.echo(f"! The policy names nobody who must be told of {course.kind} (`notification`).")
    typer.echo(f"Next: `synthnb incident update {course.id}` says what is done.")


def incident_json(course: Course) -> dict[str, Any]:
    """Return an incident for programs."""
    first = course.incident
    return {
        "id": course.id,
        "state": "open" if course.is_open else "closed",
        "kind": course.kind,
        "severity": course.severity,
        "title": first.title,
        "description": first.description,
        "affects": list(course.affects),
        "found_by": first.found_by,
        "happened": first.happened.isoformat() if first.happened else None,
        "known": first.known.isoformat(),
        "overdue": bool(course.overdue),
        "pending": [
            {
                "who": each.who,
                "what": each.what,
                "due": each.due.isoformat() if each.due else None,
                "left_seconds": None if each.left is None else int(each.left.total_seconds()),
                "overdue": each.overdue,
            }
            for each in course.pending
        ],
        "notifications": [
            {
                "to": each.duty.to,
                "due": each.duty.due.isoformat() if each.duty.due else None,
                "told": each.notice.at.isoformat() if each.notice else None,
                "late_because": each.notice.late_because if each.notice else "",
                "not_needed_because": each.waiver.because if each.waiver else "",
            }
            for each in course.owed
        ],
        "actions": [
            {
                "number": task.number,
                "what": task.action.what,
                "owner": task.action.owner,
                "due": task.action.due.isoformat(),
                "done": task.done.on.isoformat() if task.done else None,
            }
            for task in course.tasks
        ],
        "statements": [
            {
                "file": each.file,
                "sha256": each.sha256,
                "by": each.record.by,
                "time": each.record.time.isoformat(),
            }
            for each in course.statements
        ],
    }


def _head(course: Course) -> None:
    state = "open" if course.is_open else f"closed {course.updates[-1].time:%Y-%m-%d}"
    typer.echo(f"{course.id}  {state}  {course.kind}, {course.severity}: {course.incident.title}")


def _pending(course: Course) -> None:
    console = console_of()
    for each in course.pending:
        mark, style = ("✗", "bold red") if each.overdue else ("·", "")
        console.print(f"  {mark} {each}", style=style, markup=False, soft_wrap=True)


def _owed(course: Course) -> None:
    for each in course.owed:
        if each.notice:
            late = f", late: {each.notice.late_because}" if each.notice.late_because else ""
            typer.echo(f"  {each.duty.to}: told {each.notice.at:%Y-%m-%d %H:%M} UTC{late}")
        elif each.waiver:
            typer.echo(f"  {each.duty.to}: need not be told: {each.waiver.because}")
    for task in course.tasks:
        if task.done:
            typer.echo(f"  action {task.number}: {task.action.what}, done {task.done.on}")


def _said(record: Incident | Update) -> str:
    note = getattr(record, "note", None)
    return "opened it" if note is None else " ".join(str(note).split())
