"""Who completed which workshop."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from synthnb.printing.console import console_of

if TYPE_CHECKING:
    from synthnb.learning import Standing


def training(standings: Sequence[Standing], *, as_json: bool) -> None:
    """Print how each person stands to each workshop."""
    if as_json:
        typer.echo(json.dumps([_plain(each) for each in standings], indent=1, ensure_ascii=False))
        return
    if not standings:
        typer.echo("Nothing is missing, or nobody is listed in people.yaml.")
        return
    from rich.markup import escape
    from rich.table import Table

    table = Table("person", "roles", "workshop", "completed", "right at the first try")
    for each in standings:
        cells = (
            each.person,
            ", ".join(each.roles),
            each.workshop.title,
            _when(each),
            f"{each.right} of {each.of}" if each.completed else "",
        )
        table.add_row(*map(escape, cells))
    console_of().print(table)
    gone = sum(not each.current for each in standings)
    if gone:
        typer.echo(
            "Next: `synthnb notebooks --workshops` copies the workshops into this workspace; "
            "each ends with a self-check that records whoever passes it."
        )


def _when(standing: Standing) -> str:
    if standing.completed is None:
        return "missing"
    day = standing.completed.isoformat()
    return day if standing.current else f"{day}, but the workshop has changed since"


def _plain(standing: Standing) -> dict[str, object]:
    done = standing.completed
    return {
        "person": standing.person,
        "roles": list(standing.roles),
        "workshop": standing.workshop.id,
        "state": "missing" if done is None else "done" if standing.current else "out of date",
        "completed": None if done is None else done.isoformat(),
        "right": standing.right,
        "of": standing.of,
    }
