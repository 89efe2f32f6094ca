"""Who gets the favourable outcome, in the real and in the synthetic table?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthnb.fairness.grouping import Group, Groups, Values, complemented, groups, members
from synthnb.fairness.proportions import (
    Bounds,
    Count,
    Outcomes,
    compared,
    log_ratio,
    newcombe,
    rate_bounds,
    simultaneous,
)
from synthnb.fairness.represent import none_counted
from synthnb.records import Charter, Estimate, exact, interval, missing
from synthnb.tables import Tables

RATE = "fairness.label.rate"
IMPACT = "fairness.label.disparate_impact"
GAP = "fairness.label.gap"
AMPLIFICATION = "fairness.label.amplification"
SIZE = "fairness.label.amplification_size"
RELATIVE = "relative to "

_SYNTHETIC = "counted in the synthetic table, which is fixed"
_METHODS = {
    RATE: "favourable share of the real records, Wilson score interval (Wilson 1927)",
    IMPACT: "ratio of favourable shares, log interval (Katz et al. 1978; Walter 1975 at zeros)",
    GAP: "difference of favourable shares, hybrid score interval (Newcombe 1998, method 10)",
    AMPLIFICATION: (
        "gap in the synthetic table, which is fixed, minus gap in the real data with its hybrid "
        "score interval (Newcombe 1998, method 10); simultaneous over {groups} groups (Bonferroni)"
    ),
    SIZE: (
        "absolute amplification; its interval folded at zero, simultaneous over {groups} groups "
        "(Newcombe 1998, Bonferroni)"
    ),
}
_BLURRED = "; counts known to blocks of {width} only, to keep small cells hidden"


@dataclass(frozen=True)
class _Pair:
    """A group beside its reference group, real and synthetic."""

    group: Group
    reference: Group
    real: Outcomes
    real_reference: Outcomes
    synthetic: Outcomes
    synthetic_reference: Outcomes

    @property
    def scope(self) -> dict[str, Any]:
        return {"group": self.group.label}

    @property
    def note(self) -> str:
        return f"{RELATIVE}{self.reference.label}"

    @property
    def n(self) -> int:
        return self.real.n + self.real_reference.n

    @property
    def synthetic_n(self) -> int:
        return self.synthetic.n + self.synthetic_reference.n

    @property
    def synthetic_gap(self) -> float:
        return self.synthetic.rate - self.synthetic_reference.rate

    @property
    def real_gap(self) -> float:
        return self.real.rate - self.real_reference.rate


def favourable(charter: Charter, frame: pd.DataFrame) -> np.ndarray:
    """Return 1.0 where the task's outcome is favourable, 0.0 where not, NaN where unknown."""
    assert charter.task is not None  # noqa: S101 -- callers ask `why_no_outcome` first
    target = frame[charter.task.target]
    if charter.column(charter.task.target).type in {"number", "integer"}:
        target = target.map(lambda value: None if pd.isna(value) else f"{value:g}")
    hit = (target == charter.task.positive).to_numpy("float64")
    return np.where(target.isna(), np.nan, hit)


def why_no_outcome(charter: Charter) -> str:
    """Return why there is no favourable outcome to compare; empty where there is one."""
    if charter.task is None:
        return "the charter names no task, so there is no outcome to compare"
    if charter.task.kind == "regression":
        return "the task is a regression, so no value of the target is the favourable outcome"
    if charter.task.target not in {column.name for column in charter.assessed}:
        return "the target is not an assessed column"
    return ""


def labels(
    tables: Tables, *, seed: int, minimum_cell: int, level: float = 0.95
) -> tuple[Estimate, ...]:
    """Return favourable rates by group, their disparities, and what the generator did to them.

    Parameters
    ----------
    tables : Tables
        Real (train and control together) beside synthetic.
    seed : int
        Not used: nothing here is random.
    minimum_cell : int
        Groups of fewer real records are not counted, and smaller cells are blurred.
    level : float
        Confidence of each interval; of all together for amplification.

    Returns
    -------
    tuple of Estimate
        `fairness.label.rate`, `.disparate_impact`, `.gap` (by group and table), `.amplification`
        and `.amplification_size` (by group). Gaps are the group's rate minus its reference
        group's, the largest real group of the same columns.
    """
    del seed
    found = groups(tables, minimum_cell=minimum_cell)
    why = why_no_outcome(tables.charter) or ("" if found.counted else none_counted(found))
    if why:
        return tuple(missing(metric, why, method=_METHODS[metric]) for metric in _METHODS)
    real, synthetic = _outcomes(tables, found)
    pairs = [
        _Pair(
            group,
            reference,
            *(real[each.label] for each in (group, reference)),
            *(synthetic[each.label] for each in (group, reference)),
        )
        for columns in found.crossings
        for reference in (found.reference(columns),)
        for group in found.of(columns)
        if group != reference
    ]
    estimates: list[Estimate] = []
    for group in found.counted:
        estimates += _rates(group, real[group.label], synthetic[group.label], minimum_cell, level)
    for pair in pairs:
        estimates += _disparities(pair, minimum_cell, level)
    for pair in pairs:
        estimates += _amplified(pair, len(pairs), minimum_cell, level)
    estimates += _refused(found)
    estimates += [
        missing(metric, "there is no second group to compare with", method=_METHODS[metric])
        for metric in (IMPACT, GAP, AMPLIFICATION, SIZE)
        if not pairs and not found.refused
    ]
    return tuple(estimates)


def _refused(found: Groups) -> list[Estimate]:
    return [
        missing(metric, why, method=_METHODS[metric], group=title)
        for title, why in found.refused.items()
        for metric in _METHODS
    ]


def _outcomes(tables: Tables, found: Groups) -> tuple[dict[str, Outcomes], dict[str, Outcomes]]:
    """Return the outcomes of each counted group by label, real (blurred where needed) and made."""
    pooled = pd.concat([tables.train, tables.control], ignore_index=True)
    known = favourable(tables.charter, pooled)
    made = favourable(tables.charter, tables.made)
    real: dict[str, Outcomes] = {}
    synthetic: dict[str, Outcomes] = {}
    for columns in found.crossings:
        cells = _cells(found.real[list(columns)], known)
        blurred = _to_blur(cells, found, columns)
        for group in found.of(columns):
            yes, no, _ = cells[group.values]
            counts = (
                Count.blurred(count, found.minimum_cell)
                if group.values in blurred
                else Count.exactly(count)
                for count in (yes, no)
            )
            real[group.label] = Outcomes(*counts)
            here = made[members(group, found.synthetic)]
            synthetic[group.label] = Outcomes(
                Count.exactly(int((here == 1).sum())), Count.exactly(int((here == 0).sum()))
            )
    return real, synthetic


def _cells(spelt: pd.DataFrame, known: np.ndarray) -> dict[Values, tuple[int, int, int]]:
    """Return how many have the favourable, the other, and no known outcome, by values."""
    frame = spelt.assign(
        **{"\x00yes": known == 1, "\x00no": known == 0, "\x00unknown": np.isnan(known)}
    )
    sums = frame.groupby(list(spelt.columns), sort=True)[["\x00yes", "\x00no", "\x00unknown"]].sum()
    keys = [key if isinstance(key, tuple) else (key,) for key in sums.index]
    return {
        tuple(key): (int(row[0]), int(row[1]), int(row[2]))
        for key, row in zip(keys, sums.to_numpy(), strict=True)
    }


def _to_blur(
    cells: Mapping[Values, tuple[int, int, int]], found: Groups, columns: tuple[str, ...]
) -> set[Values]:
    """Return the groups whose outcomes would show a small cell, alone or by subtraction."""
    width = found.minimum_cell
    shown = {group.values: group for group in found.of(columns)}
    sensitive = {
        values
        for values, (yes, no, unknown) in cells.items()
        if values not in shown
        or len(shown[values].real.ends) > 1
        or min(yes, no) < width
        or 0 < unknown < width
    }
    if width == 1:  # nothing is too small to be shown
        return set()
    return complemented({v: min(yes, no) for v, (yes, no, _) in cells.items()}, sensitive, width)


def _method(metric: str, minimum_cell: int, *outcomes: Outcomes, groups: int = 0) -> str:
    method = _METHODS[metric].format(groups=groups)
    blurred = any(len(count.ends) > 1 for each in outcomes for count in (each.yes, each.no))
    return method + _BLURRED.format(width=minimum_cell) * blurred


def _rates(
    group: Group, real: Outcomes, synthetic: Outcomes, minimum_cell: int, level: float
) -> list[Estimate]:
    scope: dict[str, Any] = {"group": group.label}
    return [
        interval(
            RATE,
            real.rate,
            *rate_bounds(real, level),
            n=real.n,
            method=_method(RATE, minimum_cell, real),
            level=level,
            note="" if real.n else "no record of this group has a known outcome",
            **scope,
            table="real",
        ),
        exact(
            RATE,
            synthetic.rate,
            method=_SYNTHETIC,
            n=synthetic.n,
            baseline=real.rate if real.n else None,
            note="" if synthetic.n else _nobody(group),
            **scope,
            table="synthetic",
        ),
    ]


def _nobody(group: Group) -> str:
    return f"the synthetic table has no record of {group.label} with a known outcome"


def _disparities(pair: _Pair, minimum_cell: int, level: float) -> list[Estimate]:
    estimates = []
    for metric, rule, combine, baseline in (
        (IMPACT, log_ratio, _divided, 1.0),
        (GAP, newcombe, _minus, 0.0),
    ):
        method = _method(metric, minimum_cell, pair.real, pair.real_reference)
        value = combine(pair.real, pair.real_reference)
        low, high = compared(rule, pair.real, pair.real_reference, level)
        why = _unknown(pair, "real", metric)
        estimates.append(
            missing(metric, why, method=method, **pair.scope, table="real")
            if why
            else interval(
                metric,
                value,
                low,
                high,
                n=pair.n,
                method=method,
                level=level,
                baseline=baseline,
                note=pair.note,
                **pair.scope,
                table="real",
            )
        )
        why = _unknown(pair, "synthetic", metric)
        estimates.append(
            missing(metric, why, method=_SYNTHETIC, **pair.scope, table="synthetic")
            if why
            else exact(
                metric,
                combine(pair.synthetic, pair.synthetic_reference),
                n=pair.synthetic_n,
                method=_SYNTHETIC,
                baseline=baseline,
                note=pair.note,
                **pair.scope,
                table="synthetic",
            )
        )
    return estimates


def _divided(group: Outcomes, other: Outcomes) -> float:
    return group.rate / other.rate if other.rate else float("nan")


def _minus(group: Outcomes, other: Outcomes) -> float:
    return group.rate - other.rate


def _unknown(pair: _Pair, table: str, metric: str) -> str:
    """Return why a comparison has no number; empty where it has one."""
    first, second = (
        (pair.real, pair.real_reference)
        if table == "real"
        else (pair.synthetic, pair.synthetic_reference)
    )
    for group, outcomes in ((pair.group, first), (pair.reference, second)):
        if not outcomes.corners:
            return f"the {table} table has no record of {group.label} with a known outcome"
    if metric == IMPACT and second.rate == 0:
        return f"nobody in {pair.reference.label} has the favourable outcome in the {table} table"
    return ""


def _amplified(pair: _Pair, family: int, minimum_cell: int, level: float) -> list[Estimate]:
    methods = {
        metric: _method(metric, minimum_cell, pair.real, pair.real_reference, groups=family)
        for metric in (AMPLIFICATION, SIZE)
    }
    why = _unknown(pair, "real", GAP) or _unknown(pair, "synthetic", GAP)
    if why:
        return [missing(m, why, method=method, **pair.scope) for m, method in methods.items()]
    each = simultaneous(level, family)
    gap_low, gap_high = compared(newcombe, pair.real, pair.real_reference, each)
    value = pair.synthetic_gap - pair.real_gap
    low, high = pair.synthetic_gap - gap_high, pair.synthetic_gap - gap_low
    shared: dict[str, Any] = {"n": pair.n, "baseline": 0.0, "level": level, "note": pair.note}
    return [
        interval(metric, x, a, b, method=methods[metric], **shared, **pair.scope)
        for metric, x, (a, b) in (
            (AMPLIFICATION, value, (low, high)),
            (SIZE, abs(value), folded(low, high)),
        )
    ]


def folded(low: float, high: float) -> Bounds:
    """Return the interval of |x| where x lies between low and high.

    >>> folded(-0.3, 0.1)
    (0.0, 0.3)
    """
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    return nearest, max(abs(low), abs(high))
