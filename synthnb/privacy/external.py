"""Linkage with an external table: what a holder of named records learns about them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthnb.privacy.attack import Attack
from synthnb.privacy.bounds import CONFIDENCE, wilson
from synthnb.privacy.classes import Classes, believed
from synthnb.privacy.guesses import Secret
from synthnb.privacy.results import excess_and_p
from synthnb.privacy.views import View
from synthnb.records import Column, Estimate, interval, missing

COUNT = "count"
"""Column of an external table that says for how many people a row stands."""

UNLIKE = 0.001  # chance below which the external table itself tells train from control
_UNLIKE = (
    "The external table itself fits the people in train and in control differently (chance below "
    f"{UNLIKE}), so what the synthetic table adds cannot be told apart. Bring a table that was not "
    "made from the real data."
)


def _measure(view: View) -> tuple[Estimate, ...]:
    external = view.tables.external
    if external is None:
        return EXTERNAL.missing(
            "No table that an attacker may hold is named: add a source of kind `external` to "
            "charter.yaml, such as an electoral roll with the columns that both have."
        )
    shared = [column.name for column in view.columns if column.name in external]
    if not shared:
        return EXTERNAL.missing(
            "The external table has no assessed column, so nobody can be matched. Bring one that "
            "shares columns with the synthetic table."
        )
    people, rows, named = Classes.of(shared, view.real, view.synthetic, external).numbers
    fitting = names(people, named, _count(view, external))
    found = _matched(view, fitting, shared)
    secrets = [secret for secret in view.secrets if secret.name not in shared]
    if not secrets:
        return (
            found,
            *EXTERNAL.missing(
                "No secret is left to learn: the external table holds them all, or there is none. "
                "Give another column the role `sensitive` or `target` in charter.yaml.",
                *METRICS[1:],
            ),
        )
    fair = _fair(view, fitting)
    gained = [
        each
        for secret in secrets
        for each in _gained(view, people, rows, fitting, secret, len(secrets), fair)
    ]
    return (found, *gained)


def _count(view: View, external: pd.DataFrame) -> np.ndarray:
    """Return for how many people each external row stands; one that does not say so, for one."""
    charted = {column.name for column in view.tables.charter.columns}
    if COUNT not in external or COUNT in charted:
        return np.ones(len(external))
    count: np.ndarray = external[COUNT].fillna(1).to_numpy(np.float64)
    return count.clip(0)


def names(people: np.ndarray, named: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Return how many named people fit each real record; 0 where the attacker has no name.

    Parameters
    ----------
    people, named : ndarray of int, shapes (N,), (L,)
        Classes of real records and of external rows.
    count : ndarray of float, shape (L,)
        People behind each external row.

    Returns
    -------
    ndarray of float, shape (N,)
        0, or at least 1.
    """
    last = int(max(people.max(initial=-1), named.max(initial=-1))) + 1
    total = np.bincount(named, weights=count, minlength=last)[people]
    fitting: np.ndarray = np.where(total > 0, np.maximum(total, 1), 0)
    return fitting


def _matched(view: View, fitting: np.ndarray, shared: list[str]) -> Estimate:
    """Return the share of train that has a name; neither it nor the rest as a small count."""
    n, cell = int(view.member.sum()), min(view.minimum_cell, int(view.member.sum()))
    there = shown = int((fitting > 0)[view.member].sum())
    few, all_but_few = 0 < there < cell, 0 < n - there < cell
    if few or all_but_few:
        shown = cell if few else n - cell
    low, high = wilson(shown / n, view.labels.effective(view.member), CONFIDENCE)
    note = ""
    if few:
        note = f"Fewer than {cell} people; shown as {cell}."
    elif all_but_few:
        note = f"All but fewer than {cell} people; shown as all but {cell}."
    return interval(
        METRICS[0],
        shown / n,
        0.0 if few else low,
        1.0 if all_but_few else high,
        n=n,
        method=f"{EXTERNAL.method}: train records that an external record equals in "
        f"{', '.join(shared)}; Wilson interval (1927)",
        level=CONFIDENCE,
        note=note,
    )


def _fair(view: View, fitting: np.ndarray) -> bool:
    """Return whether the external table fits train and control alike, as one from outside does."""
    known = _shared_among(fitting, np.ones(len(fitting)))
    rng = view.rng("external table")
    return min(view.labels.amount_p(each, rng) for each in (known, 1 - known)) > UNLIKE / 2


def _shared_among(fitting: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the chance of naming the right person and being right, each fitting name alike."""
    return np.where(fitting > 0, right / np.maximum(fitting, 1), 0.0)


def _gained(
    view: View,
    people: np.ndarray,
    rows: np.ndarray,
    fitting: np.ndarray,
    secret: Column,
    secrets: int,
    fair: bool,
) -> tuple[Estimate, ...]:
    right = believed(people, rows, Secret.of(view, secret, view.synthetic))
    success = _shared_among(fitting, right)
    gap, p = excess_and_p(
        EXTERNAL,
        view,
        success,
        how="match x right secret / number of external people who fit (after El Emam et al. 2020)",
        parts=secrets,
        secret=secret.name,
    )
    if fair:
        return gap, p
    bounds = {"low": min(gap.low or 0.0, 0.0), "high": max(gap.high or 0.0, _rate(view, success))}
    note = f"{_UNLIKE} Shown is what it could be: from nothing to all that is gained about train."
    return (
        gap.model_copy(update={**bounds, "note": note}),
        missing(p.metric, _UNLIKE, method=p.method, secret=secret.name),
    )


def _rate(view: View, success: np.ndarray) -> float:
    return float(np.mean(success[view.member]))


METRICS = ("privacy.external.matched", "privacy.external.excess", "privacy.external.p")

EXTERNAL = Attack(
    id="external-linkage",
    version="1",
    title="Linkage with an external table",
    knows="a list of named people with some of their attributes, such as an electoral roll.",
    wants="to put a name to a person's class in the synthetic table and learn a secret.",
    can="match the attributes that both have, and believe what most synthetic rows there say.",
    cost="a few groupings",
    criterion="linkability",
    metrics=METRICS,
    measure=_measure,
)
