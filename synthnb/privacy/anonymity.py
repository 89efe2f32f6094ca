"""Classes of equal quasi-identifiers: k, l, t and uniqueness, of the synthetic table and of train.

These describe tables. They measure no leak: the classes of a fresh sample of real people look the
same as those of a copy.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthnb.privacy.attack import Attack
from synthnb.privacy.classes import Classes, sizes
from synthnb.privacy.guesses import NUMERIC
from synthnb.privacy.population import unique_in_population
from synthnb.privacy.views import View
from synthnb.records import Column, Estimate, exact

_CELLS = 2**22  # class frequencies that are held at a time


def _measure(view: View) -> tuple[Estimate, ...]:
    if not view.quasi_identifiers:
        return ANONYMITY.missing(
            "No column is a quasi-identifier. Give the role `quasi-identifier` in charter.yaml to "
            "what an outsider could know of a person."
        )
    names = [column.name for column in view.quasi_identifiers]
    train = view.tables.train[list(view.synthetic)].reset_index(drop=True)
    method = (
        f"{ANONYMITY.method}: classes of equal quasi-identifiers ({', '.join(names)}), missing "
        "values alike"
    )
    made, real = Classes.of(names, view.synthetic, train).numbers
    secrets = [secret for secret in view.secrets if secret.name not in set(names)]
    return (
        *_sizes(view, made, real, method),
        *_contents(view.synthetic, made, secrets, method, "synthetic", ""),
        *_contents(*_shown(view, train, real), secrets, method, "train", _hidden(view)),
        unique_in_population(sizes(real), view.tables.charter.population, method),
    )


def _sizes(view: View, made: np.ndarray, real: np.ndarray, method: str) -> tuple[Estimate, ...]:
    cell, least = view.minimum_cell, int(sizes(real).min())
    unique = int((sizes(real) == 1).sum())
    hidden = 0 < unique < cell
    if least >= cell:
        smallest = exact("privacy.k_anonymity", least, n=len(real), method=method, table="train")
    else:
        why = f"The smallest class of train is below the minimum cell of {cell}: not shown."
        (smallest,) = ANONYMITY.missing(why, "privacy.k_anonymity", table="train")
    return (
        exact(
            "privacy.k_anonymity",
            int(sizes(made).min()),
            n=len(made),
            method=method,
            note="A small class of synthetic rows is no person: this describes the table.",
            table="synthetic",
        ),
        smallest,
        exact(
            "privacy.unique_share",
            float(np.mean(sizes(made) == 1)),
            n=len(made),
            method=method,
            table="synthetic",
        ),
        exact(
            "privacy.unique_share",
            (cell if hidden else unique) / len(real),
            n=len(real),
            method=method,
            note=f"Fewer than {cell} people; shown as {cell}." if hidden else "",
            table="train",
        ),
    )


def _hidden(view: View) -> str:
    return f"Over the classes of at least {view.minimum_cell} people."


def _shown(view: View, train: pd.DataFrame, real: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the people of train whose classes are large enough to be spoken about."""
    enough = sizes(real) >= view.minimum_cell
    return train[enough].reset_index(drop=True), real[enough]


def _contents(
    frame: pd.DataFrame,
    classes: np.ndarray,
    secrets: list[Column],
    method: str,
    table: str,
    note: str,
) -> tuple[Estimate, ...]:
    found: list[Estimate] = []
    for secret in secrets:
        scope = {"secret": secret.name, "table": table}
        if not len(frame):
            why = "No class of train is as large as the minimum cell, so nothing is shown."
            found += ANONYMITY.missing(why, "privacy.l_diversity", "privacy.t_closeness", **scope)
            continue
        codes, values = pd.factorize(frame[secret.name], sort=True, use_na_sentinel=False)
        ordered = secret.type in NUMERIC
        found += [
            exact(
                "privacy.l_diversity",
                diversity(classes, codes),
                n=len(frame),
                method=f"{method}; distinct l-diversity",
                note=note,
            ).about(scope),
            exact(
                "privacy.t_closeness",
                closeness(classes, codes, len(values), ordered=ordered),
                n=len(frame),
                method=f"{method}; {'ordered' if ordered else 'equal'} distance between values",
                note=note,
            ).about(scope),
        ]
    return tuple(found)


def diversity(classes: np.ndarray, codes: np.ndarray) -> int:
    """Return the fewest different values of a secret in a class (Machanavajjhala et al. 2007).

    Parameters
    ----------
    classes, codes : ndarray of int, shape (n,)
        Class and value of each record.
    """
    pairs = np.unique(np.stack([classes, codes]), axis=1)[0]
    return int(np.unique(pairs, return_counts=True)[1].min())


def closeness(classes: np.ndarray, codes: np.ndarray, levels: int, *, ordered: bool) -> float:
    """Return the largest distance of a class's distribution of a secret from the whole table's.

    Earth mover's distance of Li, Li and Venkatasubramanian (2007, section 5): total variation
    where all values are equally far from each other; for numbers, the mean absolute difference of
    the cumulative shares over the m - 1 steps between the m values.

    Parameters
    ----------
    classes, codes : ndarray of int, shape (n,)
        Class and value of each record; values in order.
    levels : int
        How many values there are.
    ordered : bool
        Whether their order counts.
    """
    if levels < 2:
        return 0.0
    _, at = np.unique(classes, return_inverse=True)
    whole = np.bincount(codes, minlength=levels) / len(codes)
    order = np.argsort(at, kind="stable")
    ends = np.cumsum(np.bincount(at))
    step, worst = max(1, _CELLS // levels), 0.0
    for first in range(0, len(ends), step):
        last = min(first + step, len(ends))
        rows = order[(ends[first - 1] if first else 0) : ends[last - 1]]
        cell = (at[rows] - first) * levels + codes[rows]
        table = np.bincount(cell, minlength=(last - first) * levels).reshape(-1, levels)
        apart = table / table.sum(axis=1, keepdims=True) - whole
        if ordered:
            far = np.abs(np.cumsum(apart, axis=1)).sum(axis=1) / (levels - 1)
        else:
            far = np.abs(apart).sum(axis=1) / 2
        worst = max(worst, float(far.max()))
    return min(1.0, worst)


ANONYMITY = Attack(
    id="anonymity",
    version="1",
    title="Classes of quasi-identifiers",
    knows="the quasi-identifiers of everybody; this describes tables and is not an attacker.",
    wants="to see how finely the tables tell people apart.",
    can="count who shares all quasi-identifiers, and what is said there.",
    cost="a few groupings",
    criterion="singling out",
    status="description",
    needs_control=False,
    metrics=(
        "privacy.k_anonymity",
        "privacy.l_diversity",
        "privacy.t_closeness",
        "privacy.unique_share",
        "privacy.population_unique",
    ),
    measure=_measure,
)
