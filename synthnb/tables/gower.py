"""Exact nearest neighbours on mixed types (Gower 1971), in NumPy, in bounded memory.

The distance of two records is the weighted mean over the columns of

- numbers and dates: the absolute difference over the range in the reference frames;
- categories and booleans: 0 if equal, 1 if not;
- a missing value: 0 against a missing one, 1 against any other.

Scaled values are held as whole numbers (a step is about 1e-8 of a column's range), so that sums
are exact in any order: equal records are equally far from everything, ties go to the lowest index,
and one thread gives the same answer as many. Records equal in every column are at 0; all others
are above it.

    encoder = Encoder(charter.assessed, [train, control])
    distances, indices = nearest(encoder.encode(control), encoder.encode(synthetic))
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from synthnb.errors import TableError
from synthnb.records import Column

T = TypeVar("T")
_NUMERIC = frozenset({"number", "integer", "date"})
_TILE = 8192  # references at a time
_CELLS = 2**18  # pairs at a time: a tile of int32 stays in a core's cache
_ROW_CELLS = 2**22  # pairs whose distance is held at a time: 16 MiB for each thread
_FAR = np.iinfo(np.int32).max  # farther than any distance: a reference that does not count
_DIVISIBLE = 720_720  # by 1 to 16 and many more, so that counts on small ranges tie exactly
_MAX_TOTAL = 2**30  # the largest possible sum of differences; leaves room below _FAR


@dataclass(frozen=True)
class Encoded:
    """A frame as `Encoder.encode` wrote it; compare only what one encoder wrote.

    Parameters
    ----------
    scaled : ndarray of int32, shape (numeric columns, n)
        Numbers and dates in steps of a column's range; 0 where missing.
    absent : ndarray of bool, shape (numeric columns, n)
        Where they are missing.
    values : tuple of ndarray, each of shape (n,)
        The numbers as they were, to tell apart what falls within one step.
    codes : ndarray of int32, shape (category columns, n)
        Categories; -1 where missing.
    full : ndarray of int64, shape (numeric columns,)
        Steps in one whole range of each numeric column, its weight included.
    mismatch : ndarray of int64, shape (category columns,)
        Steps that a different category costs.
    total : int
        Steps in a distance of 1.
    """

    scaled: np.ndarray
    absent: np.ndarray
    values: tuple[np.ndarray, ...]
    codes: np.ndarray
    full: np.ndarray
    mismatch: np.ndarray
    total: int

    def __len__(self) -> int:
        return int(self.scaled.shape[1])


class Encoder:
    """How records become numbers: ranges come from the reference frames and from nowhere else.

    Numbers beyond the reference range keep their distance up to one range outside; from there on
    they all count as that far. In a column that is constant in the reference frames, another value
    is one whole range away.

    Parameters
    ----------
    columns : sequence of Column
        Name, type and weight of each column to compare.
    frames : sequence of DataFrame
        The frames whose pooled minimum and maximum give each range: real records only.
    """

    def __init__(self, columns: Sequence[Column], frames: Sequence[pd.DataFrame]) -> None:
        self.numeric = tuple(column for column in columns if column.type in _NUMERIC)
        self.categorical = tuple(column for column in columns if column.type not in _NUMERIC)
        if not columns:
            raise TableError("There is no column to compare records by.")
        weight = sum(column.weight for column in columns)
        # Values lie within [-1, 2] ranges, so two of them differ by 3 at most.
        unit = int(_MAX_TOTAL / (3 * weight))
        self._unit = unit - unit % _DIVISIBLE if unit > _DIVISIBLE else unit
        self.full = self._steps(self.numeric)
        self.mismatch = self._steps(self.categorical)
        self.total = int(self.full.sum() + self.mismatch.sum())
        self.bounds = [_bounds([_values(f[c.name]) for f in frames]) for c in self.numeric]
        self._levels: list[dict[str, int]] = [{} for _ in self.categorical]

    def _steps(self, columns: Sequence[Column]) -> np.ndarray:
        steps = [max(1, round(self._unit * column.weight)) for column in columns]
        return np.array(steps, dtype=np.int64)

    def encode(self, frame: pd.DataFrame) -> Encoded:
        """Return a frame in the form that `nearest` compares.

        A category that no frame had before gets a new code: it equals itself and nothing else.
        """
        n = len(frame)
        scaled = np.zeros((len(self.numeric), n), dtype=np.int32)
        absent = np.zeros((len(self.numeric), n), dtype=bool)
        values = []
        for at, column in enumerate(self.numeric):
            exact = _values(frame[column.name])
            absent[at] = frame[column.name].isna().to_numpy()
            scaled[at] = _scale(exact, absent[at], self.bounds[at], int(self.full[at]))
            values.append(np.where(absent[at], exact.dtype.type(0), exact))
        codes = np.full((len(self.categorical), n), -1, dtype=np.int32)
        for at, column in enumerate(self.categorical):
            codes[at] = self._code(frame[column.name], self._levels[at])
        return Encoded(
            scaled=scaled,
            absent=absent,
            values=tuple(values),
            codes=codes,
            full=self.full,
            mismatch=self.mismatch,
            total=self.total,
        )

    @staticmethod
    def _code(series: pd.Series[Any], levels: dict[str, int]) -> np.ndarray:
        local, found = pd.factorize(series.to_numpy(dtype=object))
        known = [levels.setdefault(str(value), len(levels)) for value in found]
        return np.array([*known, -1], dtype=np.int32)[local]  # factorize says -1 for missing


def nearest(
    queries: Encoded,
    references: Encoded,
    k: int = 1,
    *,
    own: np.ndarray | None = None,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Find the k nearest references of each query, exactly.

    Parameters
    ----------
    queries, references : Encoded
        From one encoder.
    k : int
        How many neighbours.
    own : ndarray of int, shape (n queries,), optional
        The reference that is the query itself and does not count.
    threads : int, optional
        Threads to use; by default the cores that this process may use. Changes no result.
    progress : callable, optional
        Told which share is done.

    Returns
    -------
    distances : ndarray of float64, shape (n queries, k)
        Gower distances, ascending, between 0 and 1 within the reference range.
    indices : ndarray of int64, shape (n queries, k)
        Row of each neighbour; the lowest where several are equally near.

    Raises
    ------
    TableError
        If there are fewer than k references to choose from.
    """
    _check(queries, references, k, own is not None)
    distances = np.empty((len(queries), k), dtype=np.float64)
    indices = np.empty((len(queries), k), dtype=np.int64)

    def keep(start: int, stop: int, steps: np.ndarray) -> None:
        rows = np.arange(stop - start)
        for rank in range(k):
            best = steps.argmin(axis=1)
            distances[start:stop, rank] = steps[rows, best] / references.total
            indices[start:stop, rank] = best
            steps[rows, best] = _FAR

    for _ in sweep(queries, references, keep, own=own, threads=threads, progress=progress):
        pass
    return distances, indices


def credit(queries: Encoded, references: Encoded, *, threads: int | None = None) -> np.ndarray:
    """Return how often each reference is the nearest of a query, ties sharing one vote equally.

    Returns
    -------
    ndarray of float64, shape (n references,)
        Sums to the number of queries.
    """
    _check(queries, references, 1, False)

    def votes(start: int, stop: int, steps: np.ndarray) -> np.ndarray:
        ties = steps == steps.min(axis=1, keepdims=True)
        row, column = np.nonzero(ties)
        share = 1.0 / ties.sum(axis=1)
        return np.bincount(column, weights=share[row], minlength=len(references))

    total = np.zeros(len(references))
    for part in sweep(queries, references, votes, threads=threads):
        total += part  # in the order of the blocks, whatever thread was first
    return total


def _check(queries: Encoded, references: Encoded, k: int, without: bool) -> None:
    available = len(references) - int(without)
    if not 1 <= k <= available:
        raise TableError(
            f"Asked for the {k} nearest of {max(available, 0)} records.",
            advice="give at least as many records as neighbours",
        )


def sweep(
    queries: Encoded,
    references: Encoded,
    reduce: Callable[[int, int, np.ndarray], T],
    *,
    own: np.ndarray | None = None,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Iterator[T]:
    """Reduce the distances between each block of queries and all references, block after block.

    Parameters
    ----------
    queries, references : Encoded
        From one encoder.
    reduce : callable
        Takes the first query of a block, the one after its last, and the distances of the block
        in steps: int32, shape (block, n references). Runs in threads; blocks follow from the
        sizes of the tables alone.
    own, threads, progress
        As in `nearest`.

    Yields
    ------
    T
        What `reduce` returned, in the order of the queries.
    """
    plan = _Plan(queries, references)
    n = len(references)
    block = max(1, min(_CELLS // min(n, _TILE), _ROW_CELLS // n, 1024))

    def work(start: int) -> T:
        stop = min(start + block, len(queries))
        steps = np.empty((stop - start, n), dtype=np.int32)
        for left in range(0, n, _TILE):
            right = min(left + _TILE, n)
            plan.fill(start, stop, left, right, steps[:, left:right])
        if own is not None:
            steps[np.arange(stop - start), own[start:stop]] = _FAR
        return reduce(start, stop, steps)

    starts = range(0, len(queries), block)
    with ThreadPoolExecutor(threads or _cores()) as pool:
        for number, part in enumerate(pool.map(work, starts)):
            yield part
            if progress is not None:
                progress((number + 1) / len(starts))


class _Plan:
    """What two encoded frames need to be compared: narrow codes, and columns to look at twice."""

    def __init__(self, queries: Encoded, references: Encoded) -> None:
        self.q, self.r = queries, references
        self.gaps = [
            bool(queries.absent[at].any() or references.absent[at].any())
            for at in range(len(queries.full))
        ]
        self.blurred = [at for at in range(len(queries.full)) if self._blurs(at)]
        # Columns of one cost are counted together in bytes, which is several times faster.
        self.groups: list[tuple[int, list[tuple[np.ndarray, np.ndarray]]]] = []
        for cost in np.unique(queries.mismatch):
            same = np.flatnonzero(queries.mismatch == cost)
            for at in range(0, len(same), 255):
                pairs = [
                    _narrow(queries.codes[c], references.codes[c]) for c in same[at : at + 255]
                ]
                self.groups.append((int(cost), pairs))

    def _blurs(self, at: int) -> bool:
        """Return whether two different values of a column share a step."""
        values = np.concatenate([self.q.values[at], self.r.values[at]])
        order = np.argsort(values, kind="stable")
        steps = np.concatenate([self.q.scaled[at], self.r.scaled[at]])[order]
        differ = np.diff(values[order]) != 0
        return bool((differ & (np.diff(steps) == 0)).any())

    def fill(self, start: int, stop: int, left: int, right: int, out: np.ndarray) -> None:
        """Write the steps between queries start:stop and references left:right."""
        shape = out.shape
        unequal = np.empty(shape, dtype=bool)
        out[...] = 0
        for cost, pairs in self.groups:
            count = np.zeros(shape, dtype=np.uint8)
            for mine, theirs in pairs:
                np.not_equal(mine[start:stop, None], theirs[None, left:right], out=unequal)
                np.add(count, unequal.view(np.uint8), out=count)
            out += count * np.int32(cost)
        if len(self.q.full):
            self._numbers(start, stop, left, right, out)

    def _numbers(self, start: int, stop: int, left: int, right: int, out: np.ndarray) -> None:
        apart = np.empty(out.shape, dtype=np.int32)
        for at, whole in enumerate(self.q.full):
            mine, theirs = self.q.scaled[at, start:stop, None], self.r.scaled[at, None, left:right]
            np.subtract(mine, theirs, out=apart)
            np.abs(apart, out=apart)
            if self.gaps[at]:
                gap = self.q.absent[at, start:stop, None] != self.r.absent[at, None, left:right]
                np.copyto(apart, np.int32(whole), where=gap)
            np.add(out, apart, out=out)
        if self.blurred:
            row, column = np.nonzero(out == 0)
            differ = np.zeros(len(row), dtype=bool)
            for at in self.blurred:
                differ |= self.q.values[at][start + row] != self.r.values[at][left + column]
            out[row[differ], column[differ]] = 1  # different records are never at distance 0


def _narrow(mine: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return codes in the fewest bytes that hold them."""
    top = max(int(mine.max(initial=-1)), int(theirs.max(initial=-1))) + 1
    kind: Any = np.uint8 if top < 256 else np.uint16 if top < 65_536 else np.int32
    return (mine + 1).astype(kind), (theirs + 1).astype(kind)


def _values(series: pd.Series[Any]) -> np.ndarray:
    """Return numbers as they are; dates as whole nanoseconds."""
    if pd.api.types.is_datetime64_any_dtype(series):
        return series.to_numpy(dtype="datetime64[ns]").astype(np.int64)
    return series.to_numpy(dtype=np.float64) + 0.0  # -0.0 and 0.0 are one number


def _bounds(parts: Sequence[np.ndarray]) -> tuple[Any, Any]:
    values = np.concatenate(parts) if parts else np.empty(0)
    if values.dtype == np.int64:
        values = values[values != np.iinfo(np.int64).min]  # NaT
    else:
        values = values[np.isfinite(values)]
    return (values.min(), values.max()) if len(values) else (0, 0)


def _scale(
    values: np.ndarray, absent: np.ndarray, bounds: tuple[Any, Any], whole: int
) -> np.ndarray:
    low, high = bounds
    present = np.where(absent, low, values)
    if high > low:
        # Halves first: the difference of two finite doubles need not be finite.
        share = (present / 2 - low / 2) / (high / 2 - low / 2)
    else:
        share = (present > low).astype(np.float64) - (present < low)
    steps: np.ndarray = np.rint(np.clip(share, -1.0, 2.0) * whole).astype(np.int32)
    steps[absent] = 0
    return steps


def _cores() -> int:
    try:
        return min(8, len(os.sched_getaffinity(0)))
    except AttributeError:  # macOS, Windows
        return min(8, os.cpu_count() or 1)
