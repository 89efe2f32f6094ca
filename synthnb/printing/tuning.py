"""Trials of a sweep, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from synthnb.printing.console import console_of

if TYPE_CHECKING:
    from synthnb.workflow.tune import Sweep


@contextmanager
def trials(asked: int) -> Iterator[Callable[[int, int, str], None]]:
    """Show live progress of a sweep."""
    from rich.progress import Progress

    console = console_of(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as live:
        task = live.add_task("trials", total=asked)

        def on(done: int, total: int, name: str) -> None:
            live.update(task, completed=done, total=total, description=f"trials ({name})")
            if not console.is_terminal:
                console.print(f"{done}/{total} {name}", markup=False)

        yield on


def sweep(found: Sweep, *, as_json: bool) -> None:
    """Print the trials of a sweep, the front and the recommendation."""
    from rich.table import Table

    from synthnb.records import metric

    tuning = found.tuning
    if as_json:
        typer.echo(tuning.model_dump_json(indent=1))
        return
    table = Table("trial", "configuration", *(metric(o).title for o in tuning.objectives), "")
    done = [trial for trial in tuning.trials if trial.scores]
    for trial in sorted(done, key=lambda t: (t.number not in tuning.front, t.number)):
        cells = [
            metric(each.metric).show_with_interval(each.value, each.low, each.high)
            for each in trial.scores
        ]
        mark = "front" if trial.number in tuning.front else ""
        mark = "recommended" if trial.number == tuning.recommended else mark
        table.add_row(str(trial.number), trial.configuration, *cells, mark)
    console_of().print(table)
    for number in tuning.front:
        trial = tuning.trial(number)
        settings = ", ".join(
            f"{name} {f'{value:.3g}' if isinstance(value, float) else value}"
            for name, value in trial.parameters.items()
        )
        typer.echo(f"Trial {number}: {trial.configuration}, {settings or 'default settings'}.")
    for trial in tuning.trials:
        if trial.error:
            typer.echo(f"Trial {trial.number} ({trial.configuration}) failed: {trial.error}")
    for line in (*(f"Left out: {each}." for each in tuning.left_out), *tuning.reasons):
        typer.echo(line)
    typer.echo(f"Picture, trials and plan.recommended.yaml are in {found.folder}.")
    typer.echo("Next: read the draft, copy it over plan.yaml, and `synthnb run`.")
