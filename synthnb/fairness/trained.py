"""How do models trained on the synthetic table treat each group of real people?"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pandas as pd

from synthnb.fairness.decisions import (
    DIGITS,
    REPLICATES,
    TABLES,
    TRAININGS,
    Draws,
    Tested,
    bounds,
    method,
    share,
    tested,
    untrainable,
)
from synthnb.fairness.grouping import Group, Groups, groups, members
from synthnb.fairness.outcomes import why_no_outcome
from synthnb.fairness.pairs import ADDED, ODDS, PAIR, Pairs
from synthnb.fairness.represent import none_counted
from synthnb.records import Estimate, interval, missing
from synthnb.tables import Tables
from synthnb.tables.features import FAMILIES

MEASURES = ("accuracy", "tpr", "fpr", "selection_rate")
CALIBRATION = "fairness.model.calibration"
_CALIBRATED = (
    "{family} tested on the control records: mean predicted probability minus observed share, "
    "calibration in the large (Van Calster et al. 2016); mean of {trainings} trainings; percentile "
    "bootstrap of control records within groups and of trainings"
)


def models(
    tables: Tables, *, seed: int, minimum_cell: int, level: float = 0.95
) -> tuple[Estimate, ...]:
    """Return how models trained on real and on synthetic data treat each group of the control.

    Parameters
    ----------
    tables : Tables
        Trained on train and on synthetic, tested on control.
    seed : int
        Seed of training and of the bootstrap.
    minimum_cell : int
        A share over fewer control records is not shown.
    level : float
        Confidence of each interval; of all together for pairs and for the added gaps.

    Returns
    -------
    tuple of Estimate
        For each family of models (scope ``model``): `fairness.model.accuracy`, `.tpr`, `.fpr`,
        `.selection_rate` and `.calibration` by group and training table; `.pair`, differences
        between two groups; `.added_gap` (selection rate) and `.added_odds_gap` (true and false
        positive rate) by group: how much wider its gap to the reference group is, whichever way,
        when the model learns from synthetic data.
    """
    found = groups(tables, minimum_cell=minimum_cell)
    why = why_no_outcome(tables.charter) or ("" if found.counted else none_counted(found))
    why = why or untrainable(tables)
    if why:
        return tuple(each for family in FAMILIES for each in _missing(why, family))
    estimates: list[Estimate] = []
    for family in FAMILIES:
        estimates += _of(tested(tables, family, seed), found, seed, level)
    return tuple(estimates)


def _missing(why: str, family: str, **scope: str) -> Iterator[Estimate]:
    for name in (*(f"fairness.model.{each}" for each in MEASURES), CALIBRATION):
        for table in TABLES:
            yield missing(name, why, method=method(family), **scope, trained_on=table, model=family)
    for name in (PAIR, ADDED, ODDS):
        yield missing(name, why, method=method(family), **scope, model=family)


def _of(decided: Tested, found: Groups, seed: int, level: float) -> list[Estimate]:
    draws = Draws(decided, seed)
    control = found.control[decided.known]
    estimates: list[Estimate] = []
    for columns in found.crossings:
        frames = _frames(control[list(columns)], decided)
        for group in found.of(columns):
            inside = members(group, control)
            estimates += _performance(group, frames, inside, draws, found, level)
            estimates += _calibration(group, inside, decided, found, seed, level)
    estimates += Pairs(draws, found, control, level).estimates()
    for title, reason in found.refused.items():
        estimates += _missing(reason, decided.family, group=title)
    return estimates


def _frames(control: pd.DataFrame, decided: Tested) -> dict[str, list[pd.DataFrame]]:
    """Return fairlearn's metrics by group, for each table and training."""
    from fairlearn.metrics import (
        MetricFrame,
        false_positive_rate,
        selection_rate,
        true_positive_rate,
    )
    from sklearn.metrics import accuracy_score

    metrics = {
        "accuracy": accuracy_score,
        "tpr": true_positive_rate,
        "fpr": false_positive_rate,
        "selection_rate": selection_rate,
    }
    return {
        table: [
            MetricFrame(
                metrics=metrics,
                y_true=decided.truth,
                y_pred=said,
                sensitive_features=control.reset_index(drop=True),
            ).by_group
            for said in decided.decisions(table)
        ]
        for table in TABLES
    }


def _performance(
    group: Group,
    frames: dict[str, list[pd.DataFrame]],
    inside: np.ndarray,
    draws: Draws,
    found: Groups,
    level: float,
) -> Iterator[Estimate]:
    family = draws.tested.family
    truth = draws.tested.truth[inside]
    sizes = {"tpr": int(truth.sum()), "fpr": int((1 - truth).sum())}
    key = group.values if len(group.values) > 1 else group.values[0]
    drawn = draws.of(inside, found.counted.index(group)) if inside.any() else None
    for name, table in itertools.product(MEASURES, TABLES):
        metric = f"fairness.model.{name}"
        scope = {"group": group.label, "trained_on": table, "model": family}
        size = sizes.get(name, len(truth))
        if drawn is None or size < found.minimum_cell:
            why = f"fewer than {found.minimum_cell} control records to measure it on"
            yield missing(metric, why, method=method(family), **scope)
            continue
        value = round(float(np.mean([frame.loc[key, name] for frame in frames[table]])), DIGITS)
        replicates, centre = (share(each, name, table) for each in drawn)
        low, high = bounds(value, replicates, centre, level, 0.0)
        yield interval(
            metric,
            value,
            low,
            high,
            n=size - size % found.minimum_cell,
            method=method(family),
            seed=draws.seed,
            level=level,
        ).about(scope)


def _calibration(
    group: Group, inside: np.ndarray, decided: Tested, found: Groups, seed: int, level: float
) -> Iterator[Estimate]:
    from synthnb.fairness.decisions import NAMES

    how = _CALIBRATED.format(family=NAMES[decided.family], trainings=TRAININGS)
    size = int(inside.sum())
    for table in TABLES:
        scope = {"group": group.label, "trained_on": table, "model": decided.family}
        if size < found.minimum_cell:
            why = f"fewer than {found.minimum_cell} control records to measure it on"
            yield missing(CALIBRATION, why, method=how, **scope)
            continue
        apart = decided.chances(table)[:, inside] - decided.truth[inside]
        rng = np.random.default_rng([seed, 5, found.counted.index(group)])
        counts = rng.multinomial(size, np.full(size, 1 / size), size=REPLICATES // 4)
        picked = rng.integers(0, TRAININGS, size=len(counts))
        drawn = (counts @ apart.T)[np.arange(len(counts)), picked] / size
        value = round(float(apart.mean()), DIGITS)
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
        yield interval(
            CALIBRATION,
            value,
            round(float(low), DIGITS),
            round(float(high), DIGITS),
            n=size - size % found.minimum_cell,
            method=how,
            seed=seed,
            baseline=0.0,
            level=level,
        ).about(scope)
