"""Who is in the synthetic table, and as often as in reality?"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import pandas as pd

from synthnb.fairness.grouping import Group, Groups, groups, label_of, spell, tally
from synthnb.fairness.proportions import simultaneous, wilson
from synthnb.records import Column, Estimate, exact, interval, missing
from synthnb.tables import Tables
from synthnb.tables.features import titles

RATIO = "fairness.representation.ratio"
REFERENCE = "fairness.representation.reference_ratio"
REAL_REFERENCE = "fairness.representation.real_reference_ratio"
_METHOD = (
    "share in the synthetic table, which is fixed, over the share in the real sample with its "
    "Wilson score interval (Wilson 1927); simultaneous over {groups} groups (Bonferroni)"
)
_REFERENCE_METHOD = (
    "share in the synthetic table over the share in the reference table; both are taken as they are"
)
_COUNTED_METHOD = (
    "share in the synthetic table, which is fixed, over the share in the reference table with its "
    "Wilson score interval (Wilson 1927), as its counts are people; simultaneous over {groups} "
    "groups (Bonferroni)"
)
_SOURCE_METHOD = (
    "share in the real sample with its Wilson score interval (Wilson 1927) over the share in the "
    "reference table, which is taken as it is; simultaneous over {groups} groups (Bonferroni)"
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
        `fairness.representation.ratio`, `.reference_ratio` and `.real_reference_ratio` by group; 1
        means as in reality, or as in the reference population.
    """
    del seed
    found = groups(tables, minimum_cell=minimum_cell)
    return (*_against_real(found, level), *_against_reference(tables, found, level))


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


def _against_reference(tables: Tables, found: Groups, level: float) -> list[Estimate]:
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
        names = (REFERENCE, REAL_REFERENCE)
        return [missing(name, why, method=_REFERENCE_METHOD) for name in names]
    spelt = spell(reference, columns)
    depth = min(tables.charter.intersections, len(columns))
    crossings = [
        chosen for size in range(1, depth + 1) for chosen in itertools.combinations(columns, size)
    ]
    people = float(reference["count"].sum()) if "count" in reference else None
    shares = {chosen: _shares(spelt, chosen, weights) for chosen in crossings}
    made = [
        (chosen, values)
        for chosen in crossings
        for values in sorted({*shares[chosen], *tally(found.synthetic, chosen)})
    ]
    each = simultaneous(level, len(made))
    called = titles(tables.columns)
    estimates = [
        _held_against(
            found, chosen, values, shares[chosen].get(values, 0.0), people, each, len(made), called
        )
        for chosen, values in made
    ]
    counted = [
        (group, shares[chosen].get(group.values, 0.0))
        for chosen in crossings
        for group in found.of(tuple(column.name for column in chosen))
    ]
    estimates += [_source(group, share, found, len(counted), level) for group, share in counted]
    return estimates


def _weights(reference: pd.DataFrame) -> pd.Series | None:
    """Return the share of each reference row; rows count one each where nothing else is said."""
    name = next((name for name in ("share", "count") if name in reference), None)
    weights = reference[name] if name else pd.Series(1.0, index=reference.index)
    if weights.isna().any() or (weights < 0).any() or weights.sum() <= 0:
        return None
    return weights / weights.sum()


def _shares(
    spelt: pd.DataFrame, chosen: tuple[Column, ...], weights: pd.Series
) -> dict[tuple[str, ...], float]:
    keys = list(spelt[[column.name for column in chosen]].itertuples(index=False, name=None))
    shares: dict[tuple[str, ...], float] = {}
    for key, weight in zip(keys, weights, strict=True):
        shares[key] = shares.get(key, 0.0) + float(weight)
    return {key: share for key, share in shares.items() if share > 0}


def _held_against(
    found: Groups,
    chosen: tuple[Column, ...],
    values: tuple[str, ...],
    share: float,
    people: float | None,
    each: float,
    family: int,
    called: Mapping[str, str],
) -> Estimate:
    """Return how often a group occurs for each time in the reference population."""
    made = tally(found.synthetic, chosen)[values] / len(found.synthetic)
    scope = {"group": label_of([column.name for column in chosen], values, called)}
    note = "" if share else "this group is not in the reference table"
    note = "this group is lost: the synthetic table has no row of it" if made == 0 else note
    if people is None:
        return exact(
            REFERENCE,
            _over(made, share),
            method=_REFERENCE_METHOD,
            n=len(found.synthetic),
            baseline=1.0,
            note=note,
        ).about(scope)
    low, high = wilson(share * people, people, each)
    return interval(
        REFERENCE,
        _over(made, share),
        _over(made, high),
        _over(made, low),
        n=round(people),
        method=_COUNTED_METHOD.format(groups=family),
        baseline=1.0,
        note=note,
    ).about(scope)


def _source(group: Group, share: float, found: Groups, family: int, level: float) -> Estimate:
    """Return how often a group occurs in the real data for each time in the reference."""
    method = _SOURCE_METHOD.format(groups=family)
    if share == 0:
        why = "this group is not in the reference table"
        return missing(REAL_REFERENCE, why, method=method, group=group.label)
    each = simultaneous(level, family)
    bounds = [wilson(count, found.rows, each) for count in group.real.ends]
    return interval(
        REAL_REFERENCE,
        group.real.middle / found.rows / share,
        min(b[0] for b in bounds) / share,
        max(b[1] for b in bounds) / share,
        n=group.real.low,
        method=method,
        baseline=1.0,
        level=level,
        group=group.label,
    )
