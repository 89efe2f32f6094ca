"""Configurations that a measured result rejected, so that none is quietly tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from synthnb import clock
from synthnb.ledger.history import Ledger

KIND = "rejection"


@dataclass(frozen=True)
class Rejected:
    """One rejection.

    Parameters
    ----------
    run, rule, because : str
        Which run met which criterion, and how.
    time : datetime
    """

    run: str
    rule: str
    because: str
    time: datetime


def reject(
    ledger: Ledger,
    dossier: str,
    *,
    configuration: str,
    plan: str,
    run: str,
    rule: str,
    because: str,
) -> None:
    """Record a rejection, once for a run and a rule."""
    body = {
        "configuration": configuration,
        "plan": plan,
        "run": run,
        "rule": rule,
        "because": because,
    }
    known = [
        (entry.body.get("run"), entry.body.get("rule"))
        for entry in ledger.entries(dossier)
        if entry.kind == KIND
    ]
    if (run, rule) not in known:
        ledger.append(KIND, dossier, body, clock.now())


def rejected(ledger: Ledger, dossier: str, configuration: str) -> tuple[Rejected, ...]:
    """Return the rejections of a configuration in a dossier, in order."""
    return tuple(
        Rejected(
            run=str(entry.body["run"]),
            rule=str(entry.body["rule"]),
            because=str(entry.body["because"]),
            time=entry.time,
        )
        for entry in ledger.entries(dossier)
        if entry.kind == KIND and entry.body.get("configuration") == configuration
    )
