"""Looking for the order of the real table: several rows, or several values of one column, in turn.

A row of few columns is many people's row, and a number is many people's number. That five rows
follow each other as they do in the real table is no coincidence, and neither is a list of numbers
that follow each other as they do in one of its columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from synthnb.disclosure import scoring
from synthnb.disclosure.population import ABSENT, Population
from synthnb.disclosure.rows import Found, Shown
from synthnb.disclosure.scoring import KEPT, LOST
from synthnb.disclosure.streams import Lexicon, Row

ROWS = 5
"""Rows in turn that are looked at together."""

VALUES = 6
"""Values in turn that are looked at together."""

STRIDES = (1, 2)
"""Distances between values: 2 where each has a number before it, as a printed series has."""

_TABLE = 60  # rows of one table that are looked at
_NAMED = 3  # columns that a row must name


def find(
    population: Population, lexicon: Lexicon, shown: Sequence[Shown], tables: Sequence[Table]
) -> Iterator[Found]:
    """Yield every place where the order of a real table shows."""
    yield from _rows(population, tables)
    yield from _values(population, lexicon, shown)


Table = tuple[int, Sequence[Row]]
"""Rows with named columns that follow each other, and the number of their piece."""


def _rows(population: Population, tables: Sequence[Table]) -> Iterator[Found]:
    jobs = []
    for piece, rows in tables:
        part = [row for row in rows[:_TABLE] if len(row.wanted) >= _NAMED]
        groups = [part[at : at + ROWS] for at in range(max(1, len(part) - ROWS + 1))]
        least = scoring.threshold(population, 1) + ROWS
        if any(sum(scoring.potential(row.wanted) for row in each) >= least for each in groups):
            jobs.append((piece, part))
    need = scoring.threshold(population, sum(len(part) for _, part in jobs)) + ROWS
    for piece, part in jobs:
        starts = {
            at for order in population.sequences for at in _turns(population, order, part, need)
        }
        yield from (Found(piece, part[at].where, "in turn") for at in sorted(starts))


def _turns(
    population: Population, order: np.ndarray, part: Sequence[Row], need: float
) -> Iterator[int]:
    """Yield where rows begin that follow each other as in one table."""
    size = min(ROWS, len(part))
    count = len(order) - size + 1
    if count < 1 or size < 2:
        return
    fresh, again = [], []  # what each row adds at each place, first of its group and after others
    for row in part:
        table = scoring.gains(population, order, row.wanted, KEPT, LOST)
        fresh.append(table.sum(axis=1))
        for number, at in enumerate(row.wanted):
            codes = population.features[at][0].codes[order]
            # What repeats from the row above tells nothing: tables are sorted and grouped.
            same = np.r_[False, codes[1:] == codes[:-1]] & (table[:, number] > 0)
            table[same, number] = 0.0
        again.append(table.sum(axis=1))
    for at in range(len(part) - size + 1):
        total = fresh[at][:count].copy()
        for step in range(1, size):
            total += again[at + step][step : step + count]
        if total.max() >= need:
            yield at


def _values(population: Population, lexicon: Lexicon, shown: Sequence[Shown]) -> Iterator[Found]:
    for at, column in enumerate(population.columns):
        if column.type == "boolean":
            continue
        feature = population.features[at][0]
        grams = [_grams(feature.codes[order], 1) for order in population.sequences]
        known = np.unique(np.concatenate(grams)) if grams else np.zeros(0, dtype=np.uint64)
        code = np.full(len(lexicon.matches), ABSENT, dtype=np.int64)
        for number, matches in enumerate(lexicon.matches):
            for where, level, value, _ in matches:
                if where == at and level == 0:
                    code[number] = value
        for each in shown:
            codes = code[each.stream.ids]
            for stride in STRIDES:
                for start in _hits(codes, stride, known):
                    part = codes[start : start + VALUES * stride : stride]
                    if _telling(
                        population, feature.bits, feature.names, part, len(each.stream.ids)
                    ):
                        segment = each.stream.segments[start]
                        yield Found(each.piece, each.wheres[segment], "values in turn")


def _grams(codes: np.ndarray, stride: int) -> np.ndarray:
    """Return a hash of each group of values in turn; uint64, shape (groups,)."""
    count = max(0, len(codes) - (VALUES - 1) * stride)
    total = np.zeros(count, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for step in range(VALUES):
            part = codes[step * stride : step * stride + count].astype(np.int64).astype(np.uint64)
            total = total * np.uint64(6364136223846793005) + part + np.uint64(1442695040888963407)
            total ^= total >> np.uint64(29)
    return total


def _hits(codes: np.ndarray, stride: int, known: np.ndarray) -> np.ndarray:
    grams = _grams(codes, stride)
    if not len(grams) or not len(known):
        return np.zeros(0, dtype=np.int64)
    spot = np.minimum(np.searchsorted(known, grams), len(known) - 1)
    found = known[spot] == grams
    for step in range(VALUES):
        found &= codes[step * stride : step * stride + len(grams)] >= 0
    return np.flatnonzero(found)


def _telling(
    population: Population, bits: np.ndarray, names: Sequence[str], part: np.ndarray, words: int
) -> bool:
    """Return whether values in turn are neither sorted nor too common to tell anything."""
    spelt = [names[code] for code in part]
    try:
        numbers = np.array([float(each) for each in spelt])
    except ValueError:
        numbers = np.zeros(0)
    if len(numbers) and (np.all(np.diff(numbers) >= 0) or np.all(np.diff(numbers) <= 0)):
        return False
    first = np.unique(part)
    return float(bits[first].sum() + KEPT * len(first)) >= scoring.threshold(population, words)
