"""Models trained on real and on synthetic records, and what they decide about control."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from synthnb.fairness.outcomes import favourable
from synthnb.tables import Tables
from synthnb.tables.features import Encoding, learnable, learner, one_thread, training_seeds

TABLES = ("real", "synthetic")
TRAININGS = 5
REPLICATES = 4000
DIGITS = 3  # more would let somebody work out the counts behind a share

METHOD = (
    "{family} tested on the control records; mean of {trainings} trainings; percentile bootstrap "
    "of control records within groups and of trainings, half a record added to each cell (Agresti "
    "and Min 2005)"
)
NAMES = {
    "linear": "logistic regression on bootstrap resamples of its training table",
    "boosting": "gradient boosting, which ignores how the training sample was drawn,",
}


def method(family: str) -> str:
    """Return how a number about a family of models is measured."""
    return METHOD.format(family=NAMES[family], trainings=TRAININGS)


@dataclass(frozen=True)
class Tested:
    """Control records with both models' decisions.

    Parameters
    ----------
    family : str
        ``linear`` or ``boosting``.
    truth : ndarray of int, shape (n,)
    real, synthetic : ndarray of int, shape (trainings, n)
        Decisions of the models trained on each table.
    real_chance, synthetic_chance : ndarray of float, shape (trainings, n)
        Their predicted probabilities of the favourable outcome.
    known : ndarray of bool, shape (control rows,)
        Which control records have a known outcome; the n others are about these.
    """

    family: str
    truth: np.ndarray
    real: np.ndarray
    synthetic: np.ndarray
    real_chance: np.ndarray
    synthetic_chance: np.ndarray
    known: np.ndarray

    def cells(self, inside: np.ndarray) -> np.ndarray:
        """Return counts by (real training, synthetic training, truth, real, synthetic)."""
        trainings = len(self.real)
        counts = np.zeros((trainings, trainings, 2, 2, 2))
        for i, j in itertools.product(range(trainings), repeat=2):
            code = 4 * self.truth + 2 * self.real[i] + self.synthetic[j]
            counts[i, j] = np.bincount(code[inside], minlength=8).reshape(2, 2, 2)
        return counts

    def decisions(self, table: str) -> np.ndarray:
        """Return the decisions of the models that a table trained."""
        return self.real if table == "real" else self.synthetic

    def chances(self, table: str) -> np.ndarray:
        """Return the probabilities that the models of a table predict."""
        return self.real_chance if table == "real" else self.synthetic_chance


def tested(tables: Tables, family: str, seed: int) -> Tested:
    """Train a family of models on both tables and let them decide about control."""
    task = tables.charter.task
    assert task is not None  # noqa: S101 -- `untrainable` and `why_no_outcome` were asked
    used = [column for column in tables.columns if column.name != task.target]
    encode = Encoding.of(used, (tables.train, tables.control, tables.made))
    truth = favourable(tables.charter, tables.control)
    known = ~np.isnan(truth)
    test = encode(tables.control)[known]
    chances = []
    with one_thread():
        for frame in (tables.train, tables.made):
            outcomes = favourable(tables.charter, frame)
            usable = ~np.isnan(outcomes)
            features, labels = learnable(encode(frame)[usable]), outcomes[usable].astype(int)
            chances.append(
                [
                    learner(family, "classification", seed=each)
                    .fit(features, labels)
                    .predict_proba(test)[:, 1]
                    for each in training_seeds(seed, TRAININGS)
                ]
            )
    real, synthetic = (np.asarray(each, dtype=np.float64) for each in chances)
    return Tested(
        family,
        truth[known].astype(np.int64),
        (real > 0.5).astype(np.int64),
        (synthetic > 0.5).astype(np.int64),
        real,
        synthetic,
        known,
    )


def untrainable(tables: Tables) -> str:
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


class Draws:
    """Bootstrap replicates: the same trainings for every group, records within each group."""

    def __init__(self, tested: Tested, seed: int) -> None:
        self.tested = tested
        self.seed = seed
        trainings = len(tested.real)
        generator = np.random.default_rng([seed, 1])
        self._trainings = generator.integers(0, trainings**2, size=REPLICATES)
        self._kept: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def of(self, inside: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return `_drawn` of the group of that number, which is drawn once."""
        if number not in self._kept:
            self._kept[number] = self._drawn(inside, number)
        return self._kept[number]

    def _drawn(self, inside: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
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


def share(cells: np.ndarray, name: str, table: str) -> np.ndarray:
    """Return a measure from cells of shape (..., truth, real, synthetic); NaN of nobody."""
    by = cells.sum(axis=-1 if table == "real" else -2)  # (..., truth, decision)
    if name == "accuracy":
        top, bottom = by[..., 0, 0] + by[..., 1, 1], by.sum(axis=(-1, -2))
    elif name == "selection_rate":
        top, bottom = by[..., 0, 1] + by[..., 1, 1], by.sum(axis=(-1, -2))
    else:
        row = 1 if name == "tpr" else 0
        top, bottom = by[..., row, 1], by[..., row, :].sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(bottom > 0, top / bottom, np.nan))


def bounds(
    value: float, drawn: np.ndarray, centre: np.ndarray, level: float, floor: float
) -> tuple[float, float]:
    """Return the percentile interval of drawn - centre around a value, within [floor, 1]."""
    spread = drawn[~np.isnan(drawn)] - float(centre.mean())
    if len(spread) < 0.9 * len(drawn):
        return np.nan, np.nan
    low, high = np.quantile(spread, [(1 - level) / 2, (1 + level) / 2])
    return max(floor, round(value + low, DIGITS)), min(1.0, round(value + high, DIGITS))
