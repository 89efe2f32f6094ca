"""Singling out: does a description that fits one synthetic row fit exactly one real person?

A description says some facts of a synthetic row: equal categories, and numbers and dates within
1 % of their range. It counts where it fits no other synthetic row, and succeeds where it fits
exactly one real person. Blind to rows in which so many facts were changed that few of its
descriptions still fit their person.

Source: Article 29 Working Party, Opinion 05/2014, singling out; Giomi et al. 2023 (Anonymeter),
PoPETs 2023(2). There descriptions are tried on train and on control, each by itself, and the rates
are those of descriptions; here they are tried on all real people together, so that success cannot
depend on who was in train, and the rates are those of people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthnb.privacy.attack import Attack
from synthnb.privacy.results import excess_and_p
from synthnb.privacy.views import View
from synthnb.records import Estimate
from synthnb.tables.gower import Encoded

SETS = 30  # sets of columns, each of which describes every synthetic row
WIDTH = 7  # columns in a description; 5 find 2 % of 657 people in 6 of 10 runs, 7 in 9
FEWEST = 100  # descriptions that must fit one synthetic row, to say anything
_APART = 2**34  # more than any two numbers of an `Encoded` differ by
_PAIRS = 2**21  # pairs that are compared at a time


@dataclass(frozen=True)
class Facts:
    """Some columns of a table.

    Parameters
    ----------
    group : ndarray of int64, shape (n,)
        Rows of one group have equal categories, and the same numbers missing.
    numbers : ndarray of int32, shape (d, n)
        In steps, as `Encoded.scaled`.
    """

    group: np.ndarray
    numbers: np.ndarray

    @property
    def keys(self) -> np.ndarray:
        """Return, for each number, keys that sort by group and then by it; int64, (d or 1, n)."""
        by_group = self.group[None, :] * _APART
        return by_group + self.numbers if len(self.numbers) else by_group


def facts(chosen: np.ndarray, *tables: Encoded) -> list[Facts]:
    """Return some columns of tables that one encoder wrote; numbers come before categories."""
    counts = len(tables[0].full)
    ends = np.cumsum([len(table) for table in tables])[:-1]
    group = np.zeros(sum(len(table) for table in tables), dtype=np.int64)
    for at in chosen:
        parts = [t.absent[at] if at < counts else t.codes[at - counts] for t in tables]
        code = np.concatenate(parts).astype(np.int64) + 1  # -1 is a missing category
        group, _ = pd.factorize(group * (code.max() + 1) + code)
    there = chosen[chosen < counts]
    groups = np.split(group.astype(np.int64), ends)
    return [Facts(own, table.scaled[there]) for own, table in zip(groups, tables, strict=True)]


def fitting(asked: Facts, among: Facts, reach: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how many rows each description fits, as far as 2, and one that it fits.

    Parameters
    ----------
    asked : Facts
        Of the rows that are described, m of them.
    among : Facts
        Of the rows that a description may fit.
    reach : ndarray of int64, shape (d,)
        How far numbers may be apart.

    Returns
    -------
    count : ndarray of int64, shape (m,)
        0, 1, or 2 and more.
    who : ndarray of int64, shape (m,)
        A row that it fits; -1 for none.
    """
    first, last, order = _window(asked, among, reach)
    count = np.zeros(len(first), dtype=np.int64)
    who = np.full(len(first), -1, dtype=np.int64)
    left = np.flatnonzero(first < last)
    while len(left):
        take = np.minimum(last[left] - first[left], max(1, _PAIRS // len(left)))
        row = np.repeat(left, take)
        within = np.arange(len(row)) - np.repeat(np.cumsum(take) - take, take)
        candidate = order[first[row] + within]
        for mine, theirs, far in zip(asked.numbers, among.numbers, reach, strict=True):
            near = np.abs(theirs[candidate] - mine[row]) <= far
            row, candidate = row[near], candidate[near]
        count += np.bincount(row, minlength=len(count))
        who[row] = candidate
        first[left] += take
        left = left[(count[left] < 2) & (first[left] < last[left])]
    return count, who


def _window(
    asked: Facts, among: Facts, reach: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where each description's candidates start and end in an order, and the order.

    Candidates are of the same group and near in one number: the one that leaves the fewest.
    """
    found = []
    far = reach if len(reach) else np.zeros(1, dtype=np.int64)
    for mine, theirs, away in zip(asked.keys, among.keys, far, strict=True):
        order = np.argsort(theirs, kind="stable")
        first = np.searchsorted(theirs, mine - away, side="left", sorter=order)
        last = np.searchsorted(theirs, mine + away, side="right", sorter=order)
        found.append((first, last, order))
    return min(found, key=lambda window: int((window[1] - window[0]).sum()))


def column_sets(columns: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Draw different sets of up to `WIDTH` columns, in which all columns are about as frequent."""
    width, found = min(WIDTH, columns), dict[tuple[int, ...], np.ndarray]()
    for _ in range(SETS):
        order = rng.permutation(columns)
        for start in range(0, columns - width + 1, width):
            chosen = np.sort(order[start : start + width])
            found.setdefault(tuple(chosen.tolist()), chosen)
    return list(found.values())[:SETS]


def singled_out(view: View) -> tuple[np.ndarray, int, int]:
    """Describe each different synthetic row by each set of columns, and see whom it singles out.

    Returns
    -------
    success : ndarray of float in [0, 1], shape (N,)
        In which share of the sets some description fits this person and nobody else of train and
        control.
    made, kept : int
        Descriptions, and those of them that fit one synthetic row only.
    """
    real, rows = view.encoded_real, view.encoder.encode(view.distinct)
    sets = column_sets(len(view.columns), view.rng("singling out"))
    tell = view.tell("descriptions of synthetic rows")
    found, kept = np.zeros(len(real)), 0
    for number, chosen in enumerate(sets, start=1):
        people, made = facts(chosen, real, rows)
        # A hundredth of the range; two numbers were rounded by half a step each.
        reach = real.full[chosen[chosen < len(real.full)]] // 100 + 2
        alone = fitting(made, made, reach)[0] == 1
        count, who = fitting(Facts(made.group[alone], made.numbers[:, alone]), people, reach)
        found[np.unique(who[count == 1])] += 1
        kept += int(alone.sum())
        if tell is not None:
            tell(number / len(sets))
    return found / len(sets), len(rows) * len(sets), kept


def _measure(view: View) -> tuple[Estimate, ...]:
    success, made, kept = singled_out(view)
    if kept < FEWEST:
        return SINGLING_OUT.missing(
            f"Insufficient: {kept} of {made:,} descriptions fit exactly one synthetic row, and "
            f"{FEWEST} are needed. Assess more columns, or finer ones."
        )
    width = min(WIDTH, len(view.columns))
    return excess_and_p(
        SINGLING_OUT,
        view,
        success,
        how=f"share of sets of {width} columns in which a description of a synthetic row fits the "
        "person and nobody else of train and control",
        note=f"{kept:,} of {made:,} descriptions fitted exactly one synthetic row.",
    )


SINGLING_OUT = Attack(
    id="singling-out",
    version="1",
    title="Singling out",
    knows="nobody in particular.",
    wants="a description that fits exactly one person in the real data.",
    can="take unusual combinations from synthetic rows and hope that they are somebody's.",
    cost=f"{SETS} descriptions of each synthetic row, each held against all records",
    criterion="singling out",
    metrics=("privacy.singling_out.excess", "privacy.singling_out.p"),
    measure=_measure,
)
