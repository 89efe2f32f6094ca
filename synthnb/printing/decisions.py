"""Decisions, what waits for whom, and what became of releases."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import typer

from synthnb.printing.console import console_of, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from synthnb.records.destruction import Destruction
    from synthnb.workflow import Decided, Waiting, Withdrawn

_DONE = {"approve": "approved", "reject": "rejected"}


def decided(made: Decided) -> None:
    """Print a decision, and what the decisions on that question come to now."""
    each, tally = made.decision, made.tally
    what = f"the risk of {each.finding}" if each.finding else each.about
    word = "accepted" if each.finding else _DONE[each.answer]
    until = f" until {each.until}" if each.until else ""
    typer.echo(f"{each.by} ({each.role}) {word} {what} of {each.dossier}{until}.")
    for name, digest in made.question.digests.items():
        typer.echo(f"  sha256 {digest}  {name}")
    if tally.met:
        names = ", ".join(vote.name for vote in tally.votes)
        typer.echo(f"Enough have agreed: {names}.")
    for problem in tally.lacking:
        typer.echo(f"Still open: {problem.message}")
    typer.echo("Next: `synthnb status` shows what waits, and for whom.")


def accepted(risks: Mapping[str, date], *, is_all: bool) -> None:
    """Print the risks that enough people accepted, and whether they are all that blocks."""
    for finding, until in sorted(risks.items()):
        say(f"Accepted until {until}: {finding}.")
    if risks and is_all:
        say("Everything that blocks is accepted: `synthnb release` marks it so on the first page.")


def status(found: Sequence[Waiting], *, as_json: bool) -> None:
    """Print what waits."""
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], indent=1, default=str))
        return
    if not found:
        typer.echo("Nothing waits for anybody.")
        return
    console = console_of()
    for each in found:
        word, style = ("OVERDUE", "bold red") if each.overdue else ("waits", "yellow")
        about = f"{each.dossier}: " if each.dossier else ""
        console.print(f"{word}  {about}{each.what}", style=style, markup=False)
        console.print(f"  {each.why}", markup=False)
        times = [f"since {each.since}"] if each.since else []
        times += [f"due {each.due}"] if each.due else []
        if each.who:
            times.insert(0, f"for {', '.join(each.who)}")
        elif each.what.startswith("approval"):
            times.insert(0, "nobody in people.yaml can give it")
        if times:
            console.print(f"  {', '.join(times)}", markup=False)
        if each.overdue and each.escalate:
            console.print(f"  Turn to: {each.escalate}", markup=False)


def withdrawn(done: Withdrawn) -> None:
    """Print what was taken back, and who must be told."""
    notice = done.notice
    typer.echo(f"Withdrawn: {notice.dossier} {notice.version}.")
    for model in done.models:
        typer.echo(f"Tell {model.owner}: the model {model.name} {model.version} was trained on it.")
    typer.echo(
        "Next: send withdrawal.dsse.json and withdrawal.tlog-proof of its bundle, or a new status "
        "list, to everybody who has a copy."
    )


def retired(made: Destruction) -> None:
    """Print a certificate of destruction."""
    typer.echo(
        f"Retired: {made.dossier} {made.version}, approved by {', '.join(made.approved_by)}."
    )
    for each in made.destroyed:
        typer.echo(f"  destroyed {each.name} ({each.sha256[:16]}…): {each.method}")
    for line in made.unreadable:
        typer.echo(f"  cannot be read any more: {line}")
    for line in made.kept:
        typer.echo(f"  kept: {line}")


@contextmanager
def rooms() -> Iterator[Callable[[str, str], None]]:
    """Show which notebook is being executed again."""

    def on(room: str, phase: str) -> None:
        say(f"{'▸' if phase == 'running' else '✓'} {room}")

    yield on
