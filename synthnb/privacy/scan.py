"""The tail scan: are the highest scores mostly those of train records?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synthnb.privacy.bounds import Interval, excess
from synthnb.privacy.labels import DRAWS, Labels, upper_tail


@dataclass(frozen=True)
class Scan:
    """A score, its order and the numbers of leading records to look at.

    Parameters
    ----------
    order : ndarray of int, shape (N,)
        Records, highest score first.
    cuts : ndarray of int, shape (J,)
        8, 16, 32, ... up to N / 2, each moved to the end of its group of equal scores; empty where
        all scores are equal, since such a score ranks nobody.
    labels : Labels
    """

    order: np.ndarray
    cuts: np.ndarray
    labels: Labels

    @classmethod
    def of(cls, score: np.ndarray, labels: Labels) -> Scan:
        """Order records by a score that was made without their labels."""
        order = np.argsort(-score, kind="stable")
        falling = -score[order]
        grid = 8 * 2 ** np.arange(32)
        grid = grid[grid <= len(score) // 2]
        ends = np.searchsorted(falling, falling[grid - 1], side="right")
        return cls(order, np.unique(ends[ends < len(score)]), labels)

    def p(self, rng: np.random.Generator) -> float:
        """Return the smallest hypergeometric p of the cuts, calibrated by label exchanges."""
        if not len(self.cuts):
            return 1.0
        member = self.labels.member
        seen = np.cumsum(member[self.order])[self.cuts - 1]
        smallest = upper_tail(seen, member, self.cuts).min()
        least = np.ones(DRAWS)
        drawn = self.labels.exchanged(self.order, self.cuts, rng)
        for at, cut in enumerate(self.cuts):
            table = upper_tail(np.arange(cut + 1), member, np.full(cut + 1, cut))
            least = np.minimum(least, table[drawn[:, at]])
        as_small = least <= smallest * (1 + 1e-9)
        return float((1 + as_small.sum()) / (DRAWS + 1))

    def excess(self, effective_control: float, level: float) -> tuple[Interval, int]:
        """Return the largest excess share over all cuts, and the cut that shows it most surely.

        Every cut m has an excess e(m): the share of train among its m records minus the share of
        control there. With bounds that hold for all cuts at once (Bonferroni), the largest lower
        bound is one for max e(m), and so is the largest upper bound: a leak must not hide in a cut
        whose interval is wide. The value is e(m) at the cut with the largest lower bound.
        """
        each = 1 - (1 - level) / len(self.cuts)
        found = []
        for cut in self.cuts:
            top = np.zeros(len(self.order), dtype=bool)
            top[self.order[:cut]] = True
            found.append(excess(top, self.labels.member, effective_control, each))
        best = max(range(len(found)), key=lambda at: found[at].low)
        high = max(gap.high for gap in found)
        return Interval(found[best].value, found[best].low, high), int(self.cuts[best])
