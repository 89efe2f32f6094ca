"""The headline: is anyone's record in there, and how many people's?

Three scores, each made without looking at the labels:

1. exact copy: a synthetic row equals the record;
2. local ratio: a synthetic row is much nearer than other real records are;
3. rarity-weighted agreement: a synthetic row agrees on rarer values than other real records do.

Each has a test that is exact under exchange of train and control labels; the smallest of the three
p-values times three (Bonferroni) is the p of the headline. The excess says how large the leak is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from synthnb.privacy.bounds import CONFIDENCE, Interval, excess
from synthnb.privacy.labels import Labels
from synthnb.privacy.scan import Scan

TESTS = 3
CONFIDENT = 0.01  # share of control that a threshold may accuse where a leak is sized
_SOFTENER = 0.02  # of the median distance between real records; keeps ratios near 0 finite


def softener(to_real: np.ndarray) -> float:
    """Return e of the local ratio: 2 % of the typical distance between real records."""
    typical = float(np.median(to_real))
    if typical == 0:  # more than half of the records have a twin
        typical = float(np.median(to_real[to_real > 0])) if (to_real > 0).any() else 1.0
    return _SOFTENER * typical


def local_ratio(to_real: np.ndarray, to_synthetic: np.ndarray, e: float) -> np.ndarray:
    """Return log((r + e) / (d + e)): high where a synthetic row is nearer than real ones are.

    The distance to the nearest synthetic row is set against the local density of real records, so
    that an isolated person who is copied stands out (local form of the density ratio of DOMIAS,
    van Breugel et al. 2023, section 4).

    Parameters
    ----------
    to_real, to_synthetic : ndarray of float, shape (N,)
        Distance of each real record to the nearest other real record, and synthetic row.
    e : float
        From `softener`.
    """
    ratio: np.ndarray = np.log((to_real + e) / (to_synthetic + e))
    return ratio


@dataclass(frozen=True)
class Size:
    """How large a leak is, and where it shows most surely."""

    excess: Interval
    score: str
    records: int
    thresholds: int


@dataclass(frozen=True)
class Headline:
    """The three scores of every real record, and their tests.

    Parameters
    ----------
    copied : ndarray of bool, shape (N,)
        Whether a synthetic row equals the record.
    ratio, agreement : Scan
        Of scores 2 and 3.
    copied_p : float
        Test of score 1.
    labels : Labels
    """

    copied: np.ndarray
    ratio: Scan
    agreement: Scan
    copied_p: float
    labels: Labels

    @cached_property
    def p(self) -> float:
        """Return the p of all three tests together (Bonferroni)."""
        return min(1.0, TESTS * min(self.copied_p, self.ratio.p, self.agreement.p))

    def size(self, control: float, train: float | None, level: float = CONFIDENCE) -> Size | None:
        """Return the largest excess share over all scores and thresholds, or None.

        Among the m records of the highest score, the excess is e(m): the share of train found
        there minus the share of control found there. The bounds hold for all thresholds of all
        scores at once (Bonferroni), so that any of them may be chosen. The lower bound and the
        value are those of the threshold whose lower bound is largest, among exact copies and the
        thresholds that accuse at most one in a hundred of control: a record that is given away is
        recognised with confidence, whereas a small shift of everybody's score is nobody's record
        (the low-false-positive argument of Carlini et al. 2022). The upper bound is the largest
        of all: a leak must not hide where an interval is wide. A lower bound above 0 is claimed
        only where the tests are significant.

        Parameters
        ----------
        control : float
            Independent records in control.
        train : float, optional
            Independent records in the scored part of train, where only a part is scored.
        level : float
            Two-sided confidence of all bounds together.
        """
        tops = [("exact copies", self.copied)] if self.copied.any() else []
        for name, scan in (("local ratio", self.ratio), ("agreement", self.agreement)):
            tops += [(name, scan.top(int(cut))) for cut in scan.cuts]
        if not tops:
            return None
        each = 1 - (1 - level) / len(tops)
        gaps = [excess(top, self.labels.member, control, each, train) for _, top in tops]
        accused = [
            0.0 if top is self.copied else float(np.mean(top[~self.labels.member]))
            for _, top in tops
        ]
        enough = max(CONFIDENT, min(accused))
        sure = [at for at, share in enumerate(accused) if share <= enough]
        best = max(sure, key=lambda at: gaps[at].low)
        whole = Interval(gaps[best].value, gaps[best].low, max(gap.high for gap in gaps))
        name, top = tops[best]
        return Size(whole.unless(self.p, level), name, int(top.sum()), len(tops))
