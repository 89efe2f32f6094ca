"""Who is in the synthetic table, and as often as in reality?"""

from __future__ import annotations

import itertools
import math

import pandas as pd

from synthnb.fairness.grouping import Group, Groups, groups, label_of, spell, tally
from synthnb.fairness.proportions import simultaneous, wilson
from synthnb.records import Column, Estimate, exact, interval, missing
from synthnb.tables import Tables
from synthnb.tables.features import titles

RATIO = "fairness.representation.ratio"
REFERENCE = "fairness.representation.reference_ratio"
_METHOD = (
    "share in the synthetic table, which is fixed, over the share in the real sample with its "
    "Wilson score interval (Wilson 1927); simultaneous over {groups} groups (Bonferroni)"
)
_REFERENCE_METHOD = (
    "share in the synthetic table over the share in the reference table; both are taken as they are"
)


def representation(
    tables: Tables, *, seed: int, minimum_cell: int, level: float = 0.95
) -> tuple[Estimate, ...]:
    """Return how much more or less often each group occurs in the synthetic table.

    Parameters
    ----------
    tables : Tables
        Real (train and control together) beside synthetic, and a reference table if there is one.
    seed : int
        Not used: nothing here is random.
    minimum_cell : int
        Groups of fewer real records are not counted.
    level : float
        Confidence that all intervals hold together.

    Returns
    -------
    tuple of Estimate
        `fairness.representation.ratio` and `.reference_ratio` by group; 1 means as in reality.
    """
    del seed
    found = groups(tables, minimum_cell=minimum_cell)
    return (*_against_real(found, level), *_against_reference(tables, found))


def _against_real(found: Groups, level: float) -> list[Estimate]:
    judged = (*found.counted, *found.appeared)
    method = _METHOD.format(groups=len(judged))
    estimates = [
        _ratio(group, found, simultaneous(level, len(judged)), method, level) for group in judged
    ]
    estimates += [
        missing(RATIO, why, method=method, group=title) for title, why in found.refused.items()
    ]
    if not estimates:
        estimates = [missing(RATIO, none_counted(found), method=method)]
    return estimates


def none_counted(found: Groups) -> str:
    """Return why there is no group to speak of."""
    if found.real.shape[1] == 0:
        return "the charter gives no assessed column the role `protected`"
    return f"no group has {found.minimum_cell} real records"


def _ratio(group: Group, found: Groups, each: float, method: str, level: float) -> Estimate:
    share = group.synthetic / len(found.synthetic)
    bounds = [wilson(count, found.rows, each) for count in group.real.ends]
    low, high = min(b[0] for b in bounds), max(b[1] for b in bounds)
    real = group.real.middle / found.rows
    if len(group.real.ends) > 1:
        method += "; its real count is blurred, to keep a small group hidden"
    note = ""
    if group.synthetic == 0:
        note = "this group is lost: it has real records and no synthetic one"
    elif group.real.high == 0:
        note = "this group is made up: it has synthetic records and no real one"
    return interval(
        RATIO,
        _over(share, real),
        _over(share, high),
        _over(share, low),
        n=group.real.low,
        method=method,
        baseline=1.0,
        level=level,
        note=note,
        group=group.label,
    )


def _over(share: float, other: float) -> float:
    if share == 0:
        return 0.0 if other else math.nan
    return share / other if other else math.inf


def _against_reference(tables: Tables, found: Groups) -> list[Estimate]:
    reference = tables.reference
    if reference is None:
        return []
    columns = [
        c for c in tables.charter.columns if c.name in found.synthetic and c.name in reference
    ]
    weights = _weights(reference)
    if not columns or weights is None:
        why = (
            "the reference table has no protected column"
            if not columns
            else "the reference table's `count` or `share` is missing, negative or all zero"
        )
        return [missing(REFERENCE, why, method=_REFERENCE_METHOD)]
    spelt = spell(reference, columns)
    depth = min(tables.charter.intersections, len(columns))
    return [
        estimate
        for size in range(1, depth + 1)
        for chosen in itertools.combinations(columns, size)
        for estimate in _crossing(tables, found, chosen, spelt, weights)
    ]


def _weights(reference: pd.DataFrame) -> pd.Series | None:
    """Return the share of each reference row; rows count one each where nothing else is said."""
    name = next((name for name in ("share", "count") if name in reference), None)
    weights = reference[name] if name else pd.Series(1.0, index=reference.index)
    if weights.isna().any() or (weights < 0).any() or weights.sum() <= 0:
        return None
    return weights / weights.sum()


def _crossing(
    tables: Tables,
    found: Groups,
    chosen: tuple[Column, ...],
    spelt: pd.DataFrame,
    weights: pd.Series,
) -> list[Estimate]:
    names = [column.name for column in chosen]
    keys = list(spelt[names].itertuples(index=False, name=None))
    shares: dict[tuple[str, ...], float] = {}
    for key, weight in zip(keys, weights, strict=True):
        shares[key] = shares.get(key, 0.0) + float(weight)
    made = tally(found.synthetic, chosen)
    called = titles(tables.columns)
    return [
        exact(
            REFERENCE,
            _over(made[values] / len(found.synthetic), shares.get(values, 0.0)),
            method=_REFERENCE_METHOD,
            n=len(found.synthetic),
            baseline=1.0,
            note="" if shares.get(values) else "this group is not in the reference table",
            group=label_of(names, values, called),
        )
        for values in sorted({*shares, *made})
        if shares.get(values) or made[values]
    ]
