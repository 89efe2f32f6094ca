"""Attribute inference: what can be learnt about a person's secrets?"""

from __future__ import annotations

import numpy as np

from synthnb.privacy.attack import Attack
from synthnb.privacy.bounds import JOINTLY, LEVEL, excess, holm
from synthnb.privacy.copies import p_method
from synthnb.privacy.guesses import right
from synthnb.privacy.views import View
from synthnb.records import Column, Estimate, exact, interval, missing

NEAREST = 0.01  # share of the real records that the attacker is bold enough to speak about


def learnt(view: View, secret: Column) -> np.ndarray:
    """Return whose secret the attacker says rightly, among those whose neighbour is closest.

    The attacker takes the secret of the nearest synthetic row on all other columns, and speaks
    only about the closest 1 % of people, everybody as close as the last of them included.

    Returns
    -------
    ndarray of bool, shape (N,)
    """
    distance, row = view.neighbours_without(secret)
    bold = distance <= np.sort(distance)[int(NEAREST * len(distance))]
    guess = view.synthetic[secret.name].iloc[row].reset_index(drop=True)
    return np.asarray(bold & right(secret, guess, view.real[secret.name]))


def _measure(view: View) -> tuple[Estimate, ...]:
    if not view.secrets:
        why = "No column is a secret. Give one the role `sensitive` or `target` in charter.yaml."
        return tuple(missing(m, why, method=ATTRIBUTE.method) for m in ATTRIBUTE.metrics)
    if len(view.tables.columns) < 2:
        why = "There is no other column to infer a secret from. Assess at least two."
        return tuple(missing(m, why, method=ATTRIBUTE.method) for m in ATTRIBUTE.metrics)
    hits = [learnt(view, secret) for secret in view.secrets]
    rng = view.rng("attribute inference")
    alone = [view.labels.hits_p(hit, rng) for hit in hits]
    found = zip(view.secrets, hits, alone, holm(alone), strict=True)
    return tuple(
        estimate
        for secret, hit, p, adjusted in found
        for estimate in _about(view, secret, hit, p, adjusted)
    )


def _about(
    view: View, secret: Column, hit: np.ndarray, p: float, adjusted: float
) -> tuple[Estimate, ...]:
    level = 1 - (1 - LEVEL) / len(view.secrets)
    gap = excess(hit, view.member, view.control_size, level).unless(p, level)
    return (
        interval(
            "privacy.attribute.excess",
            gap.value,
            gap.low,
            gap.high,
            n=len(hit),
            method=f"{ATTRIBUTE.method}: nearest synthetic row on all other columns; share among "
            "the closest 1 % and right, train minus control; Wilson interval of the control share",
            baseline=0.0,
            level=level,
            note=JOINTLY,
            secret=secret.name,
        ),
        exact(
            "privacy.attribute.p",
            adjusted,
            n=len(hit),
            method=f"{ATTRIBUTE.method}: {p_method(view)}; Holm (1979) over "
            f"{len(view.secrets)} secrets",
            seed=None if view.labels.simple else view.seed,
            secret=secret.name,
        ),
    )


ATTRIBUTE = Attack(
    id="attribute-inference",
    version="1",
    title="Attribute inference",
    knows="all of a person's attributes but one.",
    wants="to learn the missing one, such as an income or a diagnosis.",
    can="look up the most similar synthetic row and read the secret there.",
    criterion="inference",
    metrics=("privacy.attribute.excess", "privacy.attribute.p"),
    measure=_measure,
)
