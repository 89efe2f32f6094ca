"""Are rare categories still there, and as often?"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from synthnb.records import Estimate, exact, interval, missing
from synthnb.tables import Tables
from synthnb.tables.features import titles

COVERAGE = "utility.rare.coverage"
RATIO = "utility.rare.ratio"
RARE = 0.05  # share of the real records below which a category is rare

_COVERAGE_METHOD = (
    f"share of the categories with less than {RARE:.0%} of the real records, but at least as many "
    "as may be shown, that the synthetic table has"
)
_RATIO_METHOD = (
    "share in the synthetic table, which is fixed, over the share in the real sample with its "
    "Wilson score interval (Wilson 1927); counts known to blocks of {width} only; simultaneous "
    "over {family} categories (Bonferroni)"
)


def rare(tables: Tables, *, minimum_cell: int, level: float = 0.95) -> tuple[Estimate, ...]:
    """Return how many rare categories survived, and how often each one occurs.

    Parameters
    ----------
    tables : Tables
        Real (train and control together) beside synthetic.
    minimum_cell : int
        Categories of fewer real records are neither counted nor named.
    level : float
        Confidence that all ratios hold together.

    Returns
    -------
    tuple of Estimate
        `utility.rare.coverage`, and `utility.rare.ratio` for each rare category.
    """
    found = list(_rare(tables, minimum_cell))
    if not found:
        why = f"no category has between {minimum_cell} real records and {RARE:.0%} of them"
        return (missing(COVERAGE, why, method=_COVERAGE_METHOD),)
    present = sum(made > 0 for *_, made in found)
    coverage = exact(
        COVERAGE, present / len(found), n=len(found), method=_COVERAGE_METHOD, baseline=1.0
    )
    rows = len(tables.train) + len(tables.control)
    method = _RATIO_METHOD.format(width=minimum_cell, family=len(found))
    each = 1 - (1 - level) / len(found)
    return (
        coverage,
        *(
            _ratio(name, count, made / len(tables.made), rows, minimum_cell, each, method, level)
            for name, count, made in found
        ),
    )


def _rare(tables: Tables, minimum_cell: int) -> Iterator[tuple[str, int, int]]:
    """Yield each rare category, its real and its synthetic count."""
    called = titles(tables.columns)
    real = pd.concat([tables.train, tables.control], ignore_index=True)
    for column in tables.columns:
        if column.type not in {"category", "boolean"}:
            continue
        counts, made = real[column.name].value_counts(), tables.made[column.name].value_counts()
        for level in sorted(counts.index, key=str):
            if minimum_cell <= counts[level] < RARE * len(real):
                name = f"{called[column.name]} = {level}"
                yield name, int(counts[level]), int(made.get(level, 0))


def _ratio(
    name: str,
    count: int,
    share: float,
    rows: int,
    width: int,
    each: float,
    method: str,
    level: float,
) -> Estimate:
    from scipy.stats import binomtest

    low = count - count % width
    bounds = [
        binomtest(end, rows).proportion_ci(each, method="wilson")
        for end in (low, min(low + width - 1, rows))
    ]
    middle = (low + (width - 1) / 2) / rows
    return interval(
        RATIO,
        share / middle,
        share / float(bounds[1].high),
        share / max(float(bounds[0].low), 1e-12),
        n=low,
        method=method,
        baseline=1.0,
        level=level,
        category=name,
    )
