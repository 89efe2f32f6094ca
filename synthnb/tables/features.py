"""From the house's tables to models: one encoding and one learner for every room.

encode = Encoding.of(columns, (tables.train, tables.control, tables.made))
with one_thread():
    model = boosting("classification", seed=0).fit(encode(frame), labels)
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from synthnb.records import Column

MOST_LEVELS = 250
"""Histogram gradient boosting takes at most 255 levels; rarer ones share one level."""

_REST = "\x00rest"
_DAY = 86_400_000_000_000


@dataclass(frozen=True)
class Encoding:
    """How columns become features: the same for every table that is compared.

    Parameters
    ----------
    columns : tuple of Column
        The features, in order.
    levels : dict of str to tuple of str
        The levels of each category, known from all tables together.
    """

    columns: tuple[Column, ...]
    levels: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, columns: Sequence[Column], frames: Sequence[pd.DataFrame]) -> Encoding:
        """Learn the levels of the categories from all tables that will be encoded."""
        levels = {
            column.name: _levels(column.name, frames)
            for column in columns
            if column.type in {"category", "boolean", "text"}
        }
        return cls(columns=tuple(columns), levels=levels)

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return features: numbers and days as float64, categories as pandas categoricals."""
        done: dict[str, Any] = {}
        for column in self.columns:
            values = frame[column.name]
            if column.name in self.levels:
                known = self.levels[column.name]
                inside = values.where(values.isin(known) | values.isna(), _REST)
                done[column.name] = pd.Categorical(inside, categories=[*known, _REST])
            elif column.type == "date":
                moments = values.to_numpy("datetime64[ns]").astype("int64").astype("float64")
                done[column.name] = np.where(values.isna(), np.nan, moments / _DAY)
            else:
                done[column.name] = values.to_numpy("float64")
        return pd.DataFrame(done, index=frame.index)


def _levels(name: str, frames: Sequence[pd.DataFrame]) -> tuple[str, ...]:
    counts: Counter[str] = Counter()
    for frame in frames:
        counts.update(frame[name].dropna())
    common = sorted(counts, key=lambda level: (-counts[level], level))[:MOST_LEVELS]
    return tuple(sorted(common))


def boosting(kind: Literal["classification", "regression"], *, seed: int) -> Any:
    """Return an unfitted histogram gradient boosting model whose seed matters.

    Each split looks at a random half of the features, so that different seeds give the spread that
    retraining gives. Fit and predict within `one_thread` for the same numbers on every machine.

    Source: Ke et al. (2017), LightGBM, as implemented in scikit-learn.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    model = (
        HistGradientBoostingClassifier
        if kind == "classification"
        else HistGradientBoostingRegressor
    )
    return model(
        max_iter=60,
        learning_rate=0.1,
        max_leaf_nodes=15,
        max_features=0.5,
        early_stopping=False,
        categorical_features="from_dtype",
        random_state=seed,
    )


Kind = Literal["classification", "regression"]


def linear(kind: Kind, *, seed: int) -> Any:
    """Return an unfitted linear model on the features of an `Encoding`, whose seed matters.

    Logistic or ridge regression on standardised numbers (a missing one becomes the median, and a
    flag) and indicators of categories. Each fit is on a bootstrap resample of the training rows, so
    that different seeds give the spread that another training sample would.

    Source: Hastie, Tibshirani and Friedman (2009), 3.4 and 4.4; Efron and Tibshirani (1993) for the
    resample.
    """
    return _Linear(kind, seed)


class _Linear:
    """A pipeline that is fitted on a resample; see `linear`."""

    def __init__(self, kind: Kind, seed: int) -> None:
        self.kind = kind
        self.seed = seed
        self.model: Any = None

    @property
    def classes_(self) -> np.ndarray:
        """Return the classes in the order of `predict_proba`."""
        return np.asarray(self.model.classes_)

    def fit(self, features: pd.DataFrame, labels: np.ndarray) -> _Linear:
        """Fit to a resample of the rows in which no class is lost."""
        labels = np.asarray(labels)
        rng = np.random.default_rng([self.seed, 11])
        rows = rng.integers(0, len(labels), len(labels))
        if self.kind == "classification" and len(set(labels[rows])) < len(set(labels)):
            rows = np.arange(len(labels))
        self.model = self._pipeline(features)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an unfinished optimum is near enough
            self.model.fit(features.iloc[rows], labels[rows])
        return self

    def predict(self, features: pd.DataFrame) -> np.ndarray:
        """Return classes or numbers, shape (n,)."""
        return np.asarray(self.model.predict(features))

    def predict_proba(self, features: pd.DataFrame) -> np.ndarray:
        """Return the probability of each class, shape (n, classes)."""
        return np.asarray(self.model.predict_proba(features))

    def _pipeline(self, features: pd.DataFrame) -> Any:
        from sklearn.compose import ColumnTransformer
        from sklearn.impute import SimpleImputer
        from sklearn.linear_model import LogisticRegression, Ridge
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import OneHotEncoder, StandardScaler

        numbers = [name for name in features if features[name].dtype == np.float64]
        others = [name for name in features if name not in set(numbers)]
        filled = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
        prepare = ColumnTransformer(
            [
                ("numbers", make_pipeline(filled, StandardScaler()), numbers),
                ("others", OneHotEncoder(handle_unknown="ignore"), others),
            ]
        )
        if self.kind == "regression":
            return make_pipeline(prepare, Ridge())
        return make_pipeline(prepare, LogisticRegression(max_iter=200))


FAMILIES = ("linear", "boosting")
"""Model families that every audit looks at."""


def learner(family: str, kind: Kind, *, seed: int) -> Any:
    """Return an unfitted model of a family: ``linear`` or ``boosting``."""
    return linear(kind, seed=seed) if family == "linear" else boosting(kind, seed=seed)


def learnable(features: pd.DataFrame) -> pd.DataFrame:
    """Return training features in which a number that is missing in every row is a constant.

    Histogram gradient boosting cannot bin a column of nothing; a constant is never split on.
    """
    empty = [
        str(name)
        for name in features
        if features[name].dtype == np.float64 and bool(features[name].isna().all())
    ]
    return features.assign(**dict.fromkeys(empty, 0.0)) if empty else features


@contextmanager
def one_thread() -> Iterator[None]:
    """Let OpenMP and BLAS use one thread: sums in another order differ in the last digits."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield


def training_seeds(seed: int, count: int) -> list[int]:
    """Return seeds for repeated training."""
    drawn = np.random.default_rng(seed).integers(0, 2**31, size=count)
    return [int(each) for each in drawn]


def titles(columns: Sequence[Column]) -> dict[str, str]:
    """Return what to call each column: its title, or its name where two share a title."""
    counts = Counter(column.title for column in columns)
    return {
        column.name: column.title if counts[column.title] == 1 else column.name
        for column in columns
    }
