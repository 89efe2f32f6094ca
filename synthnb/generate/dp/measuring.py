"""The only place where a differentially private generator looks at records.

Histograms of one column, tables of two or three, and scores by which relations are chosen: whole
numbers, so that no rounding of floating-point numbers can raise a sensitivity. What comes out holds
noise, and everything after it is free.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from synthnb.generate.dp.accounting import Accountant, zero_scale
from synthnb.generate.dp.domain import Axis
from synthnb.generate.dp.tables import fitted, merged, simplex

GRAIN = 16  # scores are rounded to sixteenths of a record
VERSION = "1"
ONE, WITH_TARGET, CHOICE, TWO, THREE = "one column", "with target", "choice", "pairs", "triples"
_SAFE = 1 - 1e-9  # shares of a total must not pass it by rounding


@dataclass(frozen=True)
class Measured:
    """Noisy counts, and what they cost.

    Parameters
    ----------
    one : dict of str to ndarray
        Histogram of each column over its cells.
    group : dict of str to ndarray of int
        Group of each cell, from the noisy histogram.
    target : dict of str to ndarray
        Table of each column with the target over groups; empty without a target.
    tables : dict of tuple to ndarray
        Table of each chosen edge over groups: (a, b), and (a, b, target) with a target.
    scales : dict of str to float
        Standard deviation of the noise, by step.
    steps : tuple of (str, str, float)
        Name, rho as a fraction, scale of each step.
    """

    one: Mapping[str, np.ndarray]
    group: Mapping[str, np.ndarray]
    target: Mapping[str, np.ndarray]
    tables: Mapping[tuple[str, str], np.ndarray]
    scales: Mapping[str, float]
    steps: tuple[tuple[str, str, float], ...]

    def sizes(self) -> dict[str, int]:
        """Return the number of groups of each column."""
        return {name: int(group.max()) + 1 for name, group in self.group.items()}

    @property
    def total(self) -> float:
        """Return the estimated number of records, from all histograms together; at least 1."""
        weight = np.asarray([1 / len(counts) for counts in self.one.values()])
        sums = np.asarray([counts.sum() for counts in self.one.values()])
        return float(max(1.0, weight @ sums / weight.sum()))

    def text(self, key: str) -> str:
        """Return the one JSON text of these measurements."""
        body = {
            "version": VERSION,
            "key": key,
            "one": {name: counts.tolist() for name, counts in self.one.items()},
            "group": {name: each.tolist() for name, each in self.group.items()},
            "target": {name: each.tolist() for name, each in self.target.items()},
            "tables": [[list(edge), each.tolist()] for edge, each in self.tables.items()],
            "scales": dict(self.scales),
            "steps": [list(step) for step in self.steps],
        }
        return json.dumps(body, sort_keys=True, separators=(",", ":"), allow_nan=False)

    @classmethod
    def read(cls, text: str, key: str) -> Measured:
        """Return measurements from their text.

        Raises
        ------
        ValueError
            If it is another text, or of another key.
        """
        body: dict[str, Any] = json.loads(text)
        if body.get("key") != key or body.get("version") != VERSION:
            raise ValueError("measurements of another plan")
        floats = {
            part: {name: np.asarray(each, dtype=float) for name, each in body[part].items()}
            for part in ("one", "target")
        }
        return cls(
            one=floats["one"],
            group={name: np.asarray(each, np.int64) for name, each in body["group"].items()},
            target=floats["target"],
            tables={(edge[0], edge[1]): np.asarray(each, float) for edge, each in body["tables"]},
            scales=dict(body["scales"]),
            steps=tuple((str(n), str(rho), float(scale)) for n, rho, scale in body["steps"]),
        )


@dataclass(frozen=True)
class Design:
    """What is measured, and how the budget is divided.

    Parameters
    ----------
    total : Fraction
        Rho of everything.
    rows : int
        Most rows of one unit; sensitivities grow with it.
    most_groups : int
        Groups of a numeric column, at most.
    edges : sequence of (str, str)
        Public pairs that are always measured.
    target : str, optional
        The column that all others are measured with.
    """

    total: Fraction
    rows: int
    most_groups: int
    edges: Sequence[tuple[str, str]] = ()
    target: str | None = None

    def shares(self) -> tuple[float, float, float, float]:
        """Return rho for histograms, tables with the target, choices, and tables of edges."""
        parts = (0.3, 0.0, 0.2, 0.5) if self.target is None else (0.2, 0.3, 0.15, 0.35)
        rho = float(self.total) * _SAFE
        return parts[0] * rho, parts[1] * rho, parts[2] * rho, parts[3] * rho


def measure(cells: Mapping[str, np.ndarray], axes: Mapping[str, Axis], how: Design) -> Measured:
    """Measure a table within a budget.

    Parameters
    ----------
    cells : mapping of str to ndarray of int, shape (n,)
        The cell of each record in each column; n may be 0.
    axes : mapping of str to Axis
    how : Design
    """
    account = Accountant(how.total)
    for_one, for_target, for_choice, for_tables = how.shares()
    one = {
        name: account.counts(
            np.bincount(cells[name], minlength=axis.size), for_one / len(axes), how.rows, ONE
        )
        for name, axis in axes.items()
    }
    sigma = account.scale(ONE)
    group = {
        name: merged(one[name], sigma, numeric=axis.numeric, most=how.most_groups)
        for name, axis in axes.items()
    }
    look = _Look({name: group[name][cells[name]] for name in axes}, group, one)
    others = [name for name in axes if name != how.target]
    target = {}
    if how.target is not None:
        for name in others:
            table = look.table(name, how.target)
            target[name] = account.counts(table, for_target / len(others), how.rows, WITH_TARGET)
    links = len(others) - 1
    tables: dict[tuple[str, str], np.ndarray] = {}
    if links:
        forced = [] if how.target is not None else list(how.edges)
        if len(forced) == links:
            for_tables, for_choice = for_tables + for_choice, 0.0
        noise = zero_scale(how.rows, for_tables / links)
        scores = look.scores(others, how.target, target, account.scales(), noise)
        edges = _tree(others, forced, scores, account, for_choice, how.rows)
        kind = TWO if how.target is None else THREE
        for a, b in edges:
            exact = look.table(a, b) if how.target is None else look.table(a, b, how.target)
            tables[a, b] = account.counts(exact, for_tables / links, how.rows, kind)
    return Measured(
        one=one,
        group=group,
        target=target,
        tables=tables,
        scales=account.scales(),
        steps=tuple((step.name, str(step.rho), step.scale) for step in account.steps),
    )


def _tree(
    names: Sequence[str],
    forced: Sequence[tuple[str, str]],
    scores: Mapping[tuple[str, str], int],
    account: Accountant,
    rho: float,
    rows: int,
) -> list[tuple[str, str]]:
    """Return a spanning tree: forced edges, then one after another by noisy maximum."""
    part = {name: name for name in names}
    edges: list[tuple[str, str]] = []

    def join(a: str, b: str) -> None:
        edges.append((a, b))
        old, new = part[a], part[b]
        for name in names:
            part[name] = new if part[name] == old else part[name]

    for a, b in forced:
        join(a, b)
    left = len(names) - 1 - len(edges)
    for _ in range(left):
        open_ = [edge for edge in scores if part[edge[0]] != part[edge[1]]]
        values = np.asarray([scores[edge] for edge in open_])
        join(*open_[account.best(values, rho / left, GRAIN * rows, CHOICE)])
    return edges


@dataclass(frozen=True)
class _Look:
    """Exact counts over groups, which never leave this module."""

    of: Mapping[str, np.ndarray]
    group: Mapping[str, np.ndarray]
    one: Mapping[str, np.ndarray]

    def size(self, name: str) -> int:
        return int(self.group[name].max()) + 1

    def table(self, *names: str) -> np.ndarray:
        shape = tuple(self.size(name) for name in names)
        code = np.ravel_multi_index([self.of[name] for name in names], shape)
        return np.bincount(code, minlength=math.prod(shape)).reshape(shape)

    def scores(
        self,
        names: Sequence[str],
        target: str | None,
        with_target: Mapping[str, np.ndarray],
        scales: Mapping[str, float],
        noise: float,
    ) -> dict[tuple[str, str], int]:
        """Return how much each pair departs from independence, less what noise alone would show.

        One record moves one cell of the exact table by 1, so the sum of absolute differences, in
        sixteenths, by at most 16: the expected table comes from noisy counts and does not move.
        """
        expected = _Expected.of(self, names, target, with_target, scales)
        found = {}
        for a, b in itertools.combinations(names, 2):
            exact = self.table(a, b) if target is None else self.table(a, b, target)
            apart = np.rint(GRAIN * expected.table(a, b)).astype(np.int64)
            gain = int(np.abs(GRAIN * exact - apart).sum())
            cost = int(GRAIN * math.sqrt(2 / math.pi) * noise * exact.size)
            found[a, b] = gain - cost
        return found


@dataclass(frozen=True)
class _Expected:
    """Tables as independence, or independence given the target, would have them."""

    shares: Mapping[str, np.ndarray]
    total: float
    target: np.ndarray | None

    @classmethod
    def of(
        cls,
        look: _Look,
        names: Sequence[str],
        target: str | None,
        with_target: Mapping[str, np.ndarray],
        scales: Mapping[str, float],
    ) -> _Expected:
        weight = np.asarray([1 / len(counts) for counts in look.one.values()])
        sums = np.asarray([counts.sum() for counts in look.one.values()])
        total = float(max(1.0, weight @ sums / weight.sum()))
        plain = {
            name: simplex(np.bincount(look.group[name], look.one[name]), total) for name in look.one
        }
        if target is None:
            return cls(plain, total, None)
        margin = plain[target]
        variance = scales[WITH_TARGET] ** 2
        return cls(
            {
                name: fitted(with_target[name], plain[name], margin, variance, total)
                for name in names
            },
            total,
            margin,
        )

    def table(self, a: str, b: str) -> np.ndarray:
        if self.target is None:
            return np.asarray(np.outer(self.shares[a], self.shares[b]) / self.total)
        inverse = np.divide(1.0, self.target, out=np.zeros_like(self.target), where=self.target > 0)
        return np.asarray(np.einsum("ay,by,y->aby", self.shares[a], self.shares[b], inverse))
