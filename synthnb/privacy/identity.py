# NOTE (temporary): written by the lead at 10:50; review, mend and TEST it, do not rewrite it.
"""Re-identification on quasi-identifiers: what a few known facts about a person give away."""

from __future__ import annotations

import numpy as np

from synthnb.privacy.attack import Attack
from synthnb.privacy.bounds import CONFIDENCE, mean_bounds
from synthnb.privacy.classes import Classes, believed, sizes
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
    people, rows = Classes.of(names, view.real, view.synthetic).numbers
    return tuple(
        estimate
        for secret in secrets
        for estimate in _about(view, people, rows, secret, len(secrets))
    )


def _about(
    view: View, people: np.ndarray, rows: np.ndarray, secret: Column, secrets: int
) -> tuple[Estimate, ...]:
    success = believed(people, rows, Secret.of(view, secret, view.synthetic))
    # Classes of train and control together: a weight that does not look at the label.
    gap, p = excess_and_p(
        REIDENTIFICATION,
        view,
        success / sizes(people),
        how=f"{_FORMULA}, classes of train and control together",
        parts=secrets,
        secret=secret.name,
    )
    member = view.member
    train = success[member] / sizes(people[member])
    risk = mean_bounds(train, view.labels.effective(member), CONFIDENCE)
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
