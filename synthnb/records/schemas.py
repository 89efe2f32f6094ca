"""The records that have a published schema, by the name a user types."""

from __future__ import annotations

import difflib

from synthnb.errors import UsageError
from synthnb.records.base import Record
from synthnb.records.charter import Charter
from synthnb.records.datasheet import Datasheet
from synthnb.records.evidence import Evidence
from synthnb.records.people import People
from synthnb.records.plan import Plan
from synthnb.records.policy import Policy

MODELS: dict[str, type[Record]] = {
    "charter": Charter,
    "plan": Plan,
    "policy": Policy,
    "people": People,
    "evidence": Evidence,
    "datasheet": Datasheet,
}


def by_name(name: str) -> type[Record]:
    """Return the record type of a name."""
    if name in MODELS:
        return MODELS[name]
    near = difflib.get_close_matches(name, MODELS, n=1)
    raise UsageError(
        f"There is no record called {name!r}.",
        advice=f"did you mean `{near[0]}`?" if near else f"one of: {', '.join(MODELS)}",
    )
