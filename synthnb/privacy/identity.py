"""Re-identification on quasi-identifiers: what a few known facts about a person give away.

Blind to secrets that more columns than the quasi-identifiers would give away, and weak where
classes are large: a copied person is then one of many who look alike.

Source: El Emam, Mosquera and Bass 2020, J Med Internet Res 22, e23139; here with every class of
equal quasi-identifiers, and train minus control.
"""

from __future__ import annotations

import numpy as np

from synthnb.privacy.attack import Attack
from synthnb.privacy.bounds import CONFIDENCE, mean_bounds
from synthnb.privacy.classes import Classes, believed, held
from synthnb.privacy.guesses import Secret
from synthnb.privacy.results import excess_and_p
from synthnb.privacy.views import View
from synthnb.records import Column, Estimate, interval

_FORMULA = "(1 / class size) x match x right secret (El Emam et al. 2020)"


def _measure(view: View) -> tuple[Estimate, ...]:
    if not view.quasi_identifiers:
        return REIDENTIFICATION.missing(
            "No column is a quasi-identifier. Give the role `quasi-identifier` in charter.yaml to "
            "what an outsider could know of a person."
        )
    names = [column.name for column in view.quasi_identifiers]
    secrets = [secret for secret in view.secrets if secret.name not in set(names)]
    if not secrets:
        return REIDENTIFICATION.missing(
            "No secret is left to learn. Give a column that is not a quasi-identifier the role "
            "`sensitive` or `target` in charter.yaml."
        )
    found = Classes.of(names, view.real, view.synthetic, view.tables.train, view.tables.control)
    people, rows, train, control = found.numbers
    # Classes of train and control together: a weight that does not look at the label.
    everybody = held(people, np.concatenate([train, control]))
    return tuple(
        estimate
        for secret in secrets
        for estimate in _about(
            view,
            secret,
            believed(people, rows, Secret.of(view, secret, view.synthetic)),
            everybody,
            held(people, train),
            len(secrets),
        )
    )


def _about(
    view: View,
    secret: Column,
    success: np.ndarray,
    everybody: np.ndarray,
    train: np.ndarray,
    secrets: int,
) -> tuple[Estimate, ...]:
    gap, p = excess_and_p(
        REIDENTIFICATION,
        view,
        success / everybody,
        how=f"{_FORMULA}, classes of train and control together",
        parts=secrets,
        secret=secret.name,
    )
    member = view.member
    risk = mean_bounds(success[member] / train[member], view.labels.effective(member), CONFIDENCE)
    return (
        gap,
        p,
        interval(
            "privacy.reidentification.risk",
            risk.value,
            risk.low,
            risk.high,
            n=int(member.sum()),
            method=f"{REIDENTIFICATION.method}: mean of {_FORMULA}, on train; the attacker is "
            "taken to know that the person is there; Wilson interval at the effective size",
            level=CONFIDENCE,
            note="An absolute risk, most of which may be knowledge about the population; the "
            "excess says what comes from having been in the data.",
            secret=secret.name,
        ),
    )


REIDENTIFICATION = Attack(
    id="reidentification",
    version="2",
    title="Re-identification",
    knows="a few public facts about a person: the quasi-identifiers.",
    wants="to find the person's class in the synthetic table and learn a secret.",
    can="match on the quasi-identifiers and believe what most rows there say.",
    cost="a grouping for each secret",
    criterion="linkability",
    metrics=(
        "privacy.reidentification.excess",
        "privacy.reidentification.p",
        "privacy.reidentification.risk",
    ),
    measure=_measure,
)
