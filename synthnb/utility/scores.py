"""Scores of predictions under weights: fast enough to be computed a thousand times."""

from __future__ import annotations

import numpy as np


def auc(truth: np.ndarray, said: np.ndarray, weights: np.ndarray) -> float:
    """Return the weighted area under the ROC curve; ties count one half; NaN without both classes.

    Parameters
    ----------
    truth : ndarray, shape (n,)
        1 for the class, 0 for the rest.
    said : ndarray, shape (n,)
        Scores; higher means the class.
    weights : ndarray, shape (n,)
        Non-negative.

    Source: Mann and Whitney (1947); Hanley and McNeil (1982), Radiology 143.
    """
    _, rank = np.unique(said, return_inverse=True)
    yes = np.bincount(rank, weights * truth)
    no = np.bincount(rank, weights * (1 - truth))
    pairs = yes.sum() * no.sum()
    below = np.cumsum(no) - no
    return float((yes * (below + no / 2)).sum() / pairs) if pairs > 0 else float("nan")


def r_squared(truth: np.ndarray, said: np.ndarray, weights: np.ndarray) -> float:
    """Return the weighted coefficient of determination; NaN where the truth does not vary."""
    total = weights.sum()
    if total <= 0:
        return float("nan")
    spread = (weights * (truth - (weights * truth).sum() / total) ** 2).sum()
    return float(1 - (weights * (truth - said) ** 2).sum() / spread) if spread > 0 else float("nan")


def score(truth: np.ndarray, said: np.ndarray, weights: np.ndarray, *, classes: bool) -> float:
    """Return ROC AUC (mean of one-against-rest where there are more classes) or R².

    Parameters
    ----------
    truth, said : ndarray, shape (n, k)
        For classes: indicators and scores of each of k classes; otherwise k is 1.
    weights : ndarray, shape (n,)
    classes : bool
        Classification, not regression.
    """
    if not classes:
        return r_squared(truth[:, 0], said[:, 0], weights)
    # Of two classes the second says it all.
    which = [1] if truth.shape[1] == 2 else range(truth.shape[1])
    return float(np.mean([auc(truth[:, k], said[:, k], weights) for k in which]))


def chance(classes: bool) -> float:
    """Return what guessing scores: one half in ROC AUC, nothing in R²."""
    return 0.5 if classes else 0.0
