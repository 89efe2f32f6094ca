"""From what an attack achieved about each record to its two estimates."""

from __future__ import annotations

import numpy as np

from synthnb.privacy.attack import Attack
from synthnb.privacy.bounds import JOINTLY, LEVEL, excess
from synthnb.privacy.views import View
from synthnb.records import Estimate, exact, interval


def excess_and_p(
    attack: Attack,
    view: View,
    success: np.ndarray,
    *,
    how: str,
    parts: int = 1,
    note: str = "",
    **scope: str,
) -> tuple[Estimate, Estimate]:
    """Return the excess of an attack with its interval, and its p-value.

    Parameters
    ----------
    attack : Attack
        Its metrics that end in ``.excess`` and ``.p`` are emitted.
    view : View
    success : ndarray of bool, or of float in [0, 1], shape (N,)
        Success about each scored record, found without looking at its label.
    how : str
        What counts as success, for the method.
    parts : int
        In how many parts (one for each secret) the attack is reported; they share its confidence
        (Bonferroni).
    note : str
        What else to know.
    **scope : str
        What the estimates are about.
    """
    level = 1 - (1 - LEVEL) / parts
    rng = view.rng(f"{attack.id} {sorted(scope.items())}")
    counted = success.dtype == bool
    p = view.labels.hits_p(success, rng) if counted else view.labels.amount_p(success, rng)
    gap = excess(success, view.member, view.control_size, level, view.train_size).unless(p, level)
    gap_metric = next(name for name in attack.metrics if name.endswith(".excess"))
    p_metric = next(name for name in attack.metrics if name.endswith(".p"))
    what = "share" if counted else "mean"
    exactly = counted and view.labels.simple
    return (
        interval(
            gap_metric,
            gap.value,
            gap.low,
            gap.high,
            n=len(success),
            method=f"{attack.method}: {how}; {what} of train minus {what} of control; Wilson "
            f"interval of the control {what}",
            baseline=0.0,
            level=level,
            note=f"{note} {JOINTLY}".strip(),
        ).about(scope),
        exact(
            p_metric,
            p,
            n=len(success),
            method=f"{attack.method}: {p_method(view, counted)}",
            seed=None if exactly else view.seed,
        ).about(scope),
    )


def p_method(view: View, counted: bool) -> str:
    """Return the name of the test that was made."""
    if counted and view.labels.simple:
        return "hypergeometric test of train against control, one-sided (Fisher 1935)"
    return "exchanges of train and control labels by privacy unit and stratum, one-sided"
