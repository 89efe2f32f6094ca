"""Does a model trained on the synthetic table serve as well as one trained on the real one?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from synthnb.records import Estimate, Task, interval, missing
from synthnb.tables import Tables
from synthnb.tables.features import Encoding, learnable, learner, one_thread, training_seeds
from synthnb.utility.by_group import TIMES
from synthnb.utility.grouping import groups, inside
from synthnb.utility.scores import chance, score

REAL = "utility.task.real"
SYNTHETIC = "utility.task.synthetic"
LOSS = "utility.task.loss"
MODEL_LOSS = "utility.task.model_loss"
GROUP_LOSS = "utility.group.loss"
TRAININGS = 5
REPLICATES = 1000

_METHOD = (
    "{measure} of {family} on the control records, mean of {trainings} trainings; "
    "percentile bootstrap of control records and of trainings, which ignores how the training "
    "sample was drawn"
)
_PAIRED = "; both models on the same resampled records"


def task(
    tables: Tables, *, seed: int, minimum_cell: int = 10, level: float = 0.95
) -> tuple[Estimate, ...]:
    """Return how well the charter's task is served by real and by synthetic training data.

    Parameters
    ----------
    tables : Tables
        Trained on train and on synthetic, tested on control.
    seed : int
        Seed of training and of the bootstrap.
    minimum_cell : int
        Groups of fewer than five times as many control records are not measured.
    level : float
        Confidence of each interval.

    Returns
    -------
    tuple of Estimate
        `utility.task.real`, `.synthetic` and `.loss` (real minus synthetic) of gradient boosting:
        ROC AUC for two classes, its mean over one-against-rest for more, R² for regression;
        `.model_loss`, the same loss of a linear model; `utility.group.loss`, that of gradient
        boosting within each protected group.
    """
    goal = tables.charter.task
    if goal is None:
        return _missing("the charter names no task", "")
    method = _method(goal, "boosting")
    classes = _classes(tables, goal)
    why = _untestable(tables, goal, classes)
    if why:
        return _missing(why, method)
    untrainable = _unlearnable(tables.made, "synthetic", goal)
    boot = _Bootstrap.of(tables, goal, classes, seed, level, method)
    with one_thread():
        real = _trained(tables, tables.train, goal, classes, seed, "boosting")
        if untrainable:
            names = (SYNTHETIC, LOSS, MODEL_LOSS)
            gone = tuple(missing(name, untrainable, method=method) for name in names)
            return (boot.estimate(REAL, real), *gone)
        synthetic = _trained(tables, tables.made, goal, classes, seed, "boosting")
        plain, plainly = (
            _trained(tables, frame, goal, classes, seed, "linear")
            for frame in (tables.train, tables.made)
        )
    straight = replace(boot, method=_method(goal, "linear"))
    return (
        boot.estimate(REAL, real),
        boot.estimate(SYNTHETIC, synthetic),
        boot.loss(real, synthetic),
        straight.loss(plain, plainly, MODEL_LOSS).about({"model": "linear"}),
        *_by_group(tables, goal, boot, (real, synthetic), minimum_cell),
    )


def _by_group(
    tables: Tables,
    goal: Task,
    boot: _Bootstrap,
    predictions: tuple[np.ndarray, np.ndarray],
    minimum_cell: int,
) -> Iterator[Estimate]:
    """Yield the loss within each group, measured on the group's control records."""
    held = tables.control.loc[_target(tables.control, goal).index]
    least = TIMES * minimum_cell
    for name, values in groups(tables):
        rows = inside(held, values)
        if int(rows.sum()) < least:
            why = f"fewer than {least} control records of this group"
            yield missing(GROUP_LOSS, why, method=boot.method, group=name)
            continue
        size = int(rows.sum())
        part = replace(boot, truth=boot.truth[rows], weights=boot.weights[:, rows])
        real, made = (each[:, rows] for each in predictions)
        found = part.loss(real, made, GROUP_LOSS)
        known = {"n": size - size % minimum_cell} if found.measured else {}
        yield found.model_copy(update=known).about({"group": name})


def _method(goal: Task, family: str) -> str:
    named = {
        "boosting": "gradient boosting",
        "linear": "logistic or ridge regression on bootstrap resamples of its training table",
    }
    return _METHOD.format(measure=_measure(goal), trainings=TRAININGS, family=named[family])


def _missing(why: str, method: str) -> tuple[Estimate, ...]:
    method = method or "trained on real and on synthetic records, tested on control"
    names = (REAL, SYNTHETIC, LOSS, MODEL_LOSS)
    return tuple(missing(metric, why, method=method) for metric in names)


def _measure(goal: Task) -> str:
    return "R²" if goal.kind == "regression" else "ROC AUC"


def _target(frame: pd.DataFrame, goal: Task) -> pd.Series:
    return frame[goal.target].dropna()


def _classes(tables: Tables, goal: Task) -> tuple[str | float, ...]:
    """Return the classes of the real target; none for a regression."""
    if goal.kind == "regression":
        return ()
    real = pd.concat([_target(tables.train, goal), _target(tables.control, goal)])
    return tuple(sorted(real.unique()))


def _untestable(tables: Tables, goal: Task, classes: tuple[str | float, ...]) -> str:
    """Return why nothing can be measured for this task; empty where it can."""
    if goal.target not in tables.train or len(tables.columns) < 2:
        return "the charter leaves no target or no column to predict it from"
    if tables.control.empty:
        return (
            "there are no control records to test on; hold some out (`split.control` in "
            "charter.yaml), or add a source of kind `control`"
        )
    held = _target(tables.control, goal)
    if goal.kind == "regression":
        if held.nunique() < 2:
            return "the control records all have the same value of the target"
    elif len(classes) < 2 or held.nunique() < len(classes):
        return "the control records lack a class of the target"
    return _unlearnable(tables.train, "real training", goal)


def _unlearnable(frame: pd.DataFrame, name: str, goal: Task) -> str:
    if _target(frame, goal).nunique() < 2:
        return f"the {name} records have one value of the target, so nothing can be learnt from it"
    return ""


def _trained(
    tables: Tables,
    frame: pd.DataFrame,
    goal: Task,
    classes: tuple[str | float, ...],
    seed: int,
    family: str,
) -> np.ndarray:
    """Return predictions on control: (trainings, control rows, classes, or 1 for regression)."""
    used = [column for column in tables.columns if column.name != goal.target]
    encode = Encoding.of(used, (tables.train, tables.control, tables.made))
    learnt = _target(frame, goal)
    if goal.kind == "classification":
        learnt = learnt[learnt.isin(classes)]
    features = learnable(encode(frame).loc[learnt.index])
    test = encode(tables.control).loc[_target(tables.control, goal).index]
    predictions = []
    for each in training_seeds(seed, TRAININGS):
        model = learner(family, goal.kind, seed=each).fit(features, learnt.to_numpy())
        if goal.kind == "regression":
            predictions.append(model.predict(test)[:, None])
            continue
        found = list(model.classes_)
        given = model.predict_proba(test)
        # A class that the table never shows gets no score, and so an AUC of one half.
        columns = [
            given[:, found.index(name)] if name in found else np.zeros(len(test))
            for name in classes
        ]
        predictions.append(np.stack(columns, axis=1))
    return np.stack(predictions)


@dataclass(frozen=True)
class _Bootstrap:
    """Resampled control records (whole privacy units) and trainings, the same for both models."""

    truth: np.ndarray
    weights: np.ndarray
    picks: np.ndarray
    seed: int
    level: float
    method: str
    baseline: float

    @classmethod
    def of(
        cls,
        tables: Tables,
        goal: Task,
        classes: tuple[str | float, ...],
        seed: int,
        level: float,
        method: str,
    ) -> _Bootstrap:
        held = _target(tables.control, goal)
        truth = held.to_numpy()
        if classes:
            truth = np.stack([(truth == name).astype("float64") for name in classes], axis=1)
        else:
            truth = truth.astype("float64")[:, None]
        units = None if tables.control_units is None else tables.control_units[held.index]
        codes = np.arange(len(held)) if units is None else np.unique(units, return_inverse=True)[1]
        generator = np.random.default_rng([seed, 3])
        count = int(codes.max()) + 1
        drawn = generator.multinomial(count, np.full(count, 1 / count), size=REPLICATES)
        picks = generator.integers(0, TRAININGS, size=(REPLICATES, 2))
        return cls(truth, drawn[:, codes], picks, seed, level, method, chance(bool(classes)))

    def _scores(self, predictions: np.ndarray, side: int) -> np.ndarray:
        binary = self.baseline > 0
        return np.asarray(
            [
                score(self.truth, predictions[pick], weights, classes=binary)
                for pick, weights in zip(self.picks[:, side], self.weights, strict=True)
            ]
        )

    def _point(self, predictions: np.ndarray) -> float:
        ones, binary = np.ones(len(self.truth)), self.baseline > 0
        return float(np.mean([score(self.truth, p, ones, classes=binary) for p in predictions]))

    def estimate(self, metric: str, predictions: np.ndarray) -> Estimate:
        side = 0 if metric == REAL else 1
        drawn = self._scores(predictions, side)
        return self._estimate(metric, self._point(predictions), drawn, self.baseline, "")

    def loss(self, real: np.ndarray, synthetic: np.ndarray, metric: str = LOSS) -> Estimate:
        drawn = self._scores(real, 0) - self._scores(synthetic, 1)
        value = self._point(real) - self._point(synthetic)
        return self._estimate(metric, value, drawn, 0.0, _PAIRED)

    def _estimate(
        self, metric: str, value: float, drawn: np.ndarray, baseline: float, more: str
    ) -> Estimate:
        known = drawn[~np.isnan(drawn)]
        if len(known) < 0.95 * len(drawn):
            why = "too few control records of one class: resampling them often leaves none"
            return missing(metric, why, method=self.method + more)
        low, high = np.quantile(known, [(1 - self.level) / 2, (1 + self.level) / 2])
        return interval(
            metric,
            value,
            float(low),
            float(high),
            n=len(self.truth),
            method=self.method + more,
            seed=self.seed,
            baseline=baseline,
            level=self.level,
        )
