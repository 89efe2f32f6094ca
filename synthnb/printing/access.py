"""Encrypted tables, grants, and what about their use stands out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from synthnb.printing.console import done

if TYPE_CHECKING:
    from synthnb.ledger import Flag
    from synthnb.workflow.access import Listed, Opened, Sealed


def sealed(made: Sealed) -> None:
    """Print where an encrypted table lies, and where plain ones still do."""
    typer.echo(f"Encrypted into {made.path}.")
    typer.echo(f"Its key is kept by: {', '.join(made.custodians)}.")
    for path in made.copies:
        typer.echo(f"Still readable by anybody: {path}")
    typer.echo(
        "Next: `synthnb access grant` lets somebody read it; plain copies are yours to move."
    )


def opened(made: Opened) -> None:
    """Print where a table that was opened lies."""
    for flag in made.flags:
        typer.echo(f"Flagged: {flag}")
    done(
        f"Opened {made.rows:,} rows into {made.path} for: {made.grant.purpose}",
        f"delete it when that is done, at the latest after {made.grant.until}",
    )


def accesses(found: Listed, *, only_flags: bool, as_json: bool) -> None:
    """Print grants and flags."""
    if as_json:
        listed = {
            "grants": [
                {**known.grant.model_dump(mode="json"), "state": state, "accesses": count}
                for known, state, count in found.grants
            ],
            "flags": [
                {
                    "rule": flag.rule,
                    "because": flag.because,
                    "refused": flag.refused,
                    "entry": flag.entry,
                    "dossier": flag.attempt.dossier,
                    "version": flag.attempt.version,
                    "who": flag.attempt.who,
                    "time": flag.attempt.time.isoformat(),
                    "grant": flag.attempt.grant,
                }
                for flag in found.flags
            ],
        }
        if only_flags:
            del listed["grants"]
        typer.echo(json.dumps(listed, indent=1, ensure_ascii=False))
        return
    if not only_flags:
        _grants(found)
    for flag in found.flags:
        typer.echo(_flag(flag))
    if not found.flags:
        typer.echo("Nothing stands out.")


def _grants(found: Listed) -> None:
    if not found.grants:
        typer.echo("Nobody was granted access.")
    for known, state, count in found.grants:
        grant = known.grant
        rows = f", {grant.rows:,} rows a day" if grant.rows else ""
        times = "once" if count == 1 else f"{count} times"
        typer.echo(
            f"{grant.id}  {grant.dossier} {grant.version}  {state}: {grant.to} until "
            f"{grant.until}, {grant.hours} UTC{rows}, for: {grant.purpose} "
            f"(by {', '.join(grant.by)}; used {times})"
        )


def _flag(flag: Flag) -> str:
    attempt = flag.attempt
    what = "refused" if flag.refused else "happened"
    return (
        f"flag {flag.rule}: {attempt.who} on {attempt.dossier} {attempt.version}, "
        f"{attempt.time:%Y-%m-%d %H:%M} UTC ({what}, entry {flag.entry}): {flag.because}"
    )
