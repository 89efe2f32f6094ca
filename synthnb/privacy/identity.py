"""Re-identification on quasi-identifiers: what a few known facts about a person give away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthnb.privacy.attack import Attack
from synthnb.privacy.bounds import CONFIDENCE, JOINTLY, LEVEL, excess, mean_bounds
from synthnb.privacy.guesses import NUMERIC, right
from synthnb.privacy.views import View
from synthnb.records import Column, Estimate, exact, interval, missing


@dataclass(frozen=True)
class Classes:
    """People and rows who share all quasi-identifiers, by class number.

    Parameters
    ----------
    real : ndarray of int, shape (N,)
        Class of each real record, train first.
    synthetic : ndarray of int, shape (M,)
        Class of each synthetic row, in the same numbering.
    """

    real: np.ndarray
    synthetic: np.ndarray

    @classmethod
    def of(cls, view: View) -> Classes:
        """Divide real records and synthetic rows by equal quasi-identifiers, missing ones alike."""
        names = [column.name for column in view.quasi_identifiers]
        both = pd.concat([view.real[names], view.synthetic[names]], ignore_index=True)
        number: np.ndarray = both.groupby(names, dropna=False, sort=True).ngroup().to_numpy()
        return cls(number[: len(view.real)], number[len(view.real) :])

    @property
    def matched(self) -> np.ndarray:
        """Return whether each real record has a synthetic row in its class; bool, shape (N,)."""
        return np.isin(self.real, self.synthetic)


def sizes(classes: np.ndarray) -> np.ndarray:
    """Return how many members of the array share the class of each."""
    _, at, count = np.unique(classes, return_inverse=True, return_counts=True)
    return np.asarray(count[at])


def guesses(view: View, classes: Classes, secret: Column) -> pd.Series[Any]:
    """Return what the synthetic rows of each real record's class say about a secret.

    The most frequent category (the first in order among equals), or the median number or date.
    """
    told = pd.DataFrame({"class": classes.synthetic, "secret": view.synthetic[secret.name]})
    told = told.dropna(subset=["secret"])
    if secret.type in NUMERIC:
        answer = told.groupby("class")["secret"].median()
    else:
        count = told.groupby(["class", "secret"], sort=True).size().rename("n").reset_index()
        count = count.sort_values(["class", "n"], ascending=[True, False], kind="stable")
        answer = count.drop_duplicates("class").set_index("class")["secret"]
    return answer.reindex(classes.real).reset_index(drop=True)


def _measure(view: View) -> tuple[Estimate, ...]:
    if not view.quasi_identifiers:
        why = (
            "No column is a quasi-identifier. Give the role `quasi-identifier` in charter.yaml to "
            "what an outsider could know of a person."
        )
        return tuple(missing(m, why, method=REIDENTIFICATION.method) for m in METRICS)
    classes = Classes.of(view)
    return (*_secrets(view, classes), *_descriptive(view, classes))


def _secrets(view: View, classes: Classes) -> tuple[Estimate, ...]:
    known = {column.name for column in view.quasi_identifiers}
    secrets = [secret for secret in view.secrets if secret.name not in known]
    if not secrets:
        why = (
            "No secret is left to learn. Give a column that is not a quasi-identifier the role "
            "`sensitive` or `target` in charter.yaml."
        )
        return tuple(missing(m, why, method=REIDENTIFICATION.method) for m in METRICS[:2])
    found: list[Estimate] = []
    for secret in secrets:
        said = guesses(view, classes, secret)
        success = classes.matched & right(secret, said, view.real[secret.name])
        found += _about(view, classes, secret, success, len(secrets))
    return tuple(found)


def _about(
    view: View, classes: Classes, secret: Column, success: np.ndarray, secrets: int
) -> tuple[Estimate, ...]:
    member = view.member
    level = 1 - (1 - LEVEL) / secrets
    # Classes of train and control together: a weight that does not look at the label.
    weighted = success / sizes(classes.real)
    p = view.labels.amount_p(weighted, view.rng(f"re-identification {secret.name}"))
    gap = excess(weighted, member, view.control_size, level).unless(p, level)
    train = success[member] / sizes(classes.real[member])
    risk = mean_bounds(train, view.labels.effective(member), CONFIDENCE)
    formula = "mean of (1 / class size) x match x right secret (El Emam et al. 2020)"
    return (
        interval(
            "privacy.reidentification.excess",
            gap.value,
            gap.low,
            gap.high,
            n=len(member),
            method=f"{REIDENTIFICATION.method}: {formula}, train minus control, classes of both "
            "together; Wilson interval of the control mean at its effective size",
            baseline=0.0,
            level=level,
            note=JOINTLY,
            secret=secret.name,
        ),
        interval(
            "privacy.reidentification.risk",
            risk.value,
            risk.low,
            risk.high,
            n=int(member.sum()),
            method=f"{REIDENTIFICATION.method}: {formula}, on train; the attacker is taken to know "
            "that the person is there; Wilson interval at the effective size",
            level=CONFIDENCE,
            note="An absolute risk, most of which may be knowledge about the population; the "
            "excess says what comes from having been in the data.",
            secret=secret.name,
        ),
    )


def _descriptive(view: View, classes: Classes) -> tuple[Estimate, ...]:
    names = ", ".join(column.name for column in view.quasi_identifiers)
    made, train = sizes(classes.synthetic), sizes(classes.real[view.member])
    cell = view.minimum_cell
    side = "below" if train.min() < cell else "not below"
    method = f"Classes of equal quasi-identifiers ({names}), as k-anonymity counts (Sweeney 2002)"
    return (
        exact(
            "privacy.k_anonymity",
            int(made.min()),
            n=len(made),
            method=method,
            note=f"The smallest class of train is {side} the minimum cell of {cell}. A small "
            "class of synthetic rows is no person: this describes the table.",
            table="synthetic",
        ),
        exact(
            "privacy.unique_share",
            float(np.mean(made == 1)),
            n=len(made),
            method=method,
            table="synthetic",
        ),
        _train_unique(train, cell, method),
    )


def _train_unique(train: np.ndarray, cell: int, method: str) -> Estimate:
    unique = int((train == 1).sum())
    hidden = 0 < unique < cell
    return exact(
        "privacy.unique_share",
        (cell if hidden else unique) / len(train),
        n=len(train),
        method=method,
        note=f"Fewer than {cell} people; shown as {cell}." if hidden else "",
        table="train",
    )


METRICS = (
    "privacy.reidentification.excess",
    "privacy.reidentification.risk",
    "privacy.k_anonymity",
    "privacy.unique_share",
)

REIDENTIFICATION = Attack(
    id="reidentification",
    version="1",
    title="Re-identification",
    knows="a few public facts about a person: the quasi-identifiers.",
    wants="to find the person's class in the synthetic table and learn a secret.",
    can="match on the quasi-identifiers and believe what most rows there say.",
    criterion="linkability",
    metrics=METRICS,
    measure=_measure,
)
