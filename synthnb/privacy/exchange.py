"""Exchangeability: are train and control alike enough for any of this to mean something?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from synthnb.privacy.bounds import CONFIDENCE, Z
from synthnb.privacy.canonical import frequency
from synthnb.privacy.views import View
from synthnb.records import Estimate, interval, missing
from synthnb.tables.features import learnable, one_thread
from synthnb.tables.roc import delong, pooled_error

METRIC = "privacy.exchangeability.auc"
_FOLDS = 5
_METHOD = (
    "Gradient boosting tells train from control, 5-fold cross-validated by privacy unit; mean of "
    "the folds' areas under the ROC curve; interval after DeLong et al. (1988), widened for the "
    "overlap of the folds (Nadeau and Bengio 2003)"
)


def exchangeability(view: View) -> tuple[Estimate, ...]:
    """Ask a classifier to tell train from control; it should do no better than chance.

    Every attack here compares train with control. If the two differ in time, place or selection,
    that difference looks like a leak, or hides one.

    Returns
    -------
    tuple of Estimate
        ``privacy.exchangeability.auc`` with its interval; chance is 0.5.
    """
    if view.too_small:
        return (missing(METRIC, view.too_small, method=_METHOD),)
    areas, variances = _folds(view)
    if not areas:
        why = "Too few privacy units to divide into folds. Bring records of more people."
        return (missing(METRIC, why, method=_METHOD),)
    area = float(np.mean(areas))
    # Records of one unit are alike: fewer independent ones, a wider interval.
    everyone = np.ones(len(view.member), dtype=bool)
    design = len(view.member) / view.labels.effective(everyone)
    half = Z * float(np.sqrt(design)) * pooled_error(variances)
    return (
        interval(
            METRIC,
            area,
            max(0.0, area - half),
            min(1.0, area + half),
            n=len(view.member),
            method=_METHOD,
            seed=view.seed,
            baseline=0.5,
            level=CONFIDENCE,
        ),
    )


def _folds(view: View) -> tuple[list[float], list[float]]:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    features, member, unit = _features(view), view.member, view.labels.unit
    if unit is not None and len(np.unique(unit)) < 2 * _FOLDS:
        return [], []
    kind: Any = StratifiedKFold if unit is None else StratifiedGroupKFold
    areas, variances = [], []
    with one_thread():
        for learn, test in kind(_FOLDS, shuffle=True, random_state=view.seed).split(
            features, member, unit
        ):
            if min(member[test].sum(), (~member[test]).sum()) < 2:
                return [], []
            model = HistGradientBoostingClassifier(
                max_iter=40, max_leaf_nodes=15, early_stopping=False, random_state=view.seed
            )
            model.fit(learnable(features.iloc[learn]), member[learn])
            score = model.predict_proba(features.iloc[test])[:, 1]
            area, variance = delong(score[member[test]], score[~member[test]])
            areas.append(area)
            variances.append(variance)
    return areas, variances


def _features(view: View) -> pd.DataFrame:
    """Return numbers as they are, and categories as frequent as they are; shape (N, columns).

    A category's frequency does not depend on its name, unlike a number given to it.
    """
    real = view.encoded_real
    numbers = dict(enumerate(np.where(real.absent, np.nan, real.scaled)))
    counts = {
        column.name: frequency(view.real[column.name], view.real[column.name]).astype(np.float64)
        for column in view.encoder.categorical
    }
    named = {column.name: numbers[at] for at, column in enumerate(view.encoder.numeric)}
    return pd.DataFrame({**named, **counts})
