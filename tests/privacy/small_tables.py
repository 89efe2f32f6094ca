"""Small made-up tables for hand computation, and the lending data in thirds."""

from __future__ import annotations

import numpy as np
import pandas as pd
from loans import loan_charter, loan_tables

from synthnb.records import Charter, Estimate
from synthnb.tables import Tables

CITY = {"name": "city", "type": "category", "roles": ["quasi-identifier"]}
ILL = {"name": "ill", "type": "category", "roles": ["sensitive"]}
PAY = {"name": "pay", "type": "number", "roles": []}


def charter(*columns: dict[str, object], **changes: object) -> Charter:
    """Return a charter of a few columns without a task."""
    return loan_charter(columns=list(columns), task=None, **changes)


def tables(
    columns: tuple[dict[str, object], ...],
    train: dict[str, list[object]],
    control: dict[str, list[object]],
    synthetic: dict[str, list[object]],
    **changes: object,
) -> Tables:
    """Return tables from plain lists."""
    frames = [pd.DataFrame(part) for part in (train, control, synthetic)]
    return Tables(charter(*columns, **changes), frames[0], frames[1], frames[2])


def numbers(train: np.ndarray, control: np.ndarray, synthetic: np.ndarray) -> Tables:
    """Return tables of numbers only, one column for each of the arrays' columns."""
    names = [f"x{at}" for at in range(train.shape[1])]
    columns = [{"name": name, "type": "number"} for name in names]
    frames = [pd.DataFrame(part, columns=names) for part in (train, control, synthetic)]
    return Tables(charter(*columns), frames[0], frames[1], frames[2])


def thirds(seed: int) -> Tables:
    """Return the lending data: train, control, and a disjoint real sample as synthetic table."""
    return loan_tables(seed, 3)


def leaked(tables: Tables, rows: int) -> Tables:
    """Return tables whose synthetic table starts with some train rows, verbatim."""
    made = pd.concat([tables.train.iloc[:rows], tables.made.iloc[rows:]], ignore_index=True)
    return tables.with_synthetic(made)


def shuffled(tables: Tables, seed: int) -> Tables:
    """Return tables whose synthetic table is train with each column shuffled by itself."""
    rng = np.random.default_rng(seed)
    train = tables.train
    made = {name: train[name].to_numpy()[rng.permutation(len(train))] for name in train}
    return tables.with_synthetic(pd.DataFrame(made))


def one(estimates: tuple[Estimate, ...], metric: str, **scope: str) -> Estimate:
    """Return the one estimate of a metric and scope."""
    found = [e for e in estimates if e.metric == metric and e.scope == scope]
    assert len(found) == 1, [e.id for e in estimates]
    return found[0]
