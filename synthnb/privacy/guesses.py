"""When a guessed secret counts as right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from synthnb.records import Column

CLOSE = 0.01  # of the range in the real data
NUMERIC = frozenset({"number", "integer", "date"})


def numbers(series: pd.Series[Any]) -> np.ndarray:
    """Return numbers, or dates as days since 1970, with NaN where missing."""
    if pd.api.types.is_datetime64_any_dtype(series):
        days: np.ndarray = ((series - pd.Timestamp(0)) / pd.Timedelta(days=1)).to_numpy(np.float64)
        return days
    return series.to_numpy(dtype=np.float64)


def right(column: Column, guess: pd.Series[Any], truth: pd.Series[Any]) -> np.ndarray:
    """Return where a guess is right.

    A category must be equal; a number or date must lie within 1 % of the range of `truth`. A
    missing truth cannot be learnt, and a missing guess teaches nothing.

    Parameters
    ----------
    column : Column
        The secret.
    guess, truth : Series, length N
        What the attacker says, and what is so.

    Returns
    -------
    ndarray of bool, shape (N,)
    """
    if column.type in NUMERIC:
        said, real = numbers(guess), numbers(truth)
        known = real[np.isfinite(real)]
        span = float(known.max() - known.min()) if len(known) else 0.0
        with np.errstate(invalid="ignore"):
            return np.asarray(np.abs(said - real) <= CLOSE * span * (1 + 1e-12))
    there = (guess.notna() & truth.notna()).to_numpy()
    equal = (guess.astype(object).to_numpy() == truth.astype(object).to_numpy()).astype(bool)
    return np.asarray(there & equal)
