"""Tables of a few made-up people, small enough to count by hand."""

from __future__ import annotations

import json

import pandas as pd
from loans import PROSE

from synthnb.records import Charter, read
from synthnb.tables import Tables

COLUMNS = [
    {"name": "race", "type": "category", "roles": ["protected"], "label": "Race"},
    {"name": "sex", "type": "category", "roles": ["protected"], "label": "Sex"},
    {"name": "income", "type": "number"},
    {"name": "approve", "type": "category", "roles": ["target"], "label": "Approved"},
]
TASK = {"target": "approve", "kind": "classification", "positive": "yes"}


def charter(columns=None, task=TASK, **changes) -> Charter:
    person = {"name": "A. Owner", "contact": "owner@example.org"}
    source = {
        **{"kind": "real", "path": "data.csv", "row": "one person"},
        **{"collection": "made up", "legal_basis": "none needed", "retention": "kept"},
    }
    body = {
        "name": "people",
        **PROSE,
        "owner": person,
        "use_cases": [{"title": "T", "task": "p", "model_type": "trees", "decision": "none"}],
        "audiences": [{"who": "students", "access": "open"}],
        "sources": [source],
        "columns": COLUMNS if columns is None else columns,
        "roles": [{"role": "privacy officer", "name": "B. Officer"}],
        "review": {"cadence": "P6M", "triggers": ["a new extract"]},
        **({"task": task} if task else {}),
        **changes,
    }
    return read(Charter, json.dumps(body), "charter.yaml")


def people(*cells: tuple[str | None, str, int, int]) -> pd.DataFrame:
    """Return rows from (race, sex, approved, refused) counts."""
    rows = [
        (race, sex, 10.0 + number, answer)
        for race, sex, approved, refused in cells
        for number, answer in enumerate(["yes"] * approved + ["no"] * refused)
    ]
    return pd.DataFrame(rows, columns=["race", "sex", "income", "approve"]).astype(
        {"race": object, "sex": object, "approve": object}
    )


def tables(real: pd.DataFrame, synthetic: pd.DataFrame, **changes) -> Tables:
    """Return real rows, every second one in control, beside synthetic ones."""
    train, control = (real.iloc[k::2].reset_index(drop=True) for k in (0, 1))
    return Tables(charter=charter(**changes), train=train, control=control, synthetic=synthetic)


def by_id(estimates) -> dict:
    found = {estimate.id: estimate for estimate in estimates}
    assert len(found) == len(estimates)
    return found
