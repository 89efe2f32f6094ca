"""Intervals of excess rates, and how several of them share one confidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
JUDGED = ("attribute", "linkability", "singling_out", "reidentification", "external")
"""The explaining attacks, whose excess a policy may limit; they hold together at `CONFIDENCE`."""

LEVEL = 1 - (1 - CONFIDENCE) / len(JUDGED)
"""Confidence of each of them alone (Bonferroni)."""

JOINTLY = (
    f"Widened so that the {len(JUDGED)} explaining attacks hold together at "
    f"{100 * CONFIDENCE:.0f} %."
)


@dataclass(frozen=True)
class Interval:
    """A value with its bounds."""

    value: float
    low: float
    high: float

    def unless(self, p: float, level: float) -> Interval:
        """Return an interval of an excess that leaves 0 out only where a test does.

        The interval of the control rate takes the people in train as given, so it may exclude 0 by
        the luck of the split. An excess above 0 is claimed only where exchanging labels explains
        it with probability `p` at most 1 - `level`; one below 0 is never claimed, as nobody can
        leak less than nothing.
        """
        low = self.low if p <= 1 - level else min(self.low, 0.0)
        return Interval(self.value, low, max(self.high, 0.0))


def wilson(share: float, n: float, level: float) -> tuple[float, float]:
    """Return the score interval of a share (Wilson 1927, J Am Stat Assoc 22, 209-212).

    Parameters
    ----------
    share : float
        Between 0 and 1.
    n : float
        Trials; may be an effective number and need not be whole.
    level : float
        Two-sided confidence.
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if share <= 0 else max(0.0, centre - half)
    high = 1.0 if share >= 1 else min(1.0, centre + half)
    return low, high


def mean_bounds(values: np.ndarray, effective: float, level: float) -> Interval:
    """Return the mean of values between 0 and 1 with Wilson bounds at its effective size.

    For 0/1 values this is the Wilson interval. Values that vary less count as more trials: as many
    as would give a share the same variance (Korn and Graubard 1998, Survey Methodology 24).

    Parameters
    ----------
    values : ndarray of float, shape (n,)
    effective : float
        Independent records among the n: n itself, or fewer where people have several.
    level : float
        Two-sided confidence.
    """
    mean = float(np.mean(values))
    variance = float(np.var(values))
    spread = mean * (1 - mean)
    gain = max(1.0, spread / variance) if variance > 0 else 1.0
    return Interval(mean, *wilson(min(max(mean, 0.0), 1.0), effective * gain, level))


def excess(
    success: np.ndarray,
    member: np.ndarray,
    effective_control: float,
    level: float,
    effective_train: float | None = None,
) -> Interval:
    """Return the success on train minus that on control.

    Train is the finite set of people whose exposure is asked for, so its rate has no sampling
    error; the interval is that of the control rate. Where only a sample of train was scored, its
    rate has an error too, and the bounds are those of a difference (Newcombe 1998, Stat Med 17,
    873-890, method 10).

    Parameters
    ----------
    success : ndarray of float in [0, 1] or bool, shape (N,)
        Of each real record.
    member : ndarray of bool, shape (N,)
        Whether the record is in train.
    effective_control : float
        Independent records in control.
    level : float
        Two-sided confidence.
    effective_train : float, optional
        Independent records in train, where those are a sample.
    """
    rate = float(np.mean(success[member]))
    control = mean_bounds(success[~member].astype(np.float64), effective_control, level)
    value = rate - control.value
    if effective_train is None:
        return Interval(value, rate - control.high, rate - control.low)
    train = mean_bounds(success[member].astype(np.float64), effective_train, level)
    below = math.hypot(rate - train.low, control.high - control.value)
    above = math.hypot(train.high - rate, control.value - control.low)
    return Interval(value, value - below, value + above)


def holm(p: Sequence[float]) -> list[float]:
    """Return p-values adjusted for their number (Holm 1979, Scand J Stat 6, 65-70)."""
    adjusted = [0.0] * len(p)
    running = 0.0
    for rank, at in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        running = max(running, min(1.0, (len(p) - rank) * p[at]))
        adjusted[at] = running
    return adjusted
