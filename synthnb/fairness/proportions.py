"""Intervals for shares, their differences and their ratios, from counts that may be blurred.

A count that would show a small cell is known only to a block of `minimum_cell`; every interval is
then the hull over the block, so that it covers whatever the count is.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

Bounds = tuple[float, float]


@dataclass(frozen=True)
class Count:
    """A count of people: known exactly, or only to a block.

    Parameters
    ----------
    low, high : int
        Smallest and largest count that it may be.
    """

    low: int
    high: int

    @classmethod
    def exactly(cls, count: int) -> Count:
        """Return a count that may be shown."""
        return cls(count, count)

    @classmethod
    def blurred(cls, count: int, width: int) -> Count:
        """Return the block of `width` in which a count lies: 7 of width 10 lies in 0 to 9."""
        low = width * (count // width)
        return cls(low, low + width - 1)

    @property
    def middle(self) -> float:
        """Return the middle of the block."""
        return (self.low + self.high) / 2

    @property
    def ends(self) -> tuple[int, ...]:
        """Return the distinct ends of the block."""
        return (self.low,) if self.low == self.high else (self.low, self.high)


@dataclass(frozen=True)
class Outcomes:
    """How many people of a group had the favourable outcome, and how many had not."""

    yes: Count
    no: Count

    @property
    def n(self) -> int:
        """Return the number of people, at least."""
        return self.yes.low + self.no.low

    @property
    def rate(self) -> float:
        """Return the favourable share (at the middle of blurred counts); NaN of nobody."""
        total = self.yes.middle + self.no.middle
        return self.yes.middle / total if total else math.nan

    @property
    def corners(self) -> list[tuple[int, int]]:
        """Return (favourable, all) at each combination of the blocks' ends."""
        pairs = itertools.product(self.yes.ends, self.no.ends)
        return [(yes, yes + no) for yes, no in pairs if yes + no]


def simultaneous(level: float, members: int) -> float:
    """Return the level of each of `members` intervals that hold together (Bonferroni)."""
    return 1 - (1 - level) / max(members, 1)


def _z(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(x: float, n: float, level: float = 0.95) -> Bounds:
    """Return the score interval of a share.

    Parameters
    ----------
    x, n : float
        Successes and trials; n is at least 1.
    level : float
        Confidence.

    Source: Wilson (1927), JASA 22; Brown, Cai and DasGupta (2001), Statistical Science 16.
    """
    z, share = _z(level), x / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if x == 0 else max(0.0, middle - half)
    high = 1.0 if x == n else min(1.0, middle + half)
    return low, high


def newcombe(x: float, n: float, y: float, m: float, level: float = 0.95) -> Bounds:
    """Return the interval of the difference x/n - y/m of two independent shares.

    Source: Newcombe (1998), Statistics in Medicine 17, method 10 (hybrid score).
    """
    (p_low, p_high), (q_low, q_high) = wilson(x, n, level), wilson(y, m, level)
    p, q = x / n, y / m
    return (
        p - q - math.hypot(p - p_low, q_high - q),
        p - q + math.hypot(p_high - p, q - q_low),
    )


def log_ratio(x: float, n: float, y: float, m: float, level: float = 0.95) -> Bounds:
    """Return the interval of the ratio (x/n) / (y/m) of two independent shares.

    On the log scale by the delta method; where a count is zero, or both shares are one, half a
    success is added to each group so that the interval has a width.

    Source: Katz et al. (1978), Biometrics 34; Walter (1975), Biometrika 62 (the half).
    """
    if min(x, y) == 0 or (x == n and y == m):
        x, n, y, m = x + 0.5, n + 0.5, y + 0.5, m + 0.5
        if x == n and y == m:
            n, m = n + 0.5, m + 0.5
    spread = _z(level) * math.sqrt(max(0.0, 1 / x - 1 / n + 1 / y - 1 / m))
    ratio = (x / n) / (y / m)
    return ratio * math.exp(-spread), ratio * math.exp(spread)


def rate_bounds(group: Outcomes, level: float = 0.95) -> Bounds:
    """Return the interval of a favourable rate, over everything that blurred counts may be."""
    found = [wilson(x, n, level) for x, n in group.corners]
    return _hull(found)


def compared(
    rule: Callable[[float, float, float, float, float], Bounds],
    group: Outcomes,
    other: Outcomes,
    level: float,
) -> Bounds:
    """Return `newcombe` or `log_ratio` of two groups, over all that blurred counts may be."""
    return _hull([rule(x, n, y, m, level) for x, n in group.corners for y, m in other.corners])


def _hull(found: list[Bounds]) -> Bounds:
    if not found:
        return math.nan, math.nan
    return min(low for low, _ in found), max(high for _, high in found)
