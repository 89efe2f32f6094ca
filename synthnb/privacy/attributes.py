"""Attribute inference: what can be learnt about a person's secrets?

Sees secrets that near-copies give away. Blind to what a model learns about whole groups, which is
no leak about anybody in the data, and to people whose other attributes were changed too.

Source: Article 29 Working Party, Opinion 05/2014, inference; Giomi et al. 2023 (Anonymeter), PoPETs
2023(2): the secret of the nearest row. There the attacker speaks about everybody; to speak only of
the closest people finds smaller leaks (the low-false-positive argument of Carlini et al. 2022).
"""

from __future__ import annotations

import numpy as np

from synthnb.privacy.attack import Attack
from synthnb.privacy.guesses import Secret
from synthnb.privacy.results import excess_and_p
from synthnb.privacy.views import View
from synthnb.records import Column, Estimate
from synthnb.tables.gower import Encoder, sweep

NEAREST = 0.01  # share of the real records that the attacker is bold enough to speak about


def learnt(view: View, secret: Column) -> np.ndarray:
    """Return whose secret the attacker says rightly, among those whose neighbour is closest.

    The attacker looks at the synthetic rows that are nearest on all other columns, all of them
    where several are equally near, and is right where more than half of them are: in the category,
    or within 1 % of the range of numbers and dates. They speak only about the closest 1 % of
    people, everybody as close as the last of them included.

    Returns
    -------
    ndarray of bool, shape (N,)
    """
    found = view.remembered
    if secret.name not in found:
        found[secret.name] = _learnt(view, secret)
    return found[secret.name]


def _learnt(view: View, secret: Column) -> np.ndarray:
    others = [other for other in view.columns if other.name != secret.name]
    encoder = Encoder(others, [view.tables.train, view.tables.control])
    real, made = encoder.encode(view.real), encoder.encode(view.distinct)
    about = Secret.of(view, secret, view.distinct)

    def believed(start: int, stop: int, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        least = steps.min(axis=1)
        row, near = np.nonzero(steps == least[:, None])
        right = about.right(start + row, near)
        share = np.bincount(row, right, stop - start) / np.bincount(row, minlength=stop - start)
        return least, share > 0.5

    parts = list(sweep(real, made, believed, progress=view.tell("neighbours without a secret")))
    distance = np.concatenate([least for least, _ in parts])
    bold = distance <= np.sort(distance)[int(NEAREST * len(distance))]
    return np.asarray(bold & np.concatenate([right for _, right in parts]))


def _measure(view: View) -> tuple[Estimate, ...]:
    if not view.secrets:
        return ATTRIBUTE.missing(
            "No column is a secret. Give one the role `sensitive` or `target` in charter.yaml."
        )
    how = (
        "nearest synthetic rows on all other columns, by majority; share among the closest 1 % and "
        "right"
    )
    return tuple(
        estimate
        for secret in view.secrets
        for estimate in excess_and_p(
            ATTRIBUTE,
            view,
            learnt(view, secret),
            how=how,
            parts=len(view.secrets),
            secret=secret.name,
        )
    )


ATTRIBUTE = Attack(
    id="attribute-inference",
    version="2",
    title="Attribute inference",
    knows="all of a person's attributes but one.",
    wants="to learn the missing one, such as an income or a diagnosis.",
    can="look up the most similar synthetic rows and read the secret there.",
    cost="one neighbour search for each secret",
    criterion="inference",
    metrics=("privacy.attribute.excess", "privacy.attribute.p"),
    measure=_measure,
)
