"""Members found while few outsiders are accused."""

from __future__ import annotations

import numpy as np

from synthnb.privacy.bounds import CONFIDENCE
from synthnb.privacy.views import View
from synthnb.records import Estimate, interval

METRIC = "privacy.membership.tpr"
FALSE_ALARMS = 0.01


def order_statistics(n: float, share: float, level: float) -> tuple[int, int]:
    """Return between which of the highest control scores the true threshold lies.

    The number of n scores above the point that a share of all outsiders exceed is binomial, so the
    point lies between the (high + 1)-th and the (low)-th highest score with at least `level`
    (David and Nagaraja 2003, section 7.1).

    Returns
    -------
    low, high : int
        Quantiles of that number; 0 for `low` where the point may lie above all scores.
    """
    from scipy.stats import binom

    tail = (1 - level) / 2
    return int(binom.ppf(tail, int(n), share)), int(binom.ppf(1 - tail, int(n), share))


def bounds(train: np.ndarray, control: np.ndarray, effective: float) -> tuple[float, float, float]:
    """Return the share of train above the threshold of 1 % false alarms, with its bounds.

    Parameters
    ----------
    train, control : ndarray of float
        Scores.
    effective : float
        Independent records in control.

    Returns
    -------
    value, low, high : float
        The threshold is uncertain, train is the finite target: the bounds are the shares of train
        above the order statistics of control between which the threshold lies.
    """
    falling = np.sort(control)[::-1]
    low, high = order_statistics(effective, FALSE_ALARMS, CONFIDENCE)
    scale = len(control) / effective  # order statistics of as many independent records
    strict = falling[max(0, round(low * scale) - 1)] if low > 0 else np.inf
    loose = falling[min(len(falling) - 1, round(high * scale))]
    middle = falling[min(len(falling) - 1, int(FALSE_ALARMS * len(falling)))]
    at_least = float(np.mean(train > strict))
    at_most = float(np.mean(train >= loose))
    value = float(np.mean(train > middle))
    return value, min(at_least, value), max(at_most, value)


def tpr(view: View, method: str) -> Estimate:
    """Return the share of members found at 1 % false alarms, by the local distance ratio.

    Below some 370 control records the lower bound is 0: the threshold may lie above all of them.
    """
    score, member = view.ratio, view.member
    value, low, high = bounds(score[member], score[~member], view.control_size)
    return interval(
        METRIC,
        value,
        low,
        high,
        n=len(score),
        method=f"{method}: share of train above the score that 1 % of control exceed; interval "
        "from the order statistics of control, as train is the finite target",
        baseline=FALSE_ALARMS,
        level=CONFIDENCE,
        note="The threshold is a guess about 1 in 100 outsiders, so a small control says little.",
    )
