"""The public domain: which cells a column has, from the charter and never from the data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synthnb.errors import Problem
from synthnb.records import Charter, Column, digest

if TYPE_CHECKING:
    import pandas as pd

NUMBERS = frozenset({"number", "integer"})


@dataclass(frozen=True)
class Axis:
    """The cells of one column; the last one is for what is missing or not in the public domain.

    Parameters
    ----------
    name, title : str
    levels : tuple of str
        Of a category; empty for numbers.
    edges : tuple of float
        Of a number's cells, ascending; empty for categories.
    whole : bool
        Whether numbers are whole.
    """

    name: str
    title: str
    levels: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()
    whole: bool = False

    @property
    def numeric(self) -> bool:
        """Return whether neighbouring cells are alike."""
        return bool(self.edges)

    @property
    def size(self) -> int:
        """Return the number of cells, the last one included."""
        return len(self.edges) if self.numeric else len(self.levels) + 1

    def encode(self, values: pd.Series) -> np.ndarray:
        """Return the cell of each value; nothing raises, whatever stands there. int64, (n,)."""
        if not self.numeric:
            place = {level: number for number, level in enumerate(self.levels)}
            return np.asarray([place.get(value, len(self.levels)) for value in values], np.int64)
        edges, numbers = np.asarray(self.edges), values.to_numpy("float64")
        cells = np.searchsorted(edges, numbers, side="right") - 1
        cells = np.clip(cells, 0, len(edges) - 2)
        return np.where(np.isnan(numbers), len(edges) - 1, cells).astype(np.int64)

    def decode(self, cells: np.ndarray, rng: np.random.Generator) -> Any:
        """Return a value for each cell: its level, or a number drawn evenly within it."""
        if not self.numeric:
            named = np.asarray([*self.levels, None], dtype=object)
            return named[cells]
        edges = np.asarray(self.edges)
        cell = np.minimum(cells, len(edges) - 2)
        values = edges[cell] + rng.random(len(cells)) * (edges[cell + 1] - edges[cell])
        values = np.floor(values) if self.whole else values
        return np.where(cells == len(edges) - 1, np.nan, values)


def lacking(columns: Sequence[Column], charter: Charter) -> Iterator[Problem]:
    """Yield what the charter must make public before this can work."""
    if charter.public is None:
        yield Problem("charter.yaml: public", "is missing: who attests what is public, and why")
    if not charter.real.dataset:
        yield Problem(
            "charter.yaml: sources (real): dataset",
            "is missing: the name that privacy losses are charged to",
        )
    for column in columns:
        where = f"charter.yaml: columns ({column.name})"
        if column.type == "date":
            yield Problem(where, "is a date; declare it an integer of days, or exclude it")
        elif column.type == "category" and not column.categories:
            yield Problem(where, "has no public `categories`")
        elif column.type in NUMBERS and not _bounded(column):
            yield Problem(where, "needs public bounds, `minimum` below `maximum`")


def _bounded(column: Column) -> bool:
    low, high = column.minimum, column.maximum
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return False
    return low < high


def axes(columns: Sequence[Column], charter: Charter) -> dict[str, Axis]:
    """Return the axis of each column, in order of name; `lacking` was asked before."""
    return {column.name: _axis(column, charter) for column in sorted(columns, key=lambda c: c.name)}


def _axis(column: Column, charter: Charter) -> Axis:
    if column.type == "boolean":
        return Axis(column.name, column.title, levels=("false", "true"))
    if column.type == "category":
        return Axis(column.name, column.title, levels=column.categories)
    assert charter.public is not None  # noqa: S101 -- `lacking` was asked
    low, high = float(column.minimum or 0), float(column.maximum or 0)
    whole, cells = column.type == "integer", charter.public.cells
    if whole:
        low, high = math.ceil(low), math.floor(high)
    if whole and high - low + 1 <= cells:
        edges = np.arange(low, high + 2.0)
    elif column.name in charter.public.logarithmic:
        edges = low + np.expm1(np.linspace(0, math.log1p(high - low), cells + 1))
    else:
        edges = np.linspace(low, high, cells + 1)
    if whole:
        edges = np.unique(np.floor(edges))
        edges[-1] = high + 1
    return Axis(column.name, column.title, edges=tuple(map(float, edges)), whole=whole)


def public_digest(axes: dict[str, Axis], edges: Sequence[Sequence[str]], target: str | None) -> str:
    """Return the digest of everything that was taken as public."""
    return digest(
        {
            "axes": [
                [axis.name, list(axis.levels), list(axis.edges), axis.whole]
                for axis in axes.values()
            ],
            "edges": [list(edge) for edge in edges],
            "target": target,
        }
    )


def sentences(
    axes: dict[str, Axis], edges: Sequence[Sequence[str]], target: str | None, statement: str
) -> tuple[str, ...]:
    """Return what was taken as public, for a reader."""
    numbers = sum(axis.numeric for axis in axes.values())
    said = [statement, f"Bounds and cells of {numbers} numeric columns."]
    said.append(f"Categories of {len(axes) - numbers} columns; all others share one cell.")
    if edges:
        pairs = ", ".join(" × ".join(axes[name].title for name in edge) for edge in edges)
        said.append(f"Relations that are always kept: {pairs}.")
    if target is not None:
        said.append(f"The target that every column is measured with: {axes[target].title}.")
    return tuple(said)
