"""What synthnb knows: generators, attacks, metrics; and the public half of a key."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from synthnb.printing.console import console_of

if TYPE_CHECKING:
    from synthnb.records import Metric, Threat
    from synthnb.workflow import Library


def generators(found: Mapping[str, Any], *, as_json: bool) -> None:
    """Print the generators."""
    if as_json:
        listed = {
            name: {"title": each.title, "library": each.library, "licence": each.licence}
            for name, each in found.items()
        }
        typer.echo(json.dumps(listed, indent=1))
        return
    for name, each in found.items():
        package = f" ({each.library}, {each.licence})" if each.library else ""
        typer.echo(f"{name}: {each.title}{package}")
        for parameter, entry in each.parameters.items():
            default = json.dumps(entry.default)
            typer.echo(f"    {parameter} ({default}; {entry.expected}): {entry.meaning}")


def threats(known: Library, *, as_json: bool) -> None:
    """Print the attacks of the threat library."""
    from rich.table import Table
    from rich.text import Text

    if as_json:
        found = {
            "attacks": [_threat_json(known, threat) for threat in known.attacks],
            "lacking": [need.model_dump(mode="json") for need in known.lacking],
        }
        typer.echo(json.dumps(found, indent=1, ensure_ascii=False))
        return
    names = ["Attack", "Version", "Criterion", "Status", "Cost", "From"]
    names += ["Required"] if known.required else []
    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(name, no_wrap=name == "Attack")
    for threat in known.attacks:
        cells = [threat.id, threat.version, threat.criterion, threat.status, threat.cost]
        cells += [threat.package, _needed(known, threat)]
        table.add_row(*map(Text, cells[: len(names)]))
    console_of().print(table)
    for need in known.lacking:
        typer.echo(f"The policy requires {need.id}, version {need.version} or newer: not installed")
    typer.echo("Next: `synthnb threats ATTACK` tells the story of one.")


def _needed(known: Library, threat: Threat) -> str:
    version = known.need(threat.id)
    return "–" if version is None else f"{version} or newer"


def _threat_json(known: Library, threat: Threat) -> dict[str, Any]:
    return {**threat.model_dump(mode="json"), "required": known.need(threat.id)}


def threat(known: Library, told: Threat, *, as_json: bool) -> None:
    """Print the story of an attack, and what it measures."""
    from synthnb.records import metric

    if as_json:
        typer.echo(json.dumps(_threat_json(known, told), indent=1, ensure_ascii=False))
        return
    typer.echo(f"{told.title} ({told.id}, version {told.version}, from {told.package})")
    typer.echo(f"    The attacker knows {told.knows}")
    typer.echo(f"    The attacker wants {told.wants}")
    typer.echo(f"    The attacker can {told.can}")
    typer.echo(f"    Criterion: {told.criterion}; status: {told.status}; cost: {told.cost}")
    if known.required:
        typer.echo(f"    Required by the policy: {_needed(known, told)}")
    for name in told.metrics:
        typer.echo(f"    {name}: {metric(name).meaning}")


def metrics(found: Sequence[Metric], *, as_json: bool) -> None:
    """Print catalogue entries."""
    if as_json:
        listed = [entry.model_dump(mode="json") for entry in found]
        typer.echo(json.dumps(listed, indent=1, ensure_ascii=False))
        return
    for entry in found:
        chance = "" if entry.chance is None else f"; chance level {entry.show(entry.chance)}"
        typer.echo(f"{entry.id}: {entry.title} ({entry.unit}, {entry.better} is better{chance})")
        typer.echo(f"    {entry.meaning}\n    When bad: {entry.remedy}\n    Source: {entry.source}")


def key(path: Path, public: str, fingerprint: str) -> None:
    """Print a public key as people.yaml wants it."""
    typer.echo(f"Private key: {path} (encrypted; keep it and its passphrase to yourself)")
    typer.echo(f"Fingerprint: {fingerprint}")
    typer.echo("For people.yaml, below your name:")
    typer.echo(f"    keys:\n      - public: {public}")
