"""The tail scan: are the highest scores mostly those of train records?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from synthnb.privacy.labels import DRAWS, Labels, upper_tail

FIRST = 8  # leading records; the next thresholds double


def thresholds(falling: np.ndarray) -> np.ndarray:
    """Return the numbers of leading records to look at: 8, 16, 32, ... up to N / 2.

    Each is moved to the end of its group of equal scores; where all scores are equal there is
    none, since such a score ranks nobody.

    Parameters
    ----------
    falling : ndarray, shape (N,)
        Scores times -1, ascending: the best first.

    Returns
    -------
    ndarray of int, shape (J,)
    """
    n = len(falling)
    grid = FIRST * 2 ** np.arange(32)
    grid = grid[grid <= n // 2]
    ends = np.searchsorted(falling, falling[grid - 1], side="right")
    return np.unique(ends[ends < n])


@dataclass(frozen=True)
class Scan:
    """A score, its order and the numbers of leading records to look at.

    Parameters
    ----------
    order : ndarray of int, shape (N,)
        Records, highest score first.
    falling : ndarray, shape (N,)
        Their scores times -1, ascending.
    labels : Labels
    rng : Generator
        Of the label exchanges that calibrate the scan.
    """

    order: np.ndarray
    falling: np.ndarray
    labels: Labels
    rng: np.random.Generator

    @classmethod
    def of(cls, score: np.ndarray, labels: Labels, rng: np.random.Generator) -> Scan:
        """Order records by a score that was made without their labels."""
        order = np.argsort(-score, kind="stable")
        return cls(order, -score[order], labels, rng)

    @cached_property
    def cuts(self) -> np.ndarray:
        """Return the thresholds; int, shape (J,)."""
        return thresholds(self.falling)

    @cached_property
    def null(self) -> np.ndarray:
        """Return the smallest hypergeometric p of the cuts under exchanged labels, ascending."""
        least = np.ones(DRAWS)
        if len(self.cuts):
            drawn = self.labels.exchanged(self.order, self.cuts, self.rng)
            for at, cut in enumerate(self.cuts):
                table = upper_tail(np.arange(cut + 1), self.labels.member, np.full(cut + 1, cut))
                least = np.minimum(least, table[drawn[:, at]])
        return np.sort(least)

    @cached_property
    def p(self) -> float:
        """Return the smallest hypergeometric p of the cuts, calibrated by label exchanges."""
        if not len(self.cuts):
            return 1.0
        member = self.labels.member
        seen = np.cumsum(member[self.order])[self.cuts - 1]
        return float(calibrated(upper_tail(seen, member, self.cuts).min(), self.null))

    def top(self, cut: int) -> np.ndarray:
        """Return whether each record is among the leading ones; bool, shape (N,)."""
        leading = np.zeros(len(self.order), dtype=bool)
        leading[self.order[:cut]] = True
        return leading


def calibrated(smallest: float, null: np.ndarray) -> float:
    """Return the share of exchanges whose smallest p is as small; the data count as one more."""
    as_small = np.searchsorted(null, smallest * (1 + 1e-9), side="right")
    return float((1 + as_small) / (len(null) + 1))
