"""How do models trained on the synthetic table treat each group of real people?"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthnb.fairness.grouping import Group, Groups, groups, members
from synthnb.fairness.outcomes import RELATIVE, favourable, why_no_outcome
from synthnb.fairness.proportions import simultaneous
from synthnb.fairness.represent import none_counted
from synthnb.records import Estimate, interval, missing
from synthnb.tables import Tables
from synthnb.tables.features import Encoding, boosting, learnable, one_thread, training_seeds

ADDED = "fairness.model.added_gap"
MEASURES = ("accuracy", "tpr", "fpr", "selection_rate")
TABLES = ("real", "synthetic")
TRAININGS = 5
REPLICATES = 4000

_METHOD = (
    "gradient boosting tested on the control records; mean of {trainings} trainings (fairlearn "
    "MetricFrame); percentile bootstrap of control records within groups and of trainings, half a "
    "record added to each cell (Agresti and Min 2005), which ignores how the training sample was "
    "drawn"
)
_ADDED_METHOD = (
    _METHOD + "; both models on the same resampled records; simultaneous over {groups} groups "
    "(Bonferroni)"
)
_DIGITS = 3  # more would let somebody work out the counts behind a share


@dataclass(frozen=True)
class _Tested:
    """Control records with both models' decisions.

    Parameters
    ----------
    truth : ndarray of int, shape (n,)
    real, synthetic : ndarray of int, shape (trainings, n)
        Decisions of the models trained on each table.
    known : ndarray of bool, shape (control rows,)
        Which control records have a known outcome; the n others are about these.
    """

    truth: np.ndarray
    real: np.ndarray
    synthetic: np.ndarray
    known: np.ndarray

    def cells(self, inside: np.ndarray) -> np.ndarray:
        """Return counts by (real training, synthetic training, truth, real, synthetic)."""
        trainings = len(self.real)
        counts = np.zeros((trainings, trainings, 2, 2, 2))
        for i, j in itertools.product(range(trainings), repeat=2):
            code = 4 * self.truth + 2 * self.real[i] + self.synthetic[j]
            counts[i, j] = np.bincount(code[inside], minlength=8).reshape(2, 2, 2)
        return counts


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
        Confidence of each interval; of all together for the added gap.

    Returns
    -------
    tuple of Estimate
        `fairness.model.accuracy`, `.tpr`, `.fpr`, `.selection_rate` (by group and training table)
        and `.added_gap` (by group): how much wider its gap in selection rate to the reference
        group is, whichever way, when the model learns from synthetic data.
    """
    found = groups(tables, minimum_cell=minimum_cell)
    why = why_no_outcome(tables.charter) or ("" if found.counted else none_counted(found))
    why = why or _untrainable(tables)
    if why:
        return tuple(_missing(why))
    tested = _test(tables, seed)
    estimates: list[Estimate] = []
    draws = _Draws(tested, seed)
    control = found.control[tested.known]
    for columns in found.crossings:
        frames = _frames(control[list(columns)], tested)
        for group in found.of(columns):
            estimates += _performance(group, frames, members(group, control), draws, found, level)
    estimates += _added_gaps(found, control, draws, level)
    estimates += [
        each for title, reason in found.refused.items() for each in _missing(reason, group=title)
    ]
    return tuple(estimates)


def _missing(why: str, **scope: str) -> list[Estimate]:
    method = _METHOD.format(trainings=TRAININGS)
    return [
        *(
            missing(f"fairness.model.{name}", why, method=method, **scope, trained_on=table)
            for name in MEASURES
            for table in TABLES
        ),
        missing(ADDED, why, method=method, **scope),
    ]


def _untrainable(tables: Tables) -> str:
    """Return why no model can be trained or tested; empty where one can."""
    if tables.control.empty:
        return (
            "there are no control records to test on; hold some out (`split.control` in "
            "charter.yaml), or add a source of kind `control`"
        )
    frames = {"real training": tables.train, "control": tables.control, "synthetic": tables.made}
    for name, frame in frames.items():
        outcomes = favourable(tables.charter, frame)
        if len(set(outcomes[~np.isnan(outcomes)])) < 2:
            return f"the {name} records all have the same outcome, so nothing can be learnt from it"
    if len(tables.columns) < 2:
        return "there is no column to predict from"
    return ""


def _test(tables: Tables, seed: int) -> _Tested:
    task = tables.charter.task
    assert task is not None  # noqa: S101 -- `why_no_outcome` was asked
    used = [column for column in tables.columns if column.name != task.target]
    encode = Encoding.of(used, (tables.train, tables.control, tables.made))
    truth = favourable(tables.charter, tables.control)
    known = ~np.isnan(truth)
    test = encode(tables.control)[known]
    decisions = []
    with one_thread():
        for frame in (tables.train, tables.made):
            outcomes = favourable(tables.charter, frame)
            usable = ~np.isnan(outcomes)
            features, labels = learnable(encode(frame)[usable]), outcomes[usable].astype(int)
            decisions.append(
                [
                    boosting("classification", seed=each).fit(features, labels).predict(test)
                    for each in training_seeds(seed, TRAININGS)
                ]
            )
    real, synthetic = (np.asarray(each, dtype=np.int64) for each in decisions)
    return _Tested(truth[known].astype(np.int64), real, synthetic, known)


def _frames(control: pd.DataFrame, tested: _Tested) -> dict[str, list[pd.DataFrame]]:
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
                y_true=tested.truth,
                y_pred=decided,
                sensitive_features=control.reset_index(drop=True),
            ).by_group
            for decided in getattr(tested, table)
        ]
        for table in TABLES
    }


class _Draws:
    """Bootstrap replicates: the same trainings for every group, records within each group."""

    def __init__(self, tested: _Tested, seed: int) -> None:
        self.tested = tested
        self.seed = seed
        trainings = len(tested.real)
        generator = np.random.default_rng([seed, 1])
        self._trainings = generator.integers(0, trainings**2, size=REPLICATES)

    def of(self, inside: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return shares by (truth, real, synthetic): replicates, and their centre.

        Shapes (replicates, 2, 2, 2) and (trainings, trainings, 2, 2, 2).
        """
        counts = self.tested.cells(inside) + 0.5
        shares = counts / counts.sum(axis=(2, 3, 4), keepdims=True)
        n, trainings = int(inside.sum()), len(self.tested.real)
        generator = np.random.default_rng([self.seed, 2, number])
        drawn = np.zeros((REPLICATES, 8))
        for pair, rows in (
            (pair, np.flatnonzero(self._trainings == pair)) for pair in range(trainings**2)
        ):
            cell = shares[divmod(pair, trainings)].ravel()
            drawn[rows] = generator.multinomial(n, cell, size=len(rows))
        return drawn.reshape(REPLICATES, 2, 2, 2), shares


def _share(cells: np.ndarray, name: str, table: str) -> np.ndarray:
    """Return a measure from cells of shape (..., truth, real, synthetic); NaN of nobody."""
    by = cells.sum(axis=-1 if table == "real" else -2)  # (..., truth, decision)
    hit: Callable[[int, int], np.ndarray] = lambda truth, said: by[..., truth, said]  # noqa: E731
    if name == "accuracy":
        top, bottom = hit(0, 0) + hit(1, 1), by.sum(axis=(-1, -2))
    elif name == "selection_rate":
        top, bottom = hit(0, 1) + hit(1, 1), by.sum(axis=(-1, -2))
    else:
        row = 1 if name == "tpr" else 0
        top, bottom = hit(row, 1), by[..., row, :].sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(bottom > 0, top / bottom, np.nan))


def _bounds(
    value: float, drawn: np.ndarray, centre: np.ndarray, level: float, floor: float
) -> tuple[float, float]:
    """Return the percentile interval of drawn - centre around a value, within [floor, 1]."""
    spread = drawn[~np.isnan(drawn)] - float(centre.mean())
    if len(spread) < 0.9 * len(drawn):
        return np.nan, np.nan
    low, high = np.quantile(spread, [(1 - level) / 2, (1 + level) / 2])
    return max(floor, round(value + low, _DIGITS)), min(1.0, round(value + high, _DIGITS))


def _performance(
    group: Group,
    frames: dict[str, list[pd.DataFrame]],
    inside: np.ndarray,
    draws: _Draws,
    found: Groups,
    level: float,
) -> list[Estimate]:
    method = _METHOD.format(trainings=TRAININGS)
    truth = draws.tested.truth[inside]
    sizes = {"tpr": int(truth.sum()), "fpr": int((1 - truth).sum())}
    key = group.values if len(group.values) > 1 else group.values[0]
    drawn = draws.of(inside, found.counted.index(group)) if inside.any() else None
    estimates = []
    for name, table in itertools.product(MEASURES, TABLES):
        metric = f"fairness.model.{name}"
        scope: dict[str, Any] = {"group": group.label, "trained_on": table}
        size = sizes.get(name, len(truth))
        if drawn is None or size < found.minimum_cell:
            why = f"fewer than {found.minimum_cell} control records to measure it on"
            estimates.append(missing(metric, why, method=method, **scope))
            continue
        value = round(float(np.mean([frame.loc[key, name] for frame in frames[table]])), _DIGITS)
        replicates, centre = (_share(each, name, table) for each in drawn)
        bounds = _bounds(value, replicates, centre, level, 0.0)
        shown = size - size % found.minimum_cell
        estimates.append(
            interval(
                metric,
                value,
                *bounds,
                n=shown,
                method=method,
                seed=draws.seed,
                level=level,
                **scope,
            )
        )
    return estimates


def _added_gaps(
    found: Groups, control: pd.DataFrame, draws: _Draws, level: float
) -> list[Estimate]:
    pairs = [
        (group, found.reference(columns))
        for columns in found.crossings
        for group in found.of(columns)
        if group != found.reference(columns)
    ]
    method = _ADDED_METHOD.format(trainings=TRAININGS, groups=len(pairs))
    if not pairs:
        why = "there is no second group to compare with"
        return [] if found.refused else [missing(ADDED, why, method=method)]
    each = simultaneous(level, len(pairs))
    return [_added_gap(pair, found, control, draws, each, method, level) for pair in pairs]


def _added_gap(
    pair: Sequence[Group],
    found: Groups,
    control: pd.DataFrame,
    draws: _Draws,
    each: float,
    method: str,
    level: float,
) -> Estimate:
    group, reference = pair
    inside = [members(member, control) for member in pair]
    if min(int(rows.sum()) for rows in inside) < found.minimum_cell:
        why = f"fewer than {found.minimum_cell} control records of the group or its reference"
        return missing(ADDED, why, method=method, group=group.label)
    wide = {table: _gap(table, pair, inside, draws, found) for table in TABLES}
    point, drawn, centre = (
        abs(made) - abs(real) for made, real in zip(wide["synthetic"], wide["real"], strict=True)
    )
    value = round(float(point), _DIGITS)
    n = sum(int(rows.sum()) for rows in inside)
    return interval(
        ADDED,
        value,
        *_bounds(value, drawn, centre, each, -1.0),
        n=n - n % found.minimum_cell,
        method=method,
        seed=draws.seed,
        baseline=0.0,
        level=level,
        note=f"{RELATIVE}{reference.label}",
        group=group.label,
    )


def _gap(
    table: str,
    pair: Sequence[Group],
    inside: Sequence[np.ndarray],
    draws: _Draws,
    found: Groups,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a model's gap in selection rate: as it is, by replicate, and where those centre."""
    point, drawn, centre = 0.0, np.zeros(REPLICATES), 0.0
    for sign, member, rows in zip((1, -1), pair, inside, strict=True):
        decisions = getattr(draws.tested, table)[:, rows]
        replicates, shares = draws.of(rows, found.counted.index(member))
        point += sign * float(decisions.mean())
        drawn += sign * _share(replicates, "selection_rate", table)
        centre += sign * float(_share(shares, "selection_rate", table).mean())
    return np.asarray(point), drawn, np.asarray(centre)
