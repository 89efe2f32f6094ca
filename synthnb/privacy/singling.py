# NOTE (temporary): written by the lead at 10:50; review, mend and TEST it, do not rewrite it.
"""Singling out: does a description that fits one synthetic row fit exactly one real person?"""

from __future__ import annotations

import numpy as np

from synthnb.privacy.attack import Attack
from synthnb.privacy.guesses import CLOSE, NUMERIC, numbers
from synthnb.privacy.results import excess_and_p
from synthnb.privacy.views import View
from synthnb.records import Estimate

ATTEMPTS = 1_000  # descriptions that are tried
FEWEST = 100  # that must fit one synthetic row, to say anything
WIDTH = 5  # columns in a description


def _parts(view: View) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Return each column's values of real records and synthetic rows, and how far is equal."""
    found = []
    made_codes = view.encoder.encode(view.distinct).codes.astype(np.float64)
    real_codes = view.encoded_real.codes.astype(np.float64)
    for column in view.columns:
        real, made = view.real[column.name], view.distinct[column.name]
        if column.type in NUMERIC:
            mine, theirs = numbers(real), numbers(made)
            known = mine[np.isfinite(mine)]
            reach = CLOSE * float(known.max() - known.min()) if len(known) else 0.0
            found.append((mine, theirs, reach * (1 + 1e-12)))
        else:
            at = view.encoder.categorical.index(column)
            found.append((real_codes[at], made_codes[at], 0.0))
    return found


def singled_out(view: View) -> tuple[np.ndarray, int]:
    """Return whether some description fits this person and nobody else of train and control.

    A description takes a few columns of a synthetic row at random: equal categories, numbers and
    dates within 1 % of their range. It counts if it fits no other synthetic row. Whom it singles
    out is asked of all real people together, so the answer does not look at the label. (Anonymeter
    asks about train alone and divides by what succeeded; we divide by everybody.)

    Returns
    -------
    people : ndarray of bool, shape (N,)
    kept : int
        Descriptions that fit one synthetic row.
    """
    rng, parts = view.rng("singling out"), _parts(view)
    width = min(WIDTH, len(parts))
    people = np.zeros(len(view.real), dtype=bool)
    kept = 0
    for _ in range(ATTEMPTS):
        row = int(rng.integers(len(view.distinct)))
        chosen = rng.permutation(len(parts))[:width]
        rows: np.ndarray = np.arange(len(view.distinct))
        fits: np.ndarray = np.arange(len(view.real))
        for at in chosen:
            mine, theirs, reach = parts[at]
            rows = rows[_equal(theirs[rows], theirs[row], reach)]
            fits = fits[_equal(mine[fits], theirs[row], reach)]
        if len(rows) == 1:
            kept += 1
            if len(fits) == 1:
                people[fits] = True
    return people, kept


def _equal(values: np.ndarray, value: float, reach: float) -> np.ndarray:
    if np.isnan(value):
        return np.asarray(np.isnan(values))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(values - value) <= reach)


def _measure(view: View) -> tuple[Estimate, ...]:
    people, kept = singled_out(view)
    if kept < FEWEST:
        return SINGLING_OUT.missing(
            f"Insufficient: {kept} of {ATTEMPTS:,} descriptions fit exactly one synthetic row, and "
            f"{FEWEST} are needed. Assess more columns, or finer ones."
        )
    return excess_and_p(
        SINGLING_OUT,
        view,
        people,
        how=f"share of people whom one of {ATTEMPTS:,} descriptions of up to {WIDTH} columns fits, "
        "and nobody else of train and control",
        note=f"{kept} of {ATTEMPTS:,} descriptions fitted exactly one synthetic row.",
    )


SINGLING_OUT = Attack(
    id="singling-out",
    version="1",
    title="Singling out",
    knows="nobody in particular.",
    wants="a description that fits exactly one person in the real data.",
    can="take unusual combinations from synthetic rows and hope that they are somebody's.",
    cost="a thousand descriptions, each held against all records",
    criterion="singling out",
    metrics=("privacy.singling_out.excess", "privacy.singling_out.p"),
    measure=_measure,
)
