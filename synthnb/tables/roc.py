"""The area under the ROC curve with its variance, for every room that compares two sets."""

from __future__ import annotations

import numpy as np


def delong(positive: np.ndarray, negative: np.ndarray) -> tuple[float, float]:
    """Return the area under the ROC curve and its variance (DeLong et al. 1988, Biometrics 44).

    Parameters
    ----------
    positive, negative : ndarray of float, shapes (a,), (b,)
        Scores; at least two of each.
    """
    from scipy.stats import rankdata

    a, b = len(positive), len(negative)
    ranks = rankdata(np.concatenate([positive, negative]))
    over = (ranks[:a] - rankdata(positive)) / b
    under = 1 - (ranks[a:] - rankdata(negative)) / a
    variance = over.var(ddof=1) / a + under.var(ddof=1) / b
    return float(over.mean()), float(variance)


def pooled_error(variances: list[float]) -> float:
    """Return the standard error of a mean area over folds that learn from the same records.

    Parameters
    ----------
    variances : list of float
        DeLong's variance in each fold; the variance of the mean is widened by 1 + k / (k - 1).

    Source: Nadeau and Bengio (2003), Inference for the Generalization Error, Machine Learning 52.
    """
    folds = len(variances)
    return float(np.sqrt(np.sum(variances) * (1 + folds / (folds - 1)))) / folds
