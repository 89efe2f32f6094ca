"""Can a classifier tell synthetic rows from real ones?"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from synthnb.records import Estimate, interval, missing
from synthnb.tables import Tables
from synthnb.tables.features import Encoding, boosting, learnable, one_thread, titles
from synthnb.tables.roc import delong, pooled_error
from synthnb.utility.distances import distance

AUC = "utility.detection.auc"
FOLDS = 5
LEAST = 50  # rows of each kind

_METHOD = (
    "area under the ROC curve of gradient boosting that tells real records (train and control) "
    "from synthetic rows, in five folds by privacy unit; variance of DeLong et al. (1988), widened "
    "for folds that learn from the same rows (Nadeau and Bengio 2003)"
)


def detection(tables: Tables, *, seed: int, level: float = 0.95) -> tuple[Estimate, ...]:
    """Return how well a classifier tells synthetic rows from real records.

    Parameters
    ----------
    tables : Tables
        Real (train and control together) beside synthetic.
    seed : int
        Seed of folds and training.
    level : float
        Confidence of the interval.

    Returns
    -------
    tuple of Estimate
        `utility.detection.auc`; its note names the columns that differ most.
    """
    real = pd.concat([tables.train, tables.control], ignore_index=True)
    made = tables.made
    if min(len(real), len(made)) < LEAST:
        why = f"fewer than {LEAST} real records or synthetic rows"
        return (missing(AUC, why, method=_METHOD),)
    units = _units(tables, len(made))
    if units is not None and len(np.unique(units[: len(real)])) < 2 * FOLDS:
        why = "too few privacy units to divide into folds; bring records of more people"
        return (missing(AUC, why, method=_METHOD),)
    encode = Encoding.of(tables.columns, (real, made))
    features = pd.concat([encode(real), encode(made)], ignore_index=True)
    label = np.arange(len(features)) >= len(real)
    areas, variances = _folds(features, label, units, seed)
    area = float(np.mean(areas))
    half = NormalDist().inv_cdf((1 + level) / 2) * pooled_error(variances)
    return (
        interval(
            AUC,
            area,
            max(0.0, area - half),
            min(1.0, area + half),
            n=len(real),
            method=_METHOD,
            seed=seed,
            baseline=0.5,
            level=level,
            note=f"the columns that differ most: {', '.join(_telling(tables, real))}",
        ),
    )


def _units(tables: Tables, made: int) -> np.ndarray | None:
    """Return the unit of each real record and of each synthetic row, which is its own."""
    ours, theirs = tables.train_units, tables.control_units
    if ours is None or theirs is None:
        return None
    known = np.unique(np.concatenate([ours, theirs]), return_inverse=True)[1]
    return np.concatenate([known, known.max() + 1 + np.arange(made)])


def _folds(
    features: pd.DataFrame, label: np.ndarray, units: np.ndarray | None, seed: int
) -> tuple[list[float], list[float]]:
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    kind: Any = StratifiedKFold if units is None else StratifiedGroupKFold
    areas, variances = [], []
    with one_thread():
        for learn, test in kind(FOLDS, shuffle=True, random_state=seed).split(
            features, label, units
        ):
            model = boosting("classification", seed=seed)
            model.fit(learnable(features.iloc[learn]), label[learn])
            score = model.predict_proba(features.iloc[test])[:, 1]
            area, variance = delong(score[label[test]], score[~label[test]])
            areas.append(area)
            variances.append(variance)
    return areas, variances


def _telling(tables: Tables, real: pd.DataFrame) -> list[str]:
    """Return the titles of the three columns whose distributions differ most."""
    called = titles(tables.columns)
    apart = {
        column.name: distance(real[column.name], tables.made[column.name], column)
        for column in tables.columns
    }
    ranked = sorted(apart, key=lambda name: (-apart[name], name))
    return [called[name] for name in ranked[:3]]
