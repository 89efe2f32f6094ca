"""An order of records that depends on what they hold, not on where or how it was written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from synthnb.records import Column

_NUMERIC = frozenset({"number", "integer", "date"})


def in_order(frame: pd.DataFrame, columns: Sequence[Column], real: pd.DataFrame) -> np.ndarray:
    """Return the row numbers of a frame in canonical order.

    Rows are sorted by numbers and dates as they are, and by categories as frequent as they are
    among the real records, so that neither the order of rows and columns, nor the names of
    categories, nor the units of numbers matter. Rows that tie are alike in all of this.

    Parameters
    ----------
    frame : DataFrame
        What to order.
    columns : sequence of Column
        By name.
    real : DataFrame
        The real records, which say how frequent a category is.

    Returns
    -------
    ndarray of int64, shape (len(frame),)
    """
    keys = []
    for column in columns:
        series = frame[column.name]
        if column.type in _NUMERIC:
            values = series.to_numpy(dtype="int64" if series.dtype.kind == "M" else "float64")
            keys.append(np.where(series.isna().to_numpy(), values.dtype.type(0), values))
            keys.append(series.isna().to_numpy())
        else:
            keys.append(frequency(series, real[column.name]))
    return np.lexsort(keys[::-1])


def frequency(series: pd.Series[Any], real: pd.Series[Any]) -> np.ndarray:
    """Return how often the real records hold each value of a series, missing ones alike."""
    counts = real.value_counts(dropna=True)
    found = series.map(counts).fillna(0).to_numpy(dtype=np.int64)
    return np.where(series.isna().to_numpy(), int(real.isna().sum()), found)


def units_in_order(unit: np.ndarray) -> np.ndarray:
    """Number privacy units by the first of their records, which are in canonical order."""
    number: np.ndarray = pd.factorize(unit)[0]
    return number
