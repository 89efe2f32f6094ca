"""How far two samples of a column are apart, fast enough to be computed for every group."""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthnb.records import Column


def distance(real: pd.Series, made: pd.Series, column: Column) -> float:
    """Return the Kolmogorov-Smirnov distance of numbers and dates, total variation of the rest.

    Missing cells are a value of their own for categories; for numbers their share counts where it
    differs more than the distributions of the known values. One minus this is what SDMetrics calls
    complement where nothing is missing.
    """
    if column.type in {"number", "integer", "date"}:
        gone = abs(float(real.isna().mean()) - float(made.isna().mean()))
        known = [each.dropna().to_numpy() for each in (real, made)]
        if not len(known[0]) or not len(known[1]):
            return 0.0 if len(known[0]) == len(known[1]) else 1.0
        return max(gone, _kolmogorov(np.sort(known[0]), np.sort(known[1])))
    both = pd.factorize(pd.concat([real, made]).astype(object), use_na_sentinel=False)[0]
    size = int(both.max()) + 1 if len(both) else 1
    first, second = (
        np.bincount(part, minlength=size) / max(len(part), 1)
        for part in (both[: len(real)], both[len(real) :])
    )
    return float(np.abs(first - second).sum() / 2)


def _kolmogorov(first: np.ndarray, second: np.ndarray) -> float:
    both = np.concatenate([first, second])
    one, two = (np.searchsorted(each, both, side="right") / len(each) for each in (first, second))
    return float(np.abs(one - two).max())
