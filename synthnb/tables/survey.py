"""What a table's columns look like, before anybody has described them; no value of it is told.

    for column in survey(path):
        column.name, column.type, column.missing, column.roles, column.because

Types are detected, roles are guesses from counting: how many records would be alone with what is in
some columns. A guess is for a person to take or leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from synthnb.records import Column
from synthnb.records.charter import ColumnType, Role
from synthnb.tables.cells import absent, typed
from synthnb.tables.read import read_raw

_SAMPLE = 5_000  # rows, spread evenly; with more of them the guesses hardly change
_FEW = 50  # different values; more of them are no groups of people
_TELLING = 0.01  # share of the records that a column must help to single out
_NAMING = 0.995  # share of different values from which on a column names its rows
_LONG = 40  # letters in the middle text of a column of free text
_ORDER: tuple[ColumnType, ...] = ("number", "boolean", "date")


@dataclass(frozen=True)
class Surveyed:
    """One column of a table that nobody has described yet.

    Parameters
    ----------
    name : str
    type : ColumnType
        As it is read best.
    missing : float
        Share of the cells that are empty.
    roles : tuple of Role
        A guess; empty for none.
    because : str
        What the guess rests on, in a sentence.
    """

    name: str
    type: ColumnType
    missing: float
    roles: tuple[Role, ...] = ()
    because: str = ""

    @property
    def about(self) -> str:
        """Return type and missing share in words."""
        share = f"{self.missing:.0%}" if self.missing in {0, 1} else f"{self.missing:.1%}"
        return f"{self.type}, {share} missing"


def survey(path: Path) -> tuple[Surveyed, ...]:
    """Return what can be seen of each column of a file.

    Parameters
    ----------
    path : Path
        A CSV or Parquet file (plain, gzip or zstd).

    Raises
    ------
    TableError
        If it cannot be read.
    """
    raw = read_raw(path, "real")
    rows = raw.iloc[:: max(1, len(raw) // _SAMPLE)]
    seen = {str(name): _typed(str(name), rows[name]) for name in raw.columns}
    guesses = {name: _alone(values, kind) for name, (values, kind) in seen.items()}
    groups = {
        name: values
        for name, (values, kind) in seen.items()
        if not guesses[name][0] and 1 < values.nunique() <= _FEW
    }
    telling = _telling(groups)
    usual = sum(telling.values()) / len(telling) if telling else 0.0
    found = []
    for name, (_, kind) in seen.items():
        roles, because = guesses[name]
        if not roles and telling.get(name, 0) >= max(_TELLING, usual):
            roles = ("quasi-identifier",)
            because = (
                f"among the columns of few values it makes {telling[name]:.1%} of the records the "
                "only ones of their kind, more than others do"
            )
        found.append(Surveyed(name, kind, _missing(raw[name]), roles, because))
    return tuple(found)


def _missing(values: pd.Series) -> float:
    """Return the share of empty cells, looking at each different cell once."""
    counts = values.value_counts(dropna=False)
    gone = absent(pd.Series(counts.index, dtype=values.dtype))
    return float(counts.to_numpy()[gone.to_numpy()].sum() / len(values))


def _typed(name: str, raw: pd.Series) -> tuple[pd.Series, ColumnType]:
    """Return a column in the first type that fits."""
    for kind in _ORDER:
        values, problem = typed(raw, Column(name=name or "?", type=kind))
        known = values.dropna()
        if problem is not None or known.empty or (kind == "number" and set(known) <= {0.0, 1.0}):
            continue
        whole = kind == "number" and (known == known.round()).all() and (known.abs() < 2**53).all()
        return values, "integer" if whole else kind
    values, _ = typed(raw, Column(name=name or "?", type="category"))
    known = values.dropna().astype(str)
    long = not known.empty and known.str.len().median() > _LONG
    return values, "text" if long and known.nunique() > _FEW else "category"


def _alone(values: pd.Series, kind: ColumnType) -> tuple[tuple[Role, ...], str]:
    """Return what a column by itself gives reason to guess."""
    known = values.dropna()
    if known.nunique() < 2:
        return ("excluded",), "it has the same value in every row, or none"
    if kind == "text":
        return ("excluded",), "free text cannot be synthesised or assessed"
    if known.nunique() >= _NAMING * len(known) and kind in {"category", "integer"}:
        return ("identifier",), "nearly every row has a value of its own"
    if kind == "date":
        single = float((known.value_counts() == 1).sum() / len(known))
        return ("quasi-identifier",), (
            f"days are often known to others, and {single:.1%} of the records are alone with theirs"
        )
    return (), ""


def _telling(groups: dict[str, pd.Series]) -> dict[str, float]:
    """Return by how much each column raises the share of records that are alone of their kind."""
    if not groups:
        return {}
    codes = {name: pd.factorize(values)[0] + 1 for name, values in groups.items()}
    every = _singled_out(list(codes.values()))
    return {
        name: every - _singled_out([other for each, other in codes.items() if each != name])
        for name in codes
    }


def _singled_out(columns: list[np.ndarray]) -> float:
    """Return the share of rows that no other row equals."""
    if not columns:
        return 0.0
    kinds = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        kinds = np.unique(kinds * (int(column.max()) + 1) + column, return_inverse=True)[1]
    return float((np.bincount(kinds) == 1).sum() / len(kinds))
