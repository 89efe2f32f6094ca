"""Which columns follow from others by arithmetic: agreement in those tells nothing new.

A loan, a price and the loan's share of the price are two facts, not three: whoever agrees in two of
them agrees in the third.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

SAMPLE = 500
"""Records that are looked at, at most."""

MOST = 24
"""Numeric columns that are looked at, at most."""

HOLDS = 0.9
"""A rule is one if it holds for this share of the records, to half a per cent."""


def derived(numbers: dict[int, np.ndarray]) -> tuple[frozenset[int], ...]:
    """Return the groups of columns of which each follows from the rest.

    Sums and differences of two columns, products and ratios of two or multiples of one, up to a
    constant factor, are looked for.

    Parameters
    ----------
    numbers : dict of int to ndarray, shape (records,)
        Values of the numeric columns, missing ones NaN.

    Returns
    -------
    tuple of frozenset of int
    """
    columns = {at: each[:SAMPLE] for at, each in numbers.items() if _varied(each[:SAMPLE])}
    known = dict(sorted(columns.items())[:MOST])
    groups: set[frozenset[int]] = set()
    for a, b in combinations(known, 2):
        if _proportional(known[a], known[b]):
            groups.add(frozenset((a, b)))
    for a, b in combinations(known, 2):
        for c in known.keys() - {a, b}:
            group = frozenset((a, b, c))
            if group not in groups and _follows(known[c], known[a], known[b]):
                groups.add(group)
    return tuple(sorted(groups, key=sorted))


def _varied(values: np.ndarray) -> bool:
    """Return whether a column takes no value so often that it agrees with anything."""
    known = values[~np.isnan(values)]
    if len(known) < 20:
        return False
    counts = np.unique(known, return_counts=True)[1]
    return bool(counts.max() <= len(known) / 2)


def _same(left: np.ndarray, right: np.ndarray) -> bool:
    with np.errstate(invalid="ignore"):
        near = np.abs(left - right) <= 0.005 * np.abs(left)
    known = ~(np.isnan(left) | np.isnan(right))
    return bool(known.sum() >= 20 and near[known].mean() >= HOLDS)


def _proportional(left: np.ndarray, right: np.ndarray) -> bool:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = left / right
    known = ratio[np.isfinite(ratio)]
    return len(known) >= 20 and _same(left, float(np.median(known)) * right)


def _follows(c: np.ndarray, a: np.ndarray, b: np.ndarray) -> bool:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = a / b
    return (
        any(_same(c, sign * a + other * b) for sign, other in ((1, 1), (1, -1), (-1, 1)))
        or _proportional(c, a * b)
        or _proportional(c, np.where(np.isfinite(ratio), ratio, np.nan))
    )
