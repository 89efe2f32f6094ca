"""Noisy counts made into consistent tables: everything here is post-processing and costs nothing.

Source: McKenna, Miklau and Sheldon (2021), Winning the NIST Contest, JPC 11(3), for the approach;
Duchi et al. (2008) for the projection; Deming and Stephan (1940) for proportional fitting; James
and Stein (1961), positive part, for shrinkage.
"""

from __future__ import annotations

import numpy as np


def simplex(values: np.ndarray, total: float) -> np.ndarray:
    """Return the nearest non-negative vector with a given sum (Duchi et al. 2008)."""
    if total <= 0:
        return np.zeros_like(values, dtype=float)
    falling = np.sort(values)[::-1]
    over = (np.cumsum(falling) - total) / np.arange(1, len(falling) + 1)
    last = np.nonzero(falling - over > 0)[0][-1]
    return np.asarray(np.clip(values - over[last], 0, None))


def fitted(
    noisy: np.ndarray, rows: np.ndarray, columns: np.ndarray, variance: float, total: float
) -> np.ndarray:
    """Return a table with given margins that is as near to noisy counts as the noise deserves.

    Parameters
    ----------
    noisy : ndarray, shape (r, c)
    rows, columns : ndarray, shapes (r,) and (c,)
        Margins, each with sum `total`.
    variance : float
        Of the noise of each cell.
    total : float

    Returns
    -------
    ndarray, shape (r, c)
        Non-negative. A table that is all noise becomes the product of its margins.
    """
    alone = np.outer(rows, columns) / max(total, 1e-12)
    table = noisy + ((rows - noisy.sum(1)) / noisy.shape[1])[:, None]
    table = table + ((columns - table.sum(0)) / table.shape[0])[None]
    rest = table - alone
    freedom = max((noisy.shape[0] - 1) * (noisy.shape[1] - 1), 1)
    kept = max(0.0, 1 - freedom * variance / max(float((rest**2).sum()), 1e-12))
    table = simplex((alone + kept * rest).ravel(), total).reshape(noisy.shape) + 1e-6 * alone
    for _ in range(50):
        table *= _ratio(rows, table.sum(1))[:, None]
        table *= _ratio(columns, table.sum(0))[None]
    return np.asarray(table)


def _ratio(wanted: np.ndarray, have: np.ndarray) -> np.ndarray:
    empty = np.zeros_like(wanted, dtype=float)
    return np.asarray(np.divide(wanted, have, out=empty, where=have > 0))


def merged(noisy: np.ndarray, sigma: float, *, numeric: bool, most: int) -> np.ndarray:
    """Return the group of each cell, decided by the noisy histogram alone.

    Neighbouring cells of a number are joined to groups of about equal mass; levels of a category
    that do not rise three standard deviations above nothing are joined to one group.

    Parameters
    ----------
    noisy : ndarray, shape (cells,)
        The last cell holds what is missing or unknown.
    sigma : float
        Standard deviation of the noise.
    numeric : bool
    most : int
        Groups of a number, at most.

    Returns
    -------
    ndarray of int, shape (cells,)
    """
    group = np.zeros(len(noisy), dtype=np.int64)
    if not numeric:
        large = noisy >= 3 * sigma
        group[large] = np.arange(large.sum())
        group[~large] = large.sum()
        return group
    mass = simplex(noisy[:-1], max(float(noisy[:-1].sum()), 1.0))
    wanted = max(mass.sum() / most, 3 * sigma)
    gathered, number = 0.0, 0
    for cell, each in enumerate(mass):
        if gathered > 0 and gathered + each / 2 >= wanted:
            number += 1
            gathered = 0.0
        group[cell] = number
        gathered += each
    if 0 < gathered < wanted / 3 and number > 0:
        group[:-1][group[:-1] == number] = number - 1
        number -= 1
    group[-1] = number + 1 if noisy[-1] >= 3 * sigma else 0
    return group


def shares_within(noisy: np.ndarray, sigma: float) -> np.ndarray:
    """Return the share of each cell within its group, drawn to equal shares as noise demands."""
    rest = noisy - noisy.mean()
    kept = max(0.0, 1 - (len(noisy) - 1) * sigma**2 / max(float((rest**2).sum()), 1e-12))
    share = np.clip(max(noisy.mean(), 0) + kept * rest, 0, None) + 1e-9
    return np.asarray(share / share.sum())
