"""Releases, what a verification found, and the demo."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from synthnb.printing.assess import finding_name
from synthnb.printing.console import console_of

if TYPE_CHECKING:
    from synthnb.workflow import Released, Report
    from synthnb.workflow.demo import Demo


def released(made: Released) -> None:
    """Print where a release lies."""
    sheet = made.datasheet
    if not made.fresh:
        typer.echo(f"Nothing changed since {sheet.name} {sheet.version}; no new release was made.")
    else:
        mark = " as a record of REJECTION" if sheet.status == "rejected" else ""
        typer.echo(f"Released {sheet.name} {sheet.version}{mark}.")
    typer.echo(f"Datasheet: {made.folder / 'content' / 'datasheet.html'}")
    typer.echo(f"Next: `synthnb verify {made.folder}` checks it, as an auditor would.")


def report(found: Report) -> None:
    """Print a verification, one line for each check."""
    console = console_of()
    for check in found.checks:
        mark, style = ("✓", "green") if check.ok else ("✗", "bold red")
        console.print(f"{mark} {check.message}", style=style, markup=False)
    for note in found.notes:
        console.print(f"! {note}", style="yellow", markup=False)
    result = "The release holds." if found.ok else "The release does NOT hold."
    console.print(result, style="bold", markup=False)


def report_json(found: Report) -> dict[str, Any]:
    """Return a verification for programs."""
    sheet = found.datasheet
    return {
        "ok": found.ok,
        "name": sheet.name if sheet else None,
        "version": sheet.version if sheet else None,
        "status": sheet.status if sheet else None,
        "checks": [
            {"name": check.name, "ok": check.ok, "message": check.message} for check in found.checks
        ],
        "notes": list(found.notes),
    }


def demo(made: Demo) -> None:
    """Print what the demo made, and how to go on."""
    sheet, folder = made.released.datasheet, made.released.folder
    report(made.report)
    blocking = sheet.verdict.blocking
    typer.echo("")
    typer.echo(f"Verdict: {sheet.verdict.outcome}, {len(blocking)} findings stand against it.")
    for finding in blocking[:6]:
        typer.echo(f"  • {finding_name(finding)}: {finding.because}")
    if len(blocking) > 6:
        typer.echo(f"  … and {len(blocking) - 6} more in the datasheet")
    typer.echo("")
    typer.echo(f"Datasheet: {(folder / 'content' / 'datasheet.html').resolve()}")
    typer.echo(f"     PDF: {(folder / 'content' / 'datasheet.pdf').resolve()}")
    typer.echo(f"Next: cd {made.workspace.root} && {_program()} check loanapp")


def _program() -> str:
    """Return how to call synthnb here: by its name where that finds it, else by its path."""
    return "synthnb" if shutil.which("synthnb") else str(Path(sys.argv[0]).absolute())
