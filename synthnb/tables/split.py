"""Dividing the real records, once, before any generator sees them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from synthnb.errors import TableError
from synthnb.records import Split
from synthnb.tables.read import MINIMUM_ROWS

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Parts:
    """Row numbers of each part, ascending; together they are every row once.

    Parameters
    ----------
    train, control, tuning : ndarray of int64
    """

    train: np.ndarray
    control: np.ndarray
    tuning: np.ndarray


def split(frame: pd.DataFrame, how: Split) -> Parts:
    """Divide records into train, control and tuning.

    All rows of one privacy unit stay together. Within each stratum the units are permuted and cut
    at the same shares, so that every part keeps the strata's shares to within one unit. A unit
    whose rows lie in several strata counts in the stratum of its first row.

    Parameters
    ----------
    frame : DataFrame, shape (n, columns)
        The real records, with the unit and strata columns.
    how : Split
        Shares, unit, strata and seed.

    Raises
    ------
    TableError
        If a part would have too few rows, or a privacy unit is missing.
    """
    units, first = _units(frame, how.unit)
    part_of_unit = np.zeros(len(first), dtype=np.int64)
    generator = np.random.default_rng(how.seed)
    for members in _strata(frame, how.strata, first):
        order = generator.permutation(members)
        cut, end = _cuts(len(order), how, generator.random())
        part_of_unit[order[:cut]] = 1
        part_of_unit[order[cut:end]] = 2
    part = part_of_unit[units]
    train, held, tuned = (np.flatnonzero(part == number) for number in range(3))
    _check_sizes(train, held, tuned, how)
    return Parts(train=train, control=held, tuning=tuned)


def _units(frame: pd.DataFrame, unit: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the unit number of each row, and the first row of each unit."""
    if unit is None:
        rows = np.arange(len(frame))
        return rows, rows
    if frame[unit].isna().any():
        raise TableError(
            f"The privacy unit `{unit}` is missing in some rows.",
            advice="every row must say whose it is; complete or remove those rows",
        )
    codes, _ = frame[unit].factorize()
    _, first = np.unique(codes, return_index=True)
    return codes.astype(np.int64), first


def _strata(frame: pd.DataFrame, strata: tuple[str, ...], first: np.ndarray) -> list[np.ndarray]:
    if not strata:
        return [np.arange(len(first))]
    groups = frame.iloc[first].groupby(list(strata), sort=True, dropna=False)
    codes = groups.ngroup().to_numpy()
    return [np.flatnonzero(codes == code) for code in range(groups.ngroups)]


def _cuts(size: int, how: Split, chance: float) -> tuple[int, int]:
    """Return where control and tuning end, rounded at random.

    One number between 0 and 1 moves both cuts (systematic sampling), so that every part is within
    one unit of its share, and many small strata do not all lose to the same part.
    """
    ends = (how.control * size, (how.control + how.tuning) * size)
    cut, end = (math.floor(round(end, 9) + chance) for end in ends)
    return cut, end


def _check_sizes(train: np.ndarray, control: np.ndarray, tuning: np.ndarray, how: Split) -> None:
    short = [
        f"{name} would have {len(rows)} {'row' if len(rows) == 1 else 'rows'}"
        for name, rows, wanted in (
            ("train", train, True),
            ("control", control, how.control > 0),
            ("tuning", tuning, how.tuning > 0),
        )
        if wanted and len(rows) < MINIMUM_ROWS
    ]
    if short:
        raise TableError(
            f"The split leaves too little: {'; '.join(short)}; each part needs {MINIMUM_ROWS}.",
            advice="bring more records, or change `split` in charter.yaml",
        )
