"""Marginal distributions, real beside synthetic, with no small cell of real records."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from synthnb.records import Column
from synthnb.records.marginal import Marginal

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from synthnb.tables import Tables

_BINS = 12
_MISSING, _REST = "missing", "all others"


def marginals(tables: Tables, minimum_cell: int) -> tuple[Marginal, ...]:
    """Return the share of each bin of each column among real and synthetic records.

    Real records are train and control together, as in the fairness audit: counts of two overlapping
    sets of people would give small counts away by subtraction.

    Bin edges and the names of categories come from the charter's public bounds and categories and
    from the synthetic table, never from real records. A bin with fewer real records than
    `minimum_cell` is hidden; where the hidden bins together hold fewer than that, the smallest
    shown bin is hidden as well, so that subtraction from the whole gives no small count away
    (complementary suppression; Hundepool et al., Statistical Disclosure Control, 2012, ch. 4).

    Parameters
    ----------
    tables : Tables
        With a synthetic table.
    minimum_cell : int
        The policy's smallest count of people that may be shown.

    Raises
    ------
    TableError
        If there is no synthetic table.
    """
    import pandas as pd

    parts = [part for part in (tables.train, tables.control) if len(part)]
    real = pd.concat(parts, ignore_index=True)
    return tuple(
        _marginal(real[column.name], tables.made[column.name], column, minimum_cell)
        for column in tables.columns
    )


def _marginal(real: pd.Series, synthetic: pd.Series, column: Column, minimum_cell: int) -> Marginal:
    ordered = column.type in {"number", "integer", "date"}
    bins, counted = (
        _intervals(real, synthetic, column) if ordered else _categories(real, synthetic, column)
    )
    gone = int(real.isna().sum()), int(synthetic.isna().sum())
    rest = (
        len(real) - gone[0] - sum(one for one, _ in counted),
        len(synthetic) - gone[1] - sum(other for _, other in counted),
    )
    for name, (one, other) in ((_REST, rest), (_MISSING, gone)):
        if one >= minimum_cell or other:
            bins.append(name)
            counted.append((one, other))
    shown = _shown([count for count, _ in counted], len(real), minimum_cell)
    return Marginal(
        column=column.title,
        unit=column.unit,
        ordered=ordered,
        bins=tuple(bins),
        real=tuple(
            count / len(real) if show else None
            for (count, _), show in zip(counted, shown, strict=True)
        ),
        synthetic=tuple(count / len(synthetic) for _, count in counted),
        minimum_cell=minimum_cell,
    )


def _shown(counts: list[int], total: int, minimum_cell: int) -> list[bool]:
    """Return which bins may be shown: no small count, stated or left over."""
    shown = [count >= minimum_cell for count in counts]
    while any(shown):
        hidden = total - sum(count for count, show in zip(counts, shown, strict=True) if show)
        if hidden == 0 or hidden >= minimum_cell:
            break
        smallest = min((c, i) for i, c in enumerate(counts) if shown[i])[1]
        shown[smallest] = False
    return shown


def _categories(
    real: pd.Series, synthetic: pd.Series, column: Column
) -> tuple[list[str], list[tuple[int, int]]]:
    public = ("true", "false") if column.type == "boolean" else column.categories
    often = synthetic.value_counts()
    names = sorted({*public, *often.index}, key=lambda name: (-int(often.get(name, 0)), name))
    kept = names if len(names) <= _BINS else names[: _BINS - 1]
    return kept, [(int((real == name).sum()), int((synthetic == name).sum())) for name in kept]


def _intervals(
    real: pd.Series, synthetic: pd.Series, column: Column
) -> tuple[list[str], list[tuple[int, int]]]:
    import numpy as np

    edges = _edges(synthetic, column)
    if len(edges) == 0:
        return [], []
    inner = edges[1:-1]

    def count(values: pd.Series) -> np.ndarray:
        known = values.dropna()
        numbers = known.astype("int64" if column.type == "date" else "float64").to_numpy()
        return np.bincount(np.searchsorted(inner, numbers, side="right"), minlength=len(inner) + 1)

    spelt = [_spell(edge, column) for edge in edges]
    if column.type == "integer" and edges[1] - edges[0] == 1:
        bins = spelt[:-1]
        ends = f"{bins[0]} or less", f"{bins[-1]} or more"
    else:
        bins = [f"{low} to {high}" for low, high in itertools.pairwise(spelt)]
        ends = f"below {spelt[1]}", f"{spelt[-2]} and above"
    if len(bins) > 1:
        bins[0], bins[-1] = ends
    pairs = zip(count(real), count(synthetic), strict=True)
    return bins, [(int(one), int(other)) for one, other in pairs]


def _edges(synthetic: pd.Series, column: Column) -> np.ndarray:
    """Return ascending bin edges; the first and last bin take everything beyond."""
    import numpy as np

    known = synthetic.dropna()
    if known.empty:
        return np.array([])
    if column.type == "date":
        numbers = known.astype("int64").to_numpy()
        low, high = numbers.min(), numbers.max()
    else:
        low = float(known.min()) if column.minimum is None else column.minimum
        high = float(known.max()) if column.maximum is None else column.maximum
        # A long tail would press everybody into one bin.
        low = max(low, float(known.quantile(0.005)))
        high = min(high, float(known.quantile(0.995)))
    if high <= low:
        return np.array([low, low + 1])
    if column.type == "integer" and high - low < _BINS:
        return np.arange(math.floor(low), math.ceil(high) + 2)
    edges = np.linspace(low, high, _BINS + 1)
    return np.unique(edges.round()) if column.type == "integer" else edges


def _spell(edge: float, column: Column) -> str:
    import pandas as pd

    if column.type == "date":
        return f"{pd.Timestamp(int(edge)):%Y-%m-%d}"
    return f"{edge:,.4g}" if abs(edge) < 1e4 else f"{edge:,.0f}"
