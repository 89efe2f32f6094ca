"""Rarity-weighted agreement: on how many, and how rare, values do two records agree?

Two records that share a value which a share p of the real records hold agree on -log p nats
(Fellegi and Sunter 1969, J Am Stat Assoc 64, 1183-1210, with the probability of agreement among
true pairs taken as 1). Weights are whole steps, so that sums are exact in any order: the order of
columns and the number of threads change nothing.

    rarity = Rarity(columns, [real])
    best = best_agreement(rarity.encode(real), rarity.encode(synthetic))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthnb.records import Column

_LARGEST = 2**23  # largest possible sum of weights: whole numbers are exact in single precision
_CELLS = 2**23  # pairs whose agreement is held at a time: 32 MiB
_BLOCK = 1024  # queries at a time, at most
_PAIRS = 2**18  # pairs that are looked at more closely at a time


@dataclass(frozen=True)
class Values:
    """A frame as `Rarity.encode` wrote it; compare only what one `Rarity` wrote.

    Parameters
    ----------
    codes : ndarray of int32, shape (columns, n)
        Values; -1 where none of the reference frames holds it.
    weight : ndarray of int32, shape (columns, n)
        Steps that agreeing on the value is worth; 0 where the code is -1.
    levels : tuple of int
        How many codes each column has.
    """

    codes: np.ndarray
    weight: np.ndarray
    levels: tuple[int, ...]

    def __len__(self) -> int:
        return int(self.codes.shape[1])


class Rarity:
    """How rare each value is among the real records; a missing value is one of them.

    Parameters
    ----------
    columns : sequence of Column
        Name and weight of each column to compare.
    frames : sequence of DataFrame
        The real records, pooled. Cost and memory grow with the number of different values.
    steps : float, optional
        Steps in a nat; as many as fit by default.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        frames: Sequence[pd.DataFrame],
        steps: float | None = None,
    ) -> None:
        self.columns = tuple(columns)
        pooled = pd.concat([frame[[c.name for c in columns]] for frame in frames])
        counted = [_counted(pooled[column.name]) for column in columns]
        self._code_of = [
            dict(zip(values, range(len(values)), strict=True)) for values, _ in counted
        ]
        nats = [
            column.weight * -np.log(counts / len(pooled))
            for column, (_, counts) in zip(columns, counted, strict=True)
        ]
        largest = float(sum(each.max() for each in nats))
        self.steps = steps or (_LARGEST / largest if largest > 0 else 1.0)
        """Steps in a nat."""
        self._weight = [np.rint(each * self.steps).astype(np.int32) for each in nats]

    def encode(self, frame: pd.DataFrame) -> Values:
        """Return a frame in the form that `best_agreement` compares."""
        codes = np.empty((len(self.columns), len(frame)), dtype=np.int32)
        weight = np.zeros(codes.shape, dtype=np.int32)
        for at, column in enumerate(self.columns):
            local, found = pd.factorize(_plain(frame[column.name]), use_na_sentinel=False)
            known = self._code_of[at]
            code = np.array([known.get(_key(value), -1) for value in found], dtype=np.int32)
            codes[at] = code[local]
            weight[at] = np.where(codes[at] < 0, 0, self._weight[at][codes[at]])
        return Values(codes, weight, tuple(len(each) for each in self._code_of))


@dataclass(frozen=True)
class Finer:
    """Agreement on finer values, which may replace that on coarse ones where it is good at all.

    The finer agreement counts only as a whole: a reference that shares the coarse value and not the
    finer one gets nothing for that column.

    Parameters
    ----------
    least : ndarray of int64, shape (n queries,)
        Agreement above which a reference is looked at more closely.
    queries, references : Values
        Finer values, and what agreeing on them is worth.
    """

    least: np.ndarray
    queries: Values
    references: Values

    def worth(self, query: np.ndarray, reference: np.ndarray) -> np.ndarray:
        """Return the finer agreement of pairs; int64, shape (pairs,)."""
        mine, theirs = self.queries.codes[:, query], self.references.codes[:, reference]
        same = (mine == theirs) & (mine >= 0)
        total: np.ndarray = (self.queries.weight[:, query] * same).sum(axis=0, dtype=np.int64)
        return total

    def raise_to(self, best: np.ndarray, start: int, sums: np.ndarray) -> None:
        """Raise the best agreement of a block of queries where a finer one is better."""
        row, near = np.nonzero(sums > self.least[start : start + len(sums), None])
        for first in range(0, len(row), _PAIRS):
            some, others = row[first : first + _PAIRS], near[first : first + _PAIRS]
            np.maximum.at(best, start + some, self.worth(start + some, others))


def best_agreement(
    queries: Values,
    references: Values,
    *,
    own: np.ndarray | None = None,
    finer: Finer | None = None,
    progress: Callable[[float], None] | None = None,
) -> np.ndarray:
    """Find how much each query agrees with the reference that it agrees with most.

    Parameters
    ----------
    queries, references : Values
        From one `Rarity`.
    own : ndarray of int, shape (n queries,), optional
        The reference that is the query itself and does not count.
    finer : Finer, optional
        What a reference that agrees well enough is worth on finer values.
    progress : callable, optional
        Told which share is done.

    Returns
    -------
    ndarray of int64, shape (n queries,)
        Largest sum, over the columns in which a reference has the query's value, of the query's
        weights; in steps of `Rarity.steps` to a nat. 0 where there is nobody to agree with.
    """
    best = np.zeros(len(queries), dtype=np.int64)
    if len(references) - (own is not None) < 1:
        return best
    told = _indicators(references)
    block = int(max(1, min(_BLOCK, _CELLS // len(references))))
    for start in range(0, len(queries), block):
        stop = min(start + block, len(queries))
        # Weights at the query's values times indicators of the reference's: whole numbers, so
        # that the product is exact whatever the order of its sums.
        sums = _weighted(queries, start, stop) @ told
        if own is not None:
            sums[np.arange(stop - start), own[start:stop]] = -1
        best[start:stop] = sums.max(axis=1)
        if finer is not None:
            finer.raise_to(best, start, sums)
        if progress is not None:
            progress(stop / len(queries))
    return best


def _indicators(values: Values) -> np.ndarray:
    """Return which value each record has; float32, shape (all levels, n)."""
    told = np.zeros((sum(values.levels), len(values)), dtype=np.float32)
    first = 0
    for codes, levels in zip(values.codes, values.levels, strict=True):
        known = np.flatnonzero(codes >= 0)
        told[first + codes[known], known] = 1
        first += levels
    return told


def _weighted(values: Values, start: int, stop: int) -> np.ndarray:
    """Return the weight of each record's own values; float32, shape (stop - start, all levels)."""
    wanted = np.zeros((stop - start, sum(values.levels)), dtype=np.float32)
    first = 0
    for codes, weight, levels in zip(values.codes, values.weight, values.levels, strict=True):
        known = np.flatnonzero(codes[start:stop] >= 0)
        wanted[known, first + codes[start:stop][known]] = weight[start:stop][known]
        first += levels
    return wanted


def _plain(series: pd.Series[Any]) -> np.ndarray:
    if series.dtype.kind == "f":
        return series.to_numpy() + 0.0  # -0.0 and 0.0 are one number
    return series.to_numpy()


def _key(value: Any) -> Any:
    return None if pd.isna(value) else value


def _counted(series: pd.Series[Any]) -> tuple[list[Any], np.ndarray]:
    codes, values = pd.factorize(_plain(series), use_na_sentinel=False)
    return [_key(value) for value in values], np.bincount(codes, minlength=len(values))
