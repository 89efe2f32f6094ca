"""Plans and tables for the tests of generation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from loans import loan_charter

from synthnb.records import Column, Plan
from synthnb.tables import Tables

BAD_NAMES = ("<script>alert(1)</script>", "=cmd()", '#eval("1")', "$(id)", "a.is_null")


def plan(generator: str = "gaussian-copula", **fields: Any) -> Plan:
    """Return a plan that claims nothing; conditions come with a rationale."""
    if "conditions" in fields:
        why = {"rationale": "Small groups are needed."}
        fields["conditions"] = [{**why, **each} for each in fields["conditions"]]
    return Plan.model_validate(
        {
            "generator": generator,
            "guarantee": {"statement": "There is no guarantee."},
            "rationale": "It is quick.",
            **fields,
        }
    )


def tables_of(train: pd.DataFrame, columns: Sequence[Column | dict[str, Any]]) -> Tables:
    """Return tables whose charter has these columns and no task."""
    described = [c.model_dump(mode="json") if isinstance(c, Column) else c for c in columns]
    charter = loan_charter(columns=described, task=None)
    return Tables(charter=charter, train=train, control=train.iloc[:0])


def awkward_tables(rows: int = 240) -> Tables:
    """Return every kind of column that a generator could stumble over, under hostile names."""
    rng = np.random.default_rng(1)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, rows), unit="D")
    gone = rng.random((rows, 6)) < 0.15
    frame = pd.DataFrame(
        {
            BAD_NAMES[0]: rng.normal(50, 10, rows).round(2),
            BAD_NAMES[1]: rng.integers(0, 9, rows).astype(float),
            BAD_NAMES[2]: pd.Series(rng.choice(["true", "false"], rows)).astype(object),
            BAD_NAMES[3]: days,
            BAD_NAMES[4]: pd.Series([f"=v{i}" for i in rng.integers(0, 120, rows)], dtype=object),
            "colour": pd.Series(rng.choice(["red", "green"], rows)).astype(object),
            "same": pd.Series(["one"] * rows, dtype=object),
            "same number": np.full(rows, 7.0),
            "same day": pd.Timestamp("2024-05-05"),
            "nothing": pd.Series([None] * rows, dtype=object),
            "no number": np.full(rows, np.nan),
            "no day": pd.Series([pd.NaT] * rows, dtype="datetime64[ns]"),
        }
    )
    for place in range(6):
        missing = None if frame.iloc[:, place].dtype == object else np.nan
        frame.iloc[gone[:, place], place] = missing
    kinds = ["number", "integer", "boolean", "date", "category", "category"]
    kinds += ["category", "integer", "date", "category", "number", "date"]
    for name, kind in zip(frame, kinds, strict=True):
        if kind == "date":
            frame[name] = frame[name].astype("datetime64[ns]")
    columns = [{"name": name, "type": kind} for name, kind in zip(frame, kinds, strict=True)]
    return tables_of(frame, columns)
