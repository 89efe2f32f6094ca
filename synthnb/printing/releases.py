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
    from synthnb.records import Datasheet
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


def demo(found: Demo) -> None:
    """Print what the demo made, and how to go on."""
    for made in found.made:
        sheet, content = made.released.datasheet, made.released.folder / "content"
        checks = made.report.checks
        typer.echo("")
        if not made.report.ok:
            report(made.report)
        typer.echo(f"{sheet.name} {sheet.version}: {_outcome(sheet)}")
        accepted = {each.finding for each in sheet.accepted}
        for finding in sheet.verdict.blocking:
            what = "accepted" if finding.id in accepted else "blocks"
            typer.echo(f"  • {finding_name(finding)} ({what}): {finding.because}")
        typer.echo(f"  Verified: {sum(check.ok for check in checks)} of {len(checks)} checks hold.")
        typer.echo(f"  Datasheet: {(content / 'datasheet.html').resolve()}")
    typer.echo("")
    name = found.made[0].released.datasheet.name
    typer.echo(f"Next: cd {found.workspace.root} && {_program()} check {name}")


def _outcome(sheet: Datasheet) -> str:
    """Return in a few words what a datasheet says of itself."""
    if sheet.status == "rejected":
        return "REJECTED. This stands against it:"
    if sheet.accepted:
        return "RELEASED WITH ACCEPTED RISK. This was left open:"
    return "RELEASED. Nothing stands against it."


def _program() -> str:
    """Return how to call synthnb here: by its name where that finds it, else by its path."""
    return "synthnb" if shutil.which("synthnb") else str(Path(sys.argv[0]).absolute())
