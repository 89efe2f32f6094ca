"""Linkability: does the synthetic table join two files about the same people?

Blind to rows that resemble a person in one half of the columns only, and weak where one file has
so few columns that many rows are equally near.

Source: Article 29 Working Party, Opinion 05/2014, linkability; Giomi et al. 2023 (Anonymeter),
PoPETs 2023(2), with one neighbour, as ten have less power.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synthnb.privacy.attack import Attack
from synthnb.privacy.results import excess_and_p
from synthnb.privacy.views import View
from synthnb.records import Column, Estimate
from synthnb.tables.gower import Encoder, sweep

_LEAST = 2  # columns in each of the two files
_CHUNK = 4096  # people whose nearest rows are held at a time, in bits


def files(view: View) -> tuple[list[Column], list[Column]] | None:
    """Return the columns of the two files, or None if there are too few.

    The quasi-identifiers and the rest, if both are enough; else every other column by name.
    """
    known = list(view.quasi_identifiers)
    rest = [column for column in view.columns if column not in known]
    if min(len(known), len(rest)) < _LEAST:
        known, rest = list(view.columns[::2]), list(view.columns[1::2])
    return (known, rest) if min(len(known), len(rest)) >= _LEAST else None


def linked(view: View, one: Sequence[Column], other: Sequence[Column]) -> np.ndarray:
    """Return how probably both files of a person lead to the same synthetic row.

    In each file the attacker takes the nearest row, one of them at random where several are
    equally near: they are the same with probability (rows nearest in both) / (rows nearest in the
    one x rows nearest in the other).

    Returns
    -------
    ndarray of float in [0, 1], shape (N,)
        In thousandths: exchanges of labels take time for each different value.
    """
    real = [view.tables.train, view.tables.control]
    encoders = [Encoder(columns, real) for columns in (one, other)]
    rows = [encoder.encode(view.distinct) for encoder in encoders]
    tell, n, found = view.tell("neighbours in half of the columns"), len(view.real), []
    for start in range(0, n, _CHUNK):
        people = view.real.iloc[start : start + _CHUNK]
        near = [
            np.concatenate(list(sweep(encoder.encode(people), made, _nearest)))
            for encoder, made in zip(encoders, rows, strict=True)
        ]
        counts = [np.bitwise_count(bits).sum(axis=1, dtype=np.float64) for bits in near]
        both = np.bitwise_count(near[0] & near[1]).sum(axis=1)
        found.append(both / (counts[0] * counts[1]))
        if tell is not None:
            tell(min(1.0, (start + _CHUNK) / n))
    return np.round(np.concatenate(found), 3)


def _nearest(_: int, __: int, steps: np.ndarray) -> np.ndarray:
    """Return which rows are nearest, a bit for each."""
    return np.packbits(steps == steps.min(axis=1, keepdims=True), axis=1)


def _measure(view: View) -> tuple[Estimate, ...]:
    chosen = files(view)
    if chosen is None:
        return LINKABILITY.missing(
            f"Two files need {_LEAST} columns each. Assess at least {2 * _LEAST} columns."
        )
    one, other = chosen
    names = [", ".join(column.name for column in part) for part in chosen]
    return excess_and_p(
        LINKABILITY,
        view,
        linked(view, one, other),
        how="nearest synthetic row in each of two files with different columns is the same one",
        note=f"One file holds {names[0]}; the other {names[1]}.",
    )


LINKABILITY = Attack(
    id="linkability",
    version="1",
    title="Linkability",
    knows="two files about the same people, without names and with different columns.",
    wants="to find out which record of the one belongs to which of the other.",
    can="use the synthetic table as a bridge: the most similar row in each file.",
    cost="two neighbour searches in half of the columns",
    criterion="linkability",
    metrics=("privacy.linkability.excess", "privacy.linkability.p"),
    measure=_measure,
)
