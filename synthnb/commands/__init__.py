"""The commands of `synthnb.cli` by what they are about; each file adds its own to the program."""

from __future__ import annotations

import typer

from synthnb.commands import history, incident, memory


def add_to(app: typer.Typer) -> None:
    """Add every command to the program."""
    app.add_typer(memory.model_app, name="model")
    app.add_typer(incident.incident_app, name="incident")
    app.command()(memory.budget)
    app.command()(memory.tune)
    app.command()(history.log)
