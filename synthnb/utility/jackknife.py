"""Uncertainty that comes from the real sample, at the price of a few recomputations."""

from __future__ import annotations

import numpy as np

BLOCKS = 10


def blocks(rows: int, units: np.ndarray | None, *, seed: int) -> np.ndarray:
    """Return the jackknife block (0 to 9) of each row; all rows of a privacy unit share one.

    Parameters
    ----------
    rows : int
    units : ndarray of str, shape (rows,), optional
        Privacy unit of each row.
    seed : int

    Returns
    -------
    ndarray of int, shape (rows,)
    """
    codes = np.arange(rows) if units is None else np.unique(units, return_inverse=True)[1]
    count = int(codes.max()) + 1 if rows else 0
    block_of = np.random.default_rng(seed).permutation(np.arange(count) % BLOCKS)
    return np.asarray(block_of[codes])


def bounds(
    value: float, without: np.ndarray, *, level: float = 0.95, floor: float = 0.0, top: float = 1.0
) -> tuple[float, float]:
    """Return the delete-a-group jackknife interval of a statistic.

    Parameters
    ----------
    value : float
        The statistic on all rows.
    without : ndarray, shape (blocks,)
        The statistic without each block; a NaN makes the interval NaN.
    level : float
        Confidence; Student's t with blocks - 1 degrees of freedom.
    floor, top : float
        Range of the statistic.

    Source: Kott (2001), Journal of Official Statistics 17; Shao and Tu (1995), The Jackknife and
    Bootstrap, 5.2.
    """
    from scipy.stats import t

    count = len(without)
    error = np.sqrt((count - 1) / count * np.sum((without - without.mean()) ** 2))
    half = float(t.ppf((1 + level) / 2, count - 1) * error)
    if np.isnan(half) or np.isnan(value):
        return np.nan, np.nan
    return max(floor, value - half), min(top, value + half)
