"""When a guessed secret counts as right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from synthnb.privacy.views import View
from synthnb.records import Column

CLOSE = 0.01  # of the range in the real data
_WHATEVER_UNIT = 1 + 1e-9  # two numbers that are just as far apart stay so in another unit
NUMERIC = frozenset({"number", "integer", "date"})


def numbers(series: pd.Series[Any]) -> np.ndarray:
    """Return numbers, or dates as days since 1970, with NaN where missing."""
    if pd.api.types.is_datetime64_any_dtype(series):
        days: np.ndarray = ((series - pd.Timestamp(0)) / pd.Timedelta(days=1)).to_numpy(np.float64)
        return days
    return series.to_numpy(dtype=np.float64)


@dataclass(frozen=True)
class Secret:
    """A secret: what is true of people, and what synthetic rows say.

    A category must be equal; a number or date must lie within 1 % of the real range. A missing
    truth cannot be learnt, and a missing guess teaches nothing.

    Parameters
    ----------
    column : Column
    truth : Series, length N
        Of the scored records.
    told : Series, length M
        Of synthetic rows.
    real : Series
        Of every real record: gives the range.
    """

    column: Column
    truth: pd.Series[Any]
    told: pd.Series[Any]
    real: pd.Series[Any]

    @classmethod
    def of(cls, view: View, column: Column, told: pd.DataFrame) -> Secret:
        """Return a secret of a view's scored records, and what some rows say about it."""
        name = column.name
        real = pd.concat([view.tables.train[name], view.tables.control[name]], ignore_index=True)
        return cls(column, view.real[name], told[name], real)

    @property
    def numeric(self) -> bool:
        """Return whether near enough is right."""
        return self.column.type in NUMERIC

    @cached_property
    def reach(self) -> float:
        """Return how far a guessed number may be off."""
        known = numbers(self.real)
        known = known[np.isfinite(known)]
        return CLOSE * float(known.max() - known.min()) if len(known) else 0.0

    @cached_property
    def values(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers of people and of rows; NaN where missing."""
        return numbers(self.truth), numbers(self.told)

    @cached_property
    def codes(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the categories of people and of rows as numbers; -1 where missing."""
        both, _ = pd.factorize(pd.concat([self.truth, self.told], ignore_index=True))
        return both[: len(self.truth)], both[len(self.truth) :]

    def near(self, record: np.ndarray, guess: np.ndarray) -> np.ndarray:
        """Return where a guessed number is right about a record; bool, shape (m,)."""
        with np.errstate(invalid="ignore"):
            gap = np.abs(guess - self.values[0][record])
            return np.asarray(gap <= self.reach * _WHATEVER_UNIT)

    def right(self, record: np.ndarray, row: np.ndarray) -> np.ndarray:
        """Return where what a row tells is right about a record.

        Parameters
        ----------
        record, row : ndarray of int, shape (m,)

        Returns
        -------
        ndarray of bool, shape (m,)
        """
        if self.numeric:
            return self.near(record, self.values[1][row])
        truth, told = self.codes
        return np.asarray((truth[record] == told[row]) & (truth[record] >= 0))
