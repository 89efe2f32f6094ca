"""The commands of `synthnb.cli` by what they are about; each file adds its own to the program."""

from __future__ import annotations

import typer

from synthnb.commands import (
    access,
    decisions,
    history,
    incident,
    keys,
    memory,
    releases,
    training,
)


def add_to(app: typer.Typer) -> None:
    """Add every command to the program."""
    decisions.add(app)
    releases.add(app)
    app.add_typer(keys.key_app, name="key")
    app.add_typer(access.access_app, name="access")
    app.add_typer(memory.model_app, name="model")
    app.add_typer(incident.incident_app, name="incident")
    app.command()(memory.budget)
    app.command()(memory.tune)
    app.command()(history.log)
    training.add(app)
