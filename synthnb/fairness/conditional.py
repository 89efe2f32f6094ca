"""Gaps in the outcome among people who are alike in what may legitimately explain it.

People are sorted into strata of the charter's explanatory columns; the gap is the common difference
of favourable shares over the strata (Mantel and Haenszel 1959; Greenland and Robins 1985), with the
variance of Sato (1989, Biometrics 45), which holds for many small strata and for few large ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from synthnb.fairness.grouping import Group, groups, members
from synthnb.fairness.outcomes import RELATIVE, favourable, folded, why_no_outcome
from synthnb.fairness.proportions import simultaneous
from synthnb.fairness.represent import none_counted
from synthnb.records import Column, Estimate, exact, interval, missing
from synthnb.tables import Tables
from synthnb.tables.features import titles

GAP = "fairness.conditional.gap"
AMPLIFICATION = "fairness.conditional.amplification"
SIZE = "fairness.conditional.amplification_size"
BANDS = 4  # numbers are cut at the quartiles of the real records

_METHOD = (
    "common difference of favourable shares over strata of {named} (Mantel and Haenszel 1959), "
    "variance of Sato (1989); numbers in four bands of equal real size"
)
_CHANGE = "; synthetic, which is fixed, minus real; simultaneous over {groups} groups (Bonferroni)"


@dataclass(frozen=True)
class Common:
    """A common difference of shares over strata, and its standard error."""

    value: float
    error: float
    people: int


def common_difference(yes: np.ndarray, group: np.ndarray, stratum: np.ndarray) -> Common | None:
    """Return the Mantel-Haenszel common difference of shares; None without a shared stratum.

    Parameters
    ----------
    yes : ndarray of bool, shape (n,)
        Favourable outcome.
    group : ndarray of bool, shape (n,)
        True for the group, False for its reference.
    stratum : ndarray of int, shape (n,)

    Source: Greenland and Robins (1985), Biometrics 41; Sato (1989), Biometrics 45.
    """
    size = int(stratum.max()) + 1 if len(stratum) else 0

    def count(which: np.ndarray) -> np.ndarray:
        return np.bincount(stratum[which], minlength=size).astype(np.float64)

    n1, n0 = count(group), count(~group)
    shared = (n1 > 0) & (n0 > 0)
    if not shared.any():
        return None
    y1, y0 = count(group & yes)[shared], count(~group & yes)[shared]
    n1, n0 = n1[shared], n0[shared]
    total = n1 + n0
    weight = float((n1 * n0 / total).sum())
    value = float(((y1 * n0 - y0 * n1) / total).sum()) / weight
    p = (n1**2 * y0 - n0**2 * y1 + n1 * n0 * (n0 - n1) / 2) / total**2
    q = (y1 * (n0 - y0) + y0 * (n1 - y1)) / (2 * total)
    variance = (value * float(p.sum()) + float(q.sum())) / weight**2
    return Common(value, float(np.sqrt(max(variance, 0.0))), int(total.sum()))


def conditional(
    tables: Tables, *, seed: int, minimum_cell: int, level: float = 0.95
) -> tuple[Estimate, ...]:
    """Return gaps in the outcome among people who are alike in the explanatory columns.

    Parameters
    ----------
    tables : Tables
        Real (train and control together) beside synthetic.
    seed : int
        Not used: nothing here is random.
    minimum_cell : int
        Groups of fewer real records are not counted.
    level : float
        Confidence of each gap; of all changes together.

    Returns
    -------
    tuple of Estimate
        `fairness.conditional.gap` (by group and table), `.amplification` and
        `.amplification_size` (by group); nothing where the charter names no explanatory column.
    """
    del seed
    task = tables.charter.task
    named = task.explanatory if task is not None else ()
    if not named:
        return ()
    called = titles(tables.charter.columns)
    how = _METHOD.format(named=", ".join(called[name] for name in named))
    found = groups(tables, minimum_cell=minimum_cell)
    known = {column.name: column for column in tables.columns}
    why = why_no_outcome(tables.charter) or ("" if found.counted else none_counted(found))
    hidden = [name for name in named if name not in known]
    if hidden:
        why = f"explanatory columns are not assessed: {', '.join(hidden)}"
    if why:
        return tuple(missing(name, why, method=how) for name in (GAP, AMPLIFICATION, SIZE))
    real = pd.concat([tables.train, tables.control], ignore_index=True)
    strata = _strata(real, tables.made, [known[name] for name in named])
    sides = [
        (favourable(tables.charter, frame), spelt, stratum)
        for frame, spelt, stratum in zip(
            (real, tables.made), (found.real, found.synthetic), strata, strict=True
        )
    ]
    pairs = [
        (group, found.reference(columns))
        for columns in found.crossings
        for group in found.of(columns)
        if group != found.reference(columns)
    ]
    estimates: list[Estimate] = []
    for pair in pairs:
        commons = [_common(pair, *side) for side in sides]
        estimates += _told(pair, commons, how, level, len(pairs), minimum_cell)
    return tuple(estimates)


def _strata(
    real: pd.DataFrame, made: pd.DataFrame, columns: Sequence[Column]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the stratum of each row of both tables."""
    keys = [_bands(real[column.name], made[column.name], column) for column in columns]
    together = pd.DataFrame({place: np.concatenate(both) for place, both in enumerate(keys)})
    codes = together.groupby(list(together.columns), sort=True).ngroup().to_numpy()
    return codes[: len(real)], codes[len(real) :]


def _bands(real: pd.Series, made: pd.Series, column: Column) -> tuple[np.ndarray, np.ndarray]:
    if column.type in {"category", "boolean"}:
        both = pd.factorize(pd.concat([real, made]).astype(object), use_na_sentinel=False)[0]
        return both[: len(real)], both[len(real) :]
    numbers = [
        each.astype("int64" if column.type == "date" else "float64") for each in (real, made)
    ]
    edges = np.unique(np.nanquantile(numbers[0], np.arange(1, BANDS) / BANDS))
    bands = [
        np.where(np.isnan(each.astype("float64")), len(edges) + 1, np.searchsorted(edges, each))
        for each in numbers
    ]
    return bands[0], bands[1]


def _common(
    pair: tuple[Group, Group], outcome: np.ndarray, spelt: pd.DataFrame, stratum: np.ndarray
) -> Common | None:
    first, second = (members(group, spelt) for group in pair)
    rows = (first | second) & ~np.isnan(outcome)
    return common_difference(outcome[rows] == 1, first[rows], stratum[rows])


def _told(
    pair: tuple[Group, Group],
    commons: Sequence[Common | None],
    how: str,
    level: float,
    family: int,
    minimum_cell: int,
) -> Iterator[Estimate]:
    group, reference = pair
    note = f"{RELATIVE}{reference.label}"
    real, made = commons
    alone = "no stratum holds people of both groups"
    shown = 0 if real is None else real.people - real.people % minimum_cell
    if real is None or shown == 0:
        yield missing(GAP, alone, method=how, group=group.label, table="real")
    else:
        half = NormalDist().inv_cdf((1 + level) / 2) * real.error
        yield interval(
            GAP,
            real.value,
            max(-1.0, real.value - half),
            min(1.0, real.value + half),
            n=shown,
            method=how,
            baseline=0.0,
            level=level,
            note=note,
            group=group.label,
            table="real",
        )
    if made is None:
        yield missing(GAP, alone, method=how, group=group.label, table="synthetic")
    else:
        yield exact(
            GAP,
            made.value,
            method=how + "; counted in the synthetic table, which is fixed",
            n=made.people,
            baseline=0.0,
            note=note,
            group=group.label,
            table="synthetic",
        )
    how += _CHANGE.format(groups=family)
    if real is None or made is None or shown == 0:
        for name in (AMPLIFICATION, SIZE):
            yield missing(name, alone, method=how, group=group.label)
        return
    value = made.value - real.value
    half = NormalDist().inv_cdf((1 + simultaneous(level, family)) / 2) * real.error
    low, high = value - half, value + half
    for name, number, ends in (
        (AMPLIFICATION, value, (low, high)),
        (SIZE, abs(value), folded(low, high)),
    ):
        yield interval(
            name,
            number,
            *ends,
            n=shown,
            method=how,
            baseline=0.0,
            level=level,
            note=note,
            group=group.label,
        )
