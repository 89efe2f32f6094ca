"""The command about learning: who completed which workshop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from synthnb import printing
from synthnb.commands.options import JsonFlag


def training(
    missing: Annotated[
        bool,
        typer.Option("--missing", help="Only what is missing or out of date; exit 1 if anything."),
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """List who completed which workshop, and what is missing.

    A workshop is a notebook that teaches by doing and ends with a self-check; the ledger holds who
    answered everything right. `synthnb notebooks --workshops` copies them into the workspace. One
    that has changed since counts as out of date.
    """
    from synthnb import learning
    from synthnb.workspace import Workspace

    found = learning.standings(Workspace.find(Path.cwd()))
    shown = [each for each in found if not (missing and each.current)]
    printing.training(shown, as_json=as_json)
    raise typer.Exit(1 if missing and shown else 0)


def add(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(training)
