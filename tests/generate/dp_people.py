"""Small tables and charters for the differentially private generators."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from loans import loan_charter

from synthnb.records import Charge, Charter, Plan

COLUMNS = [
    {"name": "a", "type": "category", "categories": ["x", "y", "z"], "roles": ["protected"]},
    {"name": "b", "type": "number", "minimum": 0, "maximum": 10},
    {"name": "n", "type": "integer", "minimum": 0, "maximum": 4},
    {"name": "y", "type": "boolean", "roles": ["target"]},
]
PUBLIC = {"attested_by": "P. Officer", "statement": "The codebook names them.", "cells": 8}


def charter(**changes: Any) -> Charter:
    """Return a charter with a public domain and a named data set."""
    source = {
        **{"kind": "real", "path": "data/x.csv", "row": "one", "collection": "by hand"},
        **{"legal_basis": "none", "retention": "none", "dataset": "toy"},
    }
    body = {
        "columns": COLUMNS,
        "sources": [source],
        "public": PUBLIC,
        "task": {"target": "y", "positive": "true"},
        **changes,
    }
    return loan_charter(**body)


def plan(generator: str = "dp-mst", *, epsilon: float = 1.0, delta: float = 1e-5, **more: Any):
    """Return a plan that claims what it sets."""
    parameters = {"epsilon": epsilon, "delta": delta, **more}
    claim = {"kind": "differential-privacy", "statement": "At most this."}
    return Plan.model_validate(
        {
            "generator": generator,
            "parameters": parameters,
            "guarantee": {**claim, "epsilon": epsilon, "delta": delta},
            "rationale": "A test.",
        }
    )


def people(rows: int = 200, seed: int = 0) -> pd.DataFrame:
    """Return people in whom everything hangs together."""
    rng = np.random.default_rng(seed)
    a = rng.choice(["x", "y"], rows)
    y = rng.random(rows) < np.where(a == "x", 0.8, 0.3)
    return pd.DataFrame(
        {
            "a": pd.Series(a, dtype=object),
            "b": rng.uniform(0, 8, rows) * np.where(y, 1.0, 0.5),
            "n": rng.integers(0, 5, rows).astype(float),
            "y": pd.Series(np.where(y, "true", "false"), dtype=object),
        }
    )


class Purse:
    """Counts what was charged, and stops at a cap."""

    def __init__(self, cap: int = 100) -> None:
        self.charged: list[Charge] = []
        self.cap = cap

    def __call__(self, charge: Charge) -> None:
        if len(self.charged) >= self.cap:
            from synthnb.errors import BudgetError

            raise BudgetError("The budget is spent.")
        self.charged.append(charge)


class Shelf(dict[str, str]):
    """An archive in memory."""

    def load(self, key: str) -> str | None:
        return self.get(key)

    def save(self, key: str, text: str) -> None:
        assert key not in self
        self[key] = text
