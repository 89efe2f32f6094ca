"""The commands of `synthnb.cli` by what they are about; each file adds its own to the program."""

from __future__ import annotations

import typer

from synthnb.commands import memory


def add_to(app: typer.Typer) -> None:
    """Add every command to the program."""
    app.add_typer(memory.model_app, name="model")
    app.command()(memory.budget)
    app.command()(memory.tune)
