"""The real records, arranged so that a value leads to the records that have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from synthnb.disclosure.derived import SAMPLE, derived
from synthnb.disclosure.words import MISSING, Word, key, spell, split
from synthnb.records import Charter, Column

if TYPE_CHECKING:
    import pandas as pd

ABSENT = -2
"""Code of a column that a table does not have: it equals nothing."""

Match = tuple[int, int, int, float]
"""Column, feature and code of a value, and its information in bits."""


@dataclass(frozen=True)
class Feature:
    """A column at one precision.

    Parameters
    ----------
    column : int
        Position among the columns.
    codes : ndarray of int32, shape (records,)
        What each record has.
    keys : dict
        From a spelling to its code.
    counts : ndarray, shape (codes,)
        How many people have it.
    bits : ndarray, shape (codes,)
        -log2 of the share of people who have it.
    order, starts : ndarray
        Records sorted by code, and where each code begins.
    """

    column: int
    codes: np.ndarray
    keys: dict[str, int]
    counts: np.ndarray
    bits: np.ndarray
    order: np.ndarray
    starts: np.ndarray

    def records(self, code: int) -> np.ndarray:
        """Return the records that have a value."""
        return self.order[self.starts[code] : self.starts[code + 1]]

    @cached_property
    def names(self) -> list[str]:
        """Return the spelling of each code."""
        return list(self.keys)

    def size(self, code: int) -> int:
        """Return how many records have a value."""
        return int(self.starts[code + 1] - self.starts[code])


@dataclass(frozen=True)
class Population:
    """All real records, each distinct one once.

    Parameters
    ----------
    columns : tuple of Column
        In the order of the charter; free text is not among them.
    features : tuple of tuple of Feature
        Per column, the finest first.
    weights : ndarray, shape (records,)
        How many people have exactly these values.
    sequences : tuple of ndarray
        The records of each table in its own order.
    """

    columns: tuple[Column, ...]
    features: tuple[tuple[Feature, ...], ...]
    weights: np.ndarray
    sequences: tuple[np.ndarray, ...]

    @property
    def size(self) -> int:
        """Return the number of distinct records."""
        return len(self.weights)

    @cached_property
    def derived(self) -> tuple[frozenset[int], ...]:
        """Return the groups of columns of which each follows from the rest."""
        numbers = {
            at: _floats(self.features[at][0])
            for at, column in enumerate(self.columns)
            if column.type in {"number", "integer"}
        }
        return derived(numbers)

    @cached_property
    def labels(self) -> dict[str, int]:
        """Return from the name or title of a column, as it is compared, to its position."""
        found: dict[str, int] = {}
        for at, column in enumerate(self.columns):
            found.setdefault(key(column.name), at)
        for at, column in enumerate(self.columns):
            found.setdefault(key(column.title), at)
        return found

    @cached_property
    def categories(self) -> dict[str, frozenset[int]]:
        """Return from a category, as it is compared, to the columns that have it."""
        found: dict[str, set[int]] = {}
        for at, column in enumerate(self.columns):
            if column.type in {"category", "boolean"} and "identifier" not in column.roles:
                for each in self.features[at][0].keys:
                    if each != MISSING:
                        found.setdefault(each, set()).add(at)
        return {each: frozenset(columns) for each, columns in found.items()}

    def cell(self, at: int, text: str) -> list[Match]:
        """Return what a cell that stands under the name of a column can mean."""
        column, spelt = self.columns[at], key(text)
        if column.type == "boolean":
            spelt = {"yes": "true", "1": "true", "no": "false", "0": "false"}.get(spelt, spelt)
        if column.type in {"number", "integer"} and " " not in spelt:
            words = split(text)
            return self._of(at, words[0]) if len(words) == 1 else self._of(at, Word(spelt))
        return self._of(at, Word(spelt))

    def _of(self, at: int, word: Word) -> list[Match]:
        found = []
        for level, feature in enumerate(self.features[at]):
            spelt = word.key
            if level and word.number is not None:
                spelt = spell(word.number, 3)
            elif level and spelt != MISSING:
                continue
            code = feature.keys.get(spelt)
            if code is not None:
                found.append((at, level, code, float(feature.bits[code])))
        return found

    def anywhere(self, word: Word) -> tuple[Match, ...]:
        """Return what a word can mean that stands under no name."""
        found: list[Match] = []
        for at in range(len(self.columns)):
            found += self._of(at, word)
        return tuple(found)


def build(frames: Sequence[pd.DataFrame], charter: Charter) -> Population:
    """Arrange real tables; what one table holds of another is counted once.

    Parameters
    ----------
    frames : sequence of DataFrame
        In the house's types. A table may have some of the charter's columns.
    charter : Charter
    """
    columns = tuple(
        column
        for column in charter.columns
        if column.type != "text" and any(column.name in frame for frame in frames)
    )
    frames = [frame for frame in frames if len(frame)]
    if not columns or not frames:
        return Population((), (), np.zeros(0, dtype=np.int64), ())
    codes, keys = _encode(frames, columns)
    ends = np.cumsum([len(frame) for frame in frames])
    spans = [slice(end - len(frame), end) for frame, end in zip(frames, ends, strict=True)]
    people = _once(codes[0], spans)
    first, inverse, weights = _distinct(codes[0], people)
    features = tuple(
        tuple(
            _feature(at, level[:, at], keys[number][at], people, first)
            for number, level in enumerate(codes)
            if keys[number][at]
        )
        for at in range(len(columns))
    )
    return Population(columns, features, weights, tuple(inverse[span] for span in spans))


def _encode(
    frames: Sequence[pd.DataFrame], columns: Sequence[Column]
) -> tuple[list[np.ndarray], list[list[dict[str, int]]]]:
    """Return codes of every cell at both precisions, and what the codes mean."""
    size = sum(len(frame) for frame in frames)
    codes = [np.full((size, len(columns)), ABSENT, dtype=np.int32) for _ in range(2)]
    keys: list[list[dict[str, int]]] = [[{} for _ in columns] for _ in range(2)]
    for at, column in enumerate(columns):
        end = 0
        for frame in frames:
            end += len(frame)
            if column.name in frame:
                rows = slice(end - len(frame), end)
                for number, spelt in enumerate(_spellings(frame[column.name], column)):
                    codes[number][rows, at] = _coded(spelt, keys[number][at])
    return codes, keys


def _coded(spelt: tuple[np.ndarray, list[str]], keys: dict[str, int]) -> np.ndarray:
    numbers, values = spelt
    table = np.array([keys.setdefault(value, len(keys)) for value in values], dtype=np.int32)
    return table[numbers] if len(values) else np.zeros(0, dtype=np.int32)


def _spellings(values: pd.Series, column: Column) -> Iterable[tuple[np.ndarray, list[str]]]:
    """Yield, per precision, which of the distinct spellings each cell has."""
    import pandas as pd

    numbers, distinct = pd.factorize(values, use_na_sentinel=False)
    if column.type in {"number", "integer"}:
        floats = [float(value) for value in distinct]
        for digits in (10, 3):
            yield numbers, [MISSING if x != x else spell(x, digits) for x in floats]  # noqa: PLR0124
    elif column.type == "date":
        yield numbers, [MISSING if pd.isna(x) else f"{x:%Y-%m-%d}" for x in pd.Series(distinct)]
    else:
        yield numbers, [MISSING if pd.isna(x) else key(str(x)) for x in distinct]


def _once(codes: np.ndarray, spans: Sequence[slice]) -> np.ndarray:
    """Return the rows that are no part of a wider table's rows; bool, shape (rows,)."""
    shown = {span.start: codes[span.start] != ABSENT for span in spans if span.stop > span.start}
    keep = np.ones(len(codes), dtype=bool)
    order = sorted(
        (span for span in spans if span.start in shown),
        key=lambda span: (-int(shown[span.start].sum()), span.start),
    )
    for number, span in enumerate(order):
        here = shown[span.start]
        wider = [other for other in order[:number] if bool(shown[other.start][here].all())]
        if wider:
            known = {row.tobytes() for other in wider for row in codes[other][:, here]}
            part = codes[span][:, here]
            keep[span] = [row.tobytes() not in known for row in part]
    return keep


def _distinct(codes: np.ndarray, people: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where each distinct row stands first, which one each row is, and how many have it."""
    rows = np.ascontiguousarray(codes)
    void = rows.view([("", rows.dtype)] * rows.shape[1]).ravel()
    distinct, first, inverse = np.unique(void, return_index=True, return_inverse=True)
    weights = np.bincount(inverse[people], minlength=len(distinct))
    kept = np.flatnonzero(weights)
    new = np.full(len(distinct), -1, dtype=np.int64)
    new[kept] = np.arange(len(kept))
    return first[kept], new[inverse], weights[kept]


def _feature(
    at: int, codes: np.ndarray, keys: Mapping[str, int], people: np.ndarray, first: np.ndarray
) -> Feature:
    known = codes[people & (codes >= 0)]
    counts = np.bincount(known, minlength=len(keys))
    with np.errstate(divide="ignore"):
        bits = -np.log2(counts / max(1, len(known)))
    mine = codes[first]
    order = np.argsort(mine, kind="stable")
    starts = np.searchsorted(mine[order], np.arange(len(keys) + 1))
    bits[~np.isfinite(bits)] = np.log2(max(2, len(known)))
    return Feature(at, mine, dict(keys), counts, bits, order, starts)


def _floats(feature: Feature) -> np.ndarray:
    """Return the numbers of some records, evenly spread; NaN where there is none."""
    step = max(1, len(feature.codes) // SAMPLE)
    names = list(feature.keys)
    return np.array(
        [
            float("nan") if code < 0 or names[code] == MISSING else float(names[code])
            for code in feature.codes[::step]
        ]
    )
