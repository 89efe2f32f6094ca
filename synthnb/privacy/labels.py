"""Which real records the generator saw, and what chance would make of that.

If the synthetic table does not depend on who was in train, the labels "train" and "control" could
be exchanged between privacy units (within strata, where the split was stratified) without any
change. So every test here compares what is seen with the same after exchanging labels, and is
valid for any score that does not look at them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

DRAWS = 10_000  # 4,000 calibrate the smallest p of a scan too coarsely


@dataclass(frozen=True)
class Labels:
    """Membership of the pooled real records.

    Parameters
    ----------
    member : ndarray of bool, shape (N,)
        True for train.
    unit : ndarray of int, shape (N,), optional
        Number of the privacy unit; labels move with it. Without: each record is its own.
    stratum : ndarray of int, shape (N,), optional
        Number of the stratum; labels move within it.
    """

    member: np.ndarray
    unit: np.ndarray | None = None
    stratum: np.ndarray | None = None

    @property
    def simple(self) -> bool:
        """Return whether each label could be anywhere: the hypergeometric test is exact."""
        return self.unit is None and (self.stratum is None or not self.stratum.any())

    @cached_property
    def _blocks(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the block of each record, and label and stratum of each block."""
        stratum = np.zeros(len(self.member), int) if self.stratum is None else self.stratum
        if self.unit is None:
            return np.arange(len(self.member)), self.member, stratum
        _, first, block = np.unique(self.unit, return_index=True, return_inverse=True)
        return block, self.member[first], stratum[first]

    def effective(self, chosen: np.ndarray) -> float:
        """Return how many independent records some records are worth, by Kish's (1965) rule.

        The records of one unit are taken to be as alike as can be, which errs on the safe side.
        """
        if self.unit is None:
            return float(chosen.sum())
        sizes = np.unique(self.unit[chosen], return_counts=True)[1].astype(np.float64)
        return float(sizes.sum() ** 2 / (sizes**2).sum())

    def exchange(self, rng: np.random.Generator) -> np.ndarray:
        """Return the labels once exchanged between units within their strata; bool, shape (N,)."""
        block, label, stratum = self._blocks
        drawn = np.empty(len(label), dtype=bool)
        for number in np.unique(stratum):
            here = np.flatnonzero(stratum == number)
            drawn[here] = label[rng.permutation(here)]
        exchanged: np.ndarray = drawn[block]
        return exchanged

    def moments(self, weight: np.ndarray) -> tuple[float, float]:
        """Return mean and standard deviation, over label exchanges, of the weight in train.

        Parameters
        ----------
        weight : ndarray of float, shape (N,)
        """
        block, label, stratum = self._blocks
        amount = np.bincount(block, weights=weight, minlength=len(label))
        mean = variance = 0.0
        for number in np.unique(stratum):
            here = stratum == number
            size, train = int(here.sum()), int(label[here].sum())
            mean += train / size * float(amount[here].sum())
            if size > 1:
                spread = float(np.var(amount[here]) * size)
                variance += train * (size - train) / (size * (size - 1)) * spread
        return mean, float(np.sqrt(variance))

    def amount_p(self, amount: np.ndarray, rng: np.random.Generator) -> float:
        """Return the chance of at least as large a total in train, by `DRAWS` label exchanges.

        Parameters
        ----------
        amount : ndarray of float, shape (N,)
            What each record adds; few different values make it fast.
        """
        values, at, count = np.unique(-amount, return_inverse=True, return_counts=True)
        cuts = np.cumsum(count)[:-1]
        if not len(cuts):
            return 1.0
        drawn = np.diff(self.exchanged(np.argsort(at, kind="stable"), cuts, rng), prepend=0)
        # Records of the last, smallest amount are the baseline that the others stand out from.
        above = -values[:-1] + values[-1]
        seen = np.bincount(at[self.member], minlength=len(values))[:-1] @ above
        as_large = drawn @ above >= seen * (1 - 1e-9)
        return float((1 + as_large.sum()) / (DRAWS + 1))

    def hits_p(self, hit: np.ndarray, rng: np.random.Generator) -> float:
        """Return the chance of at least as many hits in train, if labels are exchangeable.

        Exact (hypergeometric, Fisher 1935) for plain labels; by `DRAWS` exchanges otherwise.
        """
        seen, found = int((hit & self.member).sum()), int(hit.sum())
        if found == 0:
            return 1.0
        if self.simple:
            return float(upper_tail(np.array([seen]), self.member, np.array([found]))[0])
        order = np.argsort(~hit, kind="stable")
        drawn = self.exchanged(order, np.array([found]), rng)[:, 0]
        return float((1 + (drawn >= seen).sum()) / (DRAWS + 1))

    def exchanged(
        self, order: np.ndarray, cuts: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Draw label exchanges and count train records among the first ones in an order.

        Parameters
        ----------
        order : ndarray of int, shape (N,)
            Records, highest score first.
        cuts : ndarray of int, shape (J,)
            Ascending numbers of leading records.

        Returns
        -------
        ndarray of int, shape (DRAWS, J)
        """
        block, label, stratum = self._blocks
        segment = np.empty(len(order), dtype=np.int64)
        segment[order] = np.searchsorted(cuts, np.arange(len(order)), side="right")
        counts = np.zeros((DRAWS, len(cuts)), dtype=np.int64)
        for number in np.unique(stratum):
            here = stratum == number
            train = int(label[here].sum())
            if self.unit is None:
                sizes = np.bincount(segment[here], minlength=len(cuts) + 1)
                counts += _urn(sizes, train, rng)
            else:
                table = np.zeros((len(label), len(cuts) + 1))
                np.add.at(table, (block, segment), 1.0)
                counts += _units(table[here, :-1], train, rng)
        return counts.cumsum(axis=1)


def upper_tail(seen: np.ndarray, member: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Return P(X >= seen) for `found` records drawn without replacement, X of them in train."""
    from scipy.stats import hypergeom

    p: np.ndarray = hypergeom.sf(seen - 1, len(member), int(member.sum()), found)
    return p


def _urn(sizes: np.ndarray, train: int, rng: np.random.Generator) -> np.ndarray:
    """Draw how many train labels fall into each segment but the last, segment after segment."""
    counts = np.empty((DRAWS, len(sizes) - 1), dtype=np.int64)
    left, rest = np.full(DRAWS, train), int(sizes.sum())
    for at, size in enumerate(sizes[:-1]):
        counts[:, at] = rng.hypergeometric(left, rest - left, size)
        left = left - counts[:, at]
        rest -= int(size)
    return counts


def _units(table: np.ndarray, train: int, rng: np.random.Generator) -> np.ndarray:
    """Draw which whole units are in train, and add up their records by segment."""
    counts = np.empty((DRAWS, table.shape[1]), dtype=np.int64)
    if train in {0, len(table)}:
        counts[:] = table.sum(axis=0) * (train > 0)
        return counts
    chunk = max(1, 2_000_000 // len(table))
    for start in range(0, DRAWS, chunk):
        stop = min(start + chunk, DRAWS)
        keys = rng.random((stop - start, len(table)))
        chosen = np.argpartition(keys, train - 1, axis=1)[:, :train]
        drawn = np.zeros_like(keys)
        np.put_along_axis(drawn, chosen, 1.0, axis=1)
        counts[start:stop] = np.rint(drawn @ table)
    return counts
