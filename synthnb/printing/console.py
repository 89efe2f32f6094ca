"""Lines, errors and progress bars. Rich loads only when something is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from synthnb.errors import SynthnbError


def console_of(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=False, emoji=False)


def say(text: str) -> None:
    """Print a line as it is; nothing in it is markup."""
    console_of(stderr=True).print(text, markup=False)


def done(text: str, next_step: str) -> None:
    """Print what was done, and what comes next."""
    typer.echo(text)
    typer.echo(f"Next: {next_step}.")


def error(exc: SynthnbError) -> None:
    """Print an error on one screen: what happened, everything that is wrong, what to do."""
    console = console_of(stderr=True)
    console.print(f"Error: {exc.message}", style="bold red", markup=False)
    shown = exc.problems[:40]
    for problem in shown:
        console.print(f"  • {problem}", markup=False)
    if len(exc.problems) > len(shown):
        console.print(f"  … and {len(exc.problems) - len(shown)} more", markup=False)
    if exc.advice:
        console.print(f"What to do: {exc.advice}", markup=False)


@contextmanager
def progress() -> Iterator[Callable[..., None]]:
    """Show live progress: one bar for each notebook of each dossier."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    marks = {"done": "✓", "failed": "✗", "kept": "=", "running": "▸", "waiting": "·"}
    bars: dict[tuple[str, str], Any] = {}
    columns = (
        TextColumn("{task.fields[mark]} {task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.completed:.0f}/{task.total:.0f} cells", markup=False),
        TimeElapsedColumn(),
    )
    console = console_of(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as live:

        def on(dossier: str, room: str, phase: str, cells: int, total: int) -> None:
            key = (dossier, room)
            if key not in bars:
                bars[key] = live.add_task(f"{dossier} {room}", total=1, start=False, mark="·")
            task = bars[key]
            if phase == "running" and total == 0:
                live.start_task(task)
            if total:
                live.update(task, total=total, completed=cells)
            if phase in {"done", "kept"}:
                live.update(task, completed=live.tasks[task].total)
            live.update(task, mark=marks.get(phase, "·"))
            if phase in {"done", "failed"}:
                live.stop_task(task)
                if not console.is_terminal:
                    console.print(f"{marks[phase]} {dossier} {room}", markup=False)

        yield on
