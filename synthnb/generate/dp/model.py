"""From noisy measurements to rows: a tree of tables that agree, and draws from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from synthnb.generate.dp.domain import Axis
from synthnb.generate.dp.measuring import ONE, THREE, TWO, WITH_TARGET, Measured
from synthnb.generate.dp.tables import fitted, shares_within, simplex


@dataclass(frozen=True)
class Model:
    """A distribution over groups of cells.

    Parameters
    ----------
    measured : Measured
    axes : mapping of str to Axis
    target : str or None
        The column that all tables are conditioned on.
    margin : dict of str to ndarray, shape (groups,)
        Share of each group, by column; with a target, shape (groups, target groups), counts.
    tables : dict of (str, str) to ndarray
        Shape (a, b), or (target groups, a, b) with a target.
    """

    measured: Measured
    axes: Mapping[str, Axis]
    target: str | None
    margin: Mapping[str, np.ndarray]
    tables: Mapping[tuple[str, str], np.ndarray]

    def groups(self, rows: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Return the group of each row in each column."""
        drawn: dict[str, np.ndarray] = {}
        given = np.zeros(rows, dtype=np.int64)
        if self.target is not None:
            share = self.margin[self.target]
            given = drawn[self.target] = _pick(np.tile(share, (rows, 1)), rng)
        near: dict[str, list[tuple[str, np.ndarray]]] = {name: [] for name in self.margin}
        for (a, b), table in self.tables.items():
            near[a].append((b, table))
            near[b].append((a, np.swapaxes(table, -1, -2)))
        for root in self.margin:
            if root in drawn:
                continue
            first = self.margin[root] if self.target is None else self.margin[root].T[given]
            drawn[root] = _pick(np.broadcast_to(first, (rows, first.shape[-1])), rng)
            waiting = [root]
            while waiting:
                here = waiting.pop()
                for there, table in near[here]:
                    if there not in drawn:
                        chances = table if self.target is None else table[given]
                        at = np.arange(rows)
                        row = (
                            chances[drawn[here]]
                            if self.target is None
                            else chances[at, drawn[here]]
                        )
                        drawn[there] = _pick(row, rng)
                        waiting.append(there)
        return drawn

    def cells(self, name: str, groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return a cell for each group that was drawn."""
        group, noisy = self.measured.group[name], self.measured.one[name]
        found = np.zeros(len(groups), dtype=np.int64)
        for number in range(int(group.max()) + 1):
            inside, rows = np.flatnonzero(group == number), np.flatnonzero(groups == number)
            if len(inside) and len(rows):
                share = shares_within(noisy[inside], self.measured.scales[ONE])
                found[rows] = rng.choice(inside, len(rows), p=share)
        return found


def _pick(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a place in each row, drawn in proportion to its weights; evenly where all are 0."""
    empty = weights.sum(axis=1, keepdims=True) <= 0
    running = np.cumsum(np.where(empty, 1.0, weights), axis=1)
    cut = rng.random((len(weights), 1)) * running[:, -1:]
    return np.asarray(np.minimum((running <= cut).sum(axis=1), weights.shape[1] - 1))


def fit(measured: Measured, axes: Mapping[str, Axis], target: str | None) -> Model:
    """Return the tree of tables that is nearest to the measurements."""
    return _plain(measured, axes) if target is None else _given(measured, axes, target)


def _histograms(measured: Measured) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the noisy count of each group, over its variance; and one over the variance."""
    variance = measured.scales[ONE] ** 2
    found = {}
    for name, group in measured.group.items():
        weight = 1 / (variance * np.bincount(group, minlength=int(group.max()) + 1).clip(1))
        found[name] = (np.bincount(group, measured.one[name]) * weight, weight)
    return found


def _plain(measured: Measured, axes: Mapping[str, Axis]) -> Model:
    total, known = measured.total, _histograms(measured)
    variance = measured.scales.get(TWO, 1.0) ** 2
    for (a, b), table in measured.tables.items():
        for name, axis in ((a, 1), (b, 0)):
            weight = 1 / (variance * table.shape[axis])
            top, bottom = known[name]
            known[name] = (top + table.sum(axis) * weight, bottom + weight)
    margin = {name: simplex(top / bottom, total) for name, (top, bottom) in known.items()}
    tables = {
        (a, b): fitted(table, margin[a], margin[b], variance, total)
        for (a, b), table in measured.tables.items()
    }
    return Model(measured, axes, None, margin, tables)


def _given(measured: Measured, axes: Mapping[str, Axis], target: str) -> Model:
    total, known = measured.total, _histograms(measured)
    two, three = measured.scales[WITH_TARGET] ** 2, measured.scales.get(THREE, 1.0) ** 2
    seen: dict[str, tuple[np.ndarray, float]] = {}
    for name, table in measured.target.items():
        above, below = table / two, 1 / two
        for edge, triple in measured.tables.items():
            if name in edge:
                across = 1 - edge.index(name)
                weight = 1 / (three * triple.shape[across])
                above, below = above + triple.sum(across) * weight, below + weight
        seen[name] = (above / below, 1 / below)
    top, bottom = known[target]
    for table, variance in seen.values():
        weight = 1 / (variance * table.shape[0])
        top, bottom = top + table.sum(0) * weight, bottom + weight
    margin = {target: simplex(top / bottom, total)}
    for name, (table, variance) in seen.items():
        top, bottom = known[name]
        weight = 1 / (variance * table.shape[1])
        alone = simplex((top + table.sum(1) * weight) / (bottom + weight), total)
        margin[name] = fitted(table, alone, margin[target], variance, total)
    tables = {
        (a, b): np.stack(
            [
                fitted(triple[:, :, y], margin[a][:, y], margin[b][:, y], three, share)
                for y, share in enumerate(margin[target])
            ]
        )
        for (a, b), triple in measured.tables.items()
    }
    return Model(measured, axes, target, margin, tables)
