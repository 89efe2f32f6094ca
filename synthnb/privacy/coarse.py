"""Coarse values: what counts as agreeing on a value, in at most 50 classes a column.

An exact number is often held by one person only. If such numbers counted, a table whose columns
were drawn each by itself from the values of train would seem to hold the people, although it holds
no row of anybody. So values agree when they fall into one class of about 2 % of the real records.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from synthnb.records import Column

CLASSES = 50
LEAST = 25  # real records in a class of numbers: fewer would tell who was in train
_NUMERIC = frozenset({"number", "integer", "date"})


class Coarse:
    """The classes of each column, from the real records.

    Numbers and dates: a value of its own class where the column has at most 50 values, else
    quantile classes. Categories: one that at least 2 % of the records hold is a class of its own;
    rarer ones are gathered, in the order of the records, into classes of at least 2 %.

    Parameters
    ----------
    columns : sequence of Column
    real : DataFrame
        Every real record, in canonical order.
    """

    def __init__(self, columns: Sequence[Column], real: pd.DataFrame) -> None:
        self.columns = tuple(c.model_copy(update={"type": "integer"}) for c in columns)
        self._edges: dict[str, np.ndarray] = {}
        self._class_of: dict[str, dict[Any, int]] = {}
        for column in columns:
            series = real[column.name]
            if column.type in _NUMERIC:
                self._edges[column.name] = _edges(_numbers(series))
            else:
                self._class_of[column.name] = _gathered(series)

    def of(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the class of each value as a number; NaN where missing, -1 where unheard of."""
        found = {}
        for column in self.columns:
            series = frame[column.name]
            if column.name in self._edges:
                values = _numbers(series)
                inside = np.searchsorted(self._edges[column.name], values, side="left")
                found[column.name] = np.where(np.isnan(values), np.nan, inside)
            else:
                known = series.map(self._class_of[column.name]).fillna(-1).to_numpy(np.float64)
                found[column.name] = np.where(series.isna().to_numpy(), np.nan, known)
        return pd.DataFrame(found, index=frame.index)


def _numbers(series: pd.Series[Any]) -> np.ndarray:
    if series.dtype.kind == "M":
        nanoseconds = series.to_numpy("datetime64[ns]").astype(np.int64).astype(np.float64)
        return np.where(series.isna().to_numpy(), np.nan, nanoseconds)
    return series.to_numpy(dtype=np.float64)


def _edges(values: np.ndarray) -> np.ndarray:
    """Return the largest value of each class but the last; values that exist, never between."""
    present = np.sort(values[np.isfinite(values)])
    distinct = np.unique(present)
    if len(distinct) <= CLASSES:
        return distinct[:-1]
    classes = max(1, min(CLASSES, len(present) // LEAST))
    at = np.arange(1, classes) * len(present) // classes
    edges: np.ndarray = np.unique(present[at - 1])
    return edges


def _gathered(series: pd.Series[Any]) -> dict[Any, int]:
    least = len(series) / CLASSES
    counts = series.value_counts(sort=False)
    order = pd.unique(series.dropna())  # first seen, in the order of the records
    class_of: dict[Any, int] = {}
    number, held = 0, 0
    for value in order:
        if counts[value] >= least:
            class_of[value] = len(order) + len(class_of)
            continue
        class_of[value] = number
        held += int(counts[value])
        if held >= least:
            number, held = number + 1, 0
    return class_of
