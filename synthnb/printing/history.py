"""What the ledger remembers."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from synthnb.errors import Problem
    from synthnb.ledger import Account
    from synthnb.records import Budget
    from synthnb.workflow.history import Held
    from synthnb.workflow.models import Trained


def log(entries: Iterable[Any], problems: Sequence[Problem], *, as_json: bool) -> None:
    """Print the history."""
    listed = list(entries)
    if as_json:
        typer.echo(json.dumps([entry.model_dump(mode="json") for entry in listed], indent=1))
    else:
        for entry in listed:
            body = ", ".join(f"{key} {str(value)[:20]}" for key, value in entry.body.items())
            typer.echo(f"{entry.seq:5d}  {entry.time}  {entry.kind:10s} {entry.dossier}  {body}")
    _tampered(problems)


def _tampered(problems: Sequence[Problem]) -> None:
    for problem in problems:
        sys.stderr.write(f"tampered: {problem}\n")


def held(found: Held, *, as_json: bool) -> None:
    """Print whether the history holds, and against what."""
    root = base64.b64encode(found.root).decode()
    if as_json:
        told = {
            "origin": found.origin,
            "entries": found.size,
            "root": root,
            "checkpoints": list(found.kept),
            "problems": [{"where": each.where, "message": each.message} for each in found.problems],
        }
        typer.echo(json.dumps(told, indent=1, ensure_ascii=False))
        return
    entries = "1 entry" if found.size == 1 else f"{found.size} entries"
    if not found.problems:
        typer.echo(f"{entries}: each is what it was, and follows from the one before.")
    typer.echo(f"  log   {found.origin or 'empty'}")
    typer.echo(f"  root  {root} (RFC 9162, over {entries})")
    for line in found.kept:
        typer.echo(f"  held against {line}")
    _tampered(found.problems)
    typer.echo(
        "Whoever holds this database and a signing key could write all of it anew; only a "
        "checkpoint that\nsomebody else keeps shows that: `synthnb log --checkpoint FILE`, "
        "and later `--against FILE`."
    )


def budget(accounts: Sequence[Account], cap: Budget | None, *, as_json: bool) -> None:
    """Print what was charged to each data set, and what is left."""
    delta = cap.delta if cap else 1e-6
    if as_json:
        listed = [
            {
                "dataset": each.dataset,
                "rho": str(each.rho),
                "epsilon": each.epsilon(delta),
                "delta": delta,
                "cap": cap.epsilon if cap else None,
                "charges": [entry.model_dump(mode="json") for entry in each.charges],
            }
            for each in accounts
        ]
        typer.echo(json.dumps(listed, indent=1))
        return
    if not accounts:
        typer.echo("Nothing was charged to any data set.")
    for each in accounts:
        said = f"of {cap.epsilon:g}" if cap else "and the policy sets no cap"
        typer.echo(f"{each.dataset}: epsilon {each.epsilon(delta):.3g} {said} (delta {delta:g})")
        for entry in each.charges:
            body = entry.body
            typer.echo(
                f"  {entry.time:%Y-%m-%d}  epsilon {body['epsilon']:g}  {body['purpose']}  "
                f"{body['what']}"
            )


def models(found: Sequence[Trained], *, as_json: bool) -> None:
    """Print registered models."""
    if as_json:
        listed = [{**each.model.model_dump(mode="json"), "status": each.status} for each in found]
        typer.echo(json.dumps(listed, indent=1))
        return
    if not found:
        typer.echo("No model is registered.")
    for each in found:
        model = each.model
        scores = ", ".join(f"{name} {value:g}" for name, value in model.metrics.items())
        typer.echo(
            f"{model.name} {model.version}: trained on {model.dossier} {model.release} "
            f"({each.status}); owner {model.owner}; {scores or 'no metrics'}"
        )
